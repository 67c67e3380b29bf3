/** The command line and the backend, two processes, and the test is the person before them. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { Backend, type Ended, program } from "./support/backend.js";
import { it } from "./support/watchdog.js";

let backend: Backend;
before(async () => {
  backend = await Backend.start(program());
});
after(() => backend.end());

const ends = (code: number, out: string, err = ""): Ended => ({ code, out, err });

/** Adds a note; answers its id. */
async function added(...rest: string[]): Promise<string> {
  const { code, out, err } = await backend.notes(["add", ...rest]);
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /^[0-9]{19}\n$/);
  return out.trim();
}

it("notes are written, listed, shown, searched and edited", async () => {
  const bread = await added("bread", "two loaves", "--tag", "shop", "--tag", "food");
  const nails = await added("nails", "", "--tag", "shop");
  const [one, two] = [`${bread}  bread  #shop  #food\n`, `${nails}  nails  #shop\n`];
  assert.deepEqual(await backend.notes(["list", "--tag", "shop"]), ends(0, one + two));
  assert.deepEqual(await backend.notes(["list", "--tag", "food"]), ends(0, one));
  assert.deepEqual(await backend.notes(["search", "LOAVES"]), ends(0, one));
  assert.deepEqual(await backend.notes(["search", "a", "--limit", "1"]), ends(0, one));
  const shown = `${bread}, revision 1\nbread  #shop  #food\n\ntwo loaves\n`;
  assert.deepEqual(await backend.notes(["show", bread]), ends(0, shown));
  const edited = `${bread}, revision 2\nbread  #shop  #food\n\none loaf\n`;
  assert.deepEqual(await backend.notes(["edit", bread, "1", "one loaf"]), ends(0, edited));
  const late = `somebody was faster: this is revision 2\n${edited}`;
  assert.deepEqual(await backend.notes(["edit", bread, "1", "three"]), ends(0, late));
});

it("files go there and back, and many notes from one", async () => {
  const note = await added("with a file");
  const [file, copy, lines] = ["picture.bin", "copy.bin", "notes.jsonl"].map((name) => join(backend.folder, name));
  assert.ok(file && copy && lines);
  writeFileSync(file, Uint8Array.from({ length: 100_000 }, (_, at) => at));
  const attached = await backend.notes(["attach", note, file]);
  assert.deepEqual(attached, ends(0, `${note}, revision 2\nwith a file\n[picture.bin, 100000 bytes]\n`));
  assert.deepEqual(await backend.notes(["save", note, "picture.bin", copy]), ends(0, ""));
  assert.ok(readFileSync(copy).equals(readFileSync(file)));
  writeFileSync(lines, '{"title":"imported","tags":["many"]}\n\n{"title":"too","tags":["many"]}\n');
  assert.deepEqual(await backend.notes(["import", lines]), ends(0, "2 notes\n"));
  assert.match((await backend.notes(["list", "--tag", "many"])).out, /^[0-9]+ {2}imported {2}#many\n[0-9]+ {2}too/);
  assert.match((await backend.notes(["status"])).out, /^[0-9]+ notes, 1 attachments of 100000 bytes\n$/);
});

it("what fails says why, and ends with a code", async () => {
  assert.deepEqual(await backend.notes(["show", "7"]), ends(1, "", "notes: there is no note 7\n"));
  assert.deepEqual(await backend.notes(["show", "seven"]), ends(2, "", "notes: `seven` is no id of a note, which is a number\n"));
  assert.deepEqual(await backend.notes(["shwo"]), ends(2, "", "notes: there is no command `shwo`; `notes help` lists them\n"));
  assert.match((await backend.notes(["add", ""])).err, /^notes: .*title/);
});

it("removing takes the token that the backend printed", async () => {
  const note = await added("to be removed");
  const denied = await backend.notes(["remove", note]);
  assert.deepEqual(denied, ends(1, "", "notes: the peer may not use `notes:remove`\n"));
  assert.deepEqual(await backend.notes(["remove", note], { IPC_BRIDGE_TOKEN: backend.token }), ends(0, ""));
  assert.equal((await backend.notes(["show", note])).code, 1);
});

it("what changes is watched, over the death of the backend", async () => {
  const { child, lines } = backend.following(["watch", "--limit", "2"]);
  const said = lines[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => (await said.next()).value;
  assert.equal(await next(), "watching");
  const before = await added("before");
  assert.equal(await next(), `added     ${before}  before`);
  await backend.kill();
  const unreachable = await backend.notes(["list"]);
  assert.deepEqual([unreachable.code, unreachable.out], [1, ""]);
  assert.match(unreachable.err, /^notes: .*connect/);
  await backend.again();
  assert.equal(await next(), "… and some before");
  const after = await added("after");
  assert.equal(await next(), `added     ${after}  after`);
  assert.deepEqual(await said.next(), { done: true, value: undefined });
  assert.equal(child.signalCode, null);
});
