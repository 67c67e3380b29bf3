/** What each end says first. */
import { Breach, IpcError } from "./error.js";
import { Kind, putHeader, Size, u32 } from "./frame.js";
import { encodeText, readText } from "./text.js";

const MAGIC = 0x4243_5049;
const VERSION = 1;

/** What an end takes. */
export interface HelloLimits {
  /** The bytes of one message. */
  readonly message_bytes: number;
  /** The calls that it answers at one time. */
  readonly in_flight: number;
  /** The bytes of each stream that may be on their way to it. */
  readonly stream_bytes: number;
}

/** What an end says of itself. */
export interface Hello {
  readonly agent: string;
  readonly codec: "json";
  /** Drawn when the process started: a server that comes back with another one was restarted. */
  readonly instance: string;
  /** The fingerprint of the contract that it serves, if it serves one. */
  readonly fingerprint?: string;
  readonly limits: HelloLimits;
  /** What the sender grants the receiver, where it says so. */
  readonly grants?: readonly string[];
  /** What the sender shows to be granted more. */
  readonly token?: string;
}

export function encodeHello(hello: Hello): Uint8Array {
  const body = encodeText(JSON.stringify(hello));
  if (body.length > Size.Hello) throw new RangeError("the token is too long");
  const frame = new Uint8Array(Size.Header + body.length);
  putHeader(frame, 0, body.length, Kind.Hello, 0, VERSION, MAGIC);
  frame.set(body, Size.Header);
  return frame;
}

const isCount = (value: any): boolean => Number.isInteger(value) && value >= 0 && value < 2 ** 32;
const isText = (value: unknown): boolean => typeof value === "string";

function readHello(hello: any): Hello {
  const { agent, codec, instance, fingerprint, grants, token } = hello;
  const { message_bytes, in_flight, stream_bytes = Size.Payload } = hello.limits;
  const limits = { message_bytes, in_flight, stream_bytes };
  const texts = [agent, codec, instance, fingerprint ?? "", token ?? "", ...(grants ?? [])];
  if (!Object.values(limits).every(isCount) || !texts.every(isText)) throw new Breach("body");
  if (codec !== "json") throw new Breach("codec");
  return { agent, codec, instance, fingerprint, limits, grants, token } as Hello;
}

/** What the first bytes of a peer come to, and how many of them were taken. */
export type First = { readonly hello?: Hello; readonly goodbye?: IpcError; readonly taken: number };

/** Reads the first frame of a peer; `undefined` where more is needed to tell. Throws a {@link Breach}. */
export function readFirst(bytes: Uint8Array): First | undefined {
  if (bytes.length < 5) return;
  const kind = bytes[4];
  if (kind !== Kind.Hello && kind !== Kind.Goodbye) throw new Breach("not_this_protocol");
  if (bytes.length < Size.Header) return;
  const length = u32(bytes, 0);
  const id = u32(bytes, 8);
  const version = (bytes[6] as number) | ((bytes[7] as number) << 8);
  const known = kind === Kind.Hello ? id === MAGIC : !bytes[5] && !version && !id;
  if (!known || length > Size.Hello) throw new Breach("not_this_protocol");
  if (kind === Kind.Hello && version !== VERSION) throw new Breach("version");
  const taken = Size.Header + length;
  if (bytes.length < taken) return;
  try {
    const body = JSON.parse(readText(bytes, Size.Header, taken));
    return kind === Kind.Hello ? { hello: readHello(body), taken } : { goodbye: readFailure(body), taken };
  } catch (error) {
    throw error instanceof Breach ? error : new Breach("body");
  }
}

/** The error that a failure tells of; throws where it is none. */
export function readFailure({ code, message, details }: any): IpcError {
  if (typeof code !== "string" || typeof message !== "string") throw new TypeError("it is no failure");
  return new IpcError(code, message, details);
}
