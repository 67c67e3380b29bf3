/** What this end answers to the other. */
import { Answering, CANCELLED, failure, GOING, type Ground, UNKNOWN } from "./answering.js";
import { read } from "./ask.js";
import type { Arrived } from "./assembly.js";
import { type Body, type Codecs, fits, splitPayload } from "./body.js";
import { type Failure, IpcError } from "./error.js";
import { Kind, u32Bytes, UPSTREAM } from "./frame.js";
import type { Hello } from "./hello.js";
import { Inbox } from "./inbox.js";
import { failureBody, successBody } from "./response.js";
import { Outflow, sendItem } from "./upload.js";

/** What a handler learns beside the argument. */
export interface HandlerContext {
  readonly channel: string;
  /** Aborted when the caller waits no longer, its deadline has passed or the connection is gone. */
  readonly signal: AbortSignal;
  /** What the caller sends beside its request; nothing, unless the handler was registered to take it. */
  readonly incoming: AsyncIterableIterator<any, undefined, undefined>;
}

/** Answers a call: with a value, or with items where it answers with an `AsyncIterable`. */
export type Handler = (payload: any, context: HandlerContext) => unknown;

export interface HandlerOptions {
  /** The handler takes a stream, which it reads from `context.incoming`. */
  readonly incoming?: boolean;
}

interface Registered {
  readonly handler: Handler;
  readonly incoming: boolean;
}

/** The handlers that answer the server's calls: the option `router` of `connect`. */
export class Router {
  readonly #handlers = new Map<string, Registered>();

