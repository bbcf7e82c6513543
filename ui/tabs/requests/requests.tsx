// Requests: the calls that were kept and those that come in, and one of them in full beside the list.

import type { JSX } from "preact";
import { param } from "../../models/view.ts";
import { CallList } from "./call_list.tsx";
import { CallPanel } from "./call_panel.tsx";

export function Requests(): JSX.Element {
  const id = param("id");
  return (
    <div class={id === "" ? "calls" : "calls with-one"}>
      <CallList narrow={id !== ""} />
      {id !== "" && <CallPanel key={id} id={id} />}
    </div>
  );
}
