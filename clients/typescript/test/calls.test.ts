/** Calls, as an application sees them; the other end is played byte by byte. */
import assert from "node:assert/strict";
import { Kind } from "../src/frame.js";
import { IpcError, isIpcError, shapes } from "../src/index.js";
import { frameBytes, helloOf, pair } from "./support/peer.js";
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

it("a notification is sent in its order, and without an answer", async () => {
  const { client, peer } = await pair();
  await Promise.all([1, 2, 3].map((at) => client.notify("a:b", { at })));
  for (const at of [1, 2, 3]) {
    const { kind, id, payload } = await peer.next();
    assert.deepEqual([kind, id, payload.toString()], [Kind.Notification, 0, `{"at":${at}}`]);
  }
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
