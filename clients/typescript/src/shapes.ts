/** The hook of the generated bindings: what JSON alone cannot tell of the payloads of their channels. */
import { attach, type Body, type Codec, type Codecs, isBinary, PLAIN, PLAIN_CODECS } from "./body.js";
import { IpcError } from "./error.js";
import { type ChannelShape, inner, leafOf, type Paths, resolve, type Shape, shapeOf, type Shapes } from "./paths.js";

export type { ChannelShape, Paths } from "./paths.js";

/**
 * The codecs of these channels, for the option `channels` of `connect`, or for `describe`. What a channel leaves out
 * is plain JSON.
 */
export function shapes(channels: { readonly [channel: string]: ChannelShape }): { readonly [channel: string]: Codecs } {
  return Object.fromEntries(Object.entries(channels).map(([channel, shape]) => [channel, codecsOf(shape)]));
}

function codecsOf({ request, response, item, upload, details, event, idempotent = false }: ChannelShape): Codecs {
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
  const whole: Shape = { inner: new Map(), linked: [] };
  if (data) whole.inner.set(".data", data);
  if (details) whole.inner.set(".error", { inner: new Map([[".details", details]]), linked: [] });
  return whole;
}

const NUMBER_MUST = "must be an integer within ±(2^53 - 1)";

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
      if (name === "__proto__")
        Object.defineProperty(value, name, { value: member, enumerable: true, configurable: true });
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
