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
  readonly first: Omit<Arrived, "payload">;
  readonly at: number;
  readonly side: { count: number; bytes: number };
  readonly pieces: Uint8Array[];
  length: number;
  table: boolean;
}

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
    const { kind, flags, id, deadline, bytes, start, end, total = end - start } = frame;
    const key = keyOf(kind, id);
    const known = this.#halves.get(key);
    if (flags & Flag.Continued) {
      if (!known) throw new Breach("unknown_fragment");
      return this.#add(known, frame);
    }
    if (known) throw new Breach("begun_twice");
    this.begins(frame);
    const { inFlight, messageBytes, halfArrivedBytes } = this.limits;
    let refused: Arrived["refused"] = total > messageBytes ? "TOO_LARGE" : undefined;
    const channel = channelOf(frame);
    if (!(flags & Flag.More)) {
      const payload = { bytes, start, end, table: (flags & Flag.Attachments) > 0, owned: false };
      return { kind, id, channel, deadline, payload, total, refused };
    }
    const answers = kind === Kind.Response || kind === Kind.Event || (kind === Kind.Item && id < UPSTREAM);
    const side = answers ? this.#answers : this.#others;
    // Those that are refused are counted too: their ids take memory.
    if (++side.count > 2 * Math.max(inFlight, 1)) throw new Breach("half_arrived");
    if (side.count > inFlight || side.bytes + total > halfArrivedBytes) refused ??= "OVERLOADED";
    if (!refused) side.bytes += total;
    const first = { kind, id, channel, deadline, total, refused };
    const half: Half = { first, at: performance.now(), side, pieces: [], length: 0, table: false };
    this.#halves.set(key, half);
    return this.#add(half, frame);
  }

  /** Forgets what has half arrived of a message; answers whether there was any. */
  forget(kind: Kind, id: number): boolean {
    const half = this.#halves.get(keyOf(kind, id));
    if (half) this.#remove(half);
    return half !== undefined;
  }

  #remove({ first: { kind, id, refused, total }, side }: Half): void {
    side.count--;
    if (!refused) side.bytes -= total;
    this.#halves.delete(keyOf(kind, id));
  }

  #add(half: Half, { flags, bytes, start, end }: Frame): Arrived | undefined {
    const { first, pieces } = half;
    const { total, refused, deadline } = first;
    const more = flags & Flag.More;
    half.length += end - start;
    if (more ? half.length > total : half.length !== total) throw new Breach("length");
    if (flags & Flag.Attachments) half.table = true;
    if (!refused) {
      const piece = bytes.subarray(start, end);
      // A small piece of a large read would keep all of that.
      pieces.push(4 * piece.length < bytes.buffer.byteLength ? new Uint8Array(piece) : piece);
    }
    if (more) return;
    this.#remove(half);
    const whole = new Uint8Array(refused ? 0 : total);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    // A deadline counts from when the first frame was read.
    const left = deadline === undefined ? undefined : Math.max(0, deadline - (performance.now() - half.at));
    return { ...first, deadline: left, payload: { bytes: whole, start: 0, end: at, table: half.table, owned: true } };
  }
}
