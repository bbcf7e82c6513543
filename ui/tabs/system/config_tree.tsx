// A part of the config as a tree in the manner of YAML. What is closed is not drawn: a config may have thousands of lines.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type ConfigValue, isLine, lineText, membersOf } from "../../models/config_tree.ts";

export function ConfigTree({ value }: { readonly value: ConfigValue }): JSX.Element {
  const isList = Array.isArray(value);
  return (
    <>
      {membersOf(value).map(([name, member]) =>
        isLine(member)
          ? (
            <p key={name} class="config-line">
              {isList ? "- " : <span class="config-name">{`${name}: `}</span>}
              {lineText(member)}
            </p>
          )
          : <Branch key={name} name={name} value={member} isItem={isList} />
      )}
    </>
  );
}

function Branch({ name, value, isItem }: {
  readonly name: string;
  readonly value: ConfigValue;
  readonly isItem: boolean;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const size = membersOf(value).length;
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span class="config-name">{isItem ? `- ${name}` : `${name}:`}</span>{" "}
        {!open && <span class="muted">{Array.isArray(value) ? `${size} in a list` : `${size} settings`}
        </span>}
      </summary>
      {open && (
        <div class="config-part">
          <ConfigTree value={value} />
        </div>
      )}
    </details>
  );
}
