/** What a client does, as its application sees it; the other end is played byte by byte. */
import assert from "node:assert/strict";
import { Kind, UPSTREAM } from "../src/frame.js";
import {
  Client,
  connect,
  createClient,
  IpcError,
  isIpcError,
  Router,
  shapes,
  type State,
  upload,
} from "../src/index.js";
import { frameBytes, helloOf, pair, Place } from "./support/peer.js";
import { it, settled, until } from "./support/watchdog.js";

const code = (expected: string) => (error: unknown) => isIpcError(error, expected);

it("a call is answered with the data of its response", async () => {
  const { client, peer } = await pair();
  const call = client.invoke("data:fetch", { id: 7 });
  const sent = await peer.next();
  assert.deepEqual([sent.kind, sent.channel, sent.payload.toString()], [Kind.Request, "data:fetch", '{"id":7}']);
  peer.answer(sent.id, { id: 7, name: "seven" });
  assert.deepEqual(await call, { id: 7, name: "seven" });
});

it("a call without an argument sends an empty object, and `null` is an argument", async () => {
  const { client, peer } = await pair();
  client.invoke("app:quit", null).catch(() => undefined);
  assert.equal((await peer.next()).payload.toString(), "null");
  client.invoke("app:quit").catch(() => undefined);
  assert.equal((await peer.next()).payload.toString(), "{}");
});

it("a failure is thrown with its code, message and details, or answered by `try`", async () => {
  const { client, peer } = await pair();
  for (const invoke of [client.invoke, client.invoke.try]) {
    const call = invoke("data:fetch", { id: 7 });
    peer.refuse((await peer.next()).id, "NOT_FOUND", "no item 7", { id: 7 });
    const error: IpcError =
      invoke === client.invoke
        ? await call.then(
            () => assert.fail(),
            (error) => error,
          )
        : ((await call) as any).error;
    assert.ok(error instanceof IpcError);
    assert.deepEqual([error.code, error.message, error.details], ["NOT_FOUND", "no item 7", { id: 7 }]);
  }
  const call = client.invoke.try("data:fetch", { id: 8 });
  peer.answer((await peer.next()).id, 8);
  assert.deepEqual(await call, { success: true, data: 8 });
});

it("the writes of one turn leave in one", async () => {
  const { client, peer } = await pair();
  const writes = peer.writes.length;
  const calls = Array.from({ length: 64 }, (_, id) => client.invoke("data:fetch", { id }));
  void client.notify("log:line", { text: "x" });
  await settled();
  assert.equal(peer.sent.length, 65);
  assert.equal(peer.writes.length, writes + 1);
  for (const { kind, id } of peer.sent) if (kind === Kind.Request) peer.answer(id, id);
  await Promise.all(calls);
});

it("a signal that is aborted before the call sends nothing", async () => {
  const { client, peer } = await pair();
  const error = await client.invoke("a:b", {}, { signal: AbortSignal.abort("why") }).catch((error) => error);
  assert.deepEqual([error.code, error.name, error.cause], ["CANCELLED", "AbortError", "why"]);
  await peer.nothing();
});

it("a signal that is aborted while the call is in flight cancels it, and its id stays in use until the answer", async () => {
  const { client, peer } = await pair();
  const stop = new AbortController();
  const call = client.invoke("a:b", {}, { signal: stop.signal });
  const { id } = await peer.next();
  stop.abort();
  await assert.rejects(call, { name: "AbortError", code: "CANCELLED" });
  assert.deepEqual([(await peer.next()).kind, id], [Kind.Cancel, id]);
  peer.refuse(id, "CANCELLED");
  stop.abort();
  await peer.nothing();
});

it("a signal that is aborted between the fragments of a request cuts it off", async () => {
  const { client, peer } = await pair();
  peer.takes = false;
  const stop = new AbortController();
  const call = client.invoke("a:b", { text: "x".repeat(1_000_000) }, { signal: stop.signal });
  const first = await peer.next();
  assert.equal(first.total, 1_000_011);
  stop.abort();
  await assert.rejects(call, code("CANCELLED"));
  await settled();
  peer.sent.length = 0;
  peer.takes = true;
  peer.events.drain();
  const cancel = await peer.next();
  assert.deepEqual([cancel.kind, cancel.id], [Kind.Cancel, first.id]);
  await peer.nothing();
});

