/** Peers that break things: bytes cut anywhere, garbage, floods. */
import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kind } from "../src/frame.js";
import { encodeHello } from "../src/hello.js";
import { connect, isIpcError } from "../src/index.js";
import { localPath } from "../src/node.js";
import { frameBytes, helloOf, pair } from "./support/peer.js";
import { it, settled, until } from "./support/watchdog.js";

const code = (expected: string) => (error: unknown) => isIpcError(error, expected);

/** A conversation that has something of everything. */
function conversation(): Uint8Array {
  const large = JSON.stringify({ success: true, data: "x".repeat(100) });
  const first = frameBytes(
    Kind.Response,
    4,
    Buffer.concat([Buffer.from([large.length, 0, 0, 0]), Buffer.from(large.slice(0, 60))]),
    "",
    1,
  );
  return Buffer.concat([
    frameBytes(Kind.Response, 1, '{"success":true,"data":1}'),
    frameBytes(Kind.Item, 2, "1"),
    first,
    frameBytes(Kind.Item, 2, "2"),
    frameBytes(Kind.Ping, 9, "ping"),
    frameBytes(Kind.Response, 3, "null".padStart(10)),
    frameBytes(Kind.Response, 4, large.slice(60), "", 2),
    frameBytes(Kind.Response, 2, '{"success":true,"data":null}'),
  ]);
}

async function play(cut: (bytes: Uint8Array) => Uint8Array[]): Promise<unknown[]> {
  const { client, peer } = await pair();
  const read = async (): Promise<number[]> => {
    const items: number[] = [];
    for await (const item of client.stream("b:b")) items.push(item);
    return items;
  };
  const calls = Promise.allSettled([client.invoke("a:a"), read(), client.invoke("c:c"), client.invoke("d:d")]);
  await settled();
  peer.give(...cut(conversation()));
  peer.drop();
  return (await calls).map((call) => (call.status === "fulfilled" ? call.value : call.reason.code));
}

it("a conversation cut at any byte is the same conversation", async () => {
  const whole = await play((bytes) => [bytes]);
  assert.deepEqual(whole, [1, [1, 2], "INTERNAL", "x".repeat(100)]);
  const { length } = conversation();
  for (let cut = 1; cut < length; cut++) {
    assert.deepEqual(await play((bytes) => [bytes.subarray(0, cut), bytes.subarray(cut)]), whole, `cut at ${cut}`);
  }
  assert.deepEqual(await play((bytes) => [...bytes].map((byte) => Uint8Array.of(byte))), whole);
});

it("a connection that ends at any byte leaves no call without an answer", async () => {
  const { length } = conversation();
  for (let end = 0; end < length; end++) {
    const came = await play((bytes) => [bytes.subarray(0, end)]);
    assert.equal(came.length, 4);
    for (const each of came)
      assert.ok(
        ["INTERNAL", "UNAVAILABLE"].includes(each as string) || typeof each !== "string" || each.length === 100,
        `${each}`,
      );
  }
});

it("garbage closes the connection, fails what is in flight, and brings nothing down", async () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31);
  for (let round = 0; round < 500; round++) {
    const { client, peer } = await pair();
    const call = client.invoke.try("a:a");
    const stream = client
      .stream("b:b")
      .next()
      .catch((error) => error);
    await settled();
    const bytes = Uint8Array.from({ length: 200 }, () => random() >> 8);
    // Half of them begin as a frame does.
    if (round % 2)
      bytes.set([random() % 100, 0, 0, 0, 1 + (random() % 14), random() % 16, 0, 0, 1 + (random() % 2), 0, 0, 0]);
    peer.give(bytes);
    peer.drop();
    const result = await call;
    if (!result.success)
      assert.ok(["PROTOCOL_ERROR", "UNAVAILABLE", "INTERNAL"].includes(result.error.code), result.error.code);
    await stream;
  }
});

it("conversations with one byte changed never hang", async () => {
  const { length } = conversation();
  for (let at = 0; at < length; at++) {
    for (const flip of [1, 0x80, 0xff]) {
      const came = await play((bytes) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] as number) ^ flip;
        return [changed];
      });
      assert.equal(came.length, 4);
    }
  }
});

it("a server of another protocol is not taken for one of ours", async () => {
  for (const banner of [
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    "ipc-bridge: the peer does not speak this protocol\n",
    "\0\0\0\0\0\0\0\0\0\0\0\0",
  ]) {
    const connecting = connect((events) => {
      setImmediate(() => events.data(Buffer.from(banner)));
      return { send: () => true, close() {} };
    });
    await assert.rejects(connecting, code("PROTOCOL_ERROR"));
  }
});

it("a flood of pings that nobody takes answers of stops the reading", async () => {
  const { peer } = await pair({ limits: { bufferedBytes: 1000 } });
  peer.takes = false;
  for (let at = 0; at < 200 && !peer.paused; at++) {
    peer.send(Kind.Ping, at, "x".repeat(50));
    await settled();
  }
  assert.ok(peer.paused);
  assert.ok(peer.writes.length < 5);
});

it("a flood of half-arrived messages is a breach", async () => {
  const { client, peer } = await pair({ limits: { inFlight: 8 } });
  for (let id = 0; id < 20; id++)
    peer.send(Kind.Response, id, Buffer.concat([Buffer.from([0, 1, 0, 0]), Buffer.from("x")]), "");
  for (let id = 0; id < 20; id++) peer.give(frameBytes(Kind.Response, id, Buffer.from([0, 1, 0, 0, 120]), "", 1));
  await settled();
  assert.ok(peer.closed);
  assert.equal(client.state, "closed");
});

it("a total of 4 GiB sets nothing aside", async () => {
  const { client, peer } = await pair();
  const call = client.invoke("a:a");
  const { id } = await peer.next();
  const before = process.memoryUsage().arrayBuffers;
  peer.give(frameBytes(Kind.Response, id, Buffer.from([255, 255, 255, 255, 120]), "", 1));
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
  peer.drop();
  await assert.rejects(call, code("UNAVAILABLE"));
});

if (process.platform === "win32") console.log("skipped: raw servers on Unix sockets");
else {
  /** A server that is written by hand, and what becomes of its connections. */
  const listening = async (each: (socket: Socket) => void): Promise<{ path: string; stop(): void }> => {
    const path = join(mkdtempSync(join(tmpdir(), "ipc-bridge-ts-")), "raw.sock");
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      each(socket);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return {
      path,
      stop() {
        server.close();
        for (const socket of sockets) socket.destroy();
      },
    };
  };

  it("a server that reads nothing is written no more than fits, and a small client lives on", async () => {
    const server = await listening((socket) => {
      socket.pause();
      socket.write(encodeHello(helloOf()));
    });
    const client = await connect(localPath(server.path), { reconnect: false, limits: { bufferedBytes: 100_000 } });
    const calls = Array.from({ length: 4000 }, () =>
      client.invoke.try("a:a", { text: "x".repeat(1000) }, { timeoutMs: 200 }),
    );
    const results = await Promise.all(calls);
    assert.ok(results.every((result) => !result.success && result.error.code === "TIMEOUT"));
    server.stop();
    await until("the client is closed", () => client.state === "closed");
  });

  it("a socket that is closed before the answer is a failure of what was in flight", async () => {
    const server = await listening((socket) => {
      socket.write(encodeHello(helloOf()));
      socket.once("data", () => socket.destroy());
    });
    await assert.rejects(
      connect(localPath(server.path), { reconnect: false }).then((client) => client.invoke("a:a")),
      code("UNAVAILABLE"),
    );
    server.stop();
  });
}
