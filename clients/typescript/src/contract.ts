/** What a contract says of its channels, for the types of a client's methods. No code. */
import type { Failure, IpcError, Result } from "./error.js";
import type { Upload } from "./upload.js";

/** What one channel takes and answers. */
export interface CallTypes {
  /** The argument; none where it is left out. */
  readonly request?: unknown;
  /** What it answers; `null` where it is left out. */
  readonly response?: unknown;
  /** Each item of a stream that answers. */
  readonly item?: unknown;
  /** Each item of a stream that goes beside the request, which the call must have then. */
  readonly upload?: unknown;
  /** The handler's own failures. */
  readonly error?: Failure;
}

/** A contract: its channels with handlers, and its events. */
export interface Contract {
  readonly calls: { readonly [channel: string]: CallTypes };
  readonly events: { readonly [channel: string]: unknown };
}

/** Where there are no bindings: every channel, of any type. */
export interface AnyContract {
  readonly calls: {
    readonly [channel: string]: { request?: any; response: any; item: any; upload?: any; error: Failure<string, any> };
  };
  readonly events: { readonly [channel: string]: any };
}

export type CallsOf<C extends Contract> = keyof C["calls"] & string;
export type EventsOf<C extends Contract> = keyof C["events"] & string;

type Member<T, Name extends string, Otherwise> = T extends { readonly [N in Name]?: infer M }
  ? unknown extends M
    ? Name extends keyof T
      ? M
      : Otherwise
    : M
  : Otherwise;

export type RequestOf<C extends Contract, K extends CallsOf<C>> = Member<C["calls"][K], "request", undefined>;
export type ResponseOf<C extends Contract, K extends CallsOf<C>> = Member<C["calls"][K], "response", null>;
export type ItemOf<C extends Contract, K extends CallsOf<C>> = Member<C["calls"][K], "item", never>;
export type UploadOf<C extends Contract, K extends CallsOf<C>> = Member<C["calls"][K], "upload", never>;
export type FailureOf<C extends Contract, K extends CallsOf<C>> = Member<C["calls"][K], "error", never>;

/** The error of a channel: one of its own, or one that has a standard code. */
export type ErrorOf<C extends Contract, K extends CallsOf<C>> =
  OwnErrors<FailureOf<C, K>> | IpcError<import("./error.js").StandardCode>;
type OwnErrors<F> = F extends Failure<infer Code, infer Details> ? IpcError<Code, Details> : never;

export type ResultOf<C extends Contract, K extends CallsOf<C>> =
  | { readonly success: true; readonly data: ResponseOf<C, K> }
  | { readonly success: false; readonly error: ErrorOf<C, K> };

type WithUpload<U> = [U] extends [never] ? { readonly upload?: never } : { readonly upload: Upload<U> };

/** How a call is made. */
export interface CallOptions {
  /** Cancels the call. */
  readonly signal?: AbortSignal | undefined;
  /** How long the caller waits, in milliseconds; the handler is told, and stopped then. */
  readonly timeoutMs?: number | undefined;
  /** Whether it may be sent once more where the connection was lost before its answer. */
  readonly idempotent?: boolean | undefined;
}

type Optional<T> = undefined extends T ? true : false;

/** What stands behind the channel of a call: an argument where there is one, and options where they are needed. */
export type CallArguments<C extends Contract, K extends CallsOf<C>> =
  string extends CallsOf<C>
    ? [payload?: any, options?: CallOptions & { readonly upload?: Upload<any> }]
    : [UploadOf<C, K>] extends [never]
      ? Optional<RequestOf<C, K>> extends true
        ? [payload?: RequestOf<C, K>, options?: CallOptions & WithUpload<never>]
        : [payload: RequestOf<C, K>, options?: CallOptions & WithUpload<never>]
      : [payload: RequestOf<C, K>, options: CallOptions & WithUpload<UploadOf<C, K>>];

/** Calls, and answers what the handler answers. */
export interface Invoke<C extends Contract> {
  /** Throws an {@link IpcError} where the call fails. */
  <K extends CallsOf<C>>(channel: K, ...rest: CallArguments<C, K>): Promise<ResponseOf<C, K>>;
  /** Answers a failure, and does not throw it. */
  try<K extends CallsOf<C>>(channel: K, ...rest: CallArguments<C, K>): Promise<ResultOf<C, K>>;
}

/** Publishes an event that the other end shares. */
export interface Publish<C extends Contract> {
  <K extends EventsOf<C>>(channel: K, event: C["events"][K], options?: CallOptions): Promise<void>;
  try<K extends EventsOf<C>>(channel: K, event: C["events"][K], options?: CallOptions): Promise<Result<void>>;
}

/** What can be subscribed to: an event, or a pattern that ends with `*`. */
export type Subscribable<C extends Contract> = EventsOf<C> | `${string}*`;

/** An event of a pattern, with its channel. */
export type AnyEvent<C extends Contract> = {
  [K in EventsOf<C>]: { readonly channel: K; readonly data: C["events"][K] };
}[EventsOf<C>];

export type EventOf<C extends Contract, K extends string> =
  string extends EventsOf<C> ? any : K extends EventsOf<C> ? C["events"][K] : AnyEvent<C>;
