// The decoder of frames: however a stream is cut into chunks its messages are the same, and whatever becomes of its
// bytes, it neither throws nor hangs nor holds more than it may.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { below, type Random, seededRandom } from "../../core/random.ts";
import { FrameDecoder, type FrameReceiver } from "../../transports/ws/frame_decoder.ts";
import { closePayload, frame } from "../support/ws_frames.ts";

/** Notes all that a decoder says, as text. */
class Notes implements FrameReceiver {
  readonly said: string[] = [];
  ended = false;

  onMessage(text: string): void {
    this.#note(`message ${text}`);
  }
  onOversize(head: string, tail: string): boolean {
    this.#note(`oversize ${head.slice(0, 3)} ${tail.slice(-3)}`);
    return head.startsWith("{");
  }
  onPing(payload: Buffer): void {
    this.#note(`ping ${payload.toString("latin1")}`);
  }
  onPong(): void {
    this.#note("pong");
  }
  onClose(code: number): void {
    this.#note(`close ${code}`);
    this.ended = true;
  }
  onFault(code: number, why: string): void {
    this.#note(`fault ${code} ${why}`);
    this.ended = true;
  }

  #note(what: string): void {
    assert.equal(this.ended, false, `${what} after the end`);
    this.said.push(what);
  }
}

function decode(stream: Uint8Array, cut: (left: number) => number, maxBytes = 200_000): string[] {
  const notes = new Notes();
  const decoder = new FrameDecoder(notes, maxBytes);
  // As the sockets do: one buffer for all chunks, overwritten by the next.
  const shared = Buffer.alloc(Math.max(1, stream.length));
  for (let at = 0; at < stream.length;) {
    const size = Math.max(1, Math.min(stream.length - at, cut(stream.length - at)));
    shared.set(stream.subarray(at, at + size));
    decoder.feed(shared.subarray(0, size));
    shared.fill(0xee, 0, size);
    at += size;
  }
  return notes.said;
}

/** A stream of frames, and what is to be heard of it. */
function validStream(random: Random): { readonly bytes: Buffer; readonly said: readonly string[] } {
  const frames: Buffer[] = [];
  const said: string[] = [];
  const next = (bound: number): number => below(random, bound);
  const control = (): void => {
    const payload = "p".repeat([0, 1, 125][next(3)]!);
    if (next(2) === 0) {
      frames.push(frame(9, payload));
      said.push(`ping ${payload}`);
    } else {
      frames.push(frame(10, payload));
      said.push("pong");
    }
  };
  for (let count = 1 + next(6); count > 0; count--) {
    const size = [0, 1, 125, 126, 127, 300, 65_535, 65_536, 70_000][next(next(16) === 0 ? 9 : 6)]!;
    const payload = Buffer.alloc(size, next(256));
    const opcode = 1 + next(2);
    let at = 0;
    for (let first = true;; first = false) {
      if (next(4) === 0) control();
      const end = next(2) === 0 ? size : Math.min(size, at + next(size + 1));
      frames.push(frame(first ? opcode : 0, payload.subarray(at, end), { final: end === size }));
      at = end;
      if (end === size) break;
    }
    said.push(`message ${payload.toString("latin1")}`);
  }
  if (next(3) === 0) {
    frames.push(frame(8, next(2) === 0 ? "" : closePayload(1001, "bye")));
    said.push(frames.at(-1)!.length > 2 ? "close 1001" : "close 1005");
    frames.push(frame(1, "after the end"));
  }
  return { bytes: Buffer.concat(frames), said };
}

Deno.test("FrameDecoder gives the same messages however the stream is cut: 1,500 seeded streams", () => {
  for (let seed = 1; seed <= 1_500; seed++) {
    const random = seededRandom(seed);
    const { bytes, said } = validStream(random);
    const cuts: readonly ((left: number) => number)[] = [
      (left) => left,
      () => 1 + below(random, 9),
      (left) => 1 + below(random, left),
      () => bytes.length < 2_000 ? 1 : 4_096,
    ];
    for (const cut of cuts) assert.deepEqual(decode(bytes, cut), said, `seed ${seed}`);
  }
});

Deno.test("FrameDecoder takes any bytes without throwing, and the same way however they are cut: 6,000 mutations", () => {
  let faults = 0;
  for (let seed = 1; seed <= 6_000; seed++) {
    const random = seededRandom(seed);
    const { bytes } = validStream(random);
    const mutated = Buffer.from(bytes.subarray(0, 3_000));
    for (let count = 1 + below(random, 4); count > 0; count--) {
      const near = below(random, 2) === 0 ? Math.min(mutated.length, 16) : mutated.length;
      mutated[below(random, near)] = below(random, 256);
    }
    const whole = decode(mutated, (left) => left, 100_000);
    const cut = decode(mutated, () => 1 + below(random, 40), 100_000);
    assert.deepEqual(cut, whole, `seed ${seed}`);
    if (whole.at(-1)?.startsWith("fault")) faults++;
  }
  assert.ok(faults > 1_000, `${faults} faults`);
});

Deno.test("FrameDecoder survives noise", () => {
  for (let seed = 1; seed <= 2_000; seed++) {
    const random = seededRandom(seed);
    decode(
      Uint8Array.from({ length: below(random, 200) }, () => below(random, 256)),
      (left) => 1 + below(random, left),
    );
  }
});

Deno.test("FrameDecoder skips a message that is too long and says whose it may be, first by its head, then by its tail", () => {
  const known = "{" + "a".repeat(999) + "x}";
  const unknown = "[" + "b".repeat(999) + "y}";
  const streams = [
    [frame(1, known)],
    [frame(1, known.slice(0, 90), { final: false }), frame(9, ""), frame(0, known.slice(90))],
    [frame(1, known.slice(0, 999), { final: false }), frame(0, known.slice(999))],
  ];
  for (const stream of streams) {
    const bytes = Buffer.concat([...stream, frame(1, "next")]);
    for (const size of [1, 7, 5_000]) {
      const said = decode(bytes, () => size, 999).filter((what) => what !== "ping ");
      assert.deepEqual(said, ["oversize {aa ", "message next"]);
    }
  }
  for (const size of [1, 7, 5_000]) {
    const said = decode(Buffer.concat([frame(1, unknown), frame(1, "next")]), () => size, 900);
    assert.deepEqual(said, [
      "oversize [bb ",
      "oversize [bb by}",
      "fault 1009 sent a message that is too long",
    ]);
  }
});

Deno.test("FrameDecoder counts what an endless message of fragments holds, and announced bytes cost nothing", () => {
  const notes = new Notes();
  const decoder = new FrameDecoder(notes, 1_000_000);
  const before = Deno.memoryUsage().external;
  decoder.feed(frame(1, "", { claimed: 1_000_000 }));
  decoder.feed(Buffer.from("{"));
  assert.ok(Deno.memoryUsage().external - before < 500_000);
  decoder.stop();
  const other = new FrameDecoder(notes, 1_000_000);
  const piece = frame(0, Buffer.alloc(60_000, 97), { final: false });
  other.feed(frame(1, "{", { final: false }));
  for (let i = 0; i < 100; i++) other.feed(piece);
  assert.deepEqual(notes.said, ["oversize {aa "]);
});
