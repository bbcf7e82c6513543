// Which methods calls are made of: a mix by name, or weights of one's own.

import type { JSX } from "preact";
import { Choice, NumberField } from "./fields.tsx";

export type Weights = Readonly<Record<string, number>>;

export interface MixValue {
  /** A key of `mixes`, or "own". */
  readonly name: string;
  readonly own: Weights;
}

export const usualMix: MixValue = { name: "usual", own: { eth_call: 1 } };

const mixes: Readonly<Record<string, { readonly label: string; readonly weights: Weights | null }>> = {
  usual: { label: "as a wallet asks", weights: null },
  heads: { label: "block numbers only", weights: { eth_blockNumber: 1 } },
  logs: { label: "logs and receipts", weights: { eth_getLogs: 3, eth_getTransactionReceipt: 2 } },
  calls: { label: "contract calls", weights: { eth_call: 9, eth_estimateGas: 1 } },
};

/** null: the router's own choice. */
export function weightsOf({ name, own }: MixValue): Weights | null {
  if (name !== "own") return mixes[name]?.weights ?? null;
  return Object.fromEntries(Object.entries(own).filter(([, weight]) => weight > 0));
}

export function mixWords(weights: Weights | undefined): string {
  if (weights === undefined) return "as a wallet asks";
  const parts = Object.entries(weights).map(([method, weight]) => `${method} ${weight}`);
  return parts.length > 4 ? `${parts.length} methods` : parts.join(", ");
}

export function MixField({ value, methods, set }: {
  readonly value: MixValue;
  /** Those that there are. */
  readonly methods: readonly string[];
  readonly set: (value: MixValue) => void;
}): JSX.Element {
  return (
    <>
      <Choice label="Methods" value={value.name} set={(name) => set({ ...value, name })}>
        {Object.entries(mixes).map(([name, { label }]) => <option key={name} value={name}>{label}</option>)}
        <option value="own">weights of my own</option>
      </Choice>
      {value.name === "own" && (
        <div class="weights row">
          {methods.map((method) => (
            <NumberField
              key={method}
              label={method}
              value={value.own[method] ?? 0}
              min={0}
              max={1000}
              step={1}
              set={(weight) => set({ ...value, own: { ...value.own, [method]: weight } })}
            />
          ))}
        </div>
      )}
    </>
  );
}
