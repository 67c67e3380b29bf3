/** The hook of the generated bindings: what JSON alone cannot tell of the payloads of their channels. */
import { attach, type Body, type Codec, type Codecs, isBinary, PLAIN, PLAIN_CODECS } from "./body.js";
import { IpcError } from "./error.js";
import {
  blank,
  type ChannelShape,
  inner,
  leafOf,
  LOOSE,
  ofKey,
  type Paths,
  resolve,
  type Shape,
  shapeOf,
  type Shapes,
} from "./paths.js";

export type { ChannelShape, Paths } from "./paths.js";

/**
 * The codecs of these channels, for the option `channels` of `connect`, or for `describe`. What a channel leaves out
 * is plain JSON.
 */
export function shapes(channels: { readonly [channel: string]: ChannelShape }): { readonly [channel: string]: Codecs } {
  return Object.fromEntries(Object.entries(channels).map(([channel, shape]) => [channel, codecsOf(shape)]));
}

function codecsOf({ request, response, item, upload, details, event, key, idempotent = false }: ChannelShape): Codecs {
  const data = shapeOf(response);
  const failed = shapeOf(details);
  return {
    ...PLAIN_CODECS,
    request: codecOf(request),
    response: data || failed ? described(responseShape(data, failed), /^(data|error\.details)\.?/) : PLAIN,
    answer: codecOf(response),
    item: codecOf(item),
    upload: codecOf(upload),
    event: codecOf(event),
    key: codecOf(ofKey(key)),
    idempotent,
  };
}

function codecOf(paths: Paths | undefined): Codec {
  const shape = shapeOf(paths);
  return shape ? described(shape, /^$/) : PLAIN;
}

/** In errors, what stands `within` the whole is left out. */
const described = (shape: Shape, within: RegExp): Codec => ({
  encode: (value) => encode(value, shape),
  decode: (json, attachments) => decode(json, attachments, shape, within),
});

/** The shape of a whole response whose data and details have these. */
function responseShape(data: Shape | undefined, details: Shape | undefined): Shape {
  const whole = blank();
  if (data) whole.inner.set(".data", data);
  if (details) whole.inner.set(".error", { ...blank(), inner: new Map([[".details", details]]) });
  return whole;
}

const NUMBER_MUST =
  "must be an integer within ±(2^53 - 1): mark the field as `bigint` in the contract, or export it with bigints";

/** Whether a number may stand for an integer that is not quite it. JSON writes 1e21 and more as no integer. */
const isRounded = (value: unknown): boolean =>
  Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value as number) < 1e21;

function invalid(path: string, message: string): IpcError {
  return new IpcError("INVALID_INPUT", `${path ? `\`${path}\`` : "the payload"} ${message}`, {
    issues: [{ path, message }],
  });
}

const at = (path: string, name: string): string => (path ? `${path}.${name}` : name);

/**
 * Writes a value. Binary data anywhere in it becomes an attachment, and a `bigint` an integer. Where the shape says
 * what a value must be, one that is something else is an `INVALID_INPUT` that names it.
 */
function encode(value: unknown, shape: Shape): Body {
  const attachments: Uint8Array[] = [];
  const write = (value: any, shapes: Shapes, path: string): string | undefined => {
    if (isBinary(value)) return JSON.stringify(attach(attachments, value));
    shapes = resolve(shapes, value);
    const leaf = value == null ? undefined : leafOf(shapes);
    if (shapes.includes(LOOSE)) {
      if (leaf && leaf !== "binary" && isRounded(value)) throw invalid(path, NUMBER_MUST);
    } else if (leaf === "binary") {
      throw invalid(path, "must be a Uint8Array");
    } else if (leaf && !(Number.isSafeInteger(value) || (leaf === "bigint" && typeof value === "bigint"))) {
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
  return { text: write(value, [shape], "") ?? "null", attachments };
}

/**
 * Reads a value, as the shape says. Throws where it is no JSON, or not as the shape says: an error that names the
 * place, as it is called `within` the whole.
 */
function decode(json: string, attachments: readonly Uint8Array[], shape: Shape, within: RegExp): any {
  // A marker that no text of the peer has: what begins with U+0000 gets one more in front.
  const exact = /\d{16}/.test(json);
  const value = JSON.parse(exact ? markIntegers(json) : json);
  const read = (value: any, shapes: Shapes, path: string): any => {
    let digits: string | undefined;
    if (exact && typeof value === "string" && value[0] === "\0") {
      if (value[1] === "\0") value = value.slice(1);
      else value = Number((digits = value.slice(1)));
    }
    shapes = resolve(shapes, value);
    const leaf = value === null ? undefined : leafOf(shapes);
    const wrong = (message: string): IpcError => invalid(path.replace(within, ""), message);
    const loose = shapes.includes(LOOSE);
    if (leaf === "binary") {
      const bytes = loose ? attached(value, attachments) : readBinary(value, attachments);
      if (bytes) return bytes;
      if (!loose) throw wrong("must be binary data");
    }
    if (leaf === "integer" && !Number.isSafeInteger(value) && (digits || !loose)) {
      throw wrong(`is ${digits ?? value}: it ${NUMBER_MUST}`);
    }
    if (leaf === "bigint") {
      if (digits || (loose ? Number.isSafeInteger(value) : Number.isInteger(value))) return BigInt(digits ?? value);
      if (!loose) throw wrong("must be an integer");
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
      if (name === "__proto__")
        Object.defineProperty(value, name, { value: member, enumerable: true, configurable: true });
      else value[name] = member;
    }
    return value;
  };
  return read(value, [shape], "");
}

/** What a text names that is the place of an attachment. */
const attached = (value: unknown, attachments: readonly Uint8Array[]): Uint8Array | undefined =>
  typeof value === "string" && /^\$(0|[1-9]\d*)$/.test(value) ? attachments[Number(value.slice(1))] : undefined;

function readBinary(value: unknown, attachments: readonly Uint8Array[]): Uint8Array | undefined {
  const bytes = attached(value, attachments);
  if (bytes) return bytes;
  const text = typeof value === "string" ? value : "!";
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
