import assert from "node:assert/strict";
import {
  type AnnouncementSettings,
  defaultAnnouncementSettings,
} from "../../../battle/simulator/announcement_settings.ts";
import { Announcements } from "../../../battle/simulator/announcements.ts";
import { createSimulatedChain, type SimulatedChain } from "../../../battle/simulator/chain.ts";
import { HeadFollower } from "../../../battle/simulator/head_follower.ts";
import { seededRandom } from "../../../core/random.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

interface World {
  readonly clock: VirtualClock;
  readonly chain: SimulatedChain;
  readonly announcements: Announcements;
  readonly follower: HeadFollower;
  /** `time kind number`, logs of a block as one. */
  readonly story: string[];
}

function world(settings: Partial<AnnouncementSettings> & { readonly lagBlocks?: number } = {}): World {
  const clock = new VirtualClock();
  const chain = createSimulatedChain({ chainId: 1, seed: 12, blockTimeMs: 0, clock, historyBlocks: 20 });
  const announcements = new Announcements({
    clock,
    random: seededRandom(5),
    settings: () => ({ ...defaultAnnouncementSettings, ...settings }),
  });
  const follower = new HeadFollower(
    chain,
    () => settings.lagBlocks ?? 0,
    (change) => announcements.move(change),
  );
  follower.start();
  const story: string[] = [];
  const tell = (line: string): void => {
    if (story.at(-1) !== `${clock.now()} ${line}` || !line.includes("logs")) {
      story.push(`${clock.now()} ${line}`);
    }
  };
  announcements.add({
    onHead: ({ number }) => tell(`head ${number}`),
    onLog: ({ block }, removed) => tell(`${removed ? "removed " : ""}logs ${block.number}`),
    onTransaction: () => tell("transaction"),
    onSyncing: (status) => tell(`syncing ${status}`),
  });
  return { clock, chain, announcements, follower, story };
}

Deno.test("Announcements are made at once, heads before logs, where nothing else is set", () => {
  const { chain, story } = world();
  chain.mine();
  assert.deepEqual(story, ["0 head 21", "0 logs 21"]);
});

Deno.test("Announcements with headsBeforeLogs false and a gap let another block's logs come between", async () => {
  const { chain, story, clock } = world({ headsBeforeLogs: false, headLogGapMs: 100 });
  chain.mine();
  await clock.advance(60);
  chain.mine();
  await clock.advance(200);
  assert.deepEqual(story, ["0 logs 21", "60 logs 22", "100 head 21", "160 head 22"]);
});

Deno.test("Announcements with a wandering delay keep the order of heads, and of logs", async () => {
  const { chain, story, clock } = world({
    eventDelay: { kind: "uniform", min: 0, max: 1_000 },
    headLogGapMs: 1,
  });
  for (let block = 0; block < 20; block++) {
    chain.mine();
    await clock.advance(50);
  }
  await clock.advance(2_000);
  for (const kind of ["head", "logs"]) {
    const numbers = story.filter((line) => line.includes(kind)).map((line) => Number(line.split(" ")[2]));
    assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
    assert.ok(numbers.length >= 15);
  }
  assert.equal(clock.pending, 0);
});

for (
  const [removedLogs, order] of [["oldest_first", [18, 19, 20]], ["newest_first", [20, 19, 18]]] as const
) {
  Deno.test(`Announcements tell removed logs ${removedLogs}, before the new branch`, () => {
    const { chain, story } = world({ removedLogs });
    const { removed } = chain.reorg(3);
    assert.ok(removed.every((block) => block.logs().length > 0));
    const removals = story.filter((line) => line.includes("removed"));
    assert.deepEqual(removals, order.map((number) => `0 removed logs ${number}`));
    assert.deepEqual(story.slice(0, 3), removals);
    assert.equal(story[3], "0 head 18");
  });
}

Deno.test("Announcements that are held come on release, and cleared ones never", async () => {
  const { chain, story, clock, announcements } = world({ eventDelay: { kind: "fixed", ms: 10 } });
  announcements.hold();
  chain.mine();
  await clock.advance(100);
  assert.equal(story.length, 0);
  announcements.release();
  assert.deepEqual(story, ["100 head 21", "100 logs 21"]);
  chain.mine();
  announcements.clear();
  await clock.advance(100);
  assert.equal(story.length, 2);
  assert.equal(clock.pending, 0);
});

Deno.test("HeadFollower tells nothing while it is paused or stopped, and no step back", () => {
  const { chain, story, follower } = world();
  follower.pause();
  chain.mine();
  chain.reorg(2);
  assert.equal(story.length, 0);
  follower.resume();
  // 20 was left, 21 of the old branch never seen.
  assert.deepEqual(story.filter((line) => line.includes("head")), ["0 head 20", "0 head 21", "0 head 22"]);
  assert.equal(story[0], "0 removed logs 20");
  follower.stop();
  chain.mine();
  follower.start();
  assert.equal(story.filter((line) => line.includes("head")).length, 3);
});

Deno.test("Announcements are the same for the same seed, whatever goes wrong", async () => {
  const run = async (): Promise<readonly string[]> => {
    const { chain, story, clock } = world({
      lagBlocks: 1,
      eventDelay: { kind: "pareto", min: 1, shape: 1.5, max: 400 },
      headLogGapMs: 5,
      skipHeads: 0.2,
      skipLogs: 0.2,
      duplicateEvents: 0.3,
    });
    for (let block = 0; block < 30; block++) {
      if (block % 7 === 6) chain.reorg(1 + block % 4);
      else chain.mine();
      await clock.advance(100);
    }
    await clock.advance(1_000);
    return story;
  };
  const first = await run();
  assert.deepEqual(await run(), first);
  assert.ok(first.some((line) => line.includes("removed")));
});
