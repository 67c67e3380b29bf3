/** A page in Chromium and a Rust server: the package as it is published, over the browser's own WebSocket. */
import assert from "node:assert/strict";
import { browserTests } from "./support/browser.js";
import { until } from "./support/watchdog.js";

const inBrowser = browserTests();

const MEND = "must be an integer within ±(2^53 - 1): mark the field as `bigint` in the contract, or export it with bigints";
const UNREAD = "what the peer sent cannot be read";

inBrowser("a page loads the package by its names, without a bundler", async ({ run }) => {
  const loaded = await run(async () => {
    const entries = ["", "/websocket", "/message-port", "/mismatch", "/bindings", "/electron/renderer"];
    const modules = await Promise.all(entries.map((entry) => import(`ipc-bridge${entry}`)));
    return modules.map((module) => Object.keys(module).length > 0);
  });
  assert.deepEqual(loaded, [true, true, true, true, true, true]);
});

inBrowser("integers of 64 and 128 bits are exact from the page to Rust, and back", async ({ run, site }) => {
  const answers = await run(async ({ exact, webSocket }, url) => {
    const client = await exact.connect(webSocket(url));
    const next = await client.big.next({ number: 2n ** 64n - 2n, signed: 1n - 2n ** 63n });
    const past = await client.big.next({ number: 2n ** 53n, signed: 2n - 2n ** 53n });
    const most = await client.exact.last([2n ** 53n + 1n, 2n ** 64n - 1n]);
    const beyond = await client.big.beyond();
    // Rust writes down what it was given, where it is not what the seed stands for.
    const given = async (value: Parameters<typeof client.numbers.huge>[0]["given"][0]): Promise<string> => {
      const result = await client.numbers.huge.try({ seed: 1, given: [value] });
      if (result.success || result.error.code !== "MISMATCH") throw new Error("it was not the value");
      return result.error.details.value;
    };
    const huge = await given({ unsigned: 2n ** 128n - 1n, signed: -(2n ** 127n), maybe: 2n ** 53n + 1n });
    await client.$client.close();
    return { next, past, most, beyond: beyond.map(({ id }) => id), huge };
  }, site.socket("bindings_server"));
  assert.deepEqual(answers, {
    next: [2n ** 64n - 1n, -(2n ** 63n)],
    past: [2n ** 53n + 1n, 1n - 2n ** 53n],
    most: 2n ** 64n - 1n,
    beyond: [1n, 2n ** 53n + 1n],
    huge:
      "Huge { unsigned: 340282366920938463463374607431768211455, " +
      "signed: -170141183460469231731687303715884105728, maybe: Some(9007199254740993) }",
  });
});

inBrowser("random numbers and binary data come from Rust and go back as they were", async ({ run, site }) => {
  const seen = await run(async ({ exact, webSocket }, url) => {
    const client = await exact.connect(webSocket(url));
    const { exact: numbers, huge, hugeAlone, large, nonZero } = client.numbers;
    const sampled = [numbers, huge, hugeAlone, large, nonZero, client.containers.binary, client.containers.maps];
    const trip = async (sample: any, seed: number): Promise<unknown> => {
      const value = await sample({ seed, given: [] });
      // Rust compares what it is given, and fails the call where it is another value.
      return sample({ seed, given: [value, value] });
    };
    const seeds = Array.from({ length: 50 }, (_, seed) => seed);
    await Promise.all(sampled.flatMap((sample) => seeds.map((seed) => trip(sample, seed))));
    const all = await Promise.all(seeds.map((seed) => hugeAlone({ seed, given: [] })));
    await client.$client.close();
    return all.filter((number) => number > 2n ** 100n).length;
  }, site.socket("bindings_server"));
  assert.ok(seen > 15, `${seen} of 50 numbers are beyond 2^100`);
});

inBrowser("a number that is beyond 2^53 and no bigint is refused both ways, with its field and the mend", async (tab) => {
  const told = await tab.run(async ({ bindings, webSocket, failureOf, carried }, url) => {
    const client = await bindings.connect(webSocket(url));
    const before = await carried();
    const sent = await failureOf(client.big.next({ number: 2 ** 53, signed: 0 }));
    const signed = await failureOf(client.big.next({ number: 0, signed: -(2 ** 53) }));
    const untouched = (await carried()).toServer === before.toServer;
    const answer = await failureOf(client.big.next({ number: 2 ** 53 - 1, signed: 0 }));
    const within = await failureOf(client.big.beyond());
    const most = await client.big.next({ number: 2 ** 53 - 2, signed: 2 - 2 ** 53 });
    await client.$client.close();
    return { errors: [sent, signed, answer, within], untouched, most };
  }, tab.site.socket("bindings_server"));
  assert.deepEqual(
    told.errors.map(({ isOurs, code, message }) => [isOurs, code, message]),
    [
      [true, "INVALID_INPUT", `\`number\` ${MEND}`],
      [true, "INVALID_INPUT", `\`signed\` ${MEND}`],
      [true, "INTERNAL", `${UNREAD}: \`[0]\` is 9007199254740992: it ${MEND}`],
      [true, "INTERNAL", `${UNREAD}: \`[1].id\` is 9007199254740993: it ${MEND}`],
    ],
  );
  assert.ok(told.untouched, "nothing is sent of a call that is refused");
  assert.deepEqual(told.most, [2 ** 53 - 1, 1 - 2 ** 53]);
});

