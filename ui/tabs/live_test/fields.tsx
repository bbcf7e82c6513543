// Small fields that the forms of this tab share: a number, a choice, a chain, a strategy, a provider.

import type { ComponentChildren, JSX } from "preact";
import { chains, shownChains, snapshot } from "../../models/store.ts";

export function NumberField({ label, unit, value, min, max, step, set }: {
  readonly label: string;
  readonly unit?: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly set: (value: number) => void;
}): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <span class="with-unit">
        <input
          type="number"
          required
          value={value}
          min={min}
          max={max}
          step={step ?? "any"}
          onInput={({ currentTarget }) => {
            const { valueAsNumber } = currentTarget;
            if (Number.isFinite(valueAsNumber)) set(valueAsNumber);
          }}
        />
        {unit}
      </span>
    </label>
  );
}

export function Choice({ label, value, set, children }: {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => set(currentTarget.value)}>{children}</select>
    </label>
  );
}

type Field = { readonly value: string; readonly set: (value: string) => void };

/** "": every chain. */
export function ChainField({ value, set }: Field): JSX.Element {
  return (
    <Choice label="Chain" value={value} set={set}>
      <option value="">all, evenly</option>
      {chains.value.map(({ name }) => <option key={name} value={name}>{name}</option>)}
    </Choice>
  );
}

/** "": the config's. */
export function StrategyField({ value, set }: Field): JSX.Element {
  return (
    <Choice label="Strategy" value={value} set={set}>
      <option value="">the one in force</option>
      {(snapshot.value?.strategies ?? []).map((id) => <option key={id} value={id}>{id}</option>)}
    </Choice>
  );
}

/** `chain/provider` of those in view. */
export function ProviderField({ value, set }: Field): JSX.Element {
  return (
    <Choice label="Provider" value={value} set={set}>
      {shownChains.value.map(({ name, providers }) => (
        <optgroup key={name} label={name}>
          {providers.map(({ id }) => <option key={id} value={`${name}/${id}`}>{id}, {name}</option>)}
        </optgroup>
      ))}
    </Choice>
  );
}

export interface Place {
  readonly chain: string;
  readonly provider: string;
}

/** What is chosen, or the first one in view. */
export function placeOf(value: string): Place | null {
  const [chain, ...rest] = value.split("/");
  const provider = rest.join("/");
  const known = shownChains.value.find(({ name }) => name === chain);
  if (known?.providers.some(({ id }) => id === provider)) return { chain: known.name, provider };
  const first = shownChains.value.find(({ providers }) => providers.length > 0);
  return first === undefined ? null : { chain: first.name, provider: first.providers[0]!.id };
}
