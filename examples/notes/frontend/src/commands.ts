/** What the command line does, each command a function over the generated client. */
import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { upload } from "ipc-bridge";
import { type Draft, type IpcClient, NoteId, type Note, type Summary } from "./bindings.js";

/** What stands behind the name of a command. */
export interface Given {
  readonly positionals: readonly string[];
  readonly tags: readonly string[];
  readonly limit: number;
}

export type Say = (line: string) => void;

type Command = (client: IpcClient, given: Given, say: Say) => Promise<void>;

/** What was written is no command; the message says why. */
export class Misused extends Error {}

function positional({ positionals }: Given, at: number, what: string): string {
  const value = positionals[at];
  if (value === undefined) throw new Misused(`${what} is missing`);
  return value;
}

function noteId(given: Given): NoteId {
  const text = positional(given, 0, "the id of a note");
  if (!/^[0-9]{1,20}$/.test(text)) throw new Misused(`\`${text}\` is no id of a note, which is a number`);
  return NoteId(BigInt(text));
}

const tagged = (tags: readonly string[]): string => tags.map((tag) => `  #${tag}`).join("");

const line = ({ id, title, tags }: Summary): string => `${id}  ${title}${tagged(tags)}`;

function sayNote({ id, revision, title, tags, text, attachments }: Note, say: Say): void {
  say(`${id}, revision ${revision}`);
  say(`${title}${tagged(tags)}`);
  for (const attachment of attachments) say(`[${attachment.name}, ${attachment.size} bytes]`);
  if (text) say(`\n${text}`);
}

/** Drafts, one to a line, each as JSON. The server checks each, as it checks everything. */
async function* draftsIn(file: string): AsyncGenerator<Draft> {
  for await (const text of createInterface({ input: createReadStream(file) })) {
    if (text) yield JSON.parse(text) as Draft;
  }
}

const list: Command = async (client, { tags }, say) => {
  for (const summary of await client.notes.list({ tag: tags[0] ?? null })) say(line(summary));
};

const add: Command = async (client, given, say) => {
  const title = positional(given, 0, "the title");
  say(`${await client.notes.add({ title, text: given.positionals[1] ?? "", tags: [...given.tags] })}`);
};

const show: Command = async (client, given, say) => {
  const id = noteId(given);
  sayNote(await client.notes.show({ id }), say);
  await client.notes.opened.publish({ id, by: `process ${process.pid}` });
};

const edit: Command = async (client, given, say) => {
  const [id, revision, text] = [noteId(given), positional(given, 1, "the revision"), positional(given, 2, "the text")];
  if (!/^[0-9]{1,9}$/.test(revision)) throw new Misused(`\`${revision}\` is no revision, which is a number`);
  const edited = await client.notes.edit.try({ id, revision: Number(revision), text });
  if (edited.success) return sayNote(edited.data, say);
  const { error } = edited;
  if (error.code !== "CONFLICT") throw error;
  // The details have their type here.
  say(`somebody was faster: this is revision ${error.details.revision}`);
  sayNote(await client.notes.show({ id: error.details.id }), say);
};

const remove: Command = async (client, given) => {
  await client.notes.remove({ id: noteId(given) });
};

const search: Command = async (client, given, say) => {
  let left = given.limit;
  for await (const summary of client.notes.search({ text: positional(given, 0, "what to search for") })) {
    say(line(summary));
    // Leaving the loop ends the search over there.
    if (--left <= 0) break;
  }
};

const importAll: Command = async (client, given, say) => {
  const drafts = upload(draftsIn(positional(given, 0, "a file")));
  say(`${await client.notes.import(undefined, { upload: drafts })} notes`);
};

const attach: Command = async (client, given, say) => {
  const [id, file] = [noteId(given), positional(given, 1, "a file")];
  sayNote(await client.notes.attach({ id, name: basename(file), content: await readFile(file) }), say);
};

const save: Command = async (client, given) => {
  const [id, name, file] = [noteId(given), positional(given, 1, "a name"), positional(given, 2, "a file")];
  await writeFile(file, await client.notes.attachment({ id, name }));
};

const watch: Command = async (client, given, say) => {
  const key = given.positionals.length ? { key: noteId(given) } : {};
  const changes = client.notes.changed({ ...key, onMissed: () => say("… and some before") });
  await changes.ready;
  say("watching");
  let left = given.limit;
  for await (const { change, id, title } of changes) {
    say(`${change.padEnd(8)}  ${id}  ${title}`);
    if (--left <= 0) break;
  }
};

const status: Command = async (client, _, say) => {
  for await (const { notes, attachments, bytes } of client.notes.status()) {
    say(`${notes} notes, ${attachments} attachments of ${bytes} bytes`);
    break; // it is retained: the first one is what there is now
  }
};

export const COMMANDS: { readonly [name: string]: Command } = {
  list,
  add,
  show,
  edit,
  remove,
  search,
  import: importAll,
  attach,
  save,
  watch,
  status,
};
