import assert from "node:assert/strict";
import { parseProc, ProcessSampler } from "../../../battle/run/process_sampler.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

const stat = (pid: number, name: string, user: number, system: number): string =>
  `${pid} (${name}) S 1 1 1 0 -1 4194304 100 0 0 0 ${user} ${system} 0 0 20 0 8 0 12345 1000 200\n`;
const status = (pid: number, kb: number): string => `Name:\tx\nPid:\t${pid}\nVmRSS:\t  ${kb} kB\n`;

Deno.test("parseProc() reads memory and CPU by pid, whatever a process is called", () => {
  const text = stat(7, "deno (a) b", 150, 50) + status(7, 2_048) + stat(9, "x", 1, 0) + status(9, 1_024);
  assert.deepEqual([...parseProc(text)], [
    [7, { pid: 7, residentMb: 2, cpuS: 2 }],
    [9, { pid: 9, residentMb: 1, cpuS: 0.01 }],
  ]);
});

Deno.test("parseProc() leaves out what is only half there", () => {
  assert.deepEqual([...parseProc(stat(7, "x", 1, 1) + status(8, 1_024))], []);
});

Deno.test("ProcessSampler gives CPU since the sample before, and a process anew that was started anew", async () => {
  const clock = new VirtualClock();
  let ticks = 0;
  let router: number | undefined = 7;
  const sampler = new ProcessSampler({
    clock,
    pids: () => (router === undefined ? { world: 9 } : { router, world: 9 }),
    nowUs: () => clock.now() * 1000,
    loopLagMs: () => 3,
    inUseMb: () => null,
    ballastMb: () => 0,
    read: (pids) => {
      ticks += 25;
      return Promise.resolve(pids.map((pid) => stat(pid, "x", ticks, 0) + status(pid, 1_024)).join(""));
    },
  });
  await clock.advance(1_100);
  router = undefined;
  await clock.advance(500);
  router = 11;
  await clock.advance(1_000);
  await sampler[Symbol.asyncDispose]();
  const of = (name: string): readonly unknown[] =>
    sampler.samples.filter(({ process }) => process === name).map(({ atUs, cpu, loopLagMs }) => [
      atUs,
      cpu,
      loopLagMs,
    ]);
  // 25 ticks of 10 ms in each 500 ms: half a core. The first look of a process only begins.
  assert.deepEqual(of("router"), [[500_000, 0.5, 3], [1_000_000, 0.5, 3], [2_500_000, 0.5, 3]]);
  assert.deepEqual(of("world").length, 5);
  assert.equal(clock.pending, 0);
});

Deno.test("ProcessSampler takes a fault's ballast off the router's memory, and no sample while that changes", async () => {
  const clock = new VirtualClock();
  let ballastMb: number | null = 0;
  const sampler = new ProcessSampler({
    clock,
    pids: () => ({ router: 7, world: 9 }),
    nowUs: () => clock.now() * 1000,
    loopLagMs: () => null,
    inUseMb: () => 400,
    ballastMb: () => ballastMb,
    read: (pids) => Promise.resolve(pids.map((pid) => stat(pid, "x", 1, 0) + status(pid, 512_000)).join("")),
  });
  await clock.advance(600);
  ballastMb = null;
  await clock.advance(500);
  ballastMb = 256;
  await clock.advance(500);
  await sampler[Symbol.asyncDispose]();
  const of = (name: string): readonly number[] =>
    sampler.samples.filter(({ process }) => process === name).map(({ residentMb }) => residentMb);
  assert.deepEqual(of("router"), [500, 244]);
  const inUse = sampler.samples.flatMap(({ process, inUseMb }) => process === "router" ? inUseMb : []);
  assert.deepEqual(inUse, [400, 144]);
  assert.deepEqual(of("world"), [500, 500, 500]);
});
