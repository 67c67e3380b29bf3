/** The preload, the page and the main process, with stand-ins for Electron and a backend that is played. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mainRelay, type RelayOptions } from "../src/electron/main.js";
import { exposeIpcBridge } from "../src/electron/preload.js";
import { electronBridge } from "../src/electron/renderer.js";
import { Kind, putHeader } from "../src/frame.js";
import { encodeHello } from "../src/hello.js";
import { Client, type ConnectOptions, isIpcError } from "../src/index.js";
import { type Page, Window } from "./support/electron.js";
import { helloOf, Place } from "./support/peer.js";
import { it, settled, until } from "./support/watchdog.js";

const ORIGIN = "app://shop";
const code = (expected: string) => (error: unknown) => isIpcError(error, expected);

function setUp(options: Partial<RelayOptions> = {}, place = new Place()) {
  const ipcMain = new EventEmitter();
  const window = new Window(ipcMain, ORIGIN);
  const errors: string[] = [];
  const stop = mainRelay({
    ipcMain,
    window,
    connect: place.connector,
    origins: [ORIGIN],
    onError: (error) => errors.push(error.message),
    ...options,
  });
  return { ipcMain, window, place, errors, stop };
}

function connectFrom(page: Page, options: ConnectOptions = {}): Promise<Client> {
  if (!page.world["ipcBridge"]) exposeIpcBridge(page.contextBridge, page.ipcRenderer);
  return new Client(electronBridge(page.world["ipcBridge"]), {
    reconnect: false,
    limits: { handshakeMs: 2000 },
    ...options,
  }).open(true);
}

it("a page calls the backend by way of the main process, with binary data", async () => {
  const { window, place } = setUp();
  const client = await connectFrom(window.load());
  const call = client.invoke("a:b", { bytes: new Uint8Array(200_000).fill(3) });
  const first = await place.peer.next();
  assert.equal(first.channel, "a:b");
  place.peer.answer(first.id, { plain: true });
  assert.deepEqual(await call, { plain: true });
  await until("all has come", () => place.peer.sent.length === 3);
  const total = [first, ...place.peer.sent].reduce((sum, { payload }) => sum + payload.length, 0);
  assert.equal(total, first.total);
});

it("the token is put in by the main process, and what a page shows itself is taken out", async () => {
  const { window, place } = setUp({ token: () => "of this window" });
  await connectFrom(window.load(), { token: "of the page" });
  assert.equal(place.peer.hello?.token, "of this window");
  const without = setUp();
  await connectFrom(without.window.load(), { token: "of the page" });
  assert.equal(without.place.peer.hello?.token, undefined);
});

it("each window has a connection of its own", async () => {
  const place = new Place();
  const one = setUp({ token: "one" }, place);
  const other = setUp({ token: "other" }, place);
  await connectFrom(one.window.load());
  await connectFrom(other.window.load());
  assert.deepEqual(
    place.peers.map(({ hello }) => hello?.token),
    ["one", "other"],
  );
});

it("a page that is loaded anew loses its connection, and the next one gets its own", async () => {
  const { window, place } = setUp();
  const client = await connectFrom(window.load());
  client.subscribe("a:b");
  await place.peer.next();
  const before = place.peer;
  const page = window.load();
  await until("the connection is closed", () => before.closed);
  const next = await connectFrom(page);
  const call = next.invoke("a:b");
  const { id } = await place.peer.next();
  place.peer.answer(id, 1);
  assert.equal(await call, 1);
});

it("a jump within a page closes nothing; a crash, the end of the window and `stop` close all", async () => {
  for (const end of ["crash", "destroy", "stop"]) {
    const { window, place, stop } = setUp();
    await connectFrom(window.load());
    window.webContents.emit("did-start-navigation", { isSameDocument: true, isMainFrame: true });
    window.webContents.emit("did-start-navigation", { isSameDocument: false, isMainFrame: false });
    await settled();
    assert.equal(place.peer.closed, false);
    if (end === "crash") window.webContents.emit("render-process-gone", {}, { reason: "crashed" });
    else if (end === "destroy") window.webContents.destroy();
    else stop();
    await until("the connection is closed", () => place.peer.closed);
  }
});

it("a page whose navigation comes to nothing learns that its connection is closed, and comes back", async () => {
  const { window, place } = setUp();
  const client = await connectFrom(window.load(), { reconnect: { firstMs: 1 } });
  window.webContents.emit("did-start-navigation", { isSameDocument: false, isMainFrame: true });
  await until("it is back", () => place.peers.length === 2 && client.state === "connected");
  const closing = client.close();
  place.peer.drop();
  await closing;
});

it("a page of another origin, a frame within and another window are refused", async () => {
  const { window, place, errors, ipcMain } = setUp();
  const limits = { handshakeMs: 50 };
  await assert.rejects(connectFrom(window.load("https://evil.example"), { limits }), code("TIMEOUT"));
  window.load(ORIGIN);
  await assert.rejects(connectFrom(window.page({ origin: ORIGIN }), { limits }), code("TIMEOUT"));
  assert.ok(errors.length >= 2 && errors[0]?.includes("https://evil.example"));
  const other = new Window(ipcMain, ORIGIN);
  await assert.rejects(connectFrom(other.load(), { limits }), code("TIMEOUT"));
  assert.equal(place.peers.length, 0);
});

it("a window has no more sessions than it may", async () => {
  const { window, place, errors } = setUp({ sessions: 1 });
  const page = window.load();
  const client = await connectFrom(page);
  await assert.rejects(connectFrom(page), code("UNAVAILABLE"));
  assert.match(errors[0] ?? "", /1 sessions/);
  const closing = client.close();
  place.peer.send(Kind.Goodbye, 0, '{"code":"UNAVAILABLE","message":"bye"}');
  await closing;
  await until("the session is over", () => place.peer.closed);
  await connectFrom(page);
});

it("a backend that is not there is a failure at the page", async () => {
  const { window, place, errors } = setUp();
  place.refusals.push(new Error("ENOENT"));
  await assert.rejects(connectFrom(window.load()), code("UNAVAILABLE"));
  assert.deepEqual(errors, ["ENOENT"]);
});

it("a backend that goes ends the connection of the page", async () => {
  const { window, place } = setUp();
  const client = await connectFrom(window.load());
  const call = client.invoke("a:b");
  await place.peer.next();
  place.peer.drop();
  await assert.rejects(call, code("UNAVAILABLE"));
});

it("a page that begins with anything but a hello never reaches the backend", async () => {
  const { window, place } = setUp();
  const page = window.load();
  exposeIpcBridge(page.contextBridge, page.ipcRenderer);
  const session = page.world["ipcBridge"].open(() => undefined);
  session.post(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  session.post({ evil: true });
  session.post("text");
  await until("the connection is closed", () => place.peers.length === 1 && place.peer.closed);
  assert.equal(place.peer.writes.length, 0);
});

it("a page that posts without end, whatever it is told, is let go", async () => {
  const { window, place, errors } = setUp();
  const page = window.load();
  exposeIpcBridge(page.contextBridge, page.ipcRenderer);
  const session = page.world["ipcBridge"].open(() => undefined);
  session.post(encodeHello(helloOf()));
  await until("it is connected", () => place.peers.length === 1 && place.peer.hello !== undefined);
  place.peer.takes = false;
  const large = new Uint8Array(65_548);
  putHeader(large, 0, 65_536, Kind.Ping, 0, 0, 0);
  for (let at = 0; at < 200; at++) session.post(large);
  await until("it is let go", () => errors.some((error) => error.includes("more than it may")));
});

it("a backend that takes nothing stops the page, and a page that takes nothing stops the backend", async () => {
  const { window, place } = setUp();
  const client = await connectFrom(window.load());
  place.peer.takes = false;
  const calls = Array.from({ length: 40 }, () =>
    client.invoke.try("a:b", { text: "x".repeat(100_000) }, { timeoutMs: 300 }),
  );
  await Promise.all(calls);
  const sent = place.peer.writes.reduce((sum, bytes) => sum + bytes, 0);
  assert.ok(sent < 2_500_000, `${sent} bytes were passed on`);
});
