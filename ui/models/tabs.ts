// The tabs by their place in the address, in the order in which they stand.

export const tabs = [
  "overview",
  "providers",
  "racing",
  "requests",
  "streams",
  "strategies",
  "costs",
  "live-test",
  "battle",
  "system",
] as const;

export type Tab = typeof tabs[number];
