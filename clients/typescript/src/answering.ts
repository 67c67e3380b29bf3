/** What this end answers where it has no router: that it has no such channel. */
import type { Arrived } from "./assembly.js";
import type { Body } from "./body.js";
import type { Owner } from "./connection.js";
import { type Failure, type StandardCode, tooMuch } from "./error.js";
import { Kind, UPSTREAM } from "./frame.js";
import type { Hello } from "./hello.js";
import type { Limits } from "./limits.js";
import type { Outbox } from "./outbox.js";
import { failureBody } from "./response.js";

/** What a connection gives to what answers on it. */
export interface Ground {
  readonly outbox: Outbox;
  readonly limits: Limits;
  readonly owner: Owner;
  readonly hello: Hello | undefined;
  /** It has said goodbye. */
  readonly leaving: boolean;
  /** Whether a stream must wait; it is woken then. */
  holds(): boolean;
  answered(): void;
}

export const failure = (code: StandardCode, message: string): Failure<StandardCode> => ({ code, message });
export const UNKNOWN = failure("UNKNOWN_CHANNEL", "unknown channel");
export const GOING = failure("UNAVAILABLE", "shutting down");
export const CANCELLED = failure("CANCELLED", "the call was cancelled");

/** What it does with all the rest is for a router to say. */
export interface Answering {
  /** Calls that have no answer yet. */
  readonly inFlight?: number;
  has?(id: number): boolean;
  request?(message: Arrived): void;
  notification?(message: Arrived): void;
  /** An item begins. */
  begins?(id: number): void;
  item?(id: number, message: Arrived): void;
  /** The end of what the caller sends has come. */
  uploaded?(id: number): void;
  grant?(id: number, bytes: number): void;
  wake?(): void;
  /** Ends what would not end by itself. */
  leave?(): void;
  /** The connection is gone. */
  lost?(): void;
}

export class Answering {
  constructor(protected readonly ground: Ground) {}

  /** Nothing here can be called, nor be subscribed to. */
  subscribe(message: Arrived): void {
    this.fail(message.id, this.refusal(message) ?? UNKNOWN);
  }

  /** A cancel, behind which nothing more of the call comes; of its request a part may be all that came. */
  cancel(id: number, halfArrived: boolean): void {
    if (halfArrived) this.fail(id, CANCELLED);
  }

  /** Why nothing is asked at all. */
  protected refusal({ refused }: Arrived): Failure | undefined {
    return this.ground.leaving ? GOING : refused && tooMuch(refused);
  }

  protected fail(id: number, failed: Failure): void {
    this.answer(id, failureBody(failed));
  }

  protected answer(id: number, body: Body): void {
    this.ground.outbox.push(UPSTREAM + id, { kind: Kind.Response, id, body });
    this.ground.answered();
  }
}
