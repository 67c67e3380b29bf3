/** What this end asks of the other: a call, or a subscription. */
import { type Body, type Codec, type Codecs, type Payload, splitPayload } from "./body.js";
import type { Connection } from "./connection.js";
import { IpcError } from "./error.js";
import type { Inbox } from "./inbox.js";
import { Kind } from "./frame.js";
import type { Outflow, Upload } from "./upload.js";

export const enum Phase {
  /** Nothing has been sent. */
  Waiting,
  Sent,
  /** A subscription whose response has come. */
  Begun,
  /** Nobody waits for it any more; its id is in use until the other end has said so. */
  Left,
}

export class Ask {
  id = -1;
  phase = Phase.Waiting;
  /** When the caller waits no longer, in the milliseconds of `performance.now()`. */
  deadline: number | undefined;
  /** What the answer's items, or the events, wait in. */
  inbox: Inbox<any> | undefined;
  /** What goes beside the request. */
  upload: Upload<unknown> | undefined;
  flow: Outflow | undefined;
  /** Whether it may be sent once more on the next connection. */
  again = false;
  /** A subscription that has begun on an earlier connection. */
  resumed = false;
  connection: Connection | undefined;
  /** Why it cannot be asked at all. */
  failed: unknown;
  /** Lets go of the caller's signal and of its timer. */
  cleanup: (() => void) | undefined;
  /** An event that cannot be read; without this, the subscription ends. */
  invalid: ((error: IpcError) => void) | undefined;

  constructor(
    readonly kind: Kind.Request | Kind.Subscribe | Kind.Notification,
    readonly channel: string,
    readonly body: Body | undefined,
    readonly codecs: Codecs,
    /** Told once of how it ended: for a subscription, of how it began. */
    private settled: ((error: unknown, data?: any) => void) | undefined,
  ) {}

  /** The subscription has begun. */
  begun(): void {
    this.phase = Phase.Begun;
    if (this.resumed) this.inbox?.gap();
    this.resumed = true;
    this.#settle(undefined);
  }

  /** The answer is there. */
  succeed(data: any): void {
    this.phase = Phase.Left;
    this.cleanup?.();
    this.inbox?.end();
    this.#settle(undefined, data);
  }

  /** It has failed; what has arrived of it can be taken still, unless it was given up. */
  fail(error: unknown, given_up = false): void {
    this.phase = Phase.Left;
    this.cleanup?.();
    this.flow?.stop();
    if (given_up) this.inbox?.fail(error);
    else this.inbox?.end({ error });
    this.#settle(error);
  }

  #settle(error: unknown, data?: any): void {
    const { settled } = this;
    this.settled = undefined;
    settled?.(error, data);
  }
}

/** Reads what a message carries; the error says what is wrong with it. */
export function read(payload: Payload, codec: Codec): any {
  try {
    const parts = splitPayload(payload);
    if (!parts) throw new TypeError("malformed attachments");
    return codec.decode(parts.json, parts.attachments);
  } catch (error) {
    const { message, details } = error as IpcError;
    throw new IpcError("INTERNAL", `what the peer sent cannot be read: ${message}`, details, error);
  }
}
