/** Frames and workers in Chromium that have no connection: the page lends them ports to the one that it relays. */
import assert from "node:assert/strict";
import { browserTests, type Tab } from "./support/browser.js";
import { until } from "./support/watchdog.js";

const inBrowser = browserTests();

/** Puts a worker, or a frame in a sandbox, into the page, which lends it ports to a server. */
async function put(tab: Tab, kind: "worker" | "frame", server: string): Promise<ReturnType<Tab["within"]>> {
  await tab.run(
    async ({ lend, webSocket }, { kind, url }) => {
      if (kind === "worker") {
        const worker = new Worker("/test/browser/inner.js", { type: "module" });
        const end = await lend(worker, webSocket(url));
        Object.assign(globalThis, { remove: () => (worker.terminate(), end()) });
        return;
      }
      const frame = document.createElement("iframe");
      frame.sandbox.add("allow-scripts");
      frame.src = "/frame";
      document.body.append(frame);
      const end = await lend(frame, webSocket(url));
      Object.assign(globalThis, { remove: () => (frame.remove(), end()) });
    },
    { kind, url: tab.site.socket(server) },
  );
  return tab.within(kind);
}

inBrowser("a frame in a sandbox has no socket of its own", async (tab) => {
  const run = await put(tab, "frame", "bindings_server");
  const { isOurs, code } = await run(
    ({ ipc, webSocket, failureOf }, url) => failureOf(ipc.connect(webSocket(url))),
    tab.site.socket("bindings_server"),
  );
  assert.deepEqual([isOurs, code, tab.site.open], [true, "UNAVAILABLE", 0]);
});

