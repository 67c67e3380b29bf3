/** The codes that the protocol itself knows. Any other is a handler's own. */
export type StandardCode =
  | "INVALID_INPUT"
  | "UNKNOWN_CHANNEL"
  | "DENIED"
  | "RATE_LIMITED"
  | "OVERLOADED"
  | "TIMEOUT"
  | "CANCELLED"
  | "TOO_LARGE"
  | "UNAVAILABLE"
  | "INTERNAL"
  | "PROTOCOL_ERROR";

/** What a failed response, a goodbye and a failed end say. */
export interface Failure<Code extends string = string, Details = unknown> {
  readonly code: Code;
  readonly message: string;
  readonly details?: Details;
}

/** What a call comes to, in the shape in which it travels. */
export type Result<Data, Code extends string = string, Details = unknown> =
  | { readonly success: true; readonly data: Data }
  | { readonly success: false; readonly error: IpcError<Code, Details> };

/**
 * Why a call, a stream or a subscription failed: by its handler, by the other end, or on the way.
 *
 * `code` is the handler's own or a {@link StandardCode}. One that the caller's own signal brought about has the code
 * `CANCELLED`, the name `AbortError` and the signal's reason as its `cause`.
 */
export class IpcError<Code extends string = string, Details = unknown> extends Error implements Failure<Code, Details> {
  readonly code: Code;
  readonly details: Details;

  constructor(code: Code, message: string, details?: Details, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "IpcError";
    this.code = code;
    this.details = details as Details;
  }

  /** What travels of it. */
  toJSON(): Failure<Code, Details> {
    const { code, message, details } = this;
    // JSON leaves out what is undefined.
    return { code, message, details } as Failure<Code, Details>;
  }
}

/** Whether this is an error of ours, and has the code where one is given. */
export function isIpcError<Code extends string = string>(error: unknown, code?: Code): error is IpcError<Code> {
  return error instanceof IpcError && (code === undefined || error.code === code);
}

/** The peer broke the protocol. `reason` is one of those of the test vectors, or a sentence. */
export class Breach extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** A message is more than whoever receives it takes. */
export const tooMuch = (code: "TOO_LARGE" | "OVERLOADED"): IpcError =>
  new IpcError(code, "it is more than the receiver takes");

export const unavailable = (message: string, cause?: unknown): IpcError<"UNAVAILABLE"> =>
  new IpcError("UNAVAILABLE", message, undefined, cause);
