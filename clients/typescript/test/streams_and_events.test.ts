/** Streams, uploads and subscriptions, as an application sees them; the other end is played byte by byte. */
import assert from "node:assert/strict";
import { Kind, UPSTREAM } from "../src/frame.js";
import { IpcError, isIpcError, upload } from "../src/index.js";
import { pair } from "./support/peer.js";
import { it, settled, until } from "./support/watchdog.js";

const code = (expected: string) => (error: unknown) => isIpcError(error, expected);

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
