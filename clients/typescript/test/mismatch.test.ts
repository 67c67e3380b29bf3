/** What a page expects of its server, and what it is told where that is another. */
import assert from "node:assert/strict";
import { type ContractMismatch, expectContract } from "../src/mismatch.js";
import { createClient, isIpcError } from "../src/index.js";
import { helloOf, pair, type Peer, Place } from "./support/peer.js";
import { it, until } from "./support/watchdog.js";

const code = (expected: string) => (error: unknown) => isIpcError(error, expected);

const CONTRACT = {
  fingerprint: "old",
  channels: { "data:fetch": "1", "data:save": "2", "data:count": "3", "data:changed": "4" },
};
const SERVED = {
  channels: { "data:fetch": { fingerprint: "1" }, "data:save": { fingerprint: "9" }, "data:list": { fingerprint: "5" } },
  events: { "data:changed": { fingerprint: "8" } },
};
const MESSAGE =
  "the server serves another contract: `data:changed`, `data:save` differ; `data:count` is missing or not granted; " +
  "`data:list` is new";

/** Plays a server that is asked what it serves. */
async function tell(peer: Peer, served: unknown = SERVED): Promise<void> {
  const { id, channel, payload } = await peer.next();
  assert.deepEqual([channel, payload.toString()], ["ipc:introspect", "{}"]);
  peer.answer(id, served);
}

const other = (): ReturnType<typeof pair> => pair({}, helloOf({}, { fingerprint: "new" }));

it("a page is told which channels differ, and goes on where it says so", async () => {
  const { client, peer } = await other();
  const told: ContractMismatch[] = [];
  const checked = expectContract(client, CONTRACT, { onMismatch: (mismatch) => told.push(mismatch) > 0 });
  await tell(peer);
  const mismatch = await checked;
  assert.deepEqual(told, [mismatch]);
  assert.deepEqual(mismatch, {
    expected: "old",
    actual: "new",
    differing: ["data:changed", "data:save"],
    missing: ["data:count"],
    added: ["data:list"],
    unknown: undefined,
    message: MESSAGE,
  });
  const call = client.invoke("data:fetch", { id: 1 });
  peer.answer((await peer.next()).id, "one");
  assert.equal(await call, "one");
});

it("a page that does not go on has its client closed", async () => {
  const { client, peer } = await other();
  const checked = expectContract(client, CONTRACT, { onMismatch: async () => undefined });
  await tell(peer);
  await assert.rejects(checked, (error) => isIpcError(error, "CONTRACT_MISMATCH") && error.message === MESSAGE);
  assert.equal(client.state, "closed");
});

it("without a callback the console has one line, and the client goes on", async (): Promise<void> => {
  const { client, peer } = await other();
  const lines: unknown[][] = [];
  const { warn } = console;
  console.warn = (...line) => void lines.push(line);
  try {
    const checked = expectContract(client, CONTRACT);
    await tell(peer);
    await checked;
  } finally {
    console.warn = warn;
  }
  assert.deepEqual(lines, [[`ipc-bridge: ${MESSAGE}`]]);
  assert.equal(client.state, "connected");
});

it("a server of the same contract is not asked", async () => {
  const { client, peer } = await pair({}, helloOf({}, { fingerprint: "old" }));
  assert.equal(await expectContract(client, CONTRACT, { onMismatch: () => assert.fail() }), undefined);
  await peer.nothing();
});

it("what the page does not use is no mismatch", async () => {
  const { client, peer } = await other();
  const checked = expectContract(client, { fingerprint: "part", channels: { "data:fetch": "1" } });
  await tell(peer);
  assert.equal(await checked, undefined);
});

it("a server that does not tell what it serves is a mismatch of unknown channels", async () => {
  for (const [refusal, why] of [
    ["DENIED", "this client has no grant for `ipc:introspect`"],
    ["UNKNOWN_CHANNEL", "the server does not tell"],
    ["INTERNAL", "asking the server failed: no"],
  ] as const) {
    const { client, peer } = await other();
    const checked = expectContract(client, CONTRACT, { onMismatch: () => true });
    peer.refuse((await peer.next()).id, refusal);
    const mismatch = await checked;
    assert.deepEqual([mismatch?.unknown, mismatch?.differing, mismatch?.missing, mismatch?.added], [why, [], [], []]);
    const said = `the server serves another contract, and which channels differ is not known: ${why}`;
    assert.equal(mismatch?.message, said);
  }
});

it("a server that was updated while the connection was lost is compared again", async () => {
  const place = new Place(helloOf({}, { fingerprint: "new" }));
  const client = createClient(place.connector, { reconnect: { firstMs: 1 } });
  const told: string[] = [];
  const checked = expectContract(client, CONTRACT, { onMismatch: ({ message }) => told.push(message) > 0 });
  await until("it has connected", () => place.peers.length === 1);
  await tell(place.peer);
  await checked;
  place.peer.drop();
  await until("it has connected again", () => place.peers.length === 2);
  await tell(place.peer, {});
  await until("it is told", () => told.length === 2);
  assert.match(told[1] ?? "", /`data:changed`, `data:count`, `data:fetch`, `data:save` are missing or not granted$/);
  client.abort();
});

it("a connection that is lost while it is asked is not compared, and the next one is", async () => {
  const place = new Place(helloOf({}, { fingerprint: "new" }));
  const client = createClient(place.connector, { reconnect: { firstMs: 1 } });
  const told: string[] = [];
  const checked = expectContract(client, CONTRACT, { onMismatch: ({ message }) => told.push(message) > 0 });
  await until("it has connected", () => place.peers.length === 1);
  await place.peer.next();
  place.peer.drop();
  await until("it has connected again", () => place.peers.length === 2);
  await tell(place.peer);
  assert.equal((await checked)?.message, MESSAGE);
  assert.deepEqual(told, [MESSAGE]);
  client.abort();
});

it("a client that is closed before it connects compares nothing", async () => {
  const place = new Place(null);
  const client = createClient(place.connector);
  const checked = expectContract(client, CONTRACT);
  client.abort();
  await assert.rejects(checked, code("UNAVAILABLE"));
  await assert.rejects(expectContract(client, CONTRACT), code("UNAVAILABLE"));
});
