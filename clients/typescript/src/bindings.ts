/** The runtime behind generated bindings: a method for each channel, over one client. */
import type { Client, ItemStream, ListenOptions, SubscribeOptions, Subscription } from "./client.js";
import type { Codecs } from "./body.js";
import type * as T from "./contract.js";
import { isIpcError, type Result } from "./error.js";

export { Client, connect, createClient } from "./client.js";
export type { Failure, IpcError, Result } from "./error.js";
export type { ConnectOptions } from "./options.js";
export type { Connector } from "./port.js";
export { shapes, type Paths } from "./shapes.js";
export { validated } from "./validated.js";
export type { ChannelValidators, Validator, Validators } from "./validated.js";

declare const brand: unique symbol;

/** A scalar that no other can stand for. It is nothing but the scalar at run time. */
export type Brand<Of, Name extends string> = Of & { readonly [brand]: Name };

/** What an application has of a client besides the methods of its contract. */
export interface Root<C extends T.Contract> extends AsyncDisposable {
  /** The client itself: its state, what the server said of itself, `close`, and channels by their names. */
  readonly $client: Client<C>;
}

/** What stands behind the channel in a call, without a payload that goes beside it. */
type Payload<C extends T.Contract, K extends T.CallsOf<C>> = [T.UploadOf<C, K>] extends [never]
  ? undefined extends T.RequestOf<C, K>
    ? [payload?: T.RequestOf<C, K>]
    : [payload: T.RequestOf<C, K>]
  : [never];

/** Calls a channel that answers once. Throws an {@link IpcError} where it fails. */
export interface Call<C extends T.Contract, K extends T.CallsOf<C>> {
  (...rest: T.CallArguments<C, K>): Promise<T.ResponseOf<C, K>>;
  /** Answers a failure, and does not throw it. */
  try(...rest: T.CallArguments<C, K>): Promise<T.ResultOf<C, K>>;
  /** Calls without an answer; fulfilled when it has been handed to the connection. */
  notify(...rest: Payload<C, K>): Promise<void>;
}

type ItemResult<C extends T.Contract, K extends T.CallsOf<C>> =
  | { readonly success: true; readonly data: T.ItemOf<C, K> }
  | { readonly success: false; readonly error: T.ErrorOf<C, K> };

/** Calls a channel that answers with a stream. What is wrong with the call is thrown by the first `next()`. */
export interface Stream<C extends T.Contract, K extends T.CallsOf<C>> {
  (...rest: T.CallArguments<C, K>): ItemStream<T.ItemOf<C, K>>;
  /** Gives a failure as the last item, and does not throw it. */
  try(...rest: T.CallArguments<C, K>): ItemStream<ItemResult<C, K>>;
}

type Keyed<Options extends SubscribeOptions, Key> = Omit<Options, "key"> & {
  /** Only events of this key. */
  readonly key?: Key;
};

/** Subscribes to an event. */
export interface Event<C extends T.Contract, K extends T.EventsOf<C>, Key = never> {
  (options?: Keyed<SubscribeOptions, Key>): Subscription<C["events"][K]>;
}

/** Subscribes to an event that clients publish too. */
export interface SharedEvent<C extends T.Contract, K extends T.EventsOf<C>, Key = never> extends Event<C, K, Key> {
  /** Publishes it. Throws an {@link IpcError} where the server does not take it. */
  readonly publish: {
    (event: C["events"][K], options?: T.CallOptions): Promise<void>;
    try(event: C["events"][K], options?: T.CallOptions): Promise<Result<void>>;
  };
}

/** Calls back with each event; returns what unsubscribes. */
export interface Listen<C extends T.Contract, K extends T.EventsOf<C>, Key = never> {
  (listener: (event: C["events"][K]) => unknown, options?: Keyed<ListenOptions, Key>): () => void;
}

type Told<C extends T.Contract, K extends T.EventsOf<C>> = {
  [Channel in K]: { readonly channel: Channel; readonly data: C["events"][Channel] };
}[K];

/** All events of a namespace, each with its channel. */
export interface AllEvents<C extends T.Contract, K extends T.EventsOf<C>> {
  /** Subscribes to them. */
  $events(options?: Keyed<SubscribeOptions, never>): Subscription<Told<C, K>>;
  /** Calls back with each; returns what unsubscribes. */
  $on(listener: (event: Told<C, K>) => unknown, options?: Keyed<ListenOptions, never>): () => void;
}

/** Which methods there are: what begins with a `$` says what one does, and of which channel. */
export interface Methods {
  readonly $call?: string;
  readonly $stream?: string;
  readonly $event?: string;
  /** An event that clients publish too. */
  readonly $shared?: string;
  readonly $on?: string;
  /** The pattern of all events of a namespace. */
  readonly $all?: string;
  readonly [name: string]: Methods | string | undefined;
}

/** Puts the methods of a contract over a client, and tells it what JSON does not of their channels. */
export function bind<Api>(client: Client<any>, methods: Methods, channels: { readonly [channel: string]: Codecs }): Api {
  client.describe(channels);
  const root = build(client, methods);
  put(root, "$client", client);
  put(root, Symbol.asyncDispose ?? "$dispose", () => client.close());
  return root as Api;
}

const put = (on: object, name: string | symbol, value: unknown): unknown =>
  Object.defineProperty(on, name, { value, enumerable: typeof name === "string" });

function build(client: Client<any>, methods: Methods): object {
  const { $call, $stream, $event, $shared, $on, $all } = methods;
  const events = $event ?? $shared;
  let made: object = {};
  if ($call) {
    made = (...rest: any) => client.invoke($call, ...rest);
    put(made, "try", (...rest: any) => client.invoke.try($call, ...rest));
    put(made, "notify", (payload: any) => client.notify($call, payload));
  } else if ($stream) {
    made = (...rest: any) => client.stream($stream, ...rest);
    put(made, "try", (...rest: any) => trying(client.stream($stream, ...rest)));
  } else if (events) {
    made = (options: any) => client.subscribe(events, options);
  } else if ($on) {
    made = (listener: any, options: any) => client.on($on, listener, options);
  }
  if ($shared) {
    const publish = (event: any, options: any): unknown => client.publish($shared, event, options);
    put(made, "publish", put(publish, "try", (event: any, options: any) => client.publish.try($shared, event, options)));
  }
  if ($all) {
    put(made, "$events", (options: any) => client.subscribe($all, options));
    put(made, "$on", (listener: any, options: any) => client.on($all, listener, options));
  }
  for (const [name, inner] of Object.entries(methods)) {
    if (typeof inner === "object") put(made, name, build(client, inner));
  }
  return made;
}

/** A stream whose failure is its last item. */
function trying<Item>(items: ItemStream<Item>): ItemStream<Result<Item>> {
  const stream: ItemStream<Result<Item>> = {
    async next() {
      try {
        const { done, value } = await items.next();
        return done ? { done, value } : { done: false, value: { success: true, data: value as Item } };
      } catch (error) {
        if (!isIpcError(error)) throw error;
        return { done: false, value: { success: false, error } };
      }
    },
    async return() {
      await items.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
