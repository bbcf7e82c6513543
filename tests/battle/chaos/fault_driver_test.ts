import assert from "node:assert/strict";
import { driveFaults, type FaultTarget } from "../../../battle/chaos/fault_driver.ts";
import type { RouterControl } from "../../../battle/chaos/router_faults.ts";
import type { Fault, PlannedFault } from "../../../battle/model/fault.ts";
import type { FaultRecord } from "../../../battle/model/record.ts";
import { LassoError } from "../../../core/errors.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

function planned(
  id: string,
  fault: Fault,
  startMs: number,
  endMs: number | null,
  provider: string | null = "a",
): PlannedFault {
  return {
    id,
    fault,
    chain: provider === null ? null : "ethereum",
    provider,
    share: 1,
    methods: null,
    startUs: startMs * 1000,
    endUs: endMs === null ? null : endMs * 1000,
  };
}

const kill: Fault = { kind: "kill" };

/** Says what was done to it, and when. */
class FakeTarget implements FaultTarget {
  readonly log: string[] = [];
  readonly inForce = new Map<number, string>();
  readonly nowUs: () => number;
  refused = "";

  constructor(nowUs: () => number) {
    this.nowUs = nowUs;
  }

  beginFault(handle: number, fault: PlannedFault): Promise<number> {
    if (fault.id === this.refused) return Promise.reject(new Error("the port is gone"));
    this.inForce.set(handle, fault.id);
    this.log.push(`${this.nowUs()} begin ${fault.id}`);
    return Promise.resolve(this.nowUs());
  }

  endFault(handle: number): Promise<number> {
    this.log.push(`${this.nowUs()} end ${this.inForce.get(handle)}`);
    this.inForce.delete(handle);
    return Promise.resolve(this.nowUs());
  }
}

class FakeRouter implements RouterControl {
  readonly log: string[] = [];
  readonly nowUs: () => number;

  constructor(nowUs: () => number) {
    this.nowUs = nowUs;
  }

  stall(): void {
    this.#note("stall");
  }

  goOn(): void {
    this.#note("goOn");
  }

  kill(): Promise<void> {
    this.#note("kill");
    return Promise.resolve();
  }

  restart(): Promise<void> {
    this.#note("restart");
    return Promise.resolve();
  }

  leaveHeap(heapMb: number | null): Promise<void> {
    this.#note(`leaveHeap ${heapMb}`);
    return Promise.resolve();
  }

  #note(what: string): void {
    this.log.push(`${this.nowUs()} ${what}`);
  }
}

interface Scene {
  readonly clock: VirtualClock;
  readonly world: FakeTarget;
  readonly router: FakeRouter;
  readonly heard: string[];
  readonly abort: AbortController;
  drive(faults: readonly PlannedFault[]): Promise<readonly FaultRecord[]>;
}

/** Time 0 is 100 ms away, as behind a warm-up. */
function scene(): Scene {
  const clock = new VirtualClock();
  const nowUs = (): number => Math.round((clock.now() - 100) * 1000);
  const world = new FakeTarget(nowUs);
  const router = new FakeRouter(nowUs);
  const heard: string[] = [];
  const abort = new AbortController();
  return {
    clock,
    world,
    router,
    heard,
    abort,
    drive: (faults) =>
      driveFaults({
        faults,
        world,
        router,
        clock,
        nowUs,
        onBegin: ({ id, startUs }) => heard.push(`${startUs} ${id}`),
        onEnd: ({ id, endUs }) => heard.push(`${endUs} ${id} over`),
        signal: abort.signal,
      }),
  };
}

function times(records: readonly FaultRecord[]): readonly (readonly [string, number, number])[] {
  return records.map(({ id, startUs, endUs }) => [id, startUs, endUs]);
}

Deno.test("driveFaults() begins and ends each fault at its time, and says so", async () => {
  const { clock, world, heard, drive } = scene();
  const driven = drive([
    planned("one", kill, 10, 30),
    planned("two", { kind: "lag", blocks: 2 }, 20, 40, "b"),
    planned("act", { kind: "drop_sockets" }, 25, null),
  ]);
  await clock.advance(200);
  assert.deepEqual(times(await driven), [["one", 10_000, 30_000], ["two", 20_000, 40_000], [
    "act",
    25_000,
    25_000,
  ]]);
  assert.deepEqual(world.log, [
    "10000 begin one",
    "20000 begin two",
    "25000 begin act",
    "25000 end act",
    "30000 end one",
    "40000 end two",
  ]);
  assert.deepEqual(heard, [
    "10000 one",
    "20000 two",
    "25000 act",
    "25000 act over",
    "30000 one over",
    "40000 two over",
  ]);
  assert.equal(clock.pending, 0);
});

