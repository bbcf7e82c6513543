// The version of this build; `deno.json` has the same, which a test holds.

export const version = "0.1.0";
