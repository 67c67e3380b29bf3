/** Streams that are sent: as credit allows. A page that sends none does not load this. */
import { type Ask, Phase } from "./ask.js";
import { type Body, fits } from "./body.js";
import type { Connection } from "./connection.js";
import { tooMuch } from "./error.js";
import { Kind, UPSTREAM } from "./frame.js";
import type { Hello } from "./hello.js";
import { OVERHEAD } from "./inbox.js";
import type { Outbox } from "./outbox.js";

/** A stream of items that goes beside a request; {@link upload} makes one. */
export interface Upload<T> {
  /** Sends it. @internal */
  start(connection: Connection, ask: Ask): Outflow;
  /** Only for the types. */
  readonly item?: T;
}

/** Lets items go beside a request, for the option `upload` of a call. Each is taken when there is credit for it. */
export function upload<T>(source: AsyncIterable<T> | Iterable<T>): Upload<T> {
  return {
    start(connection, ask) {
      const { message_bytes, stream_bytes } = (connection.hello as Hello).limits;
      const { outbox } = connection;
      const { id, codecs } = ask;
      const flow = new Outflow(stream_bytes);
      const send = (item: unknown): number =>
        sendItem(outbox, id, UPSTREAM + id, codecs.upload.encode(item), message_bytes);
      const run = async (): Promise<void> => {
        try {
          const whole = await flow.run(source, send, () => connection.holds());
          if (whole && ask.phase === Phase.Sent) outbox.push(id, { kind: Kind.End, id: UPSTREAM + id });
        } catch (error) {
          if (ask.phase !== Phase.Sent) return;
          connection.leave(ask);
          ask.fail(error, true);
        }
      };
      void run();
      return flow;
    },
  };
}

/** Sends an item in its lane; answers what its payload costs. */
export function sendItem(outbox: Outbox, lane: number, id: number, body: Body, limit: number): number {
  if (!fits(body, limit)) throw tooMuch("TOO_LARGE");
  return outbox.push(lane, { kind: Kind.Item, id, body });
}

/** What is sent as credit allows. */
export class Outflow {
  #open = true;
  #wake: (() => void) | undefined;
  #items: AsyncIterator<unknown> | undefined;

  constructor(private credit: number) {}

  grant(bytes: number): void {
    this.credit += bytes;
    this.wake();
  }

  /** The outbox takes more again. */
  wake(): void {
    this.#wake?.();
  }

  /** Nothing more is sent, and the source is left as `for await` leaves one. */
  stop(): void {
    if (!this.#open) return;
    this.#open = false;
    this.wake();
    const leave = async (): Promise<unknown> => this.#items?.return?.();
    // What the source says to that is of no use to anybody.
    leave().catch(() => undefined);
  }

  /**
   * Takes items from a source while there is credit, and sends them: `send` answers the bytes of each. Answers when
   * the source has come to its end, and that is true, or the stream was stopped; where the source never says what
   * comes next, it never answers.
   */
  async run(
    source: AsyncIterable<unknown> | Iterable<unknown>,
    send: (item: unknown) => number,
    held: () => boolean,
  ): Promise<boolean> {
    const of = source as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
    const items = (of[Symbol.asyncIterator]?.() ?? of[Symbol.iterator]?.()) as AsyncIterator<unknown> | undefined;
    if (!items) throw new TypeError("a stream must be iterable");
    this.#items = items;
    while (this.#open) {
      if (this.credit <= 0 || held()) {
        await new Promise<void>((wake) => (this.#wake = wake));
        continue;
      }
      const next = await items.next();
      if (!this.#open) break;
      if (next.done) return true;
      try {
        this.credit -= send(next.value) + OVERHEAD;
      } catch (error) {
        this.stop();
        throw error;
      }
    }
    return false;
  }
}