for (const kind of ["frame", "worker"] as const) {
  inBrowser(`a ${kind} has exact integers, binary data, streams and failures over a message port`, async (tab) => {
    const run = await put(tab, kind, "bindings_server");
    const outcome = await run(async ({ exact, messagePort, port, failureOf }) => {
      const client = await exact.connect(messagePort(port));
      const next = await client.big.next({ number: 2n ** 64n - 2n, signed: 1n - 2n ** 63n });
      const huge = await client.numbers.hugeAlone.try({ seed: 1, given: [2n ** 128n - 1n] });
      const arrived = !huge.success && huge.error.code === "MISMATCH" && huge.error.details.value;
      const bytes = new Uint8Array(5_000_000).map((_, at) => at * 7);
      const back = await client.binary.reverse(bytes);
      const isReversed = back.length === bytes.length && back.every((byte, at) => byte === bytes.at(-1 - at));
      const items: bigint[] = [];
      for await (const { id } of client.count.to({ to: 1000 })) items.push(id);
      const missing = await failureOf(client.data.fetch({ id: 200n }));
      const stop = new AbortController();
      const call = failureOf(client.slow.wait(undefined, { signal: stop.signal }));
      stop.abort();
      const aborted = (await call).name;
      await client.$client.close();
      return { next, arrived, isReversed, items, missing, aborted };
    });
    assert.deepEqual(outcome.next, [2n ** 64n - 1n, -(2n ** 63n)]);
    assert.equal(outcome.arrived, String(2n ** 128n - 1n));
    assert.ok(outcome.isReversed);
    assert.deepEqual(
      outcome.items,
      Array.from({ length: 1000 }, (_, at) => BigInt(at + 1)),
    );
    assert.deepEqual([outcome.missing.isOurs, outcome.missing.details], [true, { id: 200n }]);
    assert.equal(outcome.aborted, "AbortError");
    await until("its connection is closed with the client", () => tab.site.open === 0);
  });

  inBrowser(`a ${kind} that reads slowly holds up the server behind the page`, async (tab) => {
    const run = await put(tab, kind, "typescript_server");
    const before = await tab.run(({ carried }) => carried());
    await run(async ({ ipc, messagePort, port }) => {
      const client = await ipc.connect(messagePort(port), { limits: { streamBytes: 1000 } });
      const items = client.stream("count:ever");
      await items.next();
      for (let at = 0; at < 100; at++) await client.invoke("math:add", { left: at, right: 1 });
      Object.assign(globalThis, { client, items });
    });
    const waiting = (await tab.run(({ carried }) => carried())).toPage - before.toPage;
    assert.ok(waiting < 10_000, `${waiting} bytes came while nobody read`);
    const more = await run(async () => {
      const { client, items } = globalThis as any;
      for await (const item of items) if (item === 5000) break;
      const abandoned = await client.invoke("slow:abandoned", { at_least: 1 });
      await client.close();
      return abandoned;
    });
    assert.ok(more >= 1, "the handler was dropped when the stream was left");
  });

  inBrowser(`a ${kind} whose page lost the connection gets a new port, and its subscriptions go on`, async (tab) => {
    const run = await put(tab, kind, "bindings_server");
    const subscribed = await run(async ({ exact, messagePort, port }) => {
      const states: string[] = [];
      const missed: unknown[] = [];
      const client = await exact.connect(messagePort(port), {
        reconnect: { firstMs: 1, longestMs: 20 },
        onStateChange: (state) => states.push(state),
      });
      const events = client.job.progress({ onMissed: (count) => missed.push(count) });
      await events.ready;
      const back = new Promise<void>((resolve) => {
        client.$client.onStateChange((state) => state === "connected" && resolve());
      });
      Object.assign(globalThis, { client, events, states, missed, back });
      return client.$client.state;
    });
    assert.equal(subscribed, "connected");
    await tab.run(({ cutOff }) => cutOff());
    const outcome = await run(async () => {
      const { client, events, states, missed, back } = globalThis as any;
      await back;
      await client.job.run({ job: 2n ** 64n - 1n, percent: 1 });
      return { event: (await events.next()).value, missed, states };
    });
    assert.deepEqual(outcome, {
      event: { job: 2n ** 64n - 1n, percent: 1 },
      missed: [undefined],
      states: ["connected", "reconnecting", "connected"],
    });
  });

  inBrowser(`a ${kind} that is removed leaves no connection, where its page ends what it relays`, async (tab) => {
    const run = await put(tab, kind, "typescript_server");
    await run(async ({ ipc, messagePort, port }) => {
      const client = await ipc.connect(messagePort(port));
      await client.stream("count:ever").next();
    });
    assert.equal(tab.site.open, 1);
    // No event tells the page that nobody is at the other end of a port.
    await tab.run(() => (globalThis as any).remove());
    await until("its connection is closed", () => tab.site.open === 0);
  });
}

inBrowser("a frame that closes its client when it goes leaves no connection, however it goes", async (tab) => {
  for (const how of ["removed", "elsewhere"] as const) {
    const run = await put(tab, "frame", "typescript_server");
    await run(async ({ ipc, messagePort, port }) => {
      const client = await ipc.connect(messagePort(port));
      addEventListener("pagehide", () => client.abort());
      await client.stream("count:ever").next();
    });
    assert.equal(tab.site.open, 1);
    await tab.run(({}, how) => {
      const frame = document.querySelector("iframe") as HTMLIFrameElement;
      if (how === "removed") frame.remove();
      else frame.src = "about:blank";
    }, how);
    await until("its connection is closed", () => tab.site.open === 0);
  }
});

inBrowser("a worker is a port itself, which its page relays", async (tab) => {
  await tab.run(async ({ relay, webSocket }, url) => {
    const worker = new Worker("/test/browser/inner.js", { type: "module" });
    await new Promise((ready) => worker.addEventListener("message", ready, { once: true }));
    await relay(worker, webSocket(url));
  }, tab.site.socket("bindings_server"));
  const most = await tab.within("worker")(async ({ exact, messagePort }) => {
    const client = await exact.connect(messagePort(globalThis as any));
    return client.exact.last([1n, 2n ** 64n - 1n]);
  });
  assert.equal(most, 2n ** 64n - 1n);
});
