/** What a client answers when the server calls it; the server is played byte by byte. */
import assert from "node:assert/strict";
import { Kind } from "../src/frame.js";
import { IpcError, Router, shapes } from "../src/index.js";
import { pair } from "./support/peer.js";
import { it, settled } from "./support/watchdog.js";

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
