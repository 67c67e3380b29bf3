/** A client: calls, streams and events over one connection after the other. */
import { Ask, Phase } from "./ask.js";
import { type Body, type Codecs, PLAIN, PLAIN_CODECS } from "./body.js";
import { Connection } from "./connection.js";
import type * as T from "./contract.js";
import { IpcError, isIpcError, type Result, unavailable } from "./error.js";
import { Inbox } from "./inbox.js";
import { Kind } from "./frame.js";
import type { Hello } from "./hello.js";
import type { ConnectOptions, Server, State } from "./options.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import type { Connector } from "./port.js";

/** The items of a stream. Leaving it, by `break` or `return()`, cancels the call. */
export interface ItemStream<Item> extends AsyncIterableIterator<Item, undefined, undefined> {
  return(): Promise<IteratorResult<Item, undefined>>;
}

/** Events as they come. Leaving it, by `break` or `return()`, unsubscribes. */
export interface Subscription<Event> extends ItemStream<Event> {
  /** Fulfilled when the other end has answered: every event that is published from then on comes. */
  readonly ready: Promise<void>;
}

export interface SubscribeOptions {
  /** Only events of this key, where the contract says that they have keys. */
  readonly key?: unknown;
  /** Unsubscribes. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Told where events are missing: how many were dropped because they were taken too slowly; `undefined` where the
   * connection was lost meanwhile, and nobody knows how many.
   */
  readonly onMissed?: ((count: number | undefined) => void) | undefined;
  /** Told of an event that cannot be read, and the subscription goes on. Without this, it fails. */
  readonly onInvalid?: ((error: IpcError) => void) | undefined;
}

export interface ListenOptions extends SubscribeOptions {
  /** Told why the subscription failed. Without this, the client's `onError` is. */
  readonly onError?: ((error: IpcError) => void) | undefined;
}

const CLOSED = "the client is closed";
/** What another attempt would not mend. */
const FATAL = ["CONTRACT_MISMATCH", "DENIED"];
/** Drawn once for each process, or page. */
const INSTANCE = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
  byte.toString(16).padStart(2, "0"),
).join("");

export class Client<C extends T.Contract = T.AnyContract> {
  /** Calls a channel, and answers what its handler answers; `invoke.try` answers failures too, and throws none. */
  readonly invoke: T.Invoke<C>;
  /** Publishes an event that the other end shares with its peers. */
  readonly publish: T.Publish<C>;

  readonly #connector: Connector;
  readonly #options: ConnectOptions;
  readonly #limits: Limits;
  readonly #codecs = new Map<string, Codecs>();
  readonly #listeners = new Set<NonNullable<ConnectOptions["onStateChange"]>>();
  #state: State = "connecting";
  #connection: Connection | undefined;
  #server: Server | undefined;
  /** What waits for a connection, or for room on it. */
  #queue: Ask[] = [];
  /** Stops what is under way towards a connection. */
  #stop: (() => void) | undefined;
  readonly #gone: (() => void)[] = [];

  /** Prefer {@link connect} and {@link createClient}. */
  constructor(connector: Connector, options: ConnectOptions = {}) {
    this.#connector = connector;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.describe(options.channels ?? {});
    if (options.onStateChange) this.#listeners.add(options.onStateChange);
    const invoke = (channel: string, payload?: unknown, options?: any): Promise<any> =>
      this.#call(channel, payload, "request", options);
    const publish = (channel: string, event: unknown, options?: T.CallOptions): Promise<void> =>
      this.#call(channel, event, "event", options);
    this.invoke = Object.assign(invoke, { try: trying(invoke) }) as unknown as T.Invoke<C>;
    this.publish = Object.assign(publish, { try: trying(publish) }) as T.Publish<C>;
  }

  get state(): State {
    return this.#state;
  }

  /** What the server said of itself when the connection began, its fingerprint and its grants among it. */
  get server(): Server | undefined {
    return this.#server;
  }

  /** Tells what JSON does not of these channels, by {@link shapes}: the generated bindings call it. */
  describe(channels: { readonly [channel: string]: Codecs }): void {
    for (const [channel, codecs] of Object.entries(channels)) this.#codecs.set(channel, codecs);
  }

  /** Tells of every change of the state, until the function that it returns is called. */
  onStateChange(listener: NonNullable<ConnectOptions["onStateChange"]>): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls a channel that answers with a stream. What is wrong with the call is thrown by the first `next()`. */
  stream<K extends T.CallsOf<C>>(channel: K, ...rest: T.CallArguments<C, K>): ItemStream<T.ItemOf<C, K>> {
    const [payload, options] = rest as [unknown, any];
    const ask = this.#ask(Kind.Request, channel, payload, "request", undefined);
    ask.upload = options?.upload;
    this.#read(ask);
    this.#start(ask, options);
    return ask.inbox as Inbox<any>;
  }