it("a call whose request has not been sent at all is forgotten, and nothing of it is sent", async () => {
  const { client, peer } = await pair();
  peer.takes = false;
  client.invoke("a:b", {}).catch(() => undefined);
  await peer.next();
  const stop = new AbortController();
  const call = client.invoke("a:b", { text: "x".repeat(100_000) }, { signal: stop.signal });
  await settled();
  stop.abort();
  await assert.rejects(call, code("CANCELLED"));
  peer.events.drain();
  await peer.nothing();
});

it("an abort behind the answer does nothing", async () => {
  const { client, peer } = await pair();
  const stop = new AbortController();
  const call = client.invoke("a:b", {}, { signal: stop.signal });
  peer.answer((await peer.next()).id, 1);
  await call;
  stop.abort();
  await peer.nothing();
});

it("a deadline travels, and is kept by the client's own clock too", async () => {
  const { client, peer } = await pair();
  const call = client.invoke("a:b", {}, { timeoutMs: 30 });
  const { id, deadline } = await peer.next();
  assert.ok(deadline !== undefined && deadline > 0 && deadline <= 30, `${deadline}`);
  await assert.rejects(call, code("TIMEOUT"));
  const cancel = await peer.next();
  assert.deepEqual([cancel.kind, cancel.id], [Kind.Cancel, id]);
});

it("large messages take turns, and a small call passes between their fragments", async () => {
  const { client, peer } = await pair();
  peer.takes = false;
  const large = ["a", "b"].map((letter) => client.invoke("a:b", { text: letter.repeat(1_000_000) }));
  await until("a first write was made", () => peer.sent.length > 0);
  const small = client.invoke("a:b", { small: true });
  while (peer.sent.length < 33) {
    peer.events.drain();
    await settled();
  }
  const order = peer.sent.map(({ id }) => id);
  assert.deepEqual(order.slice(0, 4), [1, 2, 1, 2]);
  assert.ok(order.indexOf(3) < 12, `${order}`);
  const payload = (id: number): string =>
    Buffer.concat(peer.sent.filter((sent) => sent.id === id).map(({ payload }) => payload)).toString();
  assert.equal(payload(1), JSON.stringify({ text: "a".repeat(1_000_000) }));
  assert.equal(payload(2), JSON.stringify({ text: "b".repeat(1_000_000) }));
  for (const id of [1, 2, 3]) peer.answer(id, id);
  assert.deepEqual(await Promise.all([...large, small]), [1, 2, 3]);
});

it("a request that the server does not take is not sent", async () => {
  const { client, peer } = await pair({}, helloOf({ message_bytes: 100 }));
  await assert.rejects(client.invoke("a:b", { text: "x".repeat(200) }), code("TOO_LARGE"));
  await assert.rejects(client.invoke("a:b", { bytes: new Uint8Array(100) }), code("TOO_LARGE"));
  await peer.nothing();
});

it("calls over the server's `in_flight` wait for an answer", async () => {
  const { client, peer } = await pair({}, helloOf({ in_flight: 2 }));
  const calls = [1, 2, 3, 4].map((at) => client.invoke("a:b", { at }));
  await settled();
  assert.equal(peer.sent.length, 2);
  peer.answer(peer.sent[0]?.id ?? -1, 1);
  await settled();
  assert.equal(peer.sent.length, 3);
  for (const { id } of peer.sent.slice(1)) peer.answer(id, 1);
  await settled();
  peer.answer(peer.sent[3]?.id ?? -1, 1);
  await Promise.all(calls);
});

it("more calls than may wait are refused", async () => {
  const { client } = await pair({ limits: { waiting: 1 } }, helloOf({ in_flight: 1 }));
  const calls = [1, 2, 3].map(() => client.invoke.try("a:b"));
  const third = await calls[2];
  assert.ok(third && !third.success && third.error.code === "OVERLOADED");
});

it("a port that takes no more is given no more, and calls wait", async () => {
  const { client, peer } = await pair({ limits: { bufferedBytes: 10_000 } });
  peer.takes = false;
  for (let at = 0; at < 100; at++) client.invoke("a:b", { text: "x".repeat(1000) }).catch(() => undefined);
  await settled();
  const writes = peer.writes.length;
  for (let at = 0; at < 100; at++) client.invoke("a:b", { text: "x".repeat(1000) }).catch(() => undefined);
  await settled();
  assert.equal(peer.writes.length, writes);
  peer.takes = true;
  while (peer.sent.length < 200) {
    peer.events.drain();
    await settled();
  }
});

