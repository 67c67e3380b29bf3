/** The generated bindings and the backend, two processes. */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { isIpcError, upload } from "ipc-bridge";
import { type Draft, type IpcClient, NoteId, type NoteChanged } from "../src/bindings.js";
import { Backend, program } from "./support/backend.js";
import { it, until } from "./support/watchdog.js";

const executable = program();
let backend: Backend;
let client: IpcClient;
before(async () => {
  backend = await Backend.start(executable);
  client = await backend.connect();
});
after(async () => {
  await client.$client.close();
  await backend.end();
});

it("a note comes back as it was written, with types", async () => {
  const draft: Draft = { title: "Zoë 🦀", text: "first\nsecond", tags: ["home", "crab"] };
  const id = await client.notes.add(draft);
  assert.deepEqual(await client.notes.show({ id }), { id, revision: 1, ...draft, attachments: [] });
  const few = await client.notes.list({ tag: "crab" });
  assert.deepEqual(few, [{ id, title: "Zoë 🦀", tags: ["home", "crab"] }]);
  assert.deepEqual(await client.notes.list({ tag: "nobody has it" }), []);
});

it("an id above 2^53 is exact in both directions, in a failure and in an event too", async () => {
  const changes = client.notes.changed();
  await changes.ready;
  const id = await client.notes.add({ title: "large" });
  assert.ok(id > 2n ** 53n, `${id} is above 2^53`);
  const next = await client.notes.add({ title: "the next" });
  assert.ok(next > id);
  assert.equal((await client.notes.show({ id })).id, id);
  assert.equal((await client.notes.show({ id: next })).title, "the next");
  assert.deepEqual(
    [(await changes.next()).value?.id, (await changes.next()).value?.id],
    [id, next],
  );
  await changes.return();
  const most = NoteId(2n ** 64n - 1n);
  const none = await client.notes.show.try({ id: most });
  assert.ok(!none.success && none.error.code === "NOT_FOUND");
  assert.equal(none.error.details.id, most);
  assert.equal(none.error.message, `there is no note ${most}`);
});

it("a failure is thrown, or answered with the type of its details", async () => {
  const id = await client.notes.add({ title: "of two minds" });
  assert.equal((await client.notes.edit({ id, revision: 1, text: "one" })).revision, 2);
  await assert.rejects(client.notes.edit({ id, revision: 1, text: "two" }), (error) => isIpcError(error, "CONFLICT"));
  const answered = await client.notes.edit.try({ id, revision: 1, text: "two" });
  assert.ok(!answered.success);
  switch (answered.error.code) {
    case "CONFLICT":
      assert.deepEqual(answered.error.details, { id, revision: 2 });
      break;
    default:
      assert.fail(answered.error.code);
  }
  assert.equal((await client.notes.show({ id })).text, "one");
});

it("what is not valid is told with its field, and changes nothing", async () => {
  const before = await client.notes.list();
  const wrong = await client.notes.add.try({ title: "", tags: ["fine"] });
  assert.ok(!wrong.success && wrong.error.code === "INVALID_INPUT");
  assert.match(wrong.error.message, /title/);
  assert.deepEqual(await client.notes.list(), before);
});

it("nobody removes a note without a token that allows it", async () => {
  const id = await client.notes.add({ title: "to be removed" });
  await assert.rejects(client.notes.remove({ id }), (error) => isIpcError(error, "DENIED"));
  const owner = await backend.connect({ token: backend.token });
  await owner.notes.remove({ id });
  await owner.$client.close();
  await assert.rejects(client.notes.show({ id }), (error) => isIpcError(error, "NOT_FOUND"));
});

it("a call that is aborted or out of time ends its handler, and the others go on", async () => {
  const id = await client.notes.add({ title: "never changed" });
  const waiting = (count: number): Promise<void> =>
    until(`${count} wait`, async () => (await client.notes.activity()).waiting === count);
  const stop = new AbortController();
  const aborted = client.notes.newer({ id, revision: 1 }, { signal: stop.signal });
  const rejected = assert.rejects(aborted, (error) => isIpcError(error, "CANCELLED") && error.name === "AbortError");
  await waiting(1);
  stop.abort();
  await rejected;
  await waiting(0);
  const late = await client.notes.newer.try({ id, revision: 1 }, { timeoutMs: 100 });
  assert.ok(!late.success && late.error.code === "TIMEOUT");
  await waiting(0);
  const answered = client.notes.newer({ id, revision: 1 });
  await waiting(1);
  await client.notes.edit({ id, revision: 1, text: "changed" });
  assert.equal((await answered).text, "changed");
});

it("a slow reader of a stream stops the search, and no call", async () => {
  const total = 5000;
  const rest = " ".padEnd(150, "x");
  const drafts = function* (): Generator<Draft> {
    for (let at = 0; at < total; at++) yield { title: `haystack ${at}${rest}` };
  };
  assert.equal(await client.notes.import(undefined, { upload: upload(drafts()) }), total);
  const before = (await client.notes.activity()).found;
  const found = client.notes.search({ text: "haystack" });
  let at = 0;
  const check = (title: string | undefined): void => assert.equal(title, `haystack ${at++}${rest}`);
  check((await found.next()).value?.title);

  // It runs ahead of the reader until nothing more fits, and then not one further.
  let ahead = 0;
  let calls = 0;
  await until("the search stands still", async () => {
    const { found, searches } = await client.notes.activity();
    assert.equal(searches, 1);
    calls = found - before === ahead ? calls + 1 : 0;
    ahead = found - before;
    return calls === 100;
  });
  assert.ok(ahead < total / 2, `${ahead} of ${total} were found for a reader who took one`);

  for await (const { title } of found) check(title);
  assert.equal(at, total);
  assert.equal((await client.notes.activity()).found - before, total);
});