  /** Subscribes to an event, or to all whose channels begin with what stands before a `*`. */
  subscribe<K extends T.Subscribable<C>>(channel: K, options: SubscribeOptions = {}): Subscription<T.EventOf<C, K>> {
    const { key, signal, onMissed, onInvalid } = options;
    let ask: Ask | undefined;
    const ready = new Promise<void>((resolve, reject) => {
      const settled = (error: unknown): void => (error ? reject(error) : resolve());
      ask = this.#ask(Kind.Subscribe, channel, key === undefined ? undefined : { key }, "event", settled);
      this.#read(ask, (count) => {
        if (count !== 0) this.#tell(channel, onMissed, count);
      });
      if (onInvalid) ask.invalid = (error) => this.#tell(channel, onInvalid, error);
      this.#start(ask, { signal });
    });
    // Whoever reads the events learns of it too.
    ready.catch(() => undefined);
    return Object.assign(ask?.inbox as Inbox<any>, { ready });
  }

  /**
   * Calls back with each event, one after the other: where the listener answers with a promise, the next one waits.
   * Returns what unsubscribes.
   */
  on<K extends T.Subscribable<C>>(
    channel: K,
    listener: (event: T.EventOf<C, K>) => unknown,
    options: ListenOptions = {},
  ): () => void {
    const events = this.subscribe(channel, options);
    let listening = true;
    const listen = async (): Promise<void> => {
      try {
        for await (const event of events) {
          if (!listening) return;
          try {
            await listener(event);
          } catch (error) {
            this.#report(error, channel);
          }
        }
      } catch (error) {
        if (isIpcError(error, "CANCELLED")) return;
        this.#tell(channel, options.onError ?? ((error) => this.#report(error, channel)), error as IpcError);
      }
    };
    void listen();
    return () => {
      listening = false;
      void events.return();
    };
  }

  /** Calls without an answer; fulfilled when it has been handed to the connection. */
  notify<K extends T.CallsOf<C> | T.EventsOf<C>>(
    channel: K,
    payload?: K extends T.CallsOf<C> ? T.RequestOf<C, K> : C["events"][K],
  ): Promise<void> {
    const of = this.#codecsOf(channel).request === PLAIN ? "event" : "request";
    return this.#call(channel, payload, of, undefined, Kind.Notification);
  }

  /**
   * Says goodbye: calls that are in flight are answered, streams and subscriptions end, and then the connection is
   * closed, for which this waits. What has not been sent fails.
   */
  async close(): Promise<void> {
    if (this.#state !== "closed") this.#close(unavailable(CLOSED));
    const connection = this.#connection;
    if (!connection) return;
    await new Promise<void>((resolve) => {
      this.#gone.push(resolve);
      connection.close("the client goes");
    });
  }

  /** Closes at once: what is in flight fails, and the other end stops what it does for this one. */
  abort(): void {
    if (!this.#isClosed()) this.#close(unavailable(CLOSED));
    this.#connection?.lose(unavailable(CLOSED));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Connects for the first time: once, or as often as it takes. */
  async open(once: boolean): Promise<this> {
    await this.#connect(once);
    return this;
  }

  async #connect(once: boolean): Promise<void> {
    const { reconnect } = this.#options;
    const { firstMs = 100, longestMs = 10_000, jitter = 0.5, attempts = Infinity } = reconnect || {};
    let pause = firstMs;
    for (let attempt = 1; this.#state !== "closed"; attempt++) {
      try {
        return await this.#attempt();
      } catch (error) {
        const failed = isIpcError(error) ? error : unavailable("no connection", error);
        if (this.#isClosed()) throw failed;
        if (once || reconnect === false || attempt >= attempts || FATAL.includes(failed.code)) {
          this.#close(failed);
          throw failed;
        }
        this.#change("reconnecting", failed);
      }
      await this.#pause(pause * (1 - jitter * Math.random()));
      pause = Math.min(2 * pause, longestMs);
    }
    throw unavailable(CLOSED);
  }

  /** Opens one connection, up to the server's hello. */
  async #attempt(): Promise<void> {
    const { agent = "ipc-bridge-ts/0.1.0", token, keepAliveMs, router } = this.#options;
    const { messageBytes, inFlight, streamBytes, handshakeMs } = this.#limits;
    const limits = { message_bytes: messageBytes, in_flight: inFlight, stream_bytes: streamBytes };
    const shown = typeof token === "function" ? await token() : token;
    // Without a token there is no such key: JSON leaves it out.
    const hello = { agent, codec: "json", instance: INSTANCE, limits, token: shown } as Hello;
    const given_up = new AbortController();
    await new Promise<void>((resolve, reject) => {
      const over = (): void => {
        clearTimeout(timer);
        this.#stop = undefined;
      };
      const connection = new Connection(
        {
          codecs: (channel) => this.#codecsOf(channel),
          serve: (ground) => router?.serve(ground),
          opened: (hello) => {
            over();
            const mismatch = this.#mismatch(hello);
            if (mismatch) return connection.lose(mismatch);
            this.#server = hello;
            this.#connection = connection;
            this.#change("connected");
            resolve();
            this.#drain();
          },
          room: () => this.#drain(),
          gone: (error, asks) => {
            over();
            given_up.abort(error);
            reject(error);
            if (this.#connection === connection) this.#lost(error, asks);
          },
          moved: (ask) => this.#asksAgain(ask),
          failed: (channel, error) => this.#report(error, channel),
        },
        this.#limits,
      );
      const timer = setTimeout(() => connection.lose(new IpcError("TIMEOUT", "no hello")), handshakeMs);
      this.#stop = () => connection.lose(unavailable(CLOSED));
      if (this.#isClosed()) return this.#stop();
      const open = async (): Promise<void> => {
        const port = await this.#connector(
          {
            data: (bytes) => connection.data(bytes),
            drain: () => connection.drained(),
            close: (error) => connection.closed(error),
          },
          given_up.signal,
        );
        if (given_up.signal.aborted) port.close();
        else connection.start(port, hello, keepAliveMs);
      };
      open().catch((error) => connection.closed(error));
    });
  }

  #mismatch({ fingerprint }: Hello): IpcError | undefined {
    const { expectedFingerprint: expected, onMismatch } = this.#options;
    if (expected === undefined || expected === fingerprint) return;
    const mismatch = { expected, actual: fingerprint };
    if (onMismatch?.(mismatch) === true) return;
    return new IpcError("CONTRACT_MISMATCH", "the server serves another contract", mismatch);
  }

  #lost(error: IpcError, asks: readonly Ask[]): void {
    this.#connection = undefined;
    const comesBack = this.#options.reconnect !== false && !this.#isClosed();
    if (comesBack) this.#change("reconnecting", error);
    const failed = isIpcError(error, "UNAVAILABLE") ? error : unavailable("the connection is gone", error);
    for (const ask of asks) if (!this.#asksAgain(ask)) ask.fail(failed);
    for (const gone of this.#gone.splice(0)) gone();
    // A failure to come back closes the client, which says so to all who wait.
    if (comesBack) this.#connect(false).catch(() => undefined);
    else if (!this.#isClosed()) this.#close(error);
  }

  /** Lets something wait for the next connection, where it may. */
  #asksAgain(ask: Ask): boolean {
    const may = ask.kind === Kind.Subscribe || ask.again;
    if (!may || this.#options.reconnect === false || this.#isClosed()) return false;
    ask.phase = Phase.Waiting;
    ask.connection = undefined;
    this.#queue.push(ask);
    return true;
  }

  #close(error: IpcError): void {
    this.#change("closed", error);
    const waiting = this.#queue;
    this.#queue = [];
    for (const ask of waiting) ask.fail(error);
    this.#stop?.();
  }

  #call(
    channel: string,
    payload: unknown,
    of: "request" | "event",
    options?: T.CallOptions & { upload?: any },
    kind: Kind.Request | Kind.Notification = Kind.Request,
  ): Promise<any> {
    return new Promise((resolve, reject) => {
      const settled = (error: unknown, data: unknown): void => (error ? reject(error) : resolve(data));
      const ask = this.#ask(kind, channel, payload, of, settled);
      ask.upload = options?.upload;
      ask.again = !ask.upload && (options?.idempotent ?? ask.codecs.idempotent);
      this.#start(ask, options);
    });
  }

  #ask(
    kind: Ask["kind"],
    channel: string,
    payload: unknown,
    of: "request" | "event",
    settled: ((error: unknown, data?: any) => void) | undefined,
  ): Ask {
    const codecs = this.#codecsOf(channel);
    let body: Body | undefined;
    let failed: unknown;
    try {
      if (kind !== Kind.Subscribe) body = codecs[of].encode(payload === undefined ? {} : payload);
      else if (payload !== undefined) body = codecs.key.encode(payload);
    } catch (error) {
      failed = error instanceof IpcError ? error : new IpcError("INVALID_INPUT", String(error), undefined, error);
    }
    const ask = new Ask(kind, channel, body, codecs, settled);
    ask.failed = failed;
    return ask;
  }

  /** Gives it a place where what it brings waits to be read. */
  #read(ask: Ask, missed?: (count: number | undefined) => void): void {
    ask.inbox = new Inbox<any>({
      grant: (bytes) => ask.connection?.grant(ask, bytes),
      stop: () => this.#giveUp(ask, undefined),
      ...(missed && { missed }),
    });
  }

  #start(ask: Ask, options: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined } | undefined): void {
    if (ask.failed) return ask.fail(ask.failed);
    const { signal, timeoutMs } = options ?? {};
    if (signal?.aborted) return this.#giveUp(ask, aborted(signal));
    if (signal || timeoutMs !== undefined) {
      const abort = (): void => this.#giveUp(ask, aborted(signal as AbortSignal));
      let timer: ReturnType<typeof setTimeout> | undefined;
      ask.cleanup = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      };
      signal?.addEventListener("abort", abort);
      if (timeoutMs !== undefined && timeoutMs < 2 ** 31) {
        ask.deadline = performance.now() + timeoutMs;
        timer = setTimeout(() => this.#giveUp(ask, new IpcError("TIMEOUT", "no answer in time")), timeoutMs);
      }
    }
    const connection = this.#connection;
    if (!this.#queue.length && connection?.hasRoom) return connection.ask(ask);
    if (this.#isClosed()) return ask.fail(unavailable(CLOSED));
    if (this.#queue.length >= this.#limits.waiting) return ask.fail(overloaded());
    this.#queue.push(ask);
  }

  /** Nobody waits for it any more; with an error, who waited is told it. */
  #giveUp(ask: Ask, error: IpcError | undefined): void {
    if (ask.phase === Phase.Waiting) this.#queue = this.#queue.filter((other) => other !== ask);
    ask.connection?.leave(ask);
    ask.fail(error ?? new IpcError("CANCELLED", "it was left"), true);
  }

  #drain(): void {
    while (this.#queue.length && this.#connection?.hasRoom) this.#connection.ask(this.#queue.shift() as Ask);
  }

  /** Waits, or until the client is closed. */
  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isClosed()) return resolve();
      const timer = setTimeout(resolve, milliseconds);
      this.#stop = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #codecsOf(channel: string): Codecs {
    return this.#codecs.get(channel) ?? PLAIN_CODECS;
  }

  #isClosed(): boolean {
    return this.#state === "closed";
  }

  #change(state: State, error?: IpcError): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) this.#tell("", () => listener(state, error), undefined);
  }

  /** Calls what an application gave, whose failure is none of the connection's. */
  #tell<A>(channel: string, listener: ((argument: A) => void) | undefined, argument: A): void {
    try {
      listener?.(argument);
    } catch (error) {
      this.#report(error, channel);
    }
  }

  #report(error: unknown, channel: string): void {
    if (this.#options.onError) this.#options.onError(error, channel);
    else console.error("ipc-bridge:", channel, error);
  }
}

