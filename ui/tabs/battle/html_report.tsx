// Opens a report as the page that the battle wrote, in a tab of its own; the router serves it in a sandbox. Where reads
// need the token, which a new tab can't send, the page is saved instead.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { token } from "../../models/api.ts";
import { snapshot } from "../../models/store.ts";

export function htmlPath(id: string): string {
  return `/api/battles/${encodeURIComponent(id)}/report.html`;
}

export function HtmlReport({ id }: { readonly id: string }): JSX.Element {
  if (snapshot.value?.admin === "loopback" || token.value === null) {
    return <a href={htmlPath(id)} target="_blank" rel="noopener noreferrer">HTML report</a>;
  }
  return <SavePage id={id} />;
}

function SavePage({ id }: { readonly id: string }): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (): Promise<void> => {
    try {
      const response = await fetch(htmlPath(id), { headers: { authorization: `Bearer ${token.peek()}` } });
      if (!response.ok) return setProblem("The router did not give the page.");
      const url = URL.createObjectURL(await response.blob());
      const link = Object.assign(document.createElement("a"), { href: url, download: `${id}.html` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
      setProblem(null);
    } catch {
      setProblem("The router did not answer.");
    }
  };
  return (
    <>
      <button type="button" class="quiet" onClick={() => void save()}>Save HTML report</button>
      {problem !== null && <span class="failed" role="alert">{problem}</span>}
    </>
  );
}