it("leaving a stream ends the search over there", async () => {
  const { found: before } = await client.notes.activity();
  let taken = 0;
  for await (const _ of client.notes.search({ text: "haystack" })) if (++taken === 3) break;
  await until("no search goes on", async () => (await client.notes.activity()).searches === 0);
  assert.ok((await client.notes.activity()).found - before < 2500);
});

it("an import that is not valid in its midst says where, and keeps what came before", async () => {
  const drafts: Draft[] = [{ title: "kept", tags: ["import"] }, { title: "" }, { title: "never seen", tags: ["import"] }];
  const failed = await client.notes.import.try(undefined, { upload: upload(drafts) });
  assert.ok(!failed.success && failed.error.code === "INVALID_INPUT");
  const titles = (await client.notes.list({ tag: "import" })).map(({ title }) => title);
  assert.deepEqual(titles, ["kept"]);
});

it("a listener that unsubscribed is not called any more, and the others are", async () => {
  const heard: NoteChanged[] = [];
  const stop = client.notes.onChanged((change) => heard.push(change));
  const others = client.notes.changed();
  await others.ready;
  const id = await client.notes.add({ title: "heard" });
  assert.equal((await others.next()).value?.id, id);
  assert.deepEqual(heard, [{ id, change: "added", title: "heard" }]);
  stop();
  await client.notes.edit({ id, revision: 1, text: "unheard" });
  assert.equal((await others.next()).value?.change, "edited");
  assert.equal(heard.length, 1);
  await others.return();
});

it("events of one note come to those who asked for it, and frontends tell each other what they open", async () => {
  const [one, two] = [await client.notes.add({ title: "one" }), await client.notes.add({ title: "two" })];
  const [changed, opened] = [client.notes.changed({ key: two }), client.notes.opened({ key: two })];
  await Promise.all([changed.ready, opened.ready]);
  for (const id of [one, two]) {
    await client.notes.edit({ id, revision: 1, text: "changed" });
    await client.notes.opened.publish({ id, by: "a test" });
  }
  assert.deepEqual((await changed.next()).value, { id: two, change: "edited", title: "two" });
  assert.deepEqual((await opened.next()).value, { id: two, by: "a test" });
  await Promise.all([changed.return(), opened.return()]);
});

it("an attachment of 5 MB goes there and comes back, byte by byte", async () => {
  const id = await client.notes.add({ title: "with a file" });
  const content = new Uint8Array(5_000_000).map((_, at) => at * 7 + (at >> 8));
  const note = await client.notes.attach({ id, name: "large.bin", content });
  assert.deepEqual(note.attachments, [{ name: "large.bin", size: content.length }]);
  const back = await client.notes.attachment({ id, name: "large.bin" });
  assert.ok(back instanceof Uint8Array);
  assert.equal(Buffer.compare(back, content), 0);
  const none = await client.notes.attachment.try({ id, name: "small.bin" });
  assert.ok(!none.success && none.error.code === "NO_ATTACHMENT");
  assert.deepEqual(none.error.details, { id, name: "small.bin" });
});

it("a backend that is killed in mid-subscription and started anew is heard again, with all its notes", async () => {
  const mortal = await Backend.start(executable);
  const states: string[] = [];
  const other = await mortal.connect({
    reconnect: { firstMs: 5, longestMs: 20 },
    onStateChange: (state) => states.push(state),
  });
  const kept = await other.notes.add({ title: "kept" });
  const missed: (number | undefined)[] = [];
  const [status, changes] = [
    other.notes.status(),
    other.notes.changed({ onMissed: (count) => missed.push(count) }),
  ];
  await changes.ready;
  assert.equal((await status.next()).value?.notes, 1);
  const pending = other.notes.newer({ id: kept, revision: 1 });
  const lost = assert.rejects(pending, (error) => isIpcError(error, "UNAVAILABLE"));
  await until("the call waits", async () => (await other.notes.activity()).waiting === 1);

  await mortal.kill();
  await lost;
  await mortal.again();

  // What is retained is told anew, and what is published from now on comes by the same subscriptions.
  assert.deepEqual((await status.next()).value, { notes: 1, attachments: 0, bytes: 0 });
  assert.equal((await other.notes.show({ id: kept })).title, "kept");
  const id = await other.notes.add({ title: "after" });
  assert.deepEqual((await changes.next()).value, { id, change: "added", title: "after" });
  assert.equal((await status.next()).value?.notes, 2);
  assert.deepEqual(missed, [undefined]);
  assert.deepEqual(states, ["connected", "reconnecting", "connected"]);
  await other.$client.close();
  await mortal.end();
});
