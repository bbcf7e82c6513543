// Light, dark, or as the system says. The choice is kept for the next visit; it is the only thing that is.

import { type ReadonlySignal, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const key = "lasso.theme";
const current = signal<Theme>("system");

export const theme: ReadonlySignal<Theme> = current;

export function startTheme(): void {
  const kept = localStorage.getItem(key);
  set(kept === "light" || kept === "dark" ? kept : "system");
}

/** The next of the three. */
export function turnTheme(): void {
  const next = { system: "light", light: "dark", dark: "system" } as const;
  set(next[current.value]);
  if (current.value === "system") localStorage.removeItem(key);
  else localStorage.setItem(key, current.value);
}

function set(value: Theme): void {
  current.value = value;
  if (value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = value;
}