it("a stream is read item by item, and leaving it cancels the call", async () => {
  const { client, peer } = await pair();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of client.stream("count:to", { to: 9 })) {
      seen.push(item);
      if (seen.length === 2) break;
    }
  })();
  const { id } = await peer.next();
  for (const item of [1, 2, 3]) peer.send(Kind.Item, id, `${item}`);
  await reading;
  assert.deepEqual(seen, [1, 2]);
  assert.equal((await peer.next()).kind, Kind.Cancel);
  for (const item of [4, 5]) peer.send(Kind.Item, id, `${item}`);
  peer.refuse(id, "CANCELLED");
  await peer.nothing();
});

it("a stream that fails gives its items first, and then throws", async () => {
  const { client, peer } = await pair();
  const items = client.stream("count:to");
  const { id } = await peer.next();
  peer.send(Kind.Item, id, "1");
  peer.refuse(id, "LIFT_OFF");
  assert.deepEqual(await items.next(), { done: false, value: 1 });
  await assert.rejects(items.next(), code("LIFT_OFF"));
  assert.deepEqual(await items.next(), { done: true, value: undefined });
});

it("a slow reader is sent no more than its credit", async () => {
  const { client, peer } = await pair({ limits: { streamBytes: 100 } });
  const items = client.stream("count:to");
  const { id } = await peer.next();
  let credit = 100;
  let at = 0;
  for (; credit > 0; credit -= 13) peer.send(Kind.Item, id, `${at++}`);
  await peer.nothing();
  for (let taken = 0; taken < 4; taken++) assert.equal((await items.next()).value, taken);
  const grant = await peer.next();
  assert.deepEqual([grant.kind, grant.payload.readUInt32LE()], [Kind.Credit, 52]);
});

it("a stream with a signal or a deadline fails when that is over", async () => {
  const { client, peer } = await pair();
  const stop = new AbortController();
  const items = client.stream("count:to", {}, { signal: stop.signal });
  const { id } = await peer.next();
  peer.send(Kind.Item, id, "1");
  stop.abort();
  await assert.rejects(items.next(), { name: "AbortError" });
  assert.equal((await peer.next()).kind, Kind.Cancel);
  await assert.rejects(client.stream("count:to", {}, { timeoutMs: 5 }).next(), code("TIMEOUT"));
});

it("a call that is answered with a stream is cancelled", async () => {
  const { client, peer } = await pair();
  const call = client.invoke("count:to");
  const { id } = await peer.next();
  peer.send(Kind.Item, id, "1");
  await assert.rejects(call, code("INTERNAL"));
  assert.equal((await peer.next()).kind, Kind.Cancel);
});

it("an item that is no JSON fails the stream, and cancels the call", async () => {
  const { client, peer } = await pair();
  const items = client.stream("count:to");
  const { id } = await peer.next();
  peer.send(Kind.Item, id, "1 2");
  await assert.rejects(items.next(), code("INTERNAL"));
  assert.equal((await peer.next()).kind, Kind.Cancel);
});

it("an upload ends with an end, and one whose source throws cancels the call with that error", async () => {
  const { client, peer } = await pair();
  const call = client.invoke("sum:all", {}, { upload: upload([1, 2]) });
  const { id } = await peer.next();
  const sent = [await peer.next(), await peer.next(), await peer.next()];
  assert.deepEqual(
    sent.map(({ kind, id, payload }) => [kind, id - UPSTREAM, payload.toString()]),
    [
      [Kind.Item, id, "1"],
      [Kind.Item, id, "2"],
      [Kind.End, id, ""],
    ],
  );
  peer.answer(id, 3);
  assert.equal(await call, 3);
  const mishap = new Error("the disk is gone");
  const failing = client.invoke(
    "sum:all",
    {},
    {
      upload: upload(
        (async function* () {
          yield 1;
          throw mishap;
        })(),
      ),
    },
  );
  await assert.rejects(failing, (error) => error === mishap);
  assert.deepEqual(
    [(await peer.next()).kind, (await peer.next()).kind, (await peer.next()).kind],
    [Kind.Request, Kind.Item, Kind.Cancel],
  );
});

it("an upload whose call is answered early is left", async () => {
  const { client, peer } = await pair();
  let left = false;
  async function* source() {
    try {
      for (let at = 0; ; at++) yield at;
    } finally {
      left = true;
    }
  }
  const call = client.invoke("sum:first", {}, { upload: upload(source()) });
  const { id } = await peer.next();
  peer.answer(id, 0);
  assert.equal(await call, 0);
  await until("the source is left", () => left);
});

