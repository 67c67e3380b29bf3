/** One connection: what is in flight on it, and what each frame means. It opens no port, and makes no second one. */
import { type Ask, Phase, read } from "./ask.js";
import { type Arrived, Assembly } from "./assembly.js";
import { attachmentsOf, type Codecs, fits, type Payload, PLAIN } from "./body.js";
import { Breach, type Failure, IpcError, tooMuch, unavailable } from "./error.js";
import { concat, Decoder, type Frame, Kind, Size, u32, u32Bytes, UPSTREAM } from "./frame.js";
import { encodeHello, type Hello, readFailure, readFirst } from "./hello.js";
import type { Limits } from "./limits.js";
import { Outbox } from "./outbox.js";
import type { Port } from "./port.js";
import { answerOf } from "./response.js";
import { Answering, type Ground } from "./answering.js";
import { encodeText, readText } from "./text.js";

/** What the owner of a connection is told. */
export interface Owner {
  codecs(channel: string): Codecs;
  /** What answers the other end, where anything does. */
  serve(ground: Ground): Answering | undefined;
  /** The other end said what it is, and calls may be made. */
  opened(hello: Hello): void;
  /** One more call may be made. */
  room(): void;
  /** The connection is gone, and these with it. Said once. */
  gone(error: IpcError, asks: readonly Ask[]): void;
  /** A subscription or a call has been ended by an end that shuts down; answers whether it is asked again elsewhere. */
  moved(ask: Ask, error: IpcError): boolean;
  failed(channel: string, error: unknown): void;
}

export const MISSED = "ipc:missed";
const NOTIFICATIONS = -1;

export class Connection implements Ground {
  hello: Hello | undefined;
  readonly #asks = new Map<number, Ask>();
  readonly #assembly: Assembly;
  readonly #decoder = new Decoder();
  readonly outbox: Outbox;
  readonly #serving: Answering;
  readonly #channels = new Map<string, Uint8Array>();
  #port: Port | undefined;
  #first: Uint8Array | undefined = new Uint8Array();
  #lastId = 0;
  #limit = 1;
  leaving = false;
  #heard: IpcError | undefined;
  #gone = false;
  #paused = false;
  #streamsWait = false;
  #parting: ReturnType<typeof setTimeout> | undefined;
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  #quiet = false;

  constructor(
    readonly owner: Owner,
    readonly limits: Limits,
  ) {
    this.outbox = new Outbox(
      (bytes) => !this.#gone && (this.#port?.send(bytes) ?? false),
      () => this.#relieved(),
    );
    this.#assembly = new Assembly(limits, (frame) => this.#begins(frame));
    this.#serving = owner.serve(this) ?? new Answering(this);
  }

