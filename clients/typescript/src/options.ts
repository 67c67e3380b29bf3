/** How a client connects. */
import type { Codecs } from "./body.js";
import type { Limits } from "./limits.js";
import type { IpcError } from "./error.js";
import type { Hello } from "./hello.js";
import type { Router } from "./router.js";

/** `connecting` is the first attempt, `reconnecting` each that follows a connection or an attempt that failed. */
export type State = "connecting" | "connected" | "reconnecting" | "closed";

/** How a client comes back. The pauses double, from the first to the longest, each shortened at random. */
export interface Reconnect {
  /** The first pause, in milliseconds. 100. */
  readonly firstMs?: number;
  /** The longest. 10 000. */
  readonly longestMs?: number;
  /** What share of a pause is left to chance, 0 to 1, so that many clients do not come back at one moment. 0.5. */
  readonly jitter?: number;
  /** Attempts without a connection until the client gives up. No bound. */
  readonly attempts?: number;
}

export interface ConnectOptions {
  /** Shown in the hello, for people. */
  readonly agent?: string;
  /** Shown to the server, to be granted what it stands for. Asked for anew for every connection where it is a function. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** The fingerprint of the contract that the bindings were made from. */
  readonly expectedFingerprint?: string | undefined;
  /**
   * The server serves another contract. `true` goes on all the same. Without this, or where it answers anything else,
   * connecting fails with `CONTRACT_MISMATCH`.
   */
  readonly onMismatch?:
    ((mismatch: { readonly expected: string; readonly actual: string | undefined }) => boolean | void) | undefined;
  /** How to come back; `false` for a client that stays closed when its connection is gone. */
  readonly reconnect?: Reconnect | false | undefined;
  readonly onStateChange?: ((state: State, error?: IpcError) => void) | undefined;
  /** Milliseconds between two pings. A server that has sent nothing from one to the next is taken for gone. None. */
  readonly keepAliveMs?: number | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** What {@link shapes} makes of what the bindings tell of channels with binary data or 64-bit integers. */
  readonly channels?: { readonly [channel: string]: Codecs } | undefined;
  /** Answers the server's own calls. */
  readonly router?: Router | undefined;
  /** What a handler or a listener threw that nobody else learns of. `console.error`. */
  readonly onError?: ((error: unknown, channel: string) => void) | undefined;
}

/** What a server said of itself; its token is its own. */
export type Server = Omit<Hello, "token">;