it("a subscription gets events, is told how many it missed, and unsubscribes when it is left", async () => {
  const { client, peer } = await pair();
  const missed: unknown[] = [];
  const events = client.subscribe("status:changed", { key: 7, onMissed: (count) => missed.push(count) });
  const { id, payload } = await peer.next();
  assert.equal(payload.toString(), '{"key":7}');
  peer.answer(id, null);
  await events.ready;
  peer.send(Kind.Event, id, '{"online":true}');
  peer.send(Kind.Event, id, "3", "ipc:missed");
  peer.send(Kind.Event, id, '{"online":false}');
  assert.deepEqual((await events.next()).value, { online: true });
  assert.deepEqual(missed, []);
  assert.deepEqual((await events.next()).value, { online: false });
  assert.deepEqual(missed, [3]);
  await events.return();
  assert.equal((await peer.next()).kind, Kind.Unsubscribe);
  peer.send(Kind.Event, id, "1");
  peer.send(Kind.End, id);
  await peer.nothing();
});

it("an event of a pattern comes with its channel", async () => {
  const { client, peer } = await pair();
  const events = client.subscribe("job:*");
  const { id } = await peer.next();
  peer.answer(id, null);
  peer.send(Kind.Event, id, "1", "job:progress");
  assert.deepEqual((await events.next()).value, { channel: "job:progress", data: 1 });
});

it("an event that cannot be read is told of in its place, or fails the subscription", async () => {
  const { client, peer } = await pair();
  const invalid: IpcError[] = [];
  const events = client.subscribe("a:b", { onInvalid: (error) => invalid.push(error) });
  const { id } = await peer.next();
  peer.answer(id, null);
  peer.send(Kind.Event, id, "no");
  peer.send(Kind.Event, id, "1");
  assert.equal((await events.next()).value, 1);
  assert.equal(invalid.length, 1);
  const others = client.subscribe("a:b");
  const other = await peer.next();
  peer.answer(other.id, null);
  peer.send(Kind.Event, other.id, "no");
  await assert.rejects(others.next(), code("INTERNAL"));
  assert.equal((await peer.next()).kind, Kind.Unsubscribe);
});

it("a listener is called with one event after the other, and what it throws is reported", async () => {
  const errors: unknown[] = [];
  const { client, peer } = await pair({ onError: (error) => errors.push(error) });
  const heard: unknown[] = [];
  const stop = client.on("a:b", (event) => {
    heard.push(event);
    if (event === 1) throw new Error("in the listener");
  });
  const { id } = await peer.next();
  peer.answer(id, null);
  peer.send(Kind.Event, id, "1");
  peer.send(Kind.Event, id, "2");
  await until("both are heard", () => heard.length === 2);
  assert.equal(errors.length, 1);
  stop();
  assert.equal((await peer.next()).kind, Kind.Unsubscribe);
  peer.send(Kind.Event, id, "3");
  await settled();
  assert.deepEqual(heard, [1, 2]);
});

it("a subscription that is refused, or ended by its publisher, throws why", async () => {
  const { client, peer } = await pair();
  const refused = client.subscribe("no:such");
  peer.refuse((await peer.next()).id, "UNKNOWN_CHANNEL");
  await assert.rejects(refused.ready, code("UNKNOWN_CHANNEL"));
  await assert.rejects(refused.next(), code("UNKNOWN_CHANNEL"));
  const lagging = client.subscribe("a:b");
  const { id } = await peer.next();
  peer.answer(id, null);
  peer.send(Kind.Event, id, "1");
  peer.send(Kind.End, id, '{"code":"OVERLOADED","message":"too slow"}');
  assert.equal((await lagging.next()).value, 1);
  await assert.rejects(lagging.next(), code("OVERLOADED"));
});