  /** Begins, on a port that is open. */
  start(port: Port, hello: Hello, keepAliveMs?: number): void {
    this.#port = port;
    this.outbox.bytes(encodeHello(hello));
    if (!keepAliveMs) return;
    this.#keepAlive = setInterval(() => {
      if (this.#quiet) return this.lose(unavailable("no answer to a ping"));
      this.#quiet = true;
      this.outbox.frame(Kind.Ping, 0);
    }, keepAliveMs);
  }

  /** Whether one more call may be made now. */
  get hasRoom(): boolean {
    return this.isOpen && this.#asks.size < this.#limit && !this.#held;
  }

  /** Whether calls can be made at all. */
  get isOpen(): boolean {
    return this.hello !== undefined && !this.#gone && !this.leaving;
  }

  get #held(): boolean {
    return this.outbox.buffered > this.limits.bufferedBytes;
  }

  /** Whether a stream must wait, which is woken then. */
  holds(): boolean {
    return (this.#streamsWait ||= this.#held);
  }

  /** Sends a call or a subscribe. The connection has room. */
  ask(ask: Ask): void {
    const { limits } = this.hello as Hello;
    if (ask.body && !fits(ask.body, limits.message_bytes)) {
      return ask.fail(tooMuch("TOO_LARGE"));
    }
    let channel;
    try {
      channel = this.#channel(ask.channel);
    } catch (error) {
      return ask.fail(error);
    }
    const { kind, body, deadline } = ask;
    if (kind === Kind.Notification) {
      this.outbox.push(NOTIFICATIONS, { kind, id: 0, channel, body });
      return ask.succeed(undefined);
    }
    do this.#lastId = (this.#lastId + 1) % UPSTREAM;
    while (this.#asks.has(this.#lastId));
    const id = (ask.id = this.#lastId);
    ask.phase = Phase.Sent;
    ask.connection = this;
    this.#asks.set(id, ask);
    ask.inbox?.begin(this.limits.streamBytes);
    this.outbox.push(id, { kind, id, channel, deadline, body });
    ask.flow = ask.upload?.start(this, ask);
  }

  /** Nobody waits for this any more. */
  leave(ask: Ask): void {
    const { id, phase, kind } = ask;
    if (phase === Phase.Waiting || phase === Phase.Left || this.#gone) return;
    ask.phase = Phase.Left;
    if (kind === Kind.Subscribe) return void this.outbox.push(id, { kind: Kind.Unsubscribe, id });
    ask.flow?.stop();
    if (this.outbox.drop(id, Kind.Request)) {
      // Nothing of it has been sent, so nothing is.
      this.#asks.delete(id);
      this.owner.room();
      return;
    }
    this.outbox.frame(Kind.Cancel, id);
  }

  /** More may be taken of what this end receives. */
  grant(ask: Ask, bytes: number): void {
    if (ask.phase === Phase.Left || this.#gone) return;
    this.outbox.frame(Kind.Credit, ask.id, u32Bytes(bytes));
  }

  /** Says goodbye, and closes when all has been answered. */
  close(why: string): void {
    if (this.#gone) return;
    if (!this.hello) return this.lose(unavailable(why));
    this.#sayGoodbye({ code: "UNAVAILABLE", message: why });
  }

  /** Bytes have arrived. */
  data(bytes: Uint8Array): void {
    if (this.#gone) return;
    this.#quiet = false;
    try {
      const rest = this.#first ? this.#begin(this.#first, bytes) : bytes;
      if (rest) this.#decoder.push(rest, (frame) => this.#frame(frame));
    } catch (error) {
      if (!(error instanceof Breach)) throw error;
      this.#breach(error);
    }
  }

  drained(): void {
    if (!this.#gone) this.outbox.drained();
  }

  /** The port is closed. */
  closed(error?: unknown): void {
    this.lose(this.#heard ?? unavailable("the connection is gone", error));
  }

  #begin(first: Uint8Array, bytes: Uint8Array): Uint8Array | undefined {
    bytes = concat(first, bytes);
    let read;
    try {
      read = readFirst(bytes);
    } catch (error) {
      // Without a word: a client that does not take the server's first frame just closes.
      this.lose(new IpcError("PROTOCOL_ERROR", `no hello of this protocol: ${(error as Breach).reason}`));
      return;
    }
    if (!read) {
      this.#first = bytes;
      return;
    }
    this.#first = undefined;
    const { hello, goodbye } = read;
    if (hello) {
      this.hello = hello;
      this.#limit = Math.max(1, Math.min(hello.limits.in_flight, this.limits.inFlight));
      this.owner.opened(hello);
    } else {
      this.lose(goodbye as IpcError);
    }
    return this.#gone ? undefined : bytes.subarray(read.taken);
  }

  /** Answers whether the connection goes on. */
  #frame(frame: Frame): boolean {
    const { kind, id, bytes, start, end } = frame;
    switch (kind) {
      case Kind.Goodbye:
        this.#hearGoodbye(bytes, start, end);
        break;
      case Kind.Ping:
        this.outbox.frame(Kind.Pong, id, bytes.subarray(start, end));
        this.answered();
        break;
      case Kind.Pong:
      case Kind.Unsubscribe:
        break;
      case Kind.Cancel: {
        const halfArrived = this.#assembly.forget(Kind.Request, id);
        this.#assembly.forget(Kind.Item, UPSTREAM + id);
        this.#serving.cancel(id, halfArrived);
        break;
      }
      case Kind.Credit:
        if (end - start !== 4) throw new Breach("credit");
        if (id >= UPSTREAM) this.#asks.get(id - UPSTREAM)?.flow?.grant(u32(bytes, start));
        else this.#serving.grant?.(id, u32(bytes, start));
        break;
      default: {
        const message = this.#assembly.take(frame);
        if (message) this.#message(message);
      }
    }
    return !this.#gone;
  }

  /** The first frame of a message is there. */
  #begins({ kind, id }: Frame): void {
    if (kind === Kind.Item && id >= UPSTREAM) this.#serving.begins?.(id - UPSTREAM);
    else if (kind === Kind.Item || kind === Kind.Event) this.#reader(kind, id)?.inbox?.begins();
    else if ((kind === Kind.Request || kind === Kind.Subscribe) && id >= UPSTREAM) throw new Breach("id");
  }

  #message(message: Arrived): void {
    const { kind, id } = message;
    switch (kind) {
      case Kind.Response:
        return this.#response(message);
      case Kind.Item:
      case Kind.Event:
        if (!message.refused && message.payload.table && !attachmentsOf(message.payload)) {
          throw new Breach("attachments");
        }
        if (kind === Kind.Event) return this.#event(message);
        return id >= UPSTREAM ? this.#serving.item?.(id - UPSTREAM, message) : this.#item(message);
      case Kind.End:
        return id >= UPSTREAM ? this.#serving.uploaded?.(id - UPSTREAM) : this.#end(message);
      case Kind.Notification:
        return this.#serving.notification?.(message);
      default:
        if (this.#serving.has?.(id)) throw new Breach("id_in_use");
        if (kind === Kind.Request && this.#serving.request) this.#serving.request(message);
        else this.#serving.subscribe(message);
    }
  }

  #reader(kind: Kind.Item | Kind.Event, id: number): Ask | undefined {
    const ask = this.#asks.get(id);
    return ask?.phase !== Phase.Left && (ask?.kind === Kind.Request) === (kind === Kind.Item) ? ask : undefined;
  }

  #response({ id, payload, refused }: Arrived): void {
    const ask = this.#asks.get(id);
    if (!ask || ask.phase === Phase.Begun) return;
    const { kind } = ask;
    const left = ask.phase === Phase.Left;
    let error: unknown, data: unknown;
    try {
      if (refused) throw tooMuch(refused);
      ({ data, error } = answerOf(read(payload, left ? PLAIN : ask.codecs.response)) as any);
    } catch (failed) {
      error = failed instanceof IpcError ? failed : new IpcError("INTERNAL", String(failed));
    }
    if (kind === Kind.Subscribe && !error) {
      if (!left) ask.begun();
      return;
    }
    this.#asks.delete(id);
    if (kind === Kind.Request) {
      ask.flow?.stop();
      this.outbox.drop(id, Kind.Request, true);
    }
    if (!left) {
      if (!error) ask.succeed(data);
      else if (!this.#moves(ask, error as IpcError)) ask.fail(error);
    }
    this.#freed();
  }

  #item({ id, payload, total, refused }: Arrived): void {
    const ask = this.#reader(Kind.Item, id);
    if (!ask) return;
    try {
      if (!ask.inbox) throw new IpcError("INTERNAL", "the channel answers with a stream");
      if (refused) throw tooMuch(refused);
      ask.inbox.push(total, read(payload, ask.codecs.item));
    } catch (error) {
      this.leave(ask);
      ask.fail(error);
    }
  }

  #event({ id, channel, payload, total, refused }: Arrived): void {
    const ask = this.#reader(Kind.Event, id);
    const inbox = ask?.inbox;
    if (!inbox || ask.phase !== Phase.Begun) return;
    if (refused) return inbox.miss(total, 1);
    if (channel === MISSED) return inbox.miss(total, missedOf(payload));
    try {
      const data = read(payload, this.owner.codecs(channel || ask.channel).event);
      inbox.push(total, ask.channel.endsWith("*") ? { channel, data } : data);
    } catch (error) {
      if (ask.invalid) {
        // In its place there is nothing, which costs what was sent.
        inbox.miss(total, 0);
        ask.invalid(error as IpcError);
      } else {
        this.leave(ask);
        ask.fail(error);
      }
    }
  }

  #end({ id, payload, refused }: Arrived): void {
    const ask = this.#asks.get(id);
    if (ask?.kind !== Kind.Subscribe || ask.phase === Phase.Sent) return;
    this.#asks.delete(id);
    if (ask.phase !== Phase.Left) {
      let error: IpcError | undefined;
      if (refused) error = tooMuch(refused);
      else if (payload.end > payload.start) {
        try {
          error = readFailure(parse(payload.bytes, payload.start, payload.end));
        } catch {
          // It has ended, whatever else it says.
        }
      }
      if (!error) ask.succeed(undefined);
      else if (!this.#moves(ask, error)) ask.fail(error);
    }
    this.#freed();
  }

  /** Whether what an end that goes has ended is asked again on another connection. */
  #moves(ask: Ask, error: IpcError): boolean {
    return this.#heard !== undefined && error.code === "UNAVAILABLE" && this.owner.moved(ask, error);
  }

  #channel(name: string): Uint8Array {
    let bytes = this.#channels.get(name);
    if (!bytes) {
      bytes = encodeText(name);
      if (!bytes.length || bytes.length > Size.Channel)
        throw new IpcError("UNKNOWN_CHANNEL", `\`${name}\` is no channel`);
      this.#channels.set(name, bytes);
    }
    return bytes;
  }

  #sayGoodbye(why: Failure): void {
    if (this.leaving) return;
    this.leaving = true;
    this.#serving.leave?.();
    this.outbox.frame(Kind.Goodbye, 0, encodeText(JSON.stringify(why)));
    this.#mayPart();
  }

  #hearGoodbye(bytes: Uint8Array, start: number, end: number): void {
    try {
      this.#heard ??= readFailure(parse(bytes, start, end));
    } catch {
      throw new Breach("goodbye");
    }
    this.#sayGoodbye({ code: "UNAVAILABLE", message: "goodbye" });
    this.#mayPart();
  }

  /** Closes, where both have said goodbye and nothing is in flight. */
  #mayPart(): void {
    if (!this.leaving || this.#gone || this.#asks.size || this.#serving.inFlight || this.#assembly.halfArrived) return;
    if (this.#heard) {
      this.outbox.flush();
      if (!this.outbox.buffered) this.closed();
    } else {
      this.#parting ??= setTimeout(() => this.closed(), this.limits.goodbyeMs);
    }
  }

  #freed(): void {
    if (this.leaving) this.#mayPart();
    else this.owner.room();
  }

  answered(): void {
    if (this.#held && !this.#paused && this.#port) {
      // Answers that nobody takes: what asks for them is read no further.
      if (!this.#port.pause) {
        if (this.outbox.buffered > 2 * this.limits.bufferedBytes) {
          this.lose(new IpcError("OVERLOADED", "answers are not read"));
        }
        return;
      }
      this.#paused = true;
      this.#port.pause();
    }
    if (this.leaving) this.#mayPart();
  }

  #relieved(): void {
    if (this.#held) return;
    if (this.#paused) {
      this.#paused = false;
      this.#port?.resume?.();
    }
    if (this.#streamsWait) {
      this.#streamsWait = false;
      this.#serving.wake?.();
      for (const { flow } of this.#asks.values()) flow?.wake();
    }
    this.#freed();
  }

  #breach({ reason }: Breach): void {
    const error = new IpcError("PROTOCOL_ERROR", `the protocol was broken: ${reason}`);
    this.outbox.frame(Kind.Goodbye, 0, encodeText(JSON.stringify({ code: error.code, message: reason })));
    this.outbox.flush();
    this.lose(error);
  }

  /** Closes at once. */
  lose(error: IpcError): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#parting);
    clearInterval(this.#keepAlive);
    this.#serving.lost?.();
    const asks = [...this.#asks.values()].filter((ask) => ask.phase !== Phase.Left);
    for (const { flow } of this.#asks.values()) flow?.stop();
    this.#asks.clear();
    this.#port?.close();
    this.owner.gone(error, asks);
  }
}

const parse = (bytes: Uint8Array, start: number, end: number): any => JSON.parse(readText(bytes, start, end));

function missedOf({ bytes, start, end }: Payload): number {
  let count;
  try {
    count = parse(bytes, start, end);
  } catch {
    // It is no number then.
  }
  if (!Number.isInteger(count) || count < 0 || count >= 2 ** 64) throw new Breach("missed");
  return count;
}
