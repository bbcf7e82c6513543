// The state of the view, all of it in the address: the tab, the chain, filters, sorting, the time range. A link opens
// the same view; going back is the browser's. Components read `view` and call `go`; nothing else touches the address.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Tab, tabs } from "./tabs.ts";

export interface View {
  readonly tab: Tab;
  /** null: all chains. */
  readonly chain: string | null;
  /** Everything else, by name. */
  readonly params: Readonly<Record<string, string>>;
}

/** `/providers?chain=ethereum&sort=p99`; an unknown path is the overview. */
export function readView(path: string, search: string): View {
  const name = path.replace(/^\/+|\/+$/g, "");
  const tab = (tabs as readonly string[]).includes(name) ? name as Tab : "overview";
  const params = Object.fromEntries(new URLSearchParams(search));
  const { chain = null, ...rest } = params;
  return { tab, chain, params: rest };
}

export function viewPath({ tab, chain, params }: View): string {
  const query = new URLSearchParams();
  if (chain !== null) query.set("chain", chain);
  for (const [name, value] of Object.entries(params)) if (value !== "") query.set(name, value);
  const text = query.toString();
  return `/${tab === "overview" ? "" : tab}${text === "" ? "" : `?${text}`}`;
}

const current = signal<View>({ tab: "overview", chain: null, params: {} });

export const view: ReadonlySignal<View> = current;
export const chainInView: ReadonlySignal<string | null> = computed(() => current.value.chain);

/** One parameter of the view; "" when it is not given. */
export function param(name: string): string {
  return current.value.params[name] ?? "";
}

export interface Change {
  readonly tab?: Tab;
  readonly chain?: string | null;
  /** "" takes a parameter away. */
  readonly params?: Readonly<Record<string, string>>;
  /** Instead of a new entry in the browser's history: for what changes with each key. */
  readonly replace?: boolean;
}

/** Where a change leads: for links, so that they can be copied and opened elsewhere. */
export function pathOf(change: Change): string {
  return viewPath(changed(current.value, change));
}

export function go(change: Change): void {
  const next = changed(current.value, change);
  const path = viewPath(next);
  if (change.replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  current.value = next;
}

/** Another tab keeps the chain and the time range; the rest of the parameters belongs to the tab that is left. */
function changed(from: View, { tab, chain, params }: Change): View {
  const kept: Record<string, string> = {};
  const isSame = tab === undefined || tab === from.tab;
  for (const [name, value] of Object.entries(from.params)) {
    if (isSame || name === "range") kept[name] = value;
  }
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value === "") delete kept[name];
    else kept[name] = value;
  }
  return { tab: tab ?? from.tab, chain: chain === undefined ? from.chain : chain, params: kept };
}

/** Follows the browser's address. Called once by main. */
export function followAddress(): void {
  const read = (): void => {
    current.value = readView(location.pathname, location.search);
  };
  addEventListener("popstate", read);
  read();
}
