/** Generated bindings over a Rust server: calls, both styles of errors, streams, uploads and events. */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Client, isIpcError, upload } from "../src/index.js";
import { localPath } from "../src/node.js";
import * as exact from "./generated/exact.js";
import { connect, createClient, bind, type IpcClient, UserId } from "./generated/bindings.js";
import { program, RustServer } from "./support/server.js";
import { it } from "./support/watchdog.js";

const executable = process.platform === "win32" ? undefined : program("bindings_server");
if (!executable) {
  console.log("skipped: bindings over a Rust server, as there is no cargo here to build it, or no Unix socket");
} else {
  let server: RustServer;
  let client: IpcClient;
  before(async () => {
    server = await RustServer.start(executable);
    client = await connect(localPath(server.path));
  });
  after(async () => {
    await client.$client.close();
    await server.stop();
  });

  it("a client that is there at once waits for its connection, and is closed as a resource", async () => {
    const early = createClient(localPath(server.path));
    assert.deepEqual(await early.data.fetch({ id: 7 }), { id: 7, name: "item 7" });
    await early[Symbol.asyncDispose]();
    assert.equal(early.$client.state, "closed");
  });

  it("the methods stand over a client that there is already", async () => {
    const plain = new Client(localPath(server.path));
    await plain.open(true);
    assert.equal(await bind(plain).data.fetch.$try(), "try");
    await plain.close();
  });

  it("a contract of another fingerprint is refused, and one may say that it is all the same", async () => {
    const other = { expectedFingerprint: "0000000000000000" };
    await assert.rejects(connect(localPath(server.path), other), (error) => isIpcError(error, "CONTRACT_MISMATCH"));
    const all_the_same = await connect(localPath(server.path), { expectedFingerprint: undefined });
    await all_the_same.$client.close();
  });

  it("a failure is thrown, or answered", async () => {
    await assert.rejects(client.data.fetch({ id: 200 }), (error) => isIpcError(error, "NOT_FOUND"));
    const codes: string[] = [];
    for (const id of [1, 101, 102, 103, 200, 0]) {
      const result = await client.data.fetch.try({ id });
      if (result.success) {
        codes.push(result.data.name);
        continue;
      }
      const { error } = result;
      switch (error.code) {
        case "NOT_FOUND":
          codes.push(`none ${error.details.id}`);
          break;
        case "TAKEN":
          codes.push(`${error.details[0]} is of ${error.details[1]}`);
          break;
        case "CLOSED":
          codes.push("closed");
          break;
        default:
          codes.push(error.code);
      }
    }
    assert.deepEqual(codes, ["item 1", "101 is of Ada", "closed", "INTERNAL", "none 200", "INVALID_INPUT"]);
  });

  it("names that clash, or that something else has, are methods all the same", async () => {
    assert.equal(await client.twins["get-one"](), "-");
    assert.equal(await client.twins.get_one(), "_");
    assert.equal(await client.data.$then(), "then");
    assert.equal(await client.data.delete({ user: UserId(7) }), 7);
    assert.equal(await client.status["on-changed"](), "a handler");
    assert.equal(await client.appMain.doNothing(), null);
    assert.deepEqual(await client.data.fetch.all({ limit: 3 }), [
      { id: 1, name: 'Defaults { limit: 3, label: "all", level: Low }' },
    ]);
    // Awaiting a namespace is awaiting no promise.
    assert.equal(await client.data, client.data);
  });

  it("every call takes a signal and a time", async () => {
    const timed = await client.slow.wait.try(undefined, { timeoutMs: 20 });
    assert.equal(timed.success ? undefined : timed.error.code, "TIMEOUT");
    const stop = new AbortController();
    const waiting = client.slow.wait(undefined, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await assert.rejects(waiting, (error) => isIpcError(error, "CANCELLED") && error.name === "AbortError");
    await client.appMain.doNothing.notify();
  });

  it("a stream is iterated, is left by `break`, and fails by throwing or by its last item", async () => {
    const seen: number[] = [];
    for await (const { id } of client.count.to({ to: 10 })) {
      seen.push(id);
      if (id === 3) break;
    }
    assert.deepEqual(seen, [1, 2, 3]);
    await assert.rejects(
      async () => {
        for await (const item of client.count.to({ to: 1001 })) seen.push(item.id);
      },
      (error) => isIpcError(error, "NOT_FOUND") && (error.details as { id: number }).id === 1001,
    );
    assert.equal(seen.length, 1003);
    const last = [];
    for await (const item of client.count.to.try({ to: 1002 })) if (!item.success) last.push(item.error.code);
    assert.deepEqual(last, ["NOT_FOUND"]);
    const left = client.count.to.try({ to: 10 });
    assert.ok((await left.next()).value?.success);
    await left.return();
    assert.deepEqual(await left.next(), { done: true, value: undefined });
  });

  it("an upload goes beside a call, and a stream answers a stream", async () => {
    assert.equal(await client.sum.all(undefined, { upload: upload([1, 2, 3]) }), 6);
    const much = await client.sum.all.try(undefined, { upload: upload([1_000_001]) });
    assert.deepEqual(much.success ? undefined : much.error.details, { sum: 1_000_001 });
    const turned: number[] = [];
    const chunks = [Uint8Array.of(1, 2), Uint8Array.of(255)];
    for await (const chunk of client.sum.soFar({ by: 1 }, { upload: upload(chunks) })) turned.push(...chunk);
    assert.deepEqual(turned, [2, 3, 0]);
  });

  it("binary data is a `Uint8Array` wherever it stands", async () => {
    assert.deepEqual(await client.binary.reverse(Uint8Array.of(1, 2, 3)), Uint8Array.of(3, 2, 1));
  });

  it("an integer beyond what a number holds is refused in either direction, with its field and the mend", async () => {
    const number = 2 ** 53;
    await assert.rejects(
      client.big.next({ number, signed: 0 }),
      (error) => isIpcError(error, "INVALID_INPUT") && /^`number` must be .*: mark the field as `bigint`/.test(error.message),
    );
    await assert.rejects(client.big.next({ number: number - 1, signed: 0 }), /`\[0\]` is 9007199254740992: .*bigint/);
    await assert.rejects(client.big.beyond(), /`\[1\]\.id` is 9007199254740993/);
    await assert.rejects(client.data.fetch({ id: number }), /`id` must be/);
    const key = (): unknown => client.job.progress({ key: number }).ready;
    await assert.rejects(async () => key(), /`key` must be/);
  });

  it("with bigints, the same integers are exact", async () => {
    const client = await exact.connect(localPath(server.path));
    const [next, last] = await client.big.next({ number: 2n ** 64n - 2n, signed: -(2n ** 63n) + 1n });
    assert.deepEqual([next, last], [2n ** 64n - 1n, -(2n ** 63n)]);
    assert.deepEqual((await client.big.beyond())[1]?.id, 2n ** 53n + 1n);
    const job = 2n ** 60n + 1n;
    const progress = client.job.progress({ key: job });
    await progress.ready;
    await client.job.run({ job: job + 1n, percent: 1 });
    await client.job.run({ job, percent: 1 });
    assert.deepEqual((await progress.next()).value, { job, percent: 1 });
    await client.$client.close();
  });

  it("what the contract marks is exact, in a parameter, in a whole payload and in details", async () => {
    assert.equal(await client.exact.next({ number: 2n ** 64n - 2n, plain: 1 }), 2n ** 64n - 1n);
    assert.equal(await client.exact.last([1n, 2n ** 60n + 1n]), 2n ** 60n + 1n);
    const none = await client.exact.next.try({ number: 2n ** 64n - 1n, plain: 1 });
    assert.ok(!none.success && none.error.code === "LAST");
    assert.deepEqual(none.error.details, { number: 2n ** 64n - 1n, plain: 1 });
    const pair = await client.exact.next.try({ number: 2n ** 60n, plain: 7 });
    assert.deepEqual(pair.success ? undefined : pair.error.details, [2n ** 60n, 7]);
  });

  it("an event is listened to until it is not, and iterated, of one key or of all", async () => {
    const heard: number[] = [];
    let enough: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (enough = resolve));
    const stop = client.job.onProgress(
      ({ percent }) => {
        if (heard.push(percent) === 3) enough();
      },
      { key: 7 },
    );
    const events = client.job.$events();
    const progress = client.job.progress();
    await Promise.all([events.ready, progress.ready]);
    await client.job.run({ job: 8, percent: 1 });
    await client.job.run({ job: 7, percent: 3 });
    await all;
    assert.deepEqual(heard, [1, 2, 3]);
    const seen: string[] = [];
    for await (const event of events) {
      if (event.channel === "job:progress") seen.push(`${event.data.job}: ${event.data.percent}`);
      else if (event.channel === "job:log:line") seen.push(new TextDecoder().decode(event.data));
      if (seen.length === 6) break;
    }
    assert.deepEqual(seen, ["begin", "8: 1", "begin", "7: 1", "7: 2", "7: 3"]);
    assert.deepEqual((await progress.next()).value, { job: 8, percent: 1 });
    await progress.return();
    stop();
    const after = client.job.progress({ key: 7 });
    await after.ready;
    await client.job.run({ job: 7, percent: 1 });
    await after.next();
    assert.equal(heard.length, 3, "nothing is heard after it was left");
  });

  it("an event that is shared is published, and heard by its listeners, wherever they are", async () => {
    const changed = client.status.changed();
    await changed.ready;
    await client.status.changed.publish({ online: true });
    assert.deepEqual((await changed.next()).value, { online: true });
    const answer = await client.status.changed.publish.try({ online: false });
    assert.ok(answer.success);
    const online = await new Promise((resolve) => client.status["on:changed"](({ online }) => resolve(online)));
    assert.equal(online, false, "a new listener gets the last one");
  });
}
