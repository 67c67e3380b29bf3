/** What is to be sent: frames of one turn in one write, large messages in fragments that take turns. */
import { type Body, sized } from "./body.js";
import { Flag, Kind, putHeader, putU32, Size } from "./frame.js";
import { writeText } from "./text.js";

/** A message that is to be sent. */
export interface Message {
  readonly kind: Kind;
  readonly id: number;
  readonly channel?: Uint8Array | undefined;
  /** When the caller waits no longer, in the milliseconds of `performance.now()`. */
  readonly deadline?: number | undefined;
  readonly body?: Body | undefined;
}

/** A message of which a part has been written. */
interface Cut {
  readonly message: Message;
  readonly lane: number;
  readonly parts: Uint8Array[];
  readonly total: number;
  sent: number;
}

/** The size of a buffer, from which many writes are cut. */
const BUFFER = 65536;
/** As many bytes of fragments leave in one write: what a small frame waits for at most. */
const TURN = 4 * Size.Payload;

export class Outbox {
  #buffer = new Uint8Array(BUFFER);
  #start = 0;
  #end = 0;
  #scheduled = false;
  #blocked = false;
  /** Messages of lanes in which a large one is under way: it stands first, and the others wait. */
  readonly #lanes = new Map<number, Message[]>();
  /** Large messages, each with its turn. */
  #turns: Cut[] = [];

  /** `send` answers whether it takes more now. */
  constructor(
    private readonly send: (bytes: Uint8Array) => boolean,
    private readonly relieved: () => void,
  ) {}

