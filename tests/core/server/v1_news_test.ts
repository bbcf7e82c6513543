// The order of news of one chain, on virtual time: nothing overtakes, lanes may be changed, blocks that can't be had go
// without their transactions.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { BlockAnswer } from "../../../core/server/v1_blocks.ts";
import { type Include, type NewsReader, V1News } from "../../../core/server/v1_news.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

interface Told {
  readonly type: string;
  readonly reason?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function hashOf(number: number): string {
  return `0x${number.toString(16).padStart(64, "0")}`;
}

function header(number: number): string {
  return JSON.stringify({ number: `0x${number.toString(16)}`, hash: hashOf(number) });
}

class Reader implements NewsReader {
  position = 0;
  readonly told: Told[] = [];
  readonly frames: Uint8Array[] = [];

  get story(): string[] {
    return this.told.map(({ type, data, reason }) => {
      if (type !== "block") return type;
      const body = data.transactions === undefined ? "h" : data.transactions === null ? "-" : "t";
      return `${Number(data.number)}${data.full === true ? "f" : body}${reason === undefined ? "" : "!"}`;
    });
  }

  readonly #note = (frame: Uint8Array): void => {
    const text = Buffer.from(frame).toString();
    this.frames.push(frame);
    this.told.push(JSON.parse(text.slice(text.indexOf("{"))));
  };
  tellBlock = this.#note;
  tellReorg = this.#note;
  tellGap = this.#note;
}

class Stage {
  readonly clock = new VirtualClock();
  /** Questions that wait for `answer`. */
  readonly asked: { hash: string; full: boolean; answered: (answer: BlockAnswer) => void }[] = [];
  readonly news = new V1News({
    clock: this.clock,
    chain: "ethereum",
    ask: (hash, full, answered) => void this.asked.push({ hash, full, answered }),
  });

  reader(include: Include): Reader {
    const reader = new Reader();
    reader.position = this.news.serial;
    this.news.join(reader, include);
    return reader;
  }

  answer(number: number, answer?: BlockAnswer): void {
    const place = this.asked.findIndex(({ hash }) => hash === hashOf(number));
    const [question] = this.asked.splice(place, 1);
    const text = JSON.stringify({
      ...JSON.parse(header(number)),
      transactions: [],
      ...(question?.full ? { full: true } : {}),
    });
    question?.answered(answer ?? { kind: "block", text });
  }
}

const unknown: BlockAnswer = { kind: "unknown" };

Deno.test("V1News asks once for all who want the same, and for nobody when nobody does", () => {
  const stage = new Stage();
  const one = stage.reader("header");
  stage.news.block(header(1));
  assert.deepEqual([one.story, stage.asked.length], [["1h"], 0]);
  const [a, b] = [stage.reader("hashes"), stage.reader("hashes")];
  stage.news.block(header(2));
  assert.equal(stage.asked.length, 1);
  stage.answer(2);
  assert.deepEqual([a.story, b.story, one.story], [["2t"], ["2t"], ["1h", "2h"]]);
  assert.equal(a.frames[0], b.frames[0], "one frame for both");
});

Deno.test("V1News keeps the order when answers overtake each other", () => {
  const stage = new Stage();
  const reader = stage.reader("hashes");
  for (const number of [1, 2, 3]) stage.news.block(header(number));
  stage.news.gap(4, 5);
  stage.news.reorg({ depth: 1, ancestor: { number: 2 } });
  stage.answer(3);
  stage.answer(2);
  assert.deepEqual(reader.story, []);
  stage.answer(1);
  assert.deepEqual(reader.story, ["1t", "2t", "3t", "gap", "reorg"]);
});

Deno.test("V1News lets a reader change lanes and neither misses nor repeats", () => {
  const stage = new Stage();
  const reader = stage.reader("hashes");
  const other = stage.reader("header");
  stage.news.block(header(1));
  stage.news.block(header(2));
  stage.answer(1);
  assert.deepEqual(reader.story, ["1t"]);
  stage.news.leave(reader, "hashes");
  stage.news.join(reader, "header");
  assert.deepEqual(reader.story, ["1t", "2h"], "what the header's lane was told already");
  stage.news.leave(reader, "header");
  stage.news.join(reader, "full");
  stage.news.block(header(3));
  stage.answer(3);
  assert.deepEqual(reader.story, ["1t", "2h", "3f"]);
  stage.news.leave(reader, "full");
  stage.news.join(reader, "hashes");
  stage.answer(2);
  assert.deepEqual(reader.story, ["1t", "2h", "3f"], "nothing twice");
  assert.deepEqual(other.story, ["1h", "2h", "3h"]);
});

Deno.test("V1News asks again for a block that nobody has yet, and gives its header when nobody ever does", async () => {
  const stage = new Stage();
  const reader = stage.reader("hashes");
  stage.news.block(header(1));
  stage.answer(1, unknown);
  assert.equal(stage.asked.length, 0);
  await stage.clock.advance(150);
  assert.equal(stage.asked.length, 1);
  stage.answer(1);
  assert.deepEqual(reader.story, ["1t"]);
  stage.news.block(header(2));
  stage.news.block(header(3));
  stage.answer(3);
  for (let k = 0; k < 20 && stage.asked.length > 0; k++) {
    stage.answer(2, { kind: "failed", why: "no provider is up" });
    await stage.clock.advance(2_000);
  }
  assert.deepEqual(reader.story, ["1t", "2-!", "3t"]);
  assert.equal(reader.told[1]?.reason, "no provider is up");
  assert.equal(stage.clock.pending, 0);
});

Deno.test("V1News does not wait for a block that was taken back", () => {
  const stage = new Stage();
  const reader = stage.reader("hashes");
  stage.news.block(header(1));
  stage.news.block(header(2));
  stage.answer(1);
  stage.news.reorg({ depth: 1, ancestor: { number: 1 } });
  stage.answer(2, unknown);
  assert.deepEqual(reader.story, ["1t", "2-!", "reorg"]);
});

Deno.test("V1News holds a bounded number of blocks back", () => {
  const stage = new Stage();
  const reader = stage.reader("full");
  for (let number = 1; number <= 500; number++) stage.news.block(header(number));
  assert.equal(reader.story.length, 500 - 32);
  assert.ok(reader.told.every(({ reason }) => reason === "it took too long"));
  stage.news[Symbol.dispose]();
  assert.equal(stage.clock.pending, 0);
});
