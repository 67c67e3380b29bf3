/** Payloads: JSON, and the binary data beside it. */
import { IpcError } from "./error.js";
import { u32, u32Bytes } from "./frame.js";
import { encodeText, readText } from "./text.js";

/** What a message carries: its text, and the binary data that the text names. */
export interface Body {
  readonly text: string;
  readonly attachments: readonly Uint8Array[];
  /** What is written, one after the other, once somebody has needed it. */
  parts?: readonly Uint8Array[];
}

/** Writes and reads the values of one place in a contract. */
export interface Codec {
  encode(value: unknown): Body;
  /** Throws where it is no JSON, or not what the contract says. */
  decode(json: string, attachments: readonly Uint8Array[]): any;
}

/** The codecs of a channel. */
export interface Codecs {
  readonly request: Codec;
  /** Reads whole responses. */
  readonly response: Codec;
  /** Writes what a handler answers. */
  readonly answer: Codec;
  readonly item: Codec;
  readonly upload: Codec;
  readonly event: Codec;
  /** Writes what is asked for of an event: `{key: …}`. */
  readonly key: Codec;
  readonly idempotent: boolean;
}

/** Of attachments that one message may have. */
const MOST_ATTACHMENTS = 65536;

export const isBinary = (value: unknown): value is Uint8Array | ArrayBuffer =>
  value instanceof Uint8Array || value instanceof ArrayBuffer;

/** Puts binary data beside the text; answers what stands for it there. */
export function attach(attachments: Uint8Array[], value: Uint8Array | ArrayBuffer): string {
  if (attachments.length >= MOST_ATTACHMENTS) throw new IpcError("INVALID_INPUT", "too many attachments");
  return "$" + (attachments.push(value instanceof Uint8Array ? value : new Uint8Array(value)) - 1);
}

function hasBinary(value: any): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isBinary(value)) return true;
  if (Array.isArray(value)) return value.some(hasBinary);
  for (const key in value) if (hasBinary(value[key])) return true;
  return false;
}

/** Values of which nothing is described: binary data that is sent becomes an attachment, and none is read. */
export const PLAIN: Codec = {
  encode(value) {
    const attachments: Uint8Array[] = [];
    // What `toJSON` makes of it, a `Buffer` has one, comes too late.
    const replacer = function (this: any, key: string, shown: unknown): unknown {
      return isBinary(this[key]) ? attach(attachments, this[key]) : shown;
    };
    return { text: JSON.stringify(value, hasBinary(value) ? replacer : undefined) ?? "null", attachments };
  },
  decode: (json) => JSON.parse(json),
};

/** The codecs of a channel of which nothing is described. */
export const PLAIN_CODECS: Codecs = {
  request: PLAIN,
  response: PLAIN,
  answer: PLAIN,
  item: PLAIN,
  upload: PLAIN,
  event: PLAIN,
  key: PLAIN,
  idempotent: false,
};

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

/** A payload cut into what is written one after the other. */
function partsOf(body: Body): readonly Uint8Array[] {
  if (body.parts) return body.parts;
  const { attachments } = body;
  const parts = [encodeText(body.text), ...attachments];
  if (attachments.length) {
    const table = [attachments.length, ...attachments.map(({ length }) => length)];
    parts.unshift(...table.map(u32Bytes));
  }
  return (body.parts = parts);
}

/** The parts of a payload and their bytes, if those are or may be more than this; else it is to be written as a text. */
export function sized(body: Body, limit: number): { parts: readonly Uint8Array[]; total: number } | undefined {
  if (!body.attachments.length && 3 * body.text.length <= limit) return;
  const parts = partsOf(body);
  return { parts, total: sizeOf(parts) };
}

/** Whether a payload is no larger than this. */
export const fits = (body: Body, limit: number): boolean => (sized(body, limit)?.total ?? 0) <= limit;

/** A payload that has arrived. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** It begins with a table of attachments. */
  readonly table: boolean;
  /** The bytes are those of this message and no other, and need not be copied to be kept. */
  readonly owned: boolean;
}

/** What a payload consists of; `undefined` where its table is malformed. */
export function splitPayload(payload: Payload): { json: string; attachments: Uint8Array[] } | undefined {
  const { bytes, start, end } = payload;
  if (!payload.table) return { json: readText(bytes, start, end), attachments: [] };
  const parts = attachmentsOf(payload);
  return parts && { json: readText(bytes, parts.json, parts.jsonEnd), attachments: parts.attachments };
}

/** Where the JSON stands, and the attachments; `undefined` where the table is malformed. */
export function attachmentsOf(
  payload: Payload,
): { json: number; jsonEnd: number; attachments: Uint8Array[] } | undefined {
  const { bytes, start, end } = payload;
  const count = end - start < 4 ? -1 : u32(bytes, start);
  const json = start + 4 + 4 * count;
  if (count < 0 || count > MOST_ATTACHMENTS || json > end) return;
  let total = 0;
  for (let at = start + 4; at < json; at += 4) total += u32(bytes, at);
  if (total > end - json) return;
  let from = end - total;
  const attachments: Uint8Array[] = [];
  for (let at = start + 4; at < json; at += 4) {
    const to = from + u32(bytes, at);
    attachments.push(payload.owned ? bytes.subarray(from, to) : new Uint8Array(bytes.subarray(from, to)));
    from = to;
  }
  return { json, jsonEnd: end - total, attachments };
}
