/** The client and a Rust server, two processes, over a Unix socket. */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { type Client, connect, type ConnectOptions, isIpcError, Router, shapes, upload } from "../src/index.js";
import { expectContract } from "../src/mismatch.js";
import { localPath, localServer } from "../src/node.js";
import { program, RustServer } from "./support/server.js";
import { it, until } from "./support/watchdog.js";

const code = (expected: string) => (error: unknown) => isIpcError(error, expected);

const channels = shapes({
  "bytes:reverse": { request: { binary: ["bytes"] }, response: { binary: [""] } },
  "bytes:make": { response: { binary: [""] } },
  "bytes:count": { upload: { binary: [""] }, response: { binary: ["[1]"] } },
  "big:next": { request: { bigint: ["number", "signed"] }, response: { bigint: ["[0]", "[1]"] } },
  "picture:change": { request: { integer: ["number"], binary: ["pixels"] } },
  "picture:changed": { event: { integer: ["number"], binary: ["pixels"] } },
});

const executable = process.platform === "win32" ? undefined : program();
if (!executable) {
  console.log("skipped: everything against the Rust server, as there is no cargo here to build it, or no Unix socket");
} else {
  let server: RustServer;
  let client: Client;
  const clients: Client[] = [];
  const connected = async (options: ConnectOptions = {}): Promise<Client> => {
    const client = await connect(localPath(server.path), { channels, reconnect: false, ...options });
    clients.push(client);
    return client;
  };

  before(async () => {
    server = await RustServer.start(executable);
    client = await connected();
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server.stop();
  });

  it("a call is answered", async () => {
    assert.deepEqual(await client.invoke("data:fetch", { id: 7 }), { id: 7, name: "item 7" });
    assert.equal(await client.invoke("text:echo", { text: "Zoë 🦀 \u0000" }), "Zoë 🦀 \u0000");
  });

  it("a typed failure comes with its details, and a mistake with the field's name", async () => {
    const missing = await client.invoke.try("data:fetch", { id: 200 });
    assert.ok(!missing.success);
    assert.deepEqual(missing.error.toJSON(), { code: "NOT_FOUND", message: "no item 200", details: { id: 200 } });
    const wrong = await client.invoke.try("data:fetch", { id: 0 });
    assert.ok(!wrong.success);
    assert.equal(wrong.error.code, "INVALID_INPUT");
    assert.equal(wrong.error.details.issues[0].path, "id");
    await assert.rejects(client.invoke("no:such"), code("UNKNOWN_CHANNEL"));
  });

  it("a page whose bindings are older is told which channels differ", async () => {
    const described: any = await client.invoke("ipc:introspect");
    const fingerprint = described.channels["math:add"].fingerprint;
    const expected = { fingerprint: "old", channels: { "math:add": fingerprint, "data:fetch": "old", "no:such": "old" } };
    const mismatch = await expectContract(client, expected, { onMismatch: () => true });
    assert.deepEqual([mismatch?.differing, mismatch?.missing], [["data:fetch"], ["no:such"]]);
    assert.ok(mismatch?.added.includes("status:changed"), mismatch?.message);
    assert.equal(mismatch?.actual, described.fingerprint);
    assert.equal(await client.invoke("math:add", { left: 1, right: 2 }), 3);
    const same = { fingerprint: described.fingerprint, channels: {} };
    assert.equal(await expectContract(client, same), undefined);
  });

  it("ten thousand calls at one time are each answered with their own", async () => {
    const sums = await Promise.all(
      Array.from({ length: 10_000 }, (_, left) => client.invoke("math:add", { left, right: 1 })),
    );
    sums.forEach((sum, left) => assert.equal(sum, left + 1));
  });

  it("a stream comes whole, and one that fails throws behind its items", async () => {
    let count = 0;
    for await (const item of client.stream("count:to", { to: 1000 })) assert.equal(item, ++count);
    assert.equal(count, 1000);
    const read = async (): Promise<void> => {
      for await (const item of client.stream("count:to", { to: 2000 })) count = item;
    };
    await assert.rejects(read(), code("TOO_FAR"));
    assert.equal(count, 1000);
  });

  it("leaving a stream that never ends drops the handler over there", async () => {
    const before = await client.invoke("slow:abandoned", { at_least: 0 });
    let count = 0;
    for await (const _ of client.stream("count:ever")) if (++count === 10_000) break;
    assert.equal(await client.invoke("slow:abandoned", { at_least: before + 1 }), before + 1);
  });

  it("a slow reader holds up its own stream and no call", async () => {
    const slow = client.stream("count:ever");
    await slow.next();
    for (let at = 0; at < 100; at++) await client.invoke("math:add", { left: at, right: 1 });
    await slow.return();
  });

  it("an upload is taken whole, and a dialogue answers as it goes", async () => {
    const numbers = Array.from({ length: 5000 }, (_, at) => at);
    assert.equal(await client.invoke("sum:all", {}, { upload: upload(numbers) }), (4999 * 5000) / 2);
    const sums: number[] = [];
    for await (const sum of client.stream("sum:so-far", {}, { upload: upload([1, 2, 3]) })) sums.push(sum);
    assert.deepEqual(sums, [1, 3, 6]);
  });

  it("binary data comes and goes as it is, small and large, and in a stream", async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at);
    assert.deepEqual(await client.invoke("bytes:reverse", { bytes }), Uint8Array.from([...bytes].reverse()));
    const large = new Uint8Array(5_000_000).map((_, at) => at * 7);
    const back: Uint8Array = await client.invoke("bytes:reverse", { bytes: large });
    assert.equal(Buffer.compare(back, Buffer.from(large).reverse()), 0);
    const chunks = Array.from({ length: 50 }, (_, at) => new Uint8Array(100_000).fill(at));
    const [total, lasts] = await client.invoke("bytes:count", {}, { upload: upload(chunks) });
    assert.equal(total, 5_000_000);
    assert.deepEqual(
      [...lasts],
      chunks.map((_, at) => at),
    );
  });

  it("a large answer does not hold up a small one", async () => {
    const order: string[] = [];
    const large = client.invoke("bytes:make", { count: 8_000_000 }).then((bytes) => {
      order.push("large");
      return bytes.length;
    });
    const small = client.invoke("math:add", { left: 1, right: 1 }).then(() => order.push("small"));
    assert.deepEqual([await large, await small], [8_000_000, 1]);
    assert.equal(order[0], "small");
  });

  it("a large request does not hold up a small one", async () => {
    const order: string[] = [];
    const bytes = new Uint8Array(12_000_000);
    const large = client.invoke("bytes:reverse", { bytes }).then(() => order.push("large"));
    const small = client.invoke("math:add", { left: 1, right: 1 }).then(() => order.push("small"));
    await Promise.all([large, small]);
    assert.deepEqual(order, ["small", "large"]);
  });

  it("integers of 64 bits are exact", async () => {
    const most = { number: (1n << 64n) - 2n, signed: 1n - (1n << 63n) };
    assert.deepEqual(await client.invoke("big:next", most), [(1n << 64n) - 1n, -(1n << 63n)]);
    const past = BigInt(Number.MAX_SAFE_INTEGER) + 1n;
    assert.deepEqual(await client.invoke("big:next", { number: past, signed: 0n }), [past + 1n, -1n]);
  });

  it("a slow handler is stopped by a signal, by a deadline, and by the end of its connection", async () => {
    const before = await client.invoke("slow:abandoned", { at_least: 0 });
    const stop = new AbortController();
    const aborted = client.invoke("slow:wait", { milliseconds: 60_000 }, { signal: stop.signal });
    setImmediate(() => stop.abort());
    await assert.rejects(aborted, { name: "AbortError" });
    await assert.rejects(client.invoke("slow:wait", { milliseconds: 60_000 }, { timeoutMs: 20 }), code("TIMEOUT"));
    const other = await connected();
    const lost = other.invoke("slow:wait", { milliseconds: 60_000 });
    await other.invoke("math:add", { left: 1, right: 1 });
    other.abort();
    await assert.rejects(lost, code("UNAVAILABLE"));
    assert.equal(await client.invoke("slow:abandoned", { at_least: before + 3 }), before + 3);
    assert.equal(await client.invoke("slow:wait", { milliseconds: 1 }), 1);
  });

  it("events come in their order, of one key alone where that is asked for, and of patterns", async () => {
    const seven = client.subscribe("job:progress", { key: 7 });
    const all = client.subscribe("job:*");
    await Promise.all([seven.ready, all.ready]);
    await client.invoke("job:run", { job: 8, percent: 2 });
    await client.invoke("job:run", { job: 7, percent: 100 });
    for (let percent = 1; percent <= 100; percent++) assert.deepEqual((await seven.next()).value, { job: 7, percent });
    const first = await all.next();
    assert.deepEqual(first.value, { channel: "job:progress", data: { job: 8, percent: 1 } });
    await Promise.all([seven.return(), all.return()]);
  });

  it("who lags behind is told how many events were missed", async () => {
    const missed: (number | undefined)[] = [];
    const other = await connected({ limits: { streamBytes: 200 } });
    const events = other.subscribe("job:progress", { key: 9, onMissed: (count) => missed.push(count) });
    await events.ready;
    await client.invoke("job:run", { job: 9, percent: 5000 });
    let seen = 0;
    for await (const { percent } of events) {
      seen++;
      if (percent === 5000) break;
    }
    assert.equal(seen + missed.reduce((sum: number, count) => sum + (count ?? 0), 0), 5000);
    assert.ok(missed.length > 0);
  });

  it("binary data comes in events", async () => {
    const pictures = client.subscribe("picture:changed");
    await pictures.ready;
    await client.invoke("picture:change", { number: 7, pixels: new Uint8Array(200_000).fill(5) });
    const { value } = await pictures.next();
    assert.deepEqual([value.number, value.pixels.length, value.pixels[199_999]], [7, 200_000, 5]);
    await pictures.return();
  });

  it("a shared event is published by a client, by a call and by a notification, and the last one is retained", async () => {
    await client.publish("status:changed", { online: true });
    const events = client.subscribe("status:changed");
    assert.deepEqual((await events.next()).value, { online: true });
    await client.notify("status:changed", { online: false });
    assert.deepEqual((await events.next()).value, { online: false });
    await events.return();
    const denied = await client.publish.try("job:progress", { job: 1, percent: 1 });
    assert.ok(!denied.success && denied.error.code === "DENIED");
  });

  it("the server calls the client", async () => {
    const router = new Router();
    router.handle<{ name: string }>("client:greet", async ({ name }) => `hello ${name}`);
    const other = await connected({ router });
    assert.equal(await other.invoke("peer:greet", { name: "Ada" }), "the client said: hello Ada");
    assert.match(await client.invoke("peer:greet", { name: "Ada" }), /the client failed/);
  });

  it("a server that is not there is a failure that names it", async () => {
    await assert.rejects(
      connect(localPath("/no/such.sock")),
      (error: Error) => code("UNAVAILABLE")(error) && /ENOENT/.test(String(error.cause)),
    );
    await assert.rejects(connect(localServer("no-such-server-of-ours")), code("UNAVAILABLE"));
  });

  it("a server that dies in mid-stream is a failure, and the client comes back when it does", async () => {
    let mortal = await RustServer.start(executable);
    const states: string[] = [];
    const other = await connect(localPath(mortal.path), {
      reconnect: { firstMs: 5, longestMs: 20 },
      onStateChange: (state) => states.push(state),
    });
    const stream = other.stream("count:ever");
    const events = other.subscribe("status:changed");
    await Promise.all([stream.next(), events.ready]);
    const slow = other.invoke("slow:wait", { milliseconds: 60_000 });
    const again = other.invoke("data:fetch", { id: 1 }, { idempotent: true });
    await again;
    const dying = Promise.allSettled([slow]);
    await mortal.kill();
    assert.ok((await dying).every((call) => call.status === "rejected" && isIpcError(call.reason, "UNAVAILABLE")));
    const rest = async (): Promise<void> => {
      for await (const _ of stream);
    };
    await assert.rejects(rest(), code("UNAVAILABLE"));
    mortal = await RustServer.start(executable, mortal.path);
    assert.deepEqual(await other.invoke("data:fetch", { id: 3 }), { id: 3, name: "item 3" });
    await other.publish("status:changed", { online: true });
    assert.deepEqual((await events.next()).value, { online: true });
    assert.deepEqual(states, ["connected", "reconnecting", "connected"]);
    await other.close();
    await mortal.stop();
  });

  it("a server that shuts down in good order ends streams and answers what it had begun", async () => {
    const leaving = await RustServer.start(executable);
    const other = await connect(localPath(leaving.path), { reconnect: false });
    const stream = other.stream("count:ever");
    await stream.next();
    const slow = other.invoke("slow:wait", { milliseconds: 100 });
    await other.invoke("math:add", { left: 1, right: 1 });
    const stopped = leaving.stop();
    assert.equal(await slow, 100);
    const rest = async (): Promise<void> => {
      for await (const _ of stream);
    };
    await assert.rejects(rest(), code("UNAVAILABLE"));
    await stopped;
    await until("the client is closed", () => other.state === "closed");
  });
}
