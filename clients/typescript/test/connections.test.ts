/** How a client comes, goes, is refused and comes back; the server is played byte by byte. */
import assert from "node:assert/strict";
import { Kind } from "../src/frame.js";
import { Client, connect, createClient, isIpcError, type State } from "../src/index.js";
import { helloOf, pair, Place } from "./support/peer.js";
import { it, settled, until } from "./support/watchdog.js";

const code = (expected: string) => (error: unknown) => isIpcError(error, expected);

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