  /** The bytes that wait to be sent. */
  get buffered(): number {
    let bytes = this.#end - this.#start;
    // Large messages wait, and their bound is this sum: they are few.
    for (const queue of this.#lanes.values()) for (const message of queue) bytes += sizeOf(message);
    for (const { sent } of this.#turns) bytes -= sent;
    return bytes;
  }

  /** Sends a message behind those of its lane; answers the bytes of its payload. */
  push(lane: number, message: Message): number {
    const queue = this.#lanes.get(lane);
    if (!queue) return this.#write(lane, message);
    queue.push(message);
    return sizeOf(message);
  }

  /**
   * Takes what is left of a lane back; what has been sent in part is cut off, or goes on where it is to be `kept`.
   * Answers whether a message of this kind was among it of which nothing had been sent.
   */
  drop(lane: number, kind: Kind, kept = false): boolean {
    const cut = this.#turns.find((cut) => cut.lane === lane);
    const queue = this.#lanes.get(lane) ?? [];
    const gone = queue.splice(cut && cut.sent && kept ? 1 : 0);
    if (!queue.length) {
      this.#lanes.delete(lane);
      this.#turns = this.#turns.filter((other) => other !== cut);
    }
    return gone.some((message) => message.kind === kind && !(cut?.message === message && cut.sent));
  }

  /** Writes a frame of those that steer the connection. */
  frame(kind: Kind, id: number, payload: Uint8Array = NOTHING): void {
    this.#parts({ kind, id }, 0, [payload], payload.length);
  }

  /** Writes bytes that are a frame. */
  bytes(frame: Uint8Array): void {
    this.#buffer.set(frame, this.#reserve(frame.length));
    this.#end += frame.length;
  }

  /** The port takes more again. */
  drained(): void {
    this.#blocked = false;
    this.flush();
  }

  /** Sends what waits, as much as the port takes. */
  flush(): void {
    this.#scheduled = false;
    if (this.#blocked) return;
    do {
      while (this.#turns.length && this.#end - this.#start < TURN) this.#turn();
      if (this.#end === this.#start) return;
      const bytes = this.#buffer.subarray(this.#start, this.#end);
      this.#start = this.#end;
      this.#blocked = !this.send(bytes);
    } while (!this.#blocked && this.#turns.length);
    this.relieved();
  }

  #write(lane: number, message: Message): number {
    const { body = EMPTY } = message;
    const large = sized(body, Size.Payload);
    if (!large) return this.#small(message, body.text);
    const { parts, total } = large;
    if (total <= Size.Payload) this.#parts(message, 0, parts, total);
    else {
      this.#lanes.set(lane, [message]);
      this.#turns.push({ message, lane, parts: [...parts], total, sent: 0 });
      this.#schedule();
    }
    return total;
  }

  #small(message: Message, text: string): number {
    const at = this.#prefix(message, 0, 3 * text.length);
    const length = writeText(text, this.#buffer, this.#end);
    this.#end += length;
    putU32(this.#buffer, at, this.#end - at - Size.Header);
    return length;
  }

  #parts(message: Message, flags: number, parts: readonly Uint8Array[], length: number, total?: number): void {
    if (message.body?.attachments.length) flags |= Flag.Attachments;
    const at = this.#prefix(message, flags, length, total);
    for (const part of parts) {
      this.#buffer.set(part, this.#end);
      this.#end += part.length;
    }
    putU32(this.#buffer, at, this.#end - at - Size.Header);
  }

  /** Writes a header, without the length, and what it announces; answers where it begins. */
  #prefix(message: Message, flags: number, room: number, total?: number): number {
    const continued = flags & Flag.Continued;
    const channel = continued ? undefined : message.channel;
    const deadline = continued ? undefined : message.deadline;
    if (deadline !== undefined) flags |= Flag.Deadline;
    const channelBytes = channel?.length ?? 0;
    const at = this.#reserve(Size.Header + channelBytes + 8 + room);
    putHeader(this.#buffer, at, 0, message.kind, flags, channelBytes, message.id);
    this.#end += Size.Header;
    if (channel) {
      this.#buffer.set(channel, this.#end);
      this.#end += channelBytes;
    }
    if (deadline !== undefined) {
      putU32(this.#buffer, this.#end, Math.max(0, Math.ceil(deadline - performance.now())));
      this.#end += 4;
    }
    if (total !== undefined) {
      putU32(this.#buffer, this.#end, total);
      this.#end += 4;
    }
    return at;
  }

  /** One fragment of the message whose turn it is. */
  #turn(): void {
    const cut = this.#turns.shift();
    if (!cut) return;
    const { parts, total, sent } = cut;
    const length = Math.min(total - sent, Size.Payload);
    const last = sent + length === total;
    const fragment: Uint8Array[] = [];
    for (let left = length; left > 0;) {
      const part = parts[0] as Uint8Array;
      const taken = part.subarray(0, left);
      fragment.push(taken);
      left -= taken.length;
      if (taken.length === part.length) parts.shift();
      else parts[0] = part.subarray(taken.length);
    }
    const flags = (sent ? Flag.Continued : 0) | (last ? 0 : Flag.More);
    this.#parts(cut.message, flags, fragment, length, sent ? undefined : total);
    cut.sent += length;
    if (!last) {
      this.#turns.push(cut);
      return;
    }
    const queue = this.#lanes.get(cut.lane) ?? [];
    this.#lanes.delete(cut.lane);
    for (const message of queue.slice(1)) this.push(cut.lane, message);
  }

  #reserve(bytes: number): number {
    if (this.#buffer.length - this.#end < bytes) {
      const pending = this.#end - this.#start;
      const grown = new Uint8Array(Math.max(BUFFER, pending + bytes, 2 * pending));
      grown.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = grown;
      this.#start = 0;
      this.#end = pending;
    }
    this.#schedule();
    return this.#end;
  }

  #schedule(): void {
    if (this.#scheduled || this.#blocked) return;
    this.#scheduled = true;
    queueMicrotask(() => this.flush());
  }
}

const NOTHING = new Uint8Array();
const EMPTY: Body = { text: "", attachments: [] };

const sizeOf = ({ body = EMPTY }: Message): number => sized(body, -1)?.total ?? 0;

