// The form that begins a kind of traffic in the place of what runs, and ends it: how much, of what, by which strategy, to
// which chain. What is sent is the body of POST /api/admin/traffic.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { ActionButton, Said } from "../../components/action.tsx";
import { useRunner, whyNotDemo } from "../../models/actions.ts";
import { ChainField, NumberField, StrategyField } from "./fields.tsx";
import { MixField, usualMix, weightsOf } from "./mix.tsx";

const maxRate = 500;

export function TrafficForm(
  { kind, about, rateLabel, usualRate, methods, isRunning, words, more, children }: {
    readonly kind: "workload" | "sampler";
    /** What the fields are about, for those who can't see the panel around them. */
    readonly about: string;
    readonly rateLabel: string;
    readonly usualRate: number;
    /** Those that weights may be given to. */
    readonly methods: readonly string[];
    readonly isRunning: boolean;
    readonly words: {
      /** On the button, where something runs. */
      readonly instead: string;
      readonly begun: (rate: number) => string;
      readonly ended: string;
      /** Why there is nothing to stop. */
      readonly idle: string;
    };
    /** Further members of the body, and their fields. */
    readonly more?: Readonly<Record<string, unknown>>;
    readonly children?: ComponentChildren;
  },
): JSX.Element {
  const runner = useRunner();
  const [perSecond, setRate] = useState(usualRate);
  const [mix, setMix] = useState(usualMix);
  const [strategy, setStrategy] = useState("");
  const [chain, setChain] = useState("");
  const off = whyNotDemo();
  const weights = weightsOf(mix);
  const isEmpty = weights !== null && Object.keys(weights).length === 0;
  const body = {
    kind,
    rate: perSecond,
    ...(weights === null ? {} : { methods: weights }),
    ...(strategy === "" ? {} : { strategy }),
    ...(chain === "" ? {} : { chain }),
    ...more,
  };
  return (
    <fieldset class="form" disabled={off !== null}>
      <legend class="hidden">{about}</legend>
      <NumberField label={rateLabel} value={perSecond} min={0.1} max={maxRate} set={setRate} />
      <MixField value={mix} methods={methods} set={setMix} />
      {children}
      <StrategyField value={strategy} set={setStrategy} />
      <ChainField value={chain} set={setChain} />
      <div class="buttons row">
        <ActionButton
          runner={runner}
          off={off ?? (isEmpty ? "No method has a weight." : null)}
          action={{ path: "/api/admin/traffic", body, done: words.begun(perSecond) }}
        >
          {isRunning ? words.instead : "Start"}
        </ActionButton>
        <ActionButton
          runner={runner}
          off={off ?? (isRunning ? null : words.idle)}
          action={{
            method: "DELETE",
            path: `/api/admin/traffic?kind=${kind}`,
            done: words.ended,
            unchanged: words.idle,
          }}
        >
          Stop
        </ActionButton>
        <Said runner={runner} />
      </div>
    </fieldset>
  );
}