const overloaded = (): IpcError => new IpcError("OVERLOADED", "too many calls wait");

function aborted(signal: AbortSignal): IpcError {
  const error = new IpcError("CANCELLED", "aborted by its signal", undefined, signal.reason);
  error.name = "AbortError";
  return error;
}

function trying<A extends unknown[], D>(call: (...rest: A) => Promise<D>): (...rest: A) => Promise<Result<D>> {
  return (...rest) =>
    call(...rest).then(
      (data) => ({ success: true, data }),
      (error) => {
        if (isIpcError(error)) return { success: false, error };
        throw error;
      },
    );
}

/** Connects, and answers when the server has said hello. Throws an {@link IpcError} where the first attempt fails. */
export function connect<C extends T.Contract = T.AnyContract>(
  connector: Connector,
  options?: ConnectOptions,
): Promise<Client<C>> {
  return new Client<C>(connector, options).open(true);
}

/** A client that connects by and by, as often as it takes: what it is asked meanwhile waits. */
export function createClient<C extends T.Contract = T.AnyContract>(
  connector: Connector,
  options?: ConnectOptions,
): Client<C> {
  const client = new Client<C>(connector, options);
  // Where it gives up, it is closed, and says so to all who wait.
  client.open(false).catch(() => undefined);
  return client;
}