it("binary data becomes an attachment wherever it stands, and comes back where the shape says so", async () => {
  const channels = shapes({
    "a:b": { response: { binary: ["[]"] }, item: { binary: [""] }, event: { binary: ["pixels"] } },
  });
  const { client, peer } = await pair({ channels });
  const bytes = Uint8Array.of(1, 2, 3);
  const call = client.invoke("a:b", { list: [bytes, Buffer.from([4])], text: "$0" });
  const { id, payload, flags } = await peer.next();
  assert.equal(flags, 8);
  assert.equal(
    payload.toString("latin1"),
    '\x02\0\0\0\x03\0\0\0\x01\0\0\0{"list":["$0","$1"],"text":"$0"}\x01\x02\x03\x04',
  );
  const table = Buffer.from([1, 0, 0, 0, 2, 0, 0, 0]);
  const body = Buffer.from('{"success":true,"data":["$0","AAE=","$0"]}');
  peer.give(frameBytes(Kind.Response, id, Buffer.concat([table, body, Buffer.from([9, 8])]), "", 8));
  assert.deepEqual(await call, [Uint8Array.of(9, 8), Uint8Array.of(0, 1), Uint8Array.of(9, 8)]);
  const bad = client.invoke("a:b", {});
  peer.answer((await peer.next()).id, ["$0"]);
  await assert.rejects(bad, (error: IpcError) => error.code === "INTERNAL" && /\[0\]/.test(error.message));
});

it("a text that looks like an attachment stays a text where the contract says nothing of binary data", async () => {
  const { client, peer } = await pair();
  const call = client.invoke("a:b", { text: "$0", bytes: Uint8Array.of(1) });
  const { id } = await peer.next();
  const table = Buffer.from([1, 0, 0, 0, 1, 0, 0, 0]);
  peer.give(
    frameBytes(
      Kind.Response,
      id,
      Buffer.concat([table, Buffer.from('{"success":true,"data":"$0"}'), Buffer.from([7])]),
      "",
      8,
    ),
  );
  assert.equal(await call, "$0");
});

it("the server may call the client, with an answer, a failure and a stream", async () => {
  const router = new Router();
  const errors: unknown[] = [];
  router.handle("client:greet", ({ name }) => `hello ${name}`);
  router.handle("client:fail", () => {
    throw new IpcError("NO", "no", { why: 1 });
  });
  router.handle("client:break", () => {
    throw new Error("a secret");
  });
  assert.throws(() => router.handle("client:greet", () => 1), TypeError);
  const { peer } = await pair({ router, onError: (error) => errors.push(error) });
  const ask = async (channel: string, payload = "{}"): Promise<unknown> => {
    peer.send(Kind.Request, 5, payload, channel);
    return JSON.parse((await peer.next()).payload.toString());
  };
  assert.deepEqual(await ask("client:greet", '{"name":"Ada"}'), { success: true, data: "hello Ada" });
  assert.deepEqual(await ask("client:fail"), {
    success: false,
    error: { code: "NO", message: "no", details: { why: 1 } },
  });
  assert.doesNotMatch(JSON.stringify(await ask("client:break")), /secret/);
  assert.equal(errors.length, 1);
  assert.match(JSON.stringify(await ask("client:nothing")), /UNKNOWN_CHANNEL/);
  assert.match(JSON.stringify(await ask("client:greet", "nonsense")), /INVALID_INPUT/);
});

it("what a handler answers and cannot be written is the handler's failure, not its caller's", async () => {
  const router = new Router();
  const errors: unknown[] = [];
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  router.handle("a:cycle", () => cycle);
  router.handle("a:range", () => ({ id: 2 ** 60 }));
  router.handle("a:details", () => {
    throw new IpcError("NO", "no", 1n);
  });
  router.handle("a:items", async function* () {
    yield { id: 2 ** 60 };
  });
  const integer = { integer: ["id"] };
  const channels = shapes({ "a:range": { response: integer }, "a:items": { item: integer } });
  const { peer } = await pair({ router, channels, onError: (error) => errors.push(error) });
  for (const channel of ["a:cycle", "a:range", "a:details", "a:items"]) {
    peer.send(Kind.Request, 5, "{}", channel);
    assert.equal(JSON.parse((await peer.next()).payload.toString()).error.code, "INTERNAL", channel);
  }
  assert.equal(errors.length, 4);
});

it("a handler learns that its caller waits no longer", async () => {
  const router = new Router();
  let signal: AbortSignal | undefined;
  router.handle("slow:wait", (_, context) => {
    signal = context.signal;
    return new Promise(() => undefined);
  });
  const { peer } = await pair({ router });
  peer.send(Kind.Request, 5, "{}", "slow:wait");
  await settled();
  assert.equal(signal?.aborted, false);
  peer.send(Kind.Cancel, 5);
  assert.match((await peer.next()).payload.toString(), /CANCELLED/);
  assert.equal(signal?.aborted, true);
});

