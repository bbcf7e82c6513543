import assert from "node:assert/strict";
import { EventHub } from "../../../core/server/event_hub.ts";
import { StateWatch } from "../../../core/server/state_watch.ts";
import { fakeRouter } from "../../support/fake_router.ts";

Deno.test("StateWatch says since when a channel is in its state, though nobody looks", async () => {
  await using lasso = await fakeRouter({ nodes: { a: () => undefined, b: () => undefined } });
  const { clock } = lasso;
  const hub = new EventHub(() => clock.wallNow());
  const watch = new StateWatch(clock, hub);
  watch.bind(lasso.router);
  const channel = lasso.channel("a");
  const first = watch.look("ethereum", channel);
  const began = clock.wallNow();
  assert.equal(first.since, began);

  await clock.advance(1_000);
  channel.provider.drained = true;
  await clock.advance(5_000);
  // The chain said that something changed when it did, though nobody looked.
  assert.deepEqual(watch.look("ethereum", channel), {
    state: "off",
    reason: "drained",
    since: began + 1_000,
  });

  channel.provider.drained = false;
  channel.provider.setAside.apply("quota", {
    scope: "provider",
    ms: 2_000,
    doubling: false,
    untilProbe: false,
  });
  assert.equal(watch.look("ethereum", channel).state, "limited");
  await clock.advance(3_000);
  // What ends by time is noticed when its time is over.
  const after = watch.look("ethereum", channel);
  assert.notEqual(after.state, "limited");
  assert.equal(after.since, began + 8_000);
});
