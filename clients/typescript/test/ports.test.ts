/** The ports, over what they are for. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import { type WebSocket as ServerSocket, WebSocket as NodeWebSocket, WebSocketServer } from "ws";
import { encodeHello } from "../src/hello.js";
import { connect, createClient, isIpcError } from "../src/index.js";
import { messagePort, type MessagePortLike, portOver, relay } from "../src/message-port.js";
import { localServer, pathOf } from "../src/node.js";
import { webSocket, type WebSocketLike } from "../src/websocket.js";
import { helloOf, Peer, Place } from "./support/peer.js";
import { it, until } from "./support/watchdog.js";

const code = (expected: string) => (error: unknown) => isIpcError(error, expected);
const create = (url: string): WebSocketLike => new NodeWebSocket(url) as WebSocketLike;

it("a name is found where the Rust side listens, and what is no name is refused", () => {
  const { XDG_RUNTIME_DIR } = process.env;
  try {
    if (process.platform === "win32") return assert.match(pathOf("my-app"), /^\\\\\.\\pipe\\ipc-bridge-.+-my-app$/);
    process.env["XDG_RUNTIME_DIR"] = "/run/user/7";
    assert.equal(pathOf("my-app"), "/run/user/7/ipc-bridge/my-app.sock");
    for (const none of ["", "relative"]) {
      process.env["XDG_RUNTIME_DIR"] = none;
      assert.equal(pathOf("my-app"), join(tmpdir(), `ipc-bridge-${process.geteuid?.()}`, "my-app.sock"));
    }
    for (const name of ["", ".hidden", "a/b", "../x", "x".repeat(49), "ä"])
      assert.throws(() => pathOf(name), TypeError, name);
  } finally {
    if (XDG_RUNTIME_DIR === undefined) delete process.env["XDG_RUNTIME_DIR"];
    else process.env["XDG_RUNTIME_DIR"] = XDG_RUNTIME_DIR;
  }
});

if (process.platform === "win32") console.log("skipped: a server of this name on a Unix socket");
else {
  it("a client connects to a server by its name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ipc-bridge-ts-"));
    const before = process.env["XDG_RUNTIME_DIR"];
    process.env["XDG_RUNTIME_DIR"] = folder;
    try {
      mkdirSync(dirname(pathOf("named")), { recursive: true });
      const server = createServer((socket) => void socket.write(encodeHello(helloOf())));
      await new Promise<void>((resolve) => server.listen(pathOf("named"), resolve));
      const client = await connect(localServer("named"), { reconnect: false, limits: { goodbyeMs: 10 } });
      assert.equal(client.server?.agent, "test/1");
      await client.close();
      server.close();
    } finally {
      if (before === undefined) delete process.env["XDG_RUNTIME_DIR"];
      else process.env["XDG_RUNTIME_DIR"] = before;
      rmSync(folder, { recursive: true });
    }
  });
}

async function webSocketServer(): Promise<{ url: string; peers: Peer[]; sockets: ServerSocket[]; close(): void }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const peers: Peer[] = [];
  const sockets: ServerSocket[] = [];
  server.on("connection", (socket) => {
    const peer = new Peer({ data: (bytes) => socket.send(bytes), drain() {}, close: () => socket.close() });
    socket.on("message", (data: Buffer) => peer.port.send(data));
    socket.on("close", () => (peer.closed = true));
    peers.push(peer);
    sockets.push(socket);
    peer.give(encodeHello(helloOf()));
  });
  await new Promise<void>((resolve) => server.on("listening", resolve));
  const { port } = server.address() as { port: number };
  return { url: `ws://127.0.0.1:${port}`, peers, sockets, close: () => server.close() };
}

it("a WebSocket carries a connection, large messages too", async () => {
  const server = await webSocketServer();
  const client = await connect(webSocket(server.url, { create }), { reconnect: false });
  const peer = server.peers[0] as Peer;
  const text = "x".repeat(3_000_000);
  const call = client.invoke("a:b", { text });
  await until(
    "all has come",
    () => peer.sent.reduce((sum, { payload }) => sum + payload.length, 0) === text.length + 11,
  );
  peer.answer(peer.sent[0]?.id ?? -1, "done");
  assert.equal(await call, "done");
  const lost = client.invoke("a:b");
  lost.catch(() => undefined);
  server.sockets[0]?.close();
  await assert.rejects(lost, code("UNAVAILABLE"));
  server.close();
});

it("a WebSocket that cannot be opened, or that sends text, is a failure", async () => {
  await assert.rejects(connect(webSocket("ws://127.0.0.1:1", { create })), code("UNAVAILABLE"));
  const server = await webSocketServer();
  const client = await connect(webSocket(server.url, { create }), { reconnect: false });
  server.sockets[0]?.send("text");
  await until("the client is closed", () => client.state === "closed");
  server.close();
});

it("a WebSocket that a page's policy forbids, and so never closes, is a failure at once", async () => {
  const forbidden = (): WebSocketLike => {
    const socket = new EventTarget();
    setImmediate(() => socket.dispatchEvent(new Event("error")));
    return Object.assign(socket, { binaryType: "", readyState: 3, bufferedAmount: 0, send() {}, close() {} });
  };
  await assert.rejects(connect(webSocket("ws://127.0.0.1:1", { create: forbidden })), code("UNAVAILABLE"));
});

it("message ports carry a connection between two threads, through a relay, in bounds", async () => {
  const { port1, port2 } = new MessageChannel();
  const place = new Place();
  const ended = relay(port2 as unknown as MessagePortLike, place.connector);
  const client = await connect(messagePort(port1 as unknown as MessagePortLike), { reconnect: false });
  await ended;
  const call = client.invoke("a:b", { bytes: new Uint8Array(3_000_000) });
  const first = await place.peer.next();
  await until(
    "all has come",
    () => place.peer.sent.reduce((sum, { payload }) => sum + payload.length, first.payload.length) === first.total,
  );
  place.peer.answer(first.id, 7);
  assert.equal(await call, 7);
  client.abort();
  await until("the other end is closed", () => place.peer.closed);
});

it("a port that was closed is not opened a second time, and a function gets a new one", async () => {
  const place = new Place();
  const channel = (): MessagePortLike => {
    const { port1, port2 } = new MessageChannel();
    void relay(port2 as unknown as MessagePortLike, place.connector);
    return port1 as unknown as MessagePortLike;
  };
  const once = createClient(messagePort(channel()), { reconnect: { firstMs: 1, attempts: 2 } });
  await until("it is connected", () => once.state === "connected");
  place.peer.drop();
  await until("it is closed", () => once.state === "closed");
  const again = createClient(messagePort(channel), { reconnect: { firstMs: 1 } });
  await until("it is connected", () => again.state === "connected");
  place.peer.drop();
  await until("it is back", () => place.peers.length === 3 && again.state === "connected");
  again.abort();
});

it("a message port that takes nothing is sent about a MiB, and the rest when it does", async () => {
  const { port1, port2 } = new MessageChannel();
  let drained = 0;
  const port = portOver(port1 as unknown as MessagePortLike, { data() {}, drain: () => drained++, close() {} });
  let sent = 0;
  while (port.send(new Uint8Array(100_000))) sent += 100_000;
  assert.ok(sent <= 1 << 20);
  const other = portOver(port2 as unknown as MessagePortLike, { data() {}, drain() {}, close() {} });
  await until("it is drained", () => drained === 1);
  other.close();
  port.close();
});