it("answers that the server does not take stop the client from reading it", async () => {
  const router = new Router();
  router.handle("a:b", () => "x".repeat(1000));
  const { peer } = await pair({ router, limits: { bufferedBytes: 5000 } });
  peer.takes = false;
  // The port takes one write, and then no more.
  for (let id = 0; id < 20; id++) {
    peer.send(Kind.Request, id, "{}", "a:b");
    await settled();
  }
  assert.equal(peer.paused, true);
  peer.takes = true;
  peer.events.drain();
  await settled();
  assert.equal(peer.paused, false);
});

it("a client that is closed says goodbye, answers its calls first, and takes no more", async () => {
  const { client, peer } = await pair();
  const call = client.invoke("a:b");
  const { id } = await peer.next();
  let closed = false;
  const closing = client.close().then(() => (closed = true));
  assert.equal((await peer.next()).kind, Kind.Goodbye);
  await assert.rejects(client.invoke("a:b"), code("UNAVAILABLE"));
  peer.send(Kind.Goodbye, 0, '{"code":"UNAVAILABLE","message":"bye"}');
  await settled();
  assert.equal(closed, false);
  peer.answer(id, 1);
  assert.equal(await call, 1);
  await closing;
  assert.ok(peer.closed);
  assert.equal(client.state, "closed");
});

it("a server that does not say goodbye is let go", async () => {
  const { client, peer } = await pair({ limits: { goodbyeMs: 10 } });
  await client.close();
  assert.ok(peer.closed);
});

it("a connection that is lost fails what is in flight, asks again what may be, and subscribes anew", async () => {
  const place = new Place();
  const states: State[] = [];
  const client = await new Client(place.connector, {
    reconnect: { firstMs: 1, longestMs: 2 },
    onStateChange: (state) => states.push(state),
  }).open(true);
  const missed: unknown[] = [];
  const first = place.peer;
  const failing = client.invoke("a:b");
  const again = client.invoke("a:c", {}, { idempotent: true });
  const stream = client.stream("a:d");
  const events = client.subscribe("a:e", { onMissed: (count) => missed.push(count) });
  await settled();
  first.answer(first.sent[3]?.id ?? -1, null);
  await events.ready;
  first.drop(new Error("reset"));
  await assert.rejects(failing, code("UNAVAILABLE"));
  await assert.rejects(stream.next(), code("UNAVAILABLE"));
  await until("the client is back", () => place.peers.length === 2);
  const second = place.peer;
  const asked = [await second.next(), await second.next()];
  assert.deepEqual(
    asked.map(({ channel }) => channel),
    ["a:c", "a:e"],
  );
  for (const { id } of asked) second.answer(id, null);
  await again;
  second.send(Kind.Event, asked[1]?.id ?? -1, "1");
  assert.equal((await events.next()).value, 1);
  assert.deepEqual(missed, [undefined]);
  assert.deepEqual(states, ["connected", "reconnecting", "connected"]);
  second.drop();
});

it("what was not taken before a connection was lost does not add up over many", async () => {
  const place = new Place();
  const client = await new Client(place.connector, { reconnect: { firstMs: 1, longestMs: 1 } }).open(true);
  const missed: unknown[] = [];
  const events = client.subscribe("a:b", { onMissed: (count) => missed.push(count) });
  for (let connection = 1; connection <= 5; connection++) {
    const { id } = await place.peer.next();
    place.peer.answer(id, null);
    place.peer.send(Kind.Event, id, `${connection}`);
    if (connection < 5) place.peer.drop();
    await until("it is back", () => place.peers.length === Math.min(connection + 1, 5));
  }
  assert.equal((await events.next()).value, 5);
  assert.deepEqual(missed, [undefined]);
  client.abort();
});

it("a client that cannot connect fails at once with `connect`, and tries on with `createClient`", async () => {
  const place = new Place();
  place.refusals.push(new Error("refused"));
  await assert.rejects(connect(place.connector), code("UNAVAILABLE"));
  place.refusals.push(new Error("refused"), new Error("refused"));
  const client = createClient(place.connector, { reconnect: { firstMs: 1 } });
  const call = client.invoke("a:b");
  await until("it is connected", () => place.peers.length === 1);
  const { id } = await place.peer.next();
  place.peer.answer(id, 7);
  assert.equal(await call, 7);
  assert.equal(place.attempts, 4);
  const closing = client.close();
  place.peer.drop();
  await closing;
});

