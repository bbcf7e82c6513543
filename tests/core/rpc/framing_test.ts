import assert from "node:assert/strict";
import { type Frame, type Item, keyAt, readFrame } from "../../../core/rpc/framing.ts";
import { textToWire } from "../../../core/rpc/wire.ts";

function single(body: string): Item {
  const frame = readFrame(textToWire(body), 10);
  assert.equal(frame.kind, "single", body);
  return (frame as Extract<Frame, { kind: "single" }>).item;
}

function call(rest: string): Item {
  return single(`{"jsonrpc":"2.0","method":"eth_call"${rest}}`);
}

Deno.test("readFrame() keeps every legal id in the client's own spelling", () => {
  const ids = [
    "1",
    "0",
    "-0",
    "1.50",
    "1e3",
    "-12",
    "1E400",
    "12345678901234567890123",
    '"a\\u0062"',
    '""',
    "null",
    '"é🜁"',
    '"\\"quoted\\" \\\\"',
    '"\\ud800"',
  ];
  for (const id of ids) {
    assert.equal(call(`,"id": ${id} `).id, textToWire(id));
    assert.equal(call(`,"id":${id}`).kind, "call");
  }
});

Deno.test("readFrame() calls an id that is no string, number or null bad, and answers it with null", () => {
  for (const id of ["true", "false", "[]", "[1]", "{}", '{"a":1}']) {
    assert.deepEqual(call(`,"id":${id}`), {
      kind: "bad",
      id: "null",
      message: "id must be a string, a number or null",
    });
  }
});

Deno.test("readFrame() takes a call without id for a notification, one with id null not", () => {
  assert.equal(call("").id, null);
  assert.equal(call(',"id":null').id, "null");
});

Deno.test("readFrame() keeps params as the client spelt them; null is absent", () => {
  for (const params of ["[]", "{}", '[ 1.0 , "a\\u0062", {"é":1e3} ]']) {
    const item = call(`,"id":1,"params" : ${params}`);
    assert.equal(item.kind === "call" && item.params, textToWire(params));
  }
  for (const rest of ["", ',"params":null']) {
    const item = call(`,"id":1${rest}`);
    assert.equal(item.kind === "call" && item.params, undefined);
  }
  for (const params of ["1", '"x"', "true"]) {
    assert.deepEqual(call(`,"id":7,"params":${params}`), {
      kind: "bad",
      id: "7",
      message: "params must be an array or an object",
    });
  }
});

Deno.test("readFrame() answers what is no request with its id where that is legal", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['{"id":1,"method":"m"}', "1", 'jsonrpc must be "2.0"'],
    ['{"jsonrpc":"1.0","id":"x","method":"m"}', '"x"', 'jsonrpc must be "2.0"'],
    ['{"jsonrpc":2.0,"id":1,"method":"m"}', "1", 'jsonrpc must be "2.0"'],
    ['{"jsonrpc":"2.0","id":1}', "1", "method must be a string"],
    ['{"jsonrpc":"2.0","id":1,"method":1}', "1", "method must be a string"],
    ['{"jsonrpc":"2.0","method":null}', "null", "method must be a string"],
    ["{}", "null", 'jsonrpc must be "2.0"'],
    ["1", "null", "a request must be an object"],
    ['"x"', "null", "a request must be an object"],
  ];
  for (const [body, id, message] of cases) assert.deepEqual(single(body), { kind: "bad", id, message });
});

Deno.test("readFrame() reads escaped names and values as JSON.parse does, the last of a repeated member", () => {
  const item = single(
    '{"json\\u0072pc":"2\\u002e0","i\\u0064":1,"m\\u0065thod":"eth\\u005fcall","id":2,"params":[1],"params":[2]}',
  );
  assert.deepEqual(item, {
    kind: "call",
    id: "2",
    method: "eth_call",
    methodToken: '"eth\\u005fcall"',
    params: "[2]",
    meta: false,
  });
  assert.equal(keyAt('{"a\\"b":1}', 1), 'a"b');
});

Deno.test("readFrame() takes a lasso_meta that is true for a wish, and nothing else", () => {
  const wishes: readonly (readonly [string, boolean])[] = [
    ['"lasso_meta":true', true],
    ['"lasso\\u005fmeta" : true ', true],
    ['"lasso_meta":false', false],
    ['"lasso_meta":"true"', false],
    ['"lasso_meta":1', false],
    ['"lasso_meta":[true]', false],
    ['"lasso_meta":null', false],
    ['"lasso_meta":true,"lasso_meta":false', false],
    ['"lasso_metas":true', false],
    ['"x":1', false],
  ];
  for (const [member, meta] of wishes) {
    const item = call(`,"id":1,${member}`);
    assert.equal(item.kind === "call" && item.meta, meta, member);
  }
  // A wish of one item is none of the next.
  const frame = readFrame(
    '[{"jsonrpc":"2.0","method":"a","lasso_meta":true},{"jsonrpc":"2.0","method":"b"}]',
    2,
  );
  const items = frame.kind === "batch" ? frame.items : [];
  assert.deepEqual(items.map((item) => item.kind === "call" && item.meta), [true, false]);
});

Deno.test("readFrame() gives a batch in its order, bad items among good ones", () => {
  const frame = readFrame('[{"jsonrpc":"2.0","id":2,"method":"a"},1,{"jsonrpc":"2.0","method":"b"},[]]', 10);
  assert.equal(frame.kind, "batch");
  const items = frame.kind === "batch" ? frame.items : [];
  assert.deepEqual(items.map((item) => [item.kind, item.id]), [
    ["call", "2"],
    ["bad", "null"],
    ["call", null],
    ["bad", "null"],
  ]);
});

Deno.test("readFrame() refuses whole bodies: no JSON, an empty batch, too many calls", () => {
  for (const body of ["", " ", "{", "[", "[1", "[1,", "[1,]", "{}x", "[1]x", "nope", '\ufeff{"a":1}']) {
    assert.deepEqual(readFrame(textToWire(body), 10), { kind: "no_json" }, body);
  }
  assert.deepEqual(readFrame(" [ ] ", 10), { kind: "empty_batch" });
  assert.deepEqual(readFrame("[1,2,3]", 2), { kind: "too_many", count: 3 });
  assert.equal(readFrame("[1,2]", 2).kind, "batch");
  // Broken JSON behind the limit is still broken JSON.
  assert.deepEqual(readFrame("[1,2,3,x]", 2), { kind: "no_json" });
});

Deno.test("readFrame() goes a million brackets deep without overflowing the stack", () => {
  const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
  const item = single(`{"jsonrpc":"2.0","id":1,"method":"m","params":${deep}}`);
  assert.equal(item.kind === "call" && item.params?.length, deep.length);
  assert.equal(readFrame(deep, 10).kind, "batch");
  assert.equal(readFrame("[".repeat(1_000_000), 10).kind, "no_json");
});
