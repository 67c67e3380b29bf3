#!/usr/bin/env node
/** The command line of the notes. */
import { parseArgs } from "node:util";
import { isIpcError } from "ipc-bridge";
import { localPath, localServer } from "ipc-bridge/node";
import { connect } from "./bindings.js";
import { COMMANDS, Misused } from "./commands.js";

const HELP = `Usage: notes COMMAND [options]

  list [--tag TAG]                all notes, or those with a tag
  add TITLE [TEXT] [--tag TAG]…   writes a note; says its id
  show ID                         a note
  edit ID REVISION TEXT           another text, if nobody has changed the note since that revision
  remove ID                       takes a note away; the variable IPC_BRIDGE_TOKEN must have a token that allows it
  search TEXT [--limit N]         the notes that have this text
  import FILE                     many notes, a line of JSON each: {"title":"…","text":"…","tags":["…"]}
  attach ID FILE                  gives a note a file
  save ID NAME FILE               writes the file of a note to another one
  watch [ID] [--limit N]          what changes, until it is interrupted; a backend that comes back is watched on
  status                          how much there is

  --endpoint NAME-OR-PATH         where the backend listens (notes)`;

/** Runs a command; answers the exit code. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      endpoint: { type: "string", default: "notes" },
      limit: { type: "string", default: "Infinity" },
      tag: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [name = "help", ...rest] = positionals;
  if (values.help || name === "help") {
    console.log(HELP);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new Misused(`there is no command \`${name}\`; \`notes help\` lists them`);
  const limit = Number(values.limit);
  if (!(limit > 0)) throw new Misused("--limit is a number above 0");

  const place = /[/\\]/.test(values.endpoint) ? localPath(values.endpoint) : localServer(values.endpoint);
  const client = await connect(place, {
    agent: "notes",
    token: process.env["IPC_BRIDGE_TOKEN"],
    // What watches goes on with a backend that was started anew; everything else is over with its connection.
    reconnect: name === "watch" ? {} : false,
    onStateChange: (state) => {
      if (state === "reconnecting") console.error("notes: the backend is gone; waiting for it");
    },
  });
  try {
    await command(client, { positionals: rest, tags: values.tag, limit }, (line) => console.log(line));
  } finally {
    await client.$client.close();
  }
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const mistake = error instanceof Misused || (error instanceof TypeError && "code" in error);
  if (!mistake && !isIpcError(error) && !(error instanceof Error && "code" in error)) throw error;
  console.error(`notes: ${error.message}`);
  process.exitCode = mistake ? 2 : 1;
}
