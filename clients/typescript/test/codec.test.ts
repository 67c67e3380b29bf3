/** The test vectors of frames, messages, hellos and responses, and what must be refused. */
import assert from "node:assert/strict";
import { Assembly } from "../src/assembly.js";
import { PLAIN } from "../src/body.js";
import { Breach } from "../src/error.js";
import { Decoder, Flag, type Frame, Kind, putHeader, putU32, Size } from "../src/frame.js";
import { encodeHello, readFirst } from "../src/hello.js";
import { answerOf, failureBody, successBody } from "../src/response.js";
import { readText } from "../src/text.js";
import { bytesOf, FLAGS, frameNamed, frames, type FrameVector, KINDS, read } from "./support/vectors.js";
import { it } from "./support/watchdog.js";

const readResponse = (body: string) => answerOf(JSON.parse(body));
const LIMITS = { messageBytes: 2 ** 31, inFlight: 64, halfArrivedBytes: 2 ** 32 };

const decoded = (pieces: Uint8Array[]): Frame[] => {
  const found: Frame[] = [];
  const decoder = new Decoder();
  for (const piece of pieces) decoder.push(piece, (frame) => found.push(frame) > 0);
  return found;
};

function said(frame: Frame): object {
  const { kind, flags, id, deadline, total, bytes, channel, channelEnd, start, end } = frame;
  return {
    kind,
    flags,
    id,
    channel: Buffer.from(bytes.subarray(channel, channelEnd)).toString(),
    deadline: deadline ?? null,
    total: total ?? null,
    payload: Buffer.from(bytes.subarray(start, end)).toString("hex"),
  };
}

function meant({ kind, flags, id, channel, deadline, total, payload }: FrameVector): object {
  return {
    kind: KINDS[kind],
    flags: flags.reduce((set, flag) => set | (FLAGS[flag] ?? NaN), 0),
    id,
    channel: channel ?? "",
    deadline,
    total,
    payload: Buffer.from(bytesOf(payload)).toString("hex"),
  };
}

it("every frame is decoded as the vectors say, and every byte is taken", () => {
  assert.ok(frames.length > 100);
  for (const { name, bytes, frame } of frames) {
    const found = decoded([bytes, bytes]);
    assert.equal(found.length, 2, name);
    for (const each of found) assert.deepEqual(said(each), meant(frame), name);
  }
});

it("a frame that is cut anywhere needs more, and is the same when the rest has come", () => {
  for (const { name, bytes, frame } of frames) {
    const cuts = bytes.length < 300 ? [...bytes.keys()] : [1, 4, 11, 12, 13, 30, 65535, bytes.length - 1];
    for (const cut of cuts.filter((cut) => cut < bytes.length)) {
      assert.equal(decoded([bytes.subarray(0, cut)]).length, 0, name);
      const found = decoded([bytes.subarray(0, cut), bytes.subarray(cut)]);
      assert.deepEqual(found.map(said), [meant(frame)], `${name} cut at ${cut}`);
    }
    if (bytes.length < 300) {
      const single = decoded([...bytes].map((byte) => Uint8Array.of(byte)));
      assert.deepEqual(single.map(said), [meant(frame)], name);
    }
  }
});

it("a frame is encoded to the bytes of the vectors", () => {
  for (const { name, bytes, frame } of frames) {
    const { kind, flags, id, channel, deadline, total, payload } = frame;
    const prefix = [Buffer.from(channel ?? "")];
    for (const number of [deadline, total]) {
      if (number === null) continue;
      const four = Buffer.alloc(4);
      putU32(four, 0, number);
      prefix.push(four);
    }
    const body = Buffer.concat([...prefix, bytesOf(payload)]);
    const made = Buffer.alloc(Size.Header + body.length);
    const set = flags.reduce((set, flag) => set | (FLAGS[flag] as number), 0);
    putHeader(made, 0, body.length, KINDS[kind] as number, set, prefix[0]?.length ?? 0, id);
    body.copy(made, Size.Header);
    assert.equal(made.compare(bytes), 0, name);
  }
});

it("fragments become the messages of the vectors, and nothing is left half-arrived", () => {
  const { sequences } = read("messages.json");
  assert.ok(sequences.length > 5);
  for (const { name, frames, messages } of sequences) {
    const assembly = new Assembly(LIMITS, () => undefined);
    const arrived = [];
    for (const frame of frames) {
      for (const each of decoded([frameNamed(frame).bytes])) {
        const message = assembly.take(each);
        if (message) arrived.push(message);
      }
    }
    const found = arrived.map(({ kind, id, channel, total, payload }) => ({
      kind,
      id,
      channel: channel ?? null,
      total,
      payload: Buffer.from(payload.bytes.subarray(payload.start, payload.end)).toString("hex"),
      attachments: payload.table,
    }));
    const expected = messages.map(({ kind, payload, attachments = false, ...rest }: any) => ({
      ...rest,
      kind: KINDS[kind],
      payload: Buffer.from(bytesOf(payload)).toString("hex"),
      attachments,
    }));
    assert.deepEqual(found, expected, name);
    assert.equal(assembly.halfArrived, 0, name);
  }
});

