// What stands in the place of every tab where nothing may be read without the admin token.

import type { JSX } from "preact";
import { askToken } from "../models/questions.ts";
import { Panel } from "./panel.tsx";

export function Locked(): JSX.Element {
  return (
    <Panel title="Only with the admin token" wide>
      <div class="first-run">
        <p>
          This Lasso shows what it knows on its own machine, and elsewhere to whoever has the token of{" "}
          <code>server.admin_token</code>, if one is configured; <code>server.public_reads</code>{" "}
          would show it to everybody.
        </p>
        <p class="buttons">
          <button type="button" onClick={() => void askToken()}>Give the token</button>
        </p>
      </div>
    </Panel>
  );
}