inBrowser("a failure is thrown, or answered by `try`, with its details", async ({ run, site }) => {
  const outcome = await run(async ({ bindings, webSocket, failureOf, told }, url) => {
    const client = await bindings.connect(webSocket(url));
    const thrown = await failureOf(client.data.fetch({ id: 200 }));
    const missing = await client.data.fetch.try({ id: 200 });
    const found = await client.data.fetch.try({ id: 7 });
    const wrong = await client.data.fetch.try({ id: 0 });
    await client.$client.close();
    return { thrown, missing: !missing.success && told(missing.error), found, wrong: !wrong.success && wrong.error.code };
  }, site.socket("bindings_server"));
  const error = { isOurs: true, name: "IpcError", code: "NOT_FOUND", message: "no item 200", details: { id: 200 } };
  assert.deepEqual(outcome.thrown, error);
  assert.deepEqual(outcome.missing, error);
  assert.deepEqual(outcome.found, { success: true, data: { id: 7, name: "item 7" } });
  assert.equal(outcome.wrong, "INVALID_INPUT");
});

inBrowser("a signal that is aborted stops the handler over there", async ({ run, site }) => {
  const aborted = await run(async ({ ipc, webSocket, failureOf }, url) => {
    const client = await ipc.connect(webSocket(url));
    const before = await client.invoke("slow:abandoned", { at_least: 0 });
    const stop = new AbortController();
    const call = client.invoke("slow:wait", { milliseconds: 60_000 }, { signal: stop.signal });
    // The answer of a later call: the earlier one has begun.
    await client.invoke("math:add", { left: 1, right: 1 });
    const failure = failureOf(call);
    stop.abort();
    const { name, code } = await failure;
    const cause = await call.catch((error) => error.cause instanceof DOMException && error.cause === stop.signal.reason);
    const more = (await client.invoke("slow:abandoned", { at_least: before + 1 })) - before;
    await client.close();
    return { name, code, cause, more };
  }, site.socket("typescript_server"));
  assert.deepEqual(aborted, { name: "AbortError", code: "CANCELLED", cause: true, more: 1 });
});

inBrowser("a stream waits for a page that reads slowly, and its handler is dropped when the page leaves", async (tab) => {
  const seen = await tab.run(async ({ ipc, webSocket, carried }, url) => {
    const client = await ipc.connect(webSocket(url), { limits: { streamBytes: 1000 } });
    const abandoned = await client.invoke("slow:abandoned", { at_least: 0 });
    const before = await carried();
    const items = client.stream("count:ever");
    const first = (await items.next()).value;
    // A stream that never ends has the time of a hundred calls.
    for (let at = 0; at < 100; at++) await client.invoke("math:add", { left: at, right: 1 });
    const waiting = (await carried()).toPage - before.toPage;
    let last = first;
    for await (const item of items) {
      if (item !== last + 1) throw new Error(`${item} came after ${last}`);
      last = item;
      if (last === 10_000) break;
    }
    const more = (await client.invoke("slow:abandoned", { at_least: abandoned + 1 })) - abandoned;
    await client.close();
    return { first, waiting, last, more };
  }, tab.site.socket("typescript_server"));
  assert.deepEqual([seen.first, seen.last, seen.more], [0, 10_000, 1]);
  assert.ok(seen.waiting < 10_000, `${seen.waiting} bytes came while nobody read`);
});