it("hellos and goodbyes are read, each prefix of them needs more, and what is canonical is written so", () => {
  const { hellos, goodbyes } = read("hello.json");
  for (const { name, bytes, hello, rest = [], canonical } of hellos) {
    const whole = bytesOf(bytes);
    const first = readFirst(whole);
    const taken = whole.length - bytesOf(rest).length;
    assert.equal(first?.taken, taken, name);
    // Keys that a later version of the vectors knows are passed over.
    const known = Object.fromEntries(Object.keys(hello).map((key) => [key, (first?.hello as any)[key]]));
    assert.deepEqual(known, hello, name);
    for (let cut = 0; cut < taken; cut++) assert.equal(readFirst(whole.subarray(0, cut)), undefined, `${name} ${cut}`);
    if (canonical && first?.hello) assert.deepEqual(Buffer.from(encodeHello(first.hello)), Buffer.from(whole), name);
  }
  for (const { name, bytes, goodbye } of goodbyes)
    assert.deepEqual(JSON.parse(JSON.stringify(readFirst(bytesOf(bytes))?.goodbye)), goodbye, name);
});

it("first bytes that are no hello are refused with the reason of the vectors", () => {
  for (const { name, bytes, reason } of read("refused.json").first_bytes) {
    assert.throws(
      () => readFirst(bytesOf(bytes)),
      (error: Breach) => error.reason === reason,
      name,
    );
  }
});

it("a frame that breaks a rule is refused by its header, and not by less", () => {
  for (const { name, bytes, reason } of read("refused.json").frames) {
    const whole = bytesOf(bytes);
    assert.deepEqual(decoded([whole.subarray(0, 11)]), [], name);
    const refused = (error: Breach): boolean => error.reason === reason;
    assert.throws(() => decoded([whole.subarray(0, 12)]), refused, name);
    assert.throws(() => decoded([whole.subarray(0, 5), whole.subarray(5, 12), Uint8Array.of(0)]), refused, name);
  }
});

it("a sequence that breaks a rule is refused at its last frame", () => {
  for (const { name, frames, reason } of read("refused.json").sequences) {
    const assembly = new Assembly(LIMITS, () => undefined);
    const each = frames.flatMap((frame: string) => decoded([frameNamed(frame).bytes]));
    const last = each.pop();
    for (const frame of each) assembly.take(frame);
    assert.throws(
      () => assembly.take(last),
      (error: Breach) => error.reason === reason,
      name,
    );
  }
});

it("responses are read and written as the vectors say", () => {
  const { canonical, read: others, refused } = read("responses.json");
  for (const { name, body, data, error } of [...canonical, ...others]) {
    const answer = readResponse(body);
    if (error) assert.deepEqual(JSON.parse(JSON.stringify(answer.error)), error, name);
    else assert.deepEqual((answer as any).data, data, name);
  }
  for (const { name, body, data, error } of canonical) {
    assert.equal((error ? failureBody(error) : successBody(data)).text, body, name);
    for (let cut = 0; cut < body.length; cut++) assert.throws(() => readResponse(body.slice(0, cut)), `${name} ${cut}`);
  }
  for (const { name, body } of refused) assert.throws(() => readResponse(body), name);
});

it("too much that has half arrived is refused, and far too much is a breach", () => {
  const assembly = new Assembly({ messageBytes: 100, inFlight: 2, halfArrivedBytes: 150 }, () => undefined);
  const begin = (id: number, total: number): Uint8Array => {
    const bytes = new Uint8Array(20);
    putHeader(bytes, 0, 8, Kind.Request, Flag.More, 1, id);
    bytes[12] = 97;
    putU32(bytes, 13, total);
    bytes.set([1, 2, 3], 17);
    return bytes;
  };
  const end = (id: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(12 + length);
    putHeader(bytes, 0, length, Kind.Request, Flag.Continued, 0, id);
    return bytes;
  };
  const take = (bytes: Uint8Array) => assembly.take(decoded([bytes])[0] as Frame);
  take(begin(1, 90));
  take(begin(2, 90));
  assert.equal(take(end(2, 87))?.refused, "OVERLOADED");
  take(begin(3, 101));
  assert.equal(take(end(3, 98))?.refused, "TOO_LARGE");
  take(begin(4, 20));
  take(begin(5, 20));
  assert.equal(take(end(5, 17))?.refused, "OVERLOADED");
  assert.equal(take(end(4, 17))?.refused, undefined);
  for (const id of [6, 7, 8]) take(begin(id, 10));
  assert.throws(() => take(begin(9, 10)), Breach);
});

it("a text that is no UTF-8, or begins with a byte order mark, is no JSON", () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc3, 0x22],
    [0xef, 0xbb, 0xbf, 0x31],
  ]) {
    assert.throws(() => JSON.parse(readText(Uint8Array.from(bytes), 0, bytes.length)));
  }
});

it("a payload of any size is written byte for byte as the engine's JSON says", () => {
  for (const value of [{}, [], null, "é".repeat(40), { a: undefined, b: [undefined, () => 1], c: new Date(0) }]) {
    assert.equal(PLAIN.encode(value).text, JSON.stringify(value));
  }
});