  /** Answers calls and notifications of this channel, until the function that it returns is called. */
  handle<Payload = any>(
    channel: string,
    handler: (payload: Payload, context: HandlerContext) => unknown,
    { incoming = false }: HandlerOptions = {},
  ): () => void {
    if (this.#handlers.has(channel)) throw new TypeError(`\`${channel}\` has a handler already`);
    const registered: Registered = { handler, incoming };
    this.#handlers.set(channel, registered);
    return () => {
      if (this.#handlers.get(channel) === registered) this.#handlers.delete(channel);
    };
  }

  /** What answers on one connection. @internal */
  serve(ground: Ground): Answering {
    return new Serving(ground, this.#handlers);
  }
}

interface Served {
  readonly stop: AbortController;
  readonly codecs: Codecs;
  incoming?: Inbox<any>;
  incomingOpen?: boolean;
  flow?: Outflow;
  timer?: ReturnType<typeof setTimeout>;
}

class Serving extends Answering {
  readonly #served = new Map<number, Served>();
  #notified = 0;
  #streams = 0;

  constructor(
    ground: Ground,
    private readonly handlers: ReadonlyMap<string, Registered>,
  ) {
    super(ground);
  }

  /** Calls that have no answer yet. */
  override get inFlight(): number {
    return this.#served.size + this.#notified;
  }

  override has(id: number): boolean {
    return this.#served.has(id);
  }

  override request(message: Arrived): void {
    const { id, payload, deadline } = message;
    const { ground } = this;
    const refusal = this.refusal(message);
    if (refusal) return this.fail(id, refusal);
    if (this.inFlight >= ground.limits.inFlight)
      return this.fail(id, failure("OVERLOADED", "too many calls are in flight"));
    const registered = this.handlers.get(message.channel ?? "");
    if (!registered) return this.fail(id, UNKNOWN);
    const taken = registered.incoming;
    if (taken && this.#streams >= ground.limits.streams)
      return this.fail(id, failure("OVERLOADED", "too many streams"));
    const codecs = ground.owner.codecs(message.channel ?? "");
    let argument: unknown;
    try {
      const parts = splitPayload(payload);
      if (!parts) throw new IpcError("INVALID_INPUT", "the attachments are malformed");
      argument = codecs.request.decode(parts.json, parts.attachments);
    } catch (error) {
      const { message, details } = error as IpcError;
      return this.fail(id, { code: "INVALID_INPUT", message, details });
    }
    if (deadline !== undefined && deadline <= 0) return this.fail(id, failure("TIMEOUT", "the deadline had passed"));
    const served: Served = { stop: new AbortController(), codecs };
    this.#served.set(id, served);
    if (taken) this.#take(id, served);
    if (deadline !== undefined && deadline < 2 ** 31) {
      served.timer = setTimeout(() => this.#end(id, served, failure("TIMEOUT", "the deadline passed")), deadline);
    }
    void this.#run(id, served, registered, argument, message.channel ?? "");
  }

  override notification({ channel, payload, refused }: Arrived): void {
    const { ground } = this;
    const registered = this.handlers.get(channel ?? "");
    if (!registered || refused || ground.leaving || this.inFlight >= ground.limits.inFlight) return;
    let argument: unknown;
    try {
      const parts = splitPayload(payload);
      if (!parts) return;
      argument = ground.owner.codecs(channel ?? "").request.decode(parts.json, parts.attachments);
    } catch {
      // Nobody is told of a notification that cannot be handled.
      return;
    }
    this.#notified++;
    const run = async (): Promise<void> => {
      try {
        const incoming = new Inbox<any>({ grant() {}, stop() {} });
        incoming.end();
        const { signal } = new AbortController();
        await registered.handler(argument, { channel: channel ?? "", signal, incoming });
      } catch (error) {
        if (!(error instanceof IpcError)) ground.owner.failed(channel ?? "", error);
      }
      this.#notified--;
      ground.answered();
    };
    void run();
  }

  /** A cancel, behind which nothing more of the call comes; of its request a part may be all that came. */
  override cancel(id: number, halfArrived: boolean): void {
    const served = this.#served.get(id);
    if (served) this.#end(id, served, CANCELLED);
    else if (halfArrived) this.fail(id, CANCELLED);
  }

  override begins(id: number): void {
    const served = this.#served.get(id);
    if (served?.incomingOpen) served.incoming?.begins();
  }

  override item(id: number, { payload, total, refused }: Arrived): void {
    const served = this.#served.get(id);
    if (!served?.incoming || !served.incomingOpen) return;
    try {
      if (refused) throw new IpcError(refused, "an item is more than this end takes");
      served.incoming.push(total, read(payload, served.codecs.upload));
    } catch (error) {
      const { code, message, details } = error as IpcError;
      served.incoming.fail(new IpcError(refused ? code : "INVALID_INPUT", message, details, error));
    }
  }

  override uploaded(id: number): void {
    const served = this.#served.get(id);
    if (!served) return;
    served.incomingOpen = false;
    served.incoming?.end();
  }

  override grant(id: number, bytes: number): void {
    this.#served.get(id)?.flow?.grant(bytes);
  }

  override wake(): void {
    for (const { flow } of this.#served.values()) flow?.wake();
  }

  /** Ends what would not end by itself. */
  override leave(): void {
    for (const [id, served] of this.#served) if (served.flow || served.incomingOpen) this.#end(id, served, GOING);
  }

  /** The connection is gone. */
  override lost(): void {
    for (const [id, served] of this.#served) this.#let(id, served, new IpcError("CANCELLED", "the connection is gone"));
  }

  /** What the other end takes: its hello comes before anything that it asks. */
  get #peer(): Hello["limits"] {
    return (this.ground.hello as Hello).limits;
  }

  #take(id: number, served: Served): void {
    const { outbox, limits } = this.ground;
    served.incoming = new Inbox({
      grant: (bytes) => {
        if (this.#served.get(id) !== served) return;
        outbox.frame(Kind.Credit, UPSTREAM + id, u32Bytes(bytes));
      },
      stop() {},
    });
    served.incoming.begin(limits.streamBytes);
    served.incomingOpen = true;
    this.#streams++;
  }

  async #run(id: number, served: Served, { handler }: Registered, argument: unknown, channel: string): Promise<void> {
    const { ground } = this;
    const { signal } = served.stop;
    const incoming = served.incoming ?? new Inbox<any>({ grant() {}, stop() {} });
    if (!served.incoming) incoming.end();
    try {
      let answer = await handler(argument, { channel, signal, incoming });
      if (this.#served.get(id) !== served) return;
      if (isStream(answer)) {
        if (this.#streams >= ground.limits.streams) throw new IpcError("OVERLOADED", "too many streams");
        await this.#stream(id, served, answer);
        answer = null;
      }
      const body = written(() => successBody(answer ?? null, served.codecs.answer));
      if (this.#served.get(id) === served) this.#end(id, served, undefined, body);
    } catch (error) {
      let body = FAILED;
      try {
        if (error instanceof IpcError) body = failureBody(error);
        else ground.owner.failed(channel, error);
      } catch (unwritable) {
        // Its details are no JSON.
        ground.owner.failed(channel, unwritable);
      }
      if (this.#served.get(id) === served) this.#end(id, served, undefined, body);
    }
  }

  async #stream(id: number, served: Served, items: AsyncIterable<unknown>): Promise<void> {
    const { outbox } = this.ground;
    const peer = this.#peer;
    if (!served.incoming) this.#streams++;
    const flow = new Outflow(peer.stream_bytes);
    served.flow = flow;
    await flow.run(
      items,
      (item) =>
        sendItem(
          outbox,
          UPSTREAM + id,
          id,
          written(() => served.codecs.item.encode(item)),
          peer.message_bytes,
        ),
      () => this.ground.holds(),
    );
  }

  /** Answers, and lets the call go. */
  #end(id: number, served: Served, failed: Failure | undefined, body?: Body): void {
    this.#let(id, served, failed && new IpcError("CANCELLED", failed.message));
    if (body && !fits(body, this.#peer.message_bytes)) {
      failed = failure("TOO_LARGE", "the response is more than the caller takes");
      body = undefined;
    }
    this.answer(id, body ?? failureBody(failed as Failure));
  }

  #let(id: number, served: Served, why: IpcError | undefined): void {
    this.#served.delete(id);
    clearTimeout(served.timer);
    if (served.incoming || served.flow) this.#streams--;
    served.incoming?.fail(why ?? new IpcError("CANCELLED", "the call was answered"));
    served.flow?.stop();
    if (why) served.stop.abort(why);
  }
}

/** What a handler answers where what went wrong is nobody else's to know. */
const FAILED = /* @__PURE__ */ failureBody(/* @__PURE__ */ failure("INTERNAL", "the handler failed"));

/** Writes what a handler answers; where that is not what its channel answers, the handler has failed, not its caller. */
function written(write: () => Body): Body {
  try {
    return write();
  } catch (error) {
    throw new TypeError(`what the handler answers cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

const isStream = (value: any): value is AsyncIterable<unknown> => typeof value?.[Symbol.asyncIterator] === "function";
