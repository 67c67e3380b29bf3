/** The hooks, in a real React over jsdom. */
import assert from "node:assert/strict";
import { after } from "node:test";
import { JSDOM } from "jsdom";
import { act, createElement as h, type ReactNode, StrictMode } from "react";
import type { Root } from "react-dom/client";
import { Kind } from "../src/frame.js";
import type { Client } from "../src/index.js";
import { type Heard, type Invoked, IpcBridgeProvider, useEvent, useInvoke } from "../src/react.js";
import { pair, type Peer } from "./support/peer.js";
import { it, settled } from "./support/watchdog.js";

const dom = new JSDOM("<!doctype html><div id='root'></div>");
const globals = {
  window: dom.window,
  document: dom.window.document,
  navigator: dom.window.navigator,
  IS_REACT_ACT_ENVIRONMENT: true,
};
// Defined: some versions of Node have a `navigator` of their own, which cannot be assigned.
for (const [name, value] of Object.entries(globals))
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
const { createRoot } = await import("react-dom/client");
after(() => dom.window.close());

const happens = (what: () => unknown = () => undefined): Promise<void> =>
  act(async () => {
    what();
    await settled();
  });

async function shown(
  client: Client,
  node: ReactNode,
  strict = false,
): Promise<{ root: Root; show(node: ReactNode): Promise<void> }> {
  const root = createRoot(dom.window.document.createElement("div"));
  const show = (node: ReactNode): Promise<void> => {
    const inside = h(IpcBridgeProvider, { client }, node);
    return happens(() => root.render(strict ? h(StrictMode, null, inside) : inside));
  };
  await show(node);
  return { root, show };
}

let invoked: Invoked<any>;
function Item({ id, enabled }: { id: number; enabled?: boolean }) {
  invoked = useInvoke("data:fetch", { id }, { enabled });
  return h("p", null, invoked.pending ? "…" : JSON.stringify(invoked.data));
}

let heard: Heard<any>;
function Status({ job, onEvent }: { job: number; onEvent?: (event: unknown) => void }) {
  heard = useEvent("job:progress", { key: job, onEvent });
  return null;
}

const sentTo = async (peer: Peer) => {
  await settled();
  return peer.sent.splice(0).map(({ kind, id, payload }) => ({ kind, id, payload: payload.toString() }));
};

it("a component shows what a call answers, and its failure", async () => {
  const { client, peer } = await pair();
  const { root } = await shown(client, h(Item, { id: 7 }));
  assert.deepEqual([invoked.pending, invoked.data], [true, undefined]);
  const [request] = await sentTo(peer);
  assert.equal(request?.payload, '{"id":7}');
  await happens(() => peer.answer(request?.id ?? -1, "seven"));
  assert.deepEqual([invoked.pending, invoked.data, invoked.error], [false, "seven", undefined]);
  await happens(() => invoked.refetch());
  assert.deepEqual([invoked.pending, invoked.data], [true, "seven"]);
  const [again] = await sentTo(peer);
  await happens(() => peer.refuse(again?.id ?? -1, "NOT_FOUND"));
  assert.deepEqual([invoked.pending, invoked.error?.code], [false, "NOT_FOUND"]);
  await happens(() => root.unmount());
  assert.deepEqual(await sentTo(peer), []);
});

it("a component that goes while its call is pending cancels it", async () => {
  const { client, peer } = await pair();
  const { root } = await shown(client, h(Item, { id: 7 }));
  const [request] = await sentTo(peer);
  await happens(() => root.unmount());
  assert.deepEqual(await sentTo(peer), [{ kind: Kind.Cancel, id: request?.id, payload: "" }]);
  await happens(() => peer.answer(request?.id ?? -1, "late"));
  assert.equal(invoked.data, undefined);
});

