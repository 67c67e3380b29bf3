/** Frames: the header's rules, and bytes that arrive in pieces. No I/O. */
import { Breach } from "./error.js";

export const enum Kind {
  Hello = 1,
  Goodbye,
  Ping,
  Pong,
  Request,
  Response,
  Cancel,
  Item,
  End,
  Credit,
  Subscribe,
  Unsubscribe,
  Event,
  Notification,
}

export const enum Flag {
  More = 1,
  Continued = 2,
  Deadline = 4,
  Attachments = 8,
}

export const enum Size {
  Header = 12,
  /** The payload of one frame. */
  Payload = 65536,
  /** A payload, a channel of 128 bytes, a deadline and a total. */
  Frame = 65672,
  Channel = 128,
  Hello = 16384,
}

/** Bit 31 of an id: the frame belongs to what the caller sends. Also the ids' bound. */
export const UPSTREAM = 0x8000_0000;

/** Kinds as a set of bits. */
const enum Kinds {
  WithChannel = (1 << Kind.Request) | (1 << Kind.Subscribe) | (1 << Kind.Notification),
  WithFlags = WithChannel | (1 << Kind.Response) | (1 << Kind.Item) | (1 << Kind.End) | (1 << Kind.Event),
}

/** A frame, in the bytes in which it arrived. */
export interface Frame {
  readonly kind: number;
  readonly flags: number;
  readonly id: number;
  readonly deadline: number | undefined;
  readonly total: number | undefined;
  readonly bytes: Uint8Array;
  /** Where the channel begins, and where it ends. */
  readonly channel: number;
  readonly channelEnd: number;
  /** Where the payload begins, and where it ends. */
  readonly start: number;
  readonly end: number;
}

export const u32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0;

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

export function u32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  putU32(bytes, 0, value);
  return bytes;
}

export function concat(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (!one.length) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

export function putHeader(
  bytes: Uint8Array,
  at: number,
  length: number,
  kind: number,
  flags: number,
  channelBytes: number,
  id: number,
): void {
  putU32(bytes, at, length);
  bytes[at + 4] = kind;
  bytes[at + 5] = flags;
  bytes[at + 6] = channelBytes;
  bytes[at + 7] = channelBytes >>> 8;
  putU32(bytes, at + 8, id);
}

/** The bytes of the frame whose header stands here. Throws where the header breaks a rule. */
export function frameSize(bytes: Uint8Array, at: number): number {
  const length = u32(bytes, at);
  const kind = bytes[at + 4] as number;
  const flags = bytes[at + 5] as number;
  const channel = (bytes[at + 6] as number) | ((bytes[at + 7] as number) << 8);
  if (kind === 0 || kind > Kind.Notification) throw new Breach("unknown_kind");
  if (kind === Kind.Hello) throw new Breach("second_hello");
  if (flags > 15) throw new Breach("unknown_flag");
  const set = 1 << kind;
  if (flags && !(set & Kinds.WithFlags)) throw new Breach("flags_not_allowed");
  const continued = flags & Flag.Continued;
  const must = set & Kinds.WithChannel && !continued;
  const may = must || (kind === Kind.Event && !continued);
  if ((channel && !may) || (!channel && must) || channel > Size.Channel) throw new Breach("channel");
  if (flags & Flag.Deadline && (kind !== Kind.Request || continued)) throw new Breach("deadline");
  if (length > Size.Frame) throw new Breach("too_large");
  const prefix = channel + (flags & Flag.Deadline ? 4 : 0) + ((flags & 3) === Flag.More ? 4 : 0);
  if (length < prefix) throw new Breach("short");
  if (length - prefix > Size.Payload) throw new Breach("payload_too_large");
  return Size.Header + length;
}

/** Reads the frame that stands here, whole and of this size. */
export function readFrame(bytes: Uint8Array, at: number, size: number): Frame {
  const flags = bytes[at + 5] as number;
  const channel = at + Size.Header;
  const channelEnd = channel + ((bytes[at + 6] as number) | ((bytes[at + 7] as number) << 8));
  let start = channelEnd;
  let deadline, total;
  if (flags & Flag.Deadline) {
    deadline = u32(bytes, start);
    start += 4;
  }
  if ((flags & 3) === Flag.More) {
    total = u32(bytes, start);
    start += 4;
  }
  const kind = bytes[at + 4] as number;
  return { kind, flags, id: u32(bytes, at + 8), deadline, total, bytes, channel, channelEnd, start, end: at + size };
}

/**
 * Makes frames of bytes that arrive in pieces. A frame that lies whole in one piece is read where it lies; only one
 * that is cut is copied, and no more is kept of it than has come.
 */
export class Decoder {
  #held: Uint8Array | undefined;
  #length = 0;

  /** Tells of each frame that is whole now, until `each` answers `false`. Throws a {@link Breach}. */
  push(piece: Uint8Array, each: (frame: Frame) => boolean): void {
    let at = 0;
    while (this.#held) {
      const held = this.#held;
      const size = this.#length < Size.Header ? Size.Header : frameSize(held, 0);
      if (this.#length === size) {
        // Only a whole frame has the size that its own header tells; one without a body ends with the header.
        this.#held = undefined;
        if (!each(readFrame(held, 0, size))) return;
        break;
      }
      const more = Math.min(size - this.#length, piece.length - at);
      if (!more) return;
      this.#hold(piece.subarray(at, at + more), size);
      at += more;
    }
    while (piece.length - at >= Size.Header) {
      const size = frameSize(piece, at);
      if (piece.length - at < size) break;
      if (!each(readFrame(piece, at, size))) return;
      at += size;
    }
    if (at < piece.length) {
      this.#length = 0;
      this.#hold(piece.subarray(at), Size.Header);
    }
  }

  #hold(piece: Uint8Array, size: number): void {
    const length = this.#length + piece.length;
    if (!this.#held || this.#held.length < length) {
      const grown = new Uint8Array(Math.max(length, Math.min(size, 2 * length)));
      if (this.#held) grown.set(this.#held.subarray(0, this.#length));
      this.#held = grown;
    }
    this.#held.set(piece, this.#length);
    this.#length = length;
  }
}
