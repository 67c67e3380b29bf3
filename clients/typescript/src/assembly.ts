/** Messages, made of frames; their limits hold before anything is kept. */
import type { Payload } from "./body.js";
import { Breach } from "./error.js";
import { Flag, type Frame, Kind, UPSTREAM } from "./frame.js";
import { readText } from "./text.js";

/** A message that has arrived whole, or one of which nothing was kept. */
export interface Arrived {
  readonly kind: number;
  readonly id: number;
  /** `undefined` where there is none, or it is no UTF-8. */
  readonly channel: string | undefined;
  readonly deadline: number | undefined;
  readonly payload: Payload;
  /** The bytes of the whole payload. */
  readonly total: number;
  readonly refused: "TOO_LARGE" | "OVERLOADED" | undefined;
}

export interface AssemblyLimits {
  readonly messageBytes: number;
  readonly inFlight: number;
  /** The totals of all that has half arrived; answers are counted apart. */
  readonly halfArrivedBytes: number;
}

interface Half {
  readonly first: Frame;
  readonly channel: string | undefined;
  readonly at: number;
  readonly total: number;
  readonly refused: Arrived["refused"];
  readonly side: { count: number; bytes: number };
  pieces: Uint8Array[];
  length: number;
  table: boolean;
}

const NOTHING: Payload = { bytes: new Uint8Array(), start: 0, end: 0, table: false, owned: true };

const keyOf = (kind: number, id: number): number => kind * 2 ** 32 + id;

function channelOf({ bytes, channel, channelEnd }: Frame): string | undefined {
  if (channel === channelEnd) return;
  try {
    return readText(bytes, channel, channelEnd);
  } catch {
    return;
  }
}

export class Assembly {
  readonly #halves = new Map<number, Half>();
  readonly #answers = { count: 0, bytes: 0 };
  readonly #others = { count: 0, bytes: 0 };

  /** `begins` is told of each message when its first frame is there. */
  constructor(
    private readonly limits: AssemblyLimits,
    private readonly begins: (frame: Frame) => void,
  ) {}

  /** How many messages have half arrived. */
  get halfArrived(): number {
    return this.#halves.size;
  }

  /** Takes a frame; answers the message that is whole by it. Throws a {@link Breach}. */
  take(frame: Frame): Arrived | undefined {
    const { kind, flags, id, bytes, start, end } = frame;
    if (flags & Flag.Continued) return this.#go(frame);
    const key = keyOf(kind, id);
    if (this.#halves.size && this.#halves.has(key)) throw new Breach("begun_twice");
    this.begins(frame);
    const length = end - start;
    if (!(flags & Flag.More)) {
      const payload = { bytes, start, end, table: (flags & Flag.Attachments) !== 0, owned: false };
      const refused = length > this.limits.messageBytes ? "TOO_LARGE" : undefined;
      const { deadline } = frame;
      return { kind, id, channel: channelOf(frame), deadline, payload, total: length, refused };
    }
    const total = frame.total as number;
    const answers = kind === Kind.Response || kind === Kind.Event || (kind === Kind.Item && id < UPSTREAM);
    const side = answers ? this.#answers : this.#others;
    const { inFlight, messageBytes, halfArrivedBytes } = this.limits;
    // Those that are refused are counted too: their ids take memory.
    if (++side.count > 2 * Math.max(inFlight, 1)) throw new Breach("half_arrived");
    const over = side.count > inFlight || side.bytes + total > halfArrivedBytes;
    const refused = total > messageBytes ? "TOO_LARGE" : over ? "OVERLOADED" : undefined;
    if (!refused) side.bytes += total;
    const half: Half = {
      first: { ...frame, bytes: NOTHING.bytes },
      channel: channelOf(frame),
      at: performance.now(),
      total,
      refused,
      side,
      pieces: [],
      length: 0,
      table: false,
    };
    this.#halves.set(key, half);
    this.#add(half, frame);
    return;
  }

  /** Forgets what has half arrived of a message; answers whether there was any. */
  forget(kind: Kind, id: number): boolean {
    const half = this.#halves.get(keyOf(kind, id));
    if (half) this.#remove(half, kind, id);
    return half !== undefined;
  }

  #remove(half: Half, kind: number, id: number): void {
    half.side.count--;
    if (!half.refused) half.side.bytes -= half.total;
    this.#halves.delete(keyOf(kind, id));
  }

  #add(half: Half, { flags, bytes, start, end }: Frame): void {
    half.length += end - start;
    if (half.length > half.total) throw new Breach("length");
    if (flags & Flag.Attachments) half.table = true;
    if (half.refused || start === end) return;
    const piece = bytes.subarray(start, end);
    // A small piece of a large read would keep all of that.
    half.pieces.push(4 * piece.length < bytes.buffer.byteLength ? new Uint8Array(piece) : piece);
  }

  #go(frame: Frame): Arrived | undefined {
    const { kind, id, flags } = frame;
    const half = this.#halves.get(keyOf(kind, id));
    if (!half) throw new Breach("unknown_fragment");
    this.#add(half, frame);
    if (flags & Flag.More) return;
    const { total, refused, channel, table } = half;
    if (half.length !== total) throw new Breach("length");
    this.#remove(half, kind, id);
    let payload = NOTHING;
    if (!refused) {
      const bytes = new Uint8Array(total);
      let at = 0;
      for (const piece of half.pieces) {
        bytes.set(piece, at);
        at += piece.length;
      }
      payload = { bytes, start: 0, end: total, table, owned: true };
    }
    let { deadline } = half.first;
    // It counts from when the first frame was read.
    if (deadline !== undefined) deadline = Math.max(0, deadline - (performance.now() - half.at));
    return { kind, id, channel, deadline, payload, total, refused };
  }
}
