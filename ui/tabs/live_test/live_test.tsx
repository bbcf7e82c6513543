// Live test: break a provider and watch what routing does about it. Controls at the left, what they do at the right,
// the demo's traffic, sampler and simulators below. Everything but marks and provider actions needs `lasso demo`.

import type { JSX } from "preact";
import { useAsked } from "../../models/asked.ts";
import type { Simulators } from "../../models/demo.ts";
import { events, snapshot } from "../../models/store.ts";
import { Emitters } from "./emitters.tsx";
import { Faults } from "./faults.tsx";
import { Happening } from "./happening.tsx";
import { Marks } from "./marks.tsx";
import { Sampler } from "./sampler.tsx";
import { SimulatorList } from "./simulator_list.tsx";
import { Stage } from "./stage.tsx";
import { Workload } from "./workload.tsx";

const everyMs = 2_000;

export function LiveTest(): JSX.Element {
  const demo = snapshot.value?.demo === true;
  // What begins or ends, also by itself or from elsewhere, is asked for at once.
  const chaos = events.value.find(({ topic }) => topic === "chaos")?.row ?? 0;
  const asked = useAsked<Simulators>(demo ? "/api/admin/simulators" : null, everyMs, chaos).value;
  const faults = asked.data?.faults ?? [];
  const traffic = asked.data?.traffic ?? null;
  return (
    <>
      {!demo && (
        <p class="only-demo">
          Faults, traffic and the sampler need simulated providers: <code>lasso demo</code>{" "}
          has them, this router has real ones. Provider actions and marks work here.
        </p>
      )}
      <Stage faults={faults} />
      <Happening />
      <Faults faults={faults} />
      <Workload running={traffic?.workload ?? null} methods={asked.data?.methods ?? []} />
      <Sampler running={traffic?.sampler ?? null} />
      <Emitters />
      <Marks />
      <SimulatorList asked={asked} />
    </>
  );
}