it("a client gives up after as many attempts as it may make, and what waits fails", async () => {
  const place = new Place();
  place.refusals.push(...Array.from({ length: 9 }, () => new Error("refused")));
  const client = createClient(place.connector, { reconnect: { firstMs: 1, attempts: 3 } });
  await assert.rejects(client.invoke("a:b"), code("UNAVAILABLE"));
  assert.equal(place.attempts, 3);
  assert.equal(client.state, "closed");
});

it("a server that says nothing is given up", async () => {
  const place = new Place(null);
  await assert.rejects(connect(place.connector, { limits: { handshakeMs: 10 } }), code("TIMEOUT"));
  assert.ok(place.peer.closed);
});

it("a server that says goodbye in the place of a hello is quoted", async () => {
  const place = new Place(null);
  const connecting = connect(place.connector);
  await settled();
  place.peer.send(Kind.Goodbye, 0, '{"code":"OVERLOADED","message":"full"}');
  await assert.rejects(connecting, code("OVERLOADED"));
});

it("a contract that is another than expected is refused, unless the application says otherwise", async () => {
  const place = new Place(helloOf({}, { fingerprint: "new" }));
  const told: unknown[] = [];
  const expectedFingerprint = "old";
  await assert.rejects(connect(place.connector, { expectedFingerprint }), code("CONTRACT_MISMATCH"));
  const onMismatch = (mismatch: unknown): boolean => told.push(mismatch) > 0;
  const client = await connect(place.connector, { expectedFingerprint, onMismatch, reconnect: false });
  assert.deepEqual(told, [{ expected: "old", actual: "new" }]);
  assert.equal(client.server?.fingerprint, "new");
  await connect(place.connector, { expectedFingerprint: "new", reconnect: false });
});

it("a client that the server does not let in tries no more", async () => {
  const place = new Place(null);
  const client = createClient(place.connector, { token: "used up", reconnect: { firstMs: 1 } });
  const call = client.invoke("a:b");
  await until("it has shown its token", () => place.peers.length === 1 && place.peer.hello !== undefined);
  place.peer.send(Kind.Goodbye, 0, '{"code":"DENIED","message":"the token is not taken"}');
  await assert.rejects(call, code("DENIED"));
  assert.deepEqual([client.state, place.attempts], ["closed", 1]);
});

it("a token is shown in the hello, and asked for anew for each connection", async () => {
  let drawn = 0;
  const { peer } = await pair({ token: async () => `token ${++drawn}` });
  assert.equal(peer.hello?.token, "token 1");
  const { peer: other } = await pair();
  assert.equal(other.hello?.token, undefined);
});

it("a server that answers no ping is taken for gone", async () => {
  const { client, peer } = await pair({ keepAliveMs: 10 });
  const ping = await peer.next();
  assert.equal(ping.kind, Kind.Ping);
  peer.send(Kind.Pong, ping.id);
  assert.equal((await peer.next()).kind, Kind.Ping);
  assert.equal(client.state, "connected");
  await until("the client is closed", () => client.state === "closed");
});

it("a notification is sent in its order, and without an answer", async () => {
  const { client, peer } = await pair();
  await Promise.all([1, 2, 3].map((at) => client.notify("a:b", { at })));
  for (const at of [1, 2, 3]) {
    const { kind, id, payload } = await peer.next();
    assert.deepEqual([kind, id, payload.toString()], [Kind.Notification, 0, `{"at":${at}}`]);
  }
});

it("a server that goes is left for another connection, with its subscriptions", async () => {
  const place = new Place();
  const client = await new Client(place.connector, { reconnect: { firstMs: 1 } }).open(true);
  const first = place.peer;
  const events = client.subscribe("a:b");
  const { id } = await first.next();
  first.answer(id, null);
  await events.ready;
  first.send(Kind.Goodbye, 0, '{"code":"UNAVAILABLE","message":"going"}');
  first.send(Kind.End, id, '{"code":"UNAVAILABLE","message":"going"}');
  await until("the client is back", () => place.peers.length === 2);
  const again = await place.peer.next();
  assert.deepEqual([again.kind, again.channel], [Kind.Subscribe, "a:b"]);
  place.peer.answer(again.id, null);
  place.peer.send(Kind.Event, again.id, "5");
  assert.equal((await events.next()).value, 5);
  const closing = client.close();
  place.peer.drop();
  await closing;
});
