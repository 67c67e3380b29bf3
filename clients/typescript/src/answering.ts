/** What this end answers where it has no router: that it has no such channel. */
import type { Arrived } from "./assembly.js";
import type { Body, Codecs } from "./body.js";
import type { Failure, StandardCode } from "./error.js";
import { Kind, UPSTREAM } from "./frame.js";
import type { Outbox } from "./outbox.js";
import { failureBody } from "./response.js";

/** What the connection gives to what answers on it. */
export interface Ground {
  readonly outbox: Outbox;
  readonly inFlight: number;
  readonly streams: number;
  readonly streamBytes: number;
  /** What the peer takes. */
  readonly peer: { readonly message_bytes: number; readonly stream_bytes: number };
  readonly leaving: boolean;
  codecs(channel: string): Codecs;
  /** Whether nothing more may be written for now. */
  held(): boolean;
  answered(): void;
  failed(channel: string, error: unknown): void;
}

export const failure = (code: StandardCode, message: string): Failure<StandardCode> => ({ code, message });
export const GOING = failure("UNAVAILABLE", "this end is shutting down");
export const CANCELLED = failure("CANCELLED", "the caller cancelled the call");

export class Answering {
  constructor(protected readonly ground: Ground) {}

  /** Calls that have no answer yet. */
  get inFlight(): number {
    return 0;
  }

  has(_id: number): boolean {
    return false;
  }

  request(message: Arrived): void {
    this.fail(message.id, this.refusal(message) ?? unknown(message.channel));
  }

  notification(_message: Arrived): void {}

  /** Nothing here can be subscribed to. */
  subscribe(message: Arrived): void {
    const { channel } = message;
    const misplaced = channel === undefined || channel.slice(0, -1).includes("*");
    const refusal = this.refusal(message) ?? (misplaced ? failure("INVALID_INPUT", "it is no channel and no pattern") : unknown(channel));
    this.fail(message.id, refusal);
  }

  /** A cancel, behind which nothing more of the call comes; of its request a part may be all that came. */
  cancel(id: number, halfArrived: boolean): void {
    if (halfArrived) this.fail(id, CANCELLED);
  }

  begins(_id: number): void {}
  item(_id: number, _message: Arrived): void {}
  uploaded(_id: number): void {}
  grant(_id: number, _bytes: number): void {}
  wake(): void {}
  /** Ends what would not end by itself. */
  leave(): void {}
  /** The connection is gone. */
  lost(): void {}

  /** Why nothing is asked at all. */
  protected refusal({ refused }: Arrived): Failure | undefined {
    if (this.ground.leaving) return GOING;
    return refused && failure(refused, "the message is more than this end takes");
  }

  protected fail(id: number, failed: Failure): void {
    this.answer(id, failureBody(failed));
  }

  protected answer(id: number, body: Body): void {
    this.ground.outbox.push(UPSTREAM + id, { kind: Kind.Response, id, body });
    this.ground.answered();
  }
}

export const unknown = (channel: string | undefined): Failure =>
  failure("UNKNOWN_CHANNEL", `nothing here has the channel \`${channel ?? ""}\``);
