/** The test vectors of the protocol, as `tests/vectors/README.md` describes them. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Flag, Kind } from "../../src/frame.js";

type Piece = string | { text: string } | { repeat: string; times: number };

export interface FrameVector {
  readonly kind: string;
  readonly flags: string[];
  readonly id: number;
  readonly channel: string | null;
  readonly deadline: number | null;
  readonly total: number | null;
  readonly payload: Piece[];
}

export type End = "client" | "server";
export type Step = { client: string } | { server: string } | { publish: string; event: unknown };

export interface Exchange {
  readonly name: string;
  readonly plays: End[];
  readonly client?: { stream_bytes?: number; message_bytes?: number };
  readonly server?: { stream_bytes?: number; message_bytes?: number };
  readonly steps: Step[];
  readonly closed_by?: End | "both";
}

export function read(file: string): any {
  return JSON.parse(readFileSync(resolve("../../tests/vectors", file), "utf8"));
}

export function bytesOf(pieces: Piece[]): Uint8Array {
  const each = pieces.map((piece) => {
    if (typeof piece === "string") return Buffer.from(piece, "hex");
    if ("text" in piece) return Buffer.from(piece.text, "utf8");
    return Buffer.alloc(piece.times, Number.parseInt(piece.repeat, 16));
  });
  return new Uint8Array(Buffer.concat(each));
}

export const KINDS: Record<string, Kind> = {
  hello: Kind.Hello,
  goodbye: Kind.Goodbye,
  ping: Kind.Ping,
  pong: Kind.Pong,
  request: Kind.Request,
  response: Kind.Response,
  cancel: Kind.Cancel,
  item: Kind.Item,
  end: Kind.End,
  credit: Kind.Credit,
  subscribe: Kind.Subscribe,
  unsubscribe: Kind.Unsubscribe,
  event: Kind.Event,
  notification: Kind.Notification,
};

export const FLAGS: Record<string, Flag> = {
  more: Flag.More,
  continued: Flag.Continued,
  deadline: Flag.Deadline,
  attachments: Flag.Attachments,
};

const all: { name: string; bytes: Piece[]; frame: FrameVector }[] = read("frames.json").frames;

export const frames = all.map(({ name, bytes, frame }) => ({ name, bytes: bytesOf(bytes), frame }));

const byName = new Map(frames.map((vector) => [vector.name, vector]));

export function frameNamed(name: string): (typeof frames)[number] {
  const found = byName.get(name);
  if (!found) throw new Error(`there is no frame ${name}`);
  return found;
}

export const exchanges: Exchange[] = read("exchanges.json").exchanges;
