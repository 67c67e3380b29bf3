/** Payloads: JSON, and the binary data beside it. */
import { IpcError } from "./error.js";
import { putU32, u32 } from "./frame.js";
import { inner, leafOf, resolve, type Shape, type Shapes } from "./shape.js";
import { encodeText, readText } from "./text.js";

/** What a message carries: its text, and the binary data that the text names. */
export interface Body {
  readonly text: string;
  readonly attachments: readonly Uint8Array[];
}

/** Of attachments that one message may have. */
const MOST_ATTACHMENTS = 65536;

function invalid(path: string, message: string): IpcError {
  return new IpcError("INVALID_INPUT", `${path ? `\`${path}\`` : "the payload"} ${message}`, {
    issues: [{ path, message }],
  });
}

const NUMBER_MUST = "must be an integer within ±(2^53 - 1)";

const isBinary = (value: unknown): value is Uint8Array | ArrayBuffer =>
  value instanceof Uint8Array || value instanceof ArrayBuffer;

/** Whether the engine's own JSON would get something in it wrong. */
function isSpecial(value: unknown, depth = 0): boolean {
  if (typeof value === "bigint") return true;
  if (typeof value !== "object" || value === null) return false;
  if (isBinary(value) || depth > 128) return true;
  if (Array.isArray(value)) return value.some((item) => isSpecial(item, depth + 1));
  for (const key in value) if (isSpecial((value as Record<string, unknown>)[key], depth + 1)) return true;
  return false;
}

const at = (path: string, name: string): string => (path ? `${path}.${name}` : name);

/**
 * Writes a value. Binary data anywhere in it becomes an attachment, and a `bigint` an integer. Where the shape says
 * what a value must be, one that is something else is an `INVALID_INPUT` that names it.
 */
export function encodeBody(value: unknown, shape?: Shape): Body {
  if (!shape && !isSpecial(value)) {
    return { text: JSON.stringify(value === undefined ? null : value), attachments: [] };
  }
  const attachments: Uint8Array[] = [];
  const write = (value: any, shapes: Shapes, path: string): string | undefined => {
    if (isBinary(value)) {
      if (attachments.length === MOST_ATTACHMENTS) throw invalid(path, `is attachment ${MOST_ATTACHMENTS + 1}`);
      attachments.push(value instanceof Uint8Array ? value : new Uint8Array(value));
      return `"$${attachments.length - 1}"`;
    }
    shapes = resolve(shapes, value);
    const leaf = value == null ? undefined : leafOf(shapes);
    if (leaf === "binary") throw invalid(path, "must be a Uint8Array");
    if (leaf && !(Number.isSafeInteger(value) || (leaf === "bigint" && typeof value === "bigint"))) {
      throw invalid(path, leaf === "bigint" ? "must be a bigint" : NUMBER_MUST);
    }
    if (typeof value === "bigint") return value.toString();
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    if (typeof value.toJSON === "function") return write(value.toJSON(), shapes, path);
    if (Array.isArray(value)) {
      const items = value.map((item, place) => {
        return write(item, inner(shapes, "[]", `[${place}]`), `${path}[${place}]`) ?? "null";
      });
      return `[${items.join()}]`;
    }
    const members: string[] = [];
    for (const name of Object.keys(value)) {
      const text = write(value[name], inner(shapes, "." + name, "{}"), at(path, name));
      if (text !== undefined) members.push(`${JSON.stringify(name)}:${text}`);
    }
    return `{${members.join()}}`;
  };
  return { text: write(value, shape ? [shape] : [], "") ?? "null", attachments };
}

/** A payload cut into what is written one after the other. */
export function partsOf({ text, attachments }: Body): Uint8Array[] {
  const json = encodeText(text);
  if (!attachments.length) return [json];
  const table = new Uint8Array(4 + 4 * attachments.length);
  putU32(table, 0, attachments.length);
  attachments.forEach((bytes, place) => putU32(table, 4 + 4 * place, bytes.length));
  return [table, json, ...attachments];
}

/** The exact bytes of a payload. */
export function payloadBytes({ text, attachments }: Body): number {
  const beside = attachments.length ? attachments.reduce((sum, bytes) => sum + bytes.length + 4, 4) : 0;
  return textBytes(text) + beside;
}

function textBytes(text: string): number {
  let bytes = 0;
  for (let place = 0; place < text.length; place++) {
    const letter = text.charCodeAt(place);
    // A pair of surrogates has four bytes, and a single one becomes a replacement character of three.
    if (letter < 0x80) bytes++;
    else if (letter < 0x800) bytes += 2;
    else if (letter >> 10 === 0x36 && text.charCodeAt(place + 1) >> 10 === 0x37) (bytes += 4), place++;
    else bytes += 3;
  }
  return bytes;
}

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

/**
 * Reads a value, as the shape says. Throws where it is no JSON, or not as the shape says: an error that names the
 * place, as it is called `within` the whole.
 */
export function decodeBody(json: string, attachments: readonly Uint8Array[], shape?: Shape, within = /^$/): any {
  // A marker that no text of the peer has: what begins with U+0000 gets one more in front.
  const exact = shape !== undefined && /\d{16}/.test(json);
  const value = JSON.parse(exact ? markIntegers(json) : json);
  if (!shape) return value;
  const read = (value: any, shapes: Shapes, path: string): any => {
    let digits: string | undefined;
    if (exact && typeof value === "string" && value[0] === "\0") {
      if (value[1] === "\0") value = value.slice(1);
      else value = Number((digits = value.slice(1)));
    }
    shapes = resolve(shapes, value);
    const leaf = value === null ? undefined : leafOf(shapes);
    const wrong = (message: string): IpcError => invalid(path.replace(within, ""), message);
    if (leaf === "binary") return readBinary(value, attachments) ?? raise(wrong("must be binary data"));
    if (leaf === "integer" && !Number.isSafeInteger(value)) throw wrong(`is ${digits ?? value}: it ${NUMBER_MUST}`);
    if (leaf === "bigint") {
      if (!Number.isInteger(value)) throw wrong("must be an integer");
      return BigInt(digits ?? value);
    }
    if (typeof value !== "object" || value === null || !(exact || shapes.length)) return value;
    if (Array.isArray(value)) {
      value.forEach((item, place) => {
        value[place] = read(item, inner(shapes, "[]", `[${place}]`), `${path}[${place}]`);
      });
      return value;
    }
    for (const name of Object.keys(value)) {
      const member = read(value[name], inner(shapes, "." + name, "{}"), at(path, name));
      if (member === value[name]) continue;
      // Assigned, a member of this name would change the object's prototype.
      if (name === "__proto__") Object.defineProperty(value, name, { value: member, enumerable: true, configurable: true });
      else value[name] = member;
    }
    return value;
  };
  return read(value, [shape], "");
}

function raise(error: Error): never {
  throw error;
}

function readBinary(value: unknown, attachments: readonly Uint8Array[]): Uint8Array | undefined {
  const text = typeof value === "string" ? value : "!";
  if (/^\$(0|[1-9]\d*)$/.test(text)) {
    return attachments[Number(text.slice(1))];
  }
  if (text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return;
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * Puts integers of 16 digits and more, which `JSON.parse` may round, into texts that begin with U+0000. Texts that
 * begin so already get another one. Names are left alone, and so is whatever is no JSON: it stays none.
 */
function markIntegers(json: string): string {
  return json.replace(
    /("(?:[^"\\]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)(\s*:)?/g,
    (whole, token: string, colon?: string) => {
      if (colon) return whole;
      if (token.startsWith('"\\u0000')) return '"\\u0000' + token.slice(1);
      return token.length > 15 && /^-?\d+$/.test(token) ? `"\\u0000${token}"` : token;
    },
  );
}
