import assert from "node:assert/strict";
import { type Progress, progressOn } from "../../../battle/run/progress.ts";

function screen(isTty: boolean): { readonly progress: Progress; text(): string } {
  let text = "";
  const write = (piece: string): void => {
    text += piece;
  };
  return { progress: progressOn({ write, isTty, color: false, columns: 60 }), text: () => text };
}

function run({ begin, phase, state, fault, end }: Progress, to = 4_000): void {
  begin("failover", "round 1 of 8: A");
  phase("starts the router");
  for (let atMs = -1_000; atMs <= to; atMs += 1_000) {
    state({
      atMs,
      durationMs: to,
      done: (atMs + 1_000) / 10,
      failed: atMs > 2_000 ? 2 : 0,
      countedAtMs: atMs,
    });
    if (atMs === 1_000) fault("death", "1 s  kill a", true);
    if (atMs === 3_000) fault("death", "3 s  kill a: over", false);
  }
  end();
}

function bound(progress: Progress): Progress {
  return {
    begin: (scenario, part) => progress.begin(scenario, part),
    phase: (text) => progress.phase(text),
    state: (state) => progress.state(state),
    fault: (id, text, inForce) => progress.fault(id, text, inForce),
    event: (text) => progress.event(text),
    end: () => progress.end(),
  };
}

Deno.test("progressOn() a terminal moves one line, and leaves faults to be read above it", () => {
  const { progress, text } = screen(true);
  run(bound(progress));
  const shown = text().split("\r\x1b[2K");
  assert.ok(shown.includes("failover  round 1 of 8: A\n"));
  assert.ok(shown.includes("  1 s  kill a\n"));
  const last = shown.findLast((line) => line.includes("█")) ?? "";
  assert.match(last, /^ {2}█{20} waits for the last answers {2}100\/s/);
  assert.ok(shown.some((line) => /░ 2 s left {2}100\/s {2}300 done/.test(line)), shown.join("\n"));
  assert.ok(shown.every((line) => line.length <= 60));
  assert.ok(text().endsWith("\r\x1b[2K"));
});

Deno.test("progressOn() elsewhere writes plain lines, now and then", () => {
  const { progress, text } = screen(false);
  run(bound(progress), 25_000);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text(), /[\x1b\r]/);
  const lines = text().trimEnd().split("\n");
  assert.deepEqual(lines.slice(0, 3), ["failover  round 1 of 8: A", "  starts the router", "  1 s  kill a"]);
  assert.equal(lines.filter((line) => / left /.test(line)).length, 2);
  assert.match(lines.at(-1) ?? "", /failover: 6 s left {2}100\/s {2}2,000 done {2}2 failed$/);
});
