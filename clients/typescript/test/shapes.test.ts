/** What the generated bindings tell of payloads: binary data, and integers of 64 bits. */
import assert from "node:assert/strict";
import { type IpcError, isIpcError, type Paths, shapes } from "../src/index.js";
import { it } from "./support/watchdog.js";

const codec = (request: Paths) => shapes({ "a:b": { request } })["a:b"]!.request;
const invalid = (path: string) => (error: IpcError) =>
  isIpcError(error, "INVALID_INPUT") && (error.details as any).issues[0].path === path;

it("integers that a number keeps are checked in both directions, and the error names the field", () => {
  const { encode, decode } = codec({ integer: ["id", "list[].id", "map{}"] });
  const most = Number.MAX_SAFE_INTEGER;
  assert.equal(encode({ id: most, list: [{ id: -most }] }).text, `{"id":${most},"list":[{"id":${-most}}]}`);
  for (const wrong of [most + 1, 1.5, NaN, "7", 7n]) assert.throws(() => encode({ id: wrong }), invalid("id"));
  assert.throws(() => encode({ list: [{ id: 1 }, { id: 2 ** 60 }] }), invalid("list[1].id"));
  assert.throws(() => encode({ map: { a: 1, "b.c": 2 ** 53 } }), invalid("map.b.c"));
  assert.deepEqual(decode(`{"id":${most}}`, []), { id: most });
  for (const wrong of ["9007199254740993", "9007199254740992", "-18446744073709551615", "1.5"]) {
    assert.throws(() => decode(`{"id":${wrong}}`, []), invalid("id"), wrong);
  }
  assert.throws(() => decode('{"id":9007199254740993}', []), /9007199254740993/);
  // What is absent, or null, is none.
  assert.deepEqual(decode('{"id":null}', []), { id: null });
  assert.equal(encode({ id: undefined }).text, "{}");
});

it("a bigint is exact in both directions, whatever stands beside it", () => {
  const { encode, decode } = codec({ bigint: ["number", "pair[0]", "deep.er[]"] });
  const value = {
    number: 18446744073709551615n,
    pair: [-9223372036854775808n, 1e300],
    deep: { er: [1n, 2n] },
    text: "x",
  };
  const { text } = encode(value);
  assert.equal(
    text,
    '{"number":18446744073709551615,"pair":[-9223372036854775808,1e+300],"deep":{"er":[1,2]},"text":"x"}',
  );
  assert.deepEqual(decode(text, []), value);
  assert.deepEqual(decode('{"number":7}', []), { number: 7n });
  assert.equal(encode({ number: 7 }).text, '{"number":7}');
  assert.throws(() => encode({ number: 7.5 }), invalid("number"));
  assert.throws(() => decode('{"number":"7"}', []), invalid("number"));
});

it("what only looks like a large integer is left as it is", () => {
  const { decode } = codec({ bigint: ["number"] });
  const others = {
    text: "18446744073709551615",
    escaped: '\\"18446744073709551615',
    zero: "\u0000123",
    zeros: "\u0000\u000018446744073709551615",
    float: 1234567890123456.7,
    exponent: 1e21,
    rounded: 12345678901234567890,
    "18446744073709551615": ["18446744073709551615 : 1"],
    "\u00001": 1,
    "a:1234567890123456789": "1234567890123456789",
  };
  const json = `{"number":12345678901234567890,${JSON.stringify(others).slice(1)}`;
  assert.deepEqual(decode(json, []), { number: 12345678901234567890n, ...others });
  for (const wrong of [
    "{1234567890123456:1}",
    "[01234567890123456]",
    "[1234567890123456.]",
    "[--1234567890123456]",
    '{"number":1234567890123456',
  ]) {
    assert.throws(() => decode(wrong, []), SyntaxError, wrong);
  }
});

it("a member called `__proto__` stays a member", () => {
  const { decode } = codec({ bigint: ["number"] });
  const read = decode('{"__proto__":{"a":12345678901234567890},"number":12345678901234567890}', []);
  assert.equal(Object.getPrototypeOf(read), Object.prototype);
  assert.deepEqual(Object.keys(read), ["__proto__", "number"]);
});

it("binary data is a `Uint8Array`, and nothing else may stand in its place", () => {
  const whole = codec({ binary: [""] });
  assert.deepEqual(whole.encode(Uint8Array.of(1)), { text: '"$0"', attachments: [Uint8Array.of(1)] });
  const part = codec({ binary: ["a.b", "list[]"] });
  assert.deepEqual(part.encode({ a: { b: Uint8Array.of(1).buffer } }).attachments, [Uint8Array.of(1)]);
  for (const wrong of ["$0", "AAE=", [1, 2], 7, {}])
    assert.throws(() => part.encode({ a: { b: wrong } }), invalid("a.b"));
  const bytes = Uint8Array.of(1, 2);
  assert.equal(whole.decode('"$0"', [bytes]), bytes);
  const list = [bytes, bytes, Uint8Array.of(0, 1, 254, 255)];
  assert.deepEqual(part.decode('{"list":["$0","$0","AAH+/w=="]}', [bytes]), { list });
  for (const wrong of ['"$1"', '"$00"', '"$"', '"$-1"', '"A"', '"AA=A"', "7", '"AA-_"']) {
    assert.throws(() => whole.decode(wrong, [bytes]), invalid(""), wrong);
  }
});

it("paths follow names with dots, maps, types that contain themselves, and enums with a tag", () => {
  const dotted = codec({ binary: ["a\\.b", "c\\[d"] });
  assert.throws(() => dotted.encode({ "a.b": "x" }), invalid("a.b"));
  assert.throws(() => dotted.encode({ "c[d": "x" }), invalid("c[d"));
  const tree: Paths = { bigint: ["value"], nested: { "children[]": () => tree } };
  const trees = codec(tree);
  const value = { value: 1n, children: [{ value: 2n, children: [{ value: 1n << 60n, children: [] }] }] };
  assert.deepEqual(trees.decode(trees.encode(value).text, []), value);
  assert.throws(
    () => trees.encode({ value: 1n, children: [{ value: 1n, children: [{ value: "x" }] }] }),
    invalid("children[0].children[0].value"),
  );
  const tagged = codec({
    tagged: { tag: "type", cases: { picture: { binary: ["data"] }, count: { bigint: ["data"] } } },
  });
  assert.deepEqual(tagged.decode('{"type":"picture","data":"$0"}', [Uint8Array.of(5)]), {
    type: "picture",
    data: Uint8Array.of(5),
  });
  assert.deepEqual(tagged.decode('{"type":"count","data":5}', []), { type: "count", data: 5n });
  assert.deepEqual(tagged.decode('{"type":"text","data":"$0"}', []), { type: "text", data: "$0" });
});

it("a response is read by its data's shape or its details', and errors name the field within", () => {
  const { response } = shapes({
    "a:b": { response: { bigint: ["id"], integer: ["count"] }, details: { bigint: ["id"] } },
  })["a:b"]!;
  assert.deepEqual(response.decode('{"success":true,"data":{"id":12345678901234567890}}', []), {
    success: true,
    data: { id: 12345678901234567890n },
  });
  const failed =
    '{"success":false,"error":{"code":"C","message":"12345678901234567890","details":{"id":12345678901234567890}}}';
  assert.equal(response.decode(failed, []).error.details.id, 12345678901234567890n);
  assert.throws(() => response.decode('{"success":true,"data":{"count":9007199254740993}}', []), invalid("count"));
});
