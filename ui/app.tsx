// The frame of the page: the header strip, the tabs, the tab in view, and what lies over it.

import type { JSX } from "preact";
import { ConfirmDialog } from "./components/confirm.tsx";
import { Guard } from "./components/guard.tsx";
import { Header } from "./components/header.tsx";
import { Help } from "./components/help.tsx";
import { Locked } from "./components/locked.tsx";
import { TokenDialog } from "./components/token_dialog.tsx";
import { ViewLink } from "./components/link.tsx";
import { Spoken } from "./components/spoken.tsx";
import { link, now, snapshot } from "./models/store.ts";
import { type Tab, tabs } from "./models/tabs.ts";
import { view } from "./models/view.ts";
import { span } from "./format/number.ts";
import { Overview } from "./tabs/overview/overview.tsx";
import { tabParts } from "./tabs/mod.ts";

const labels: Readonly<Record<Tab, string>> = {
  overview: "Overview",
  providers: "Providers",
  racing: "Racing",
  requests: "Requests",
  streams: "Streams",
  strategies: "Strategies",
  costs: "Costs",
  "live-test": "Live test",
  battle: "Battle",
  system: "System",
};

export function App(): JSX.Element {
  return (
    <>
      <a class="skip" href="#main">Skip to the content</a>
      <Header />
      <Nav />
      <LinkState />
      <Main />
      <Spoken />
      <Help />
      <TokenDialog />
      <ConfirmDialog />
    </>
  );
}

function Nav(): JSX.Element {
  const { tab, chain } = view.value;
  return (
    <nav aria-label="Tabs">
      <ul>
        {tabs.filter((one) => one in tabParts).map((one) => (
          <li key={one}>
            <ViewLink to={{ tab: one, chain }} current={one === tab}>{labels[one]}</ViewLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Nothing while all is live, and where nothing may be read: the page itself says that. */
function LinkState(): JSX.Element | null {
  const { value } = link;
  if (value.state === "live") return null;
  if (value.state === "connecting") {
    return snapshot.value === null ? <p class="banner">Connecting …</p> : null;
  }
  if (value.state === "refused") return null;
  const wait = Math.max(0, value.retryAt - Date.now());
  return (
    <p class="banner" role="status">
      Stale for {span(now.value - value.since)}: the router does not answer. Trying again{" "}
      {wait < 1000 ? "now" : `in ${span(wait)}`}.
    </p>
  );
}

function Main(): JSX.Element {
  const { tab } = view.value;
  const Part = tabParts[tab] ?? Overview;
  const stale = link.value.state === "stale" ? " stale" : "";
  return (
    <main id="main" class={`tab-${tab}${stale}`} tabIndex={-1}>
      <h1 class="hidden">{labels[tab]}</h1>
      {link.value.state === "refused"
        ? <Locked />
        : snapshot.value === null
        ? <p class="quiet-line">Nothing is known yet.</p>
        : (
          <Guard key={tab}>
            <Part />
          </Guard>
        )}
    </main>
  );
}