Deno.test("driveFaults() tells stretches of one fault apart, also where they overlap", async () => {
  const { clock, world, drive } = scene();
  const driven = drive([
    planned("flap", kill, 0, 20),
    planned("flap", kill, 10, 30),
    planned("flap", kill, 40, 50),
  ]);
  await clock.advance(200);
  assert.deepEqual(times(await driven), [["flap", 0, 20_000], ["flap", 10_000, 30_000], [
    "flap",
    40_000,
    50_000,
  ]]);
  assert.equal(world.inForce.size, 0);
});

Deno.test("driveFaults() that is aborted ends what is in force at once, and begins nothing more", async () => {
  const { clock, world, abort, drive } = scene();
  const driven = drive([planned("long", kill, 10, 1_000), planned("later", kill, 500, 600)]);
  await clock.advance(150);
  abort.abort();
  assert.deepEqual(times(await driven), [["long", 10_000, 50_000]]);
  assert.deepEqual(world.log, ["10000 begin long", "50000 end long"]);
  assert.equal(clock.pending, 0);
});

Deno.test("driveFaults() with a fault that can't be begun ends the others and says which", async () => {
  const { clock, world, drive } = scene();
  world.refused = "broken";
  const driven = drive([planned("good", kill, 10, 1_000), planned("broken", kill, 50, 60)]);
  const failed = assert.rejects(driven, (thrown: unknown) => {
    assert.ok(thrown instanceof LassoError);
    assert.equal(thrown.summary, "The fault broken could not be begun: the port is gone");
    return true;
  });
  await clock.advance(200);
  await failed;
  assert.deepEqual(world.log, ["10000 begin good", "50000 end good"]);
});

Deno.test("driveFaults() refuses a fault that has nothing to act on", async () => {
  const clock = new VirtualClock();
  const options = { world: null, router: null, clock, nowUs: () => 0, signal: new AbortController().signal };
  await assert.rejects(
    driveFaults({ ...options, faults: [planned("stop", { kind: "router_stall" }, 0, 1, null)] }),
    /^LassoError: The fault stop has nothing to act on: the run has no router of its own\./,
  );
  await assert.rejects(
    driveFaults({ ...options, faults: [planned("die", kill, 0, 1)] }),
    /The fault die has nothing to act on: the run has no world of its own\./,
  );
});

Deno.test("driveFaults() router_stall is SIGSTOP to SIGCONT, router_kill starts again at once or at its end", async () => {
  const { clock, router, drive } = scene();
  const driven = drive([
    planned("stall", { kind: "router_stall" }, 10, 30, null),
    planned("kill", { kind: "router_kill" }, 40, null, null),
    planned("down", { kind: "router_kill" }, 50, 70, null),
  ]);
  await clock.advance(300);
  assert.deepEqual(times(await driven), [
    ["stall", 10_000, 30_000],
    ["kill", 40_000, 40_000],
    ["down", 50_000, 70_000],
  ]);
  assert.deepEqual(router.log, [
    "10000 stall",
    "30000 goOn",
    "40000 kill",
    "40000 restart",
    "50000 kill",
    "70000 restart",
  ]);
});

Deno.test("driveFaults() a router that is started again within a stall is stopped again", async () => {
  const { clock, router, drive } = scene();
  const driven = drive([
    planned("stall", { kind: "router_stall" }, 10, 60, null),
    planned("kill", { kind: "router_kill" }, 20, 40, null),
  ]);
  await clock.advance(300);
  await driven;
  assert.deepEqual(router.log, ["10000 stall", "20000 kill", "40000 restart", "40000 stall", "60000 goOn"]);
});

Deno.test("driveFaults() memory_pressure holds from its start to its end; of several the tightest, and in a new process too", async () => {
  const { clock, router, drive } = scene();
  const pressure = (heapMb: number): PlannedFault["fault"] => ({ kind: "memory_pressure", heapMb });
  const driven = drive([
    planned("wide", pressure(128), 10, 80, null),
    planned("tight", pressure(64), 30, 60, null),
    planned("wider", pressure(256), 35, 50, null),
    planned("kill", { kind: "router_kill" }, 40, null, null),
    planned("late kill", { kind: "router_kill" }, 90, null, null),
  ]);
  await clock.advance(300);
  assert.deepEqual(times(await driven).slice(0, 2), [["wide", 10_000, 80_000], ["tight", 30_000, 60_000]]);
  assert.deepEqual(router.log, [
    "10000 leaveHeap 128",
    "30000 leaveHeap 64",
    "35000 leaveHeap 64",
    "40000 kill",
    "40000 restart",
    "40000 leaveHeap 64",
    "50000 leaveHeap 64",
    "60000 leaveHeap 128",
    "80000 leaveHeap null",
    "90000 kill",
    "90000 restart",
  ]);
});