it("an argument that changes cancels the call before, whose answer is never shown", async () => {
  const { client, peer } = await pair();
  const { root, show } = await shown(client, h(Item, { id: 1 }));
  const [first] = await sentTo(peer);
  await show(h(Item, { id: 1 }));
  assert.deepEqual(await sentTo(peer), []);
  await show(h(Item, { id: 2 }));
  const [cancel, second] = await sentTo(peer);
  assert.deepEqual([cancel?.kind, cancel?.id, second?.payload], [Kind.Cancel, first?.id, '{"id":2}']);
  await happens(() => peer.answer(second?.id ?? -1, "two"));
  await happens(() => peer.answer(first?.id ?? -1, "one"));
  assert.equal(invoked.data, "two");
  await happens(() => root.unmount());
});

it("a call that is not enabled is not made", async () => {
  const { client, peer } = await pair();
  const { root, show } = await shown(client, h(Item, { id: 1, enabled: false }));
  assert.deepEqual([invoked.pending, await sentTo(peer)], [false, []]);
  await show(h(Item, { id: 1, enabled: true }));
  assert.equal((await sentTo(peer)).length, 1);
  await happens(() => root.unmount());
});

it("in strict mode, where effects run twice, one call is answered and the other cancelled", async () => {
  const { client, peer } = await pair();
  const { root } = await shown(client, h(Item, { id: 7 }), true);
  const sent = await sentTo(peer);
  const requests = sent.filter(({ kind }) => kind === Kind.Request);
  assert.equal(requests.length - sent.filter(({ kind }) => kind === Kind.Cancel).length, 1);
  const last = requests.at(-1);
  await happens(() => requests.forEach(({ id }) => peer.answer(id, `answer to ${id}`)));
  assert.equal(invoked.data, `answer to ${last?.id}`);
  await happens(() => root.unmount());
});

it("a component shows the last event, and how many it missed", async () => {
  const { client, peer } = await pair();
  const { root, show } = await shown(client, h(Status, { job: 7 }));
  const [subscribe] = await sentTo(peer);
  assert.equal(subscribe?.payload, '{"key":7}');
  const id = subscribe?.id ?? -1;
  await happens(() => peer.answer(id, null));
  await happens(() => peer.send(Kind.Event, id, "1"));
  await happens(() => peer.send(Kind.Event, id, "3", "ipc:missed"));
  await happens(() => peer.send(Kind.Event, id, "5"));
  assert.deepEqual([heard.event, heard.missed], [5, 3]);
  await show(h(Status, { job: 8 }));
  assert.deepEqual([heard.event, heard.missed], [undefined, 0]);
  const [unsubscribe, next] = await sentTo(peer);
  assert.deepEqual([unsubscribe?.kind, next?.payload], [Kind.Unsubscribe, '{"key":8}']);
  await happens(() => peer.send(Kind.Event, id, "9"));
  assert.equal(heard.event, undefined);
  await happens(() => peer.refuse(next?.id ?? -1, "DENIED"));
  assert.equal(heard.error?.code, "DENIED");
  await happens(() => root.unmount());
});

it("in strict mode, one subscription is left, and none when the component goes", async () => {
  const { client, peer } = await pair();
  const events: unknown[] = [];
  const { root } = await shown(client, h(Status, { job: 7, onEvent: (event) => events.push(event) }), true);
  const sent = await sentTo(peer);
  const open = sent.filter(({ kind }) => kind === Kind.Subscribe);
  const left = new Set(sent.filter(({ kind }) => kind === Kind.Unsubscribe).map(({ id }) => id));
  assert.equal(open.length - left.size, 1);
  await happens(() => open.forEach(({ id }) => peer.answer(id, null)));
  await happens(() => open.forEach(({ id }) => peer.send(Kind.Event, id, "1")));
  assert.deepEqual(events, [1]);
  await happens(() => root.unmount());
  assert.deepEqual(
    (await sentTo(peer)).map(({ kind }) => kind),
    [Kind.Unsubscribe],
  );
});