inBrowser("five megabytes go and come, and the page's socket never holds much more than one", async ({ run, site }) => {
  const LENGTH = 5_000_000;
  const sent = await run(
    async ({ exact, webSocket, carried }, [url, length]) => {
      let most = 0;
      const create = (url: string): WebSocket => {
        const socket = new WebSocket(url);
        const send = socket.send.bind(socket);
        socket.send = (data) => {
          send(data);
          most = Math.max(most, socket.bufferedAmount);
        };
        return socket;
      };
      const client = await exact.connect(webSocket(url, { create }));
      const before = await carried();
      const bytes = new Uint8Array(length).map((_, at) => at * 7);
      const back = await client.binary.reverse(bytes);
      const { toServer, toPage } = await carried();
      await client.$client.close();
      const isReversed = back.length === length && back.every((byte, at) => byte === bytes[length - 1 - at]);
      const isPlain = Object.getPrototypeOf(back) === Uint8Array.prototype;
      return { isReversed, isPlain, most, up: toServer - before.toServer, down: toPage - before.toPage };
    },
    [site.socket("bindings_server"), LENGTH] as const,
  );
  assert.ok(sent.isReversed && sent.isPlain, "the bytes are the same, from the last to the first");
  assert.ok(sent.most > 0 && sent.most < 1_500_000, `${sent.most} bytes waited in the socket`);
  for (const carried of [sent.up, sent.down]) assert.ok(carried > LENGTH && carried < 1.01 * LENGTH, `${carried}`);
});

inBrowser("events come by an exact key until the page leaves, and then no more of them travels", async ({ run, site }) => {
  const heard = await run(async ({ exact, webSocket, carried }, url) => {
    const client = await exact.connect(webSocket(url));
    const job = 2n ** 60n + 1n;
    const progress = client.job.progress({ key: job });
    await progress.ready;
    await client.job.run({ job: job + 1n, percent: 3 });
    await client.job.run({ job, percent: 100 });
    const seen: { job: bigint; percent: number }[] = [];
    for await (const event of progress) {
      seen.push(event);
      if (event.percent === 100) break;
    }
    const end = await progress.next();
    const listened: number[] = [];
    const stop = client.job.onProgress(({ percent }) => listened.push(percent), { key: job });
    const stopped = new AbortController();
    const signalled = client.job.progress({ key: job, signal: stopped.signal });
    await signalled.ready;
    await client.job.run({ job, percent: 1 });
    await signalled.next();
    stop();
    stopped.abort();
    const why = await signalled.next().catch((error) => error.name);
    // The answer of a later call: the server has left the subscriptions.
    await client.appMain.doNothing();
    const before = await carried();
    await client.job.run({ job, percent: 1000 });
    const after = (await carried()).toPage - before.toPage;
    await client.$client.close();
    return { seen, end, listened, why, after };
  }, site.socket("bindings_server"));
  const job = 2n ** 60n + 1n;
  assert.deepEqual(
    heard.seen,
    Array.from({ length: 100 }, (_, at) => ({ job, percent: at + 1 })),
  );
  assert.deepEqual([heard.end.done, heard.listened, heard.why], [true, [1], "AbortError"]);
  assert.ok(heard.after < 100, `${heard.after} bytes came to a page that hears nothing`);
});

inBrowser("a page whose socket is cut off comes back, with its subscriptions", async ({ run, site }) => {
  const outcome = await run(async ({ exact, webSocket, failureOf, cutOff }, url) => {
    const states: string[] = [];
    const missed: unknown[] = [];
    const client = await exact.connect(webSocket(url), {
      reconnect: { firstMs: 1, longestMs: 20 },
      onStateChange: (state) => states.push(state),
    });
    const events = client.job.progress({ onMissed: (count) => missed.push(count) });
    await events.ready;
    const lost = failureOf(client.slow.wait());
    await client.appMain.doNothing();
    await cutOff();
    const { code } = await lost;
    // What is asked meanwhile waits, behind the subscription.
    await client.job.run({ job: 2n ** 64n - 1n, percent: 1 });
    const event = (await events.next()).value;
    const wasClosed = await client.$client.close().then(() => client.$client.state);
    return { code, event, missed, states, wasClosed };
  }, site.socket("bindings_server"));
  assert.deepEqual(outcome, {
    code: "UNAVAILABLE",
    event: { job: 2n ** 64n - 1n, percent: 1 },
    missed: [undefined],
    states: ["connected", "reconnecting", "connected", "closed"],
    wasClosed: "closed",
  });
  await until("both connections are closed", () => site.open === 0);
});

inBrowser("a server that is not there is a failure, and a page that goes leaves no connection", async (tab) => {
  const none = await tab.run(async ({ ipc, webSocket, failureOf }, url) => {
    return failureOf(ipc.connect(webSocket(url)));
  }, tab.site.socket("no_such_server"));
  assert.equal(none.code, "UNAVAILABLE");
  await tab.run(async ({ ipc, webSocket }, url) => {
    const client = await ipc.connect(webSocket(url));
    await client.stream("count:ever").next();
  }, tab.site.socket("typescript_server"));
  assert.equal(tab.site.open, 1);
  await tab.page.goto("about:blank");
  await until("the connection is closed", () => tab.site.open === 0);
});
