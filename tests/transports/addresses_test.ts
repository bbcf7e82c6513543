// The order and the age of an upstream's addresses.

import assert from "node:assert/strict";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { type Address, AddressBook, interleave } from "../../transports/http/addresses.ts";

const four = (address: string): Address => ({ address, family: 4 });
const six = (address: string): Address => ({ address, family: 6 });

Deno.test("interleave() takes the families in turn and keeps their order", () => {
  const mixed = interleave([six("::1"), six("::2"), six("::3"), four("1.1.1.1"), four("2.2.2.2")]);
  assert.deepEqual(mixed.map(({ address }) => address), ["::1", "1.1.1.1", "::2", "2.2.2.2", "::3"]);
  assert.deepEqual(interleave([four("1.1.1.1"), six("::1")]).map(({ family }) => family), [4, 6]);
  assert.deepEqual(interleave([]), []);
});

Deno.test("AddressBook current() asks once for calls at the same time, and again after 30 s", async () => {
  const clock = new VirtualClock();
  let lookups = 0;
  const book = new AddressBook("h", () => Promise.resolve([four(`10.0.0.${++lookups}`)]), clock, () => {});
  const [first, second] = await Promise.all([book.current(), book.current()]);
  assert.deepEqual(first, second);
  await clock.advance(29_999);
  assert.deepEqual(await book.current(), [four("10.0.0.1")]);
  await clock.advance(1);
  assert.deepEqual(await book.current(), [four("10.0.0.2")]);
});

Deno.test("AddressBook tells a change of the set, not of its order", async () => {
  const clock = new VirtualClock();
  const answers = [[four("a"), four("b")], [four("b"), four("a")], [four("b"), four("c")]];
  const told: string[][] = [];
  const book = new AddressBook(
    "h",
    () => Promise.resolve(answers.shift()!),
    clock,
    (set) => told.push([...set]),
  );
  for (let i = 0; i < 3; i++) {
    await book.current();
    await clock.advance(30_000);
  }
  assert.deepEqual(told, [["b", "c"]]);
});

Deno.test("AddressBook never looks an IP literal up", async () => {
  const lookup = (): Promise<Address[]> => Promise.reject(new Error("looked up"));
  assert.deepEqual(await new AddressBook("[::1]", lookup, new VirtualClock(), () => {}).current(), [
    six("::1"),
  ]);
  const book = new AddressBook("127.0.0.1", lookup, new VirtualClock(), () => {});
  assert.deepEqual(await book.current(), [four("127.0.0.1")]);
});

Deno.test("AddressBook current() rejects while nothing is known, and asks again at once", async () => {
  let up = false;
  const lookup = (): Promise<Address[]> =>
    up ? Promise.resolve([four("a")]) : Promise.reject(new Error("down"));
  const book = new AddressBook("h", lookup, new VirtualClock(), () => {});
  await assert.rejects(book.current(), /down/);
  up = true;
  assert.deepEqual(await book.current(), [four("a")]);
});
