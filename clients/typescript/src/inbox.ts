/** A stream that is received, with its credit. */
import { Breach } from "./error.js";

/** What an item costs beside its payload. */
export const OVERHEAD = 12;

type Entry<T> = { readonly cost: number; readonly item?: T; readonly missed?: number | undefined };
type Waiting<T> = { resolve(result: IteratorResult<T, undefined>): void; reject(error: unknown): void };

/** What an inbox tells of its reader. */
export interface Reader {
  /** So many bytes have been taken, and as many more may come. */
  grant(bytes: number): void;
  /** The reader wants no more. */
  stop(): void;
  /** In the place where events are missing: how many, where that is known. */
  missed?(count: number | undefined): void;
}

/** What has arrived and waits to be taken, and the credit of the sender. */
export class Inbox<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #queue: Entry<T>[] = [];
  readonly #waiting: Waiting<T>[] = [];
  #credit = 0;
  #window = 0;
  #taken = 0;
  #open = true;
  #failure: { error: unknown } | undefined;

  constructor(private readonly reader: Reader) {}

  /**
   * A sender begins, with this credit. What an earlier one has sent and nobody has taken is dropped: there would be
   * more of it with every connection.
   */
  begin(window: number): void {
    this.#queue.length = 0;
    this.#credit = this.#window = window;
    this.#taken = 0;
  }

  /** A message of this stream begins. */
  begins(): void {
    if (this.#open && this.#credit <= 0) throw new Breach("beyond_credit");
  }

  /** An item has arrived, of so many bytes. */
  push(bytes: number, item: T): void {
    this.#put({ cost: bytes + OVERHEAD, item });
  }

  /** In this place some are missing. */
  miss(bytes: number, missed: number | undefined): void {
    this.#put({ cost: bytes + OVERHEAD, missed });
  }

  /** There was no message, and yet some are missing: the connection was lost meanwhile. */
  gap(): void {
    this.#put({ cost: 0, missed: undefined });
  }

  /** No more comes: what has arrived can be taken, and then this error, if there is one. */
  end(failure?: { error: unknown }): void {
    if (!this.#open) return;
    this.#open = false;
    this.#failure = failure;
    this.#serve();
  }

  /** What has arrived is not taken any more either. */
  fail(error: unknown): void {
    this.#queue.length = 0;
    this.end({ error });
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    const wanted = this.#open;
    this.#queue.length = 0;
    this.#failure = undefined;
    this.end();
    if (wanted) this.reader.stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #put(entry: Entry<T>): void {
    if (!this.#open) return;
    this.#credit -= entry.cost;
    this.#queue.push(entry);
    this.#serve();
  }

  #serve(): void {
    const { reader } = this;
    for (let waiting; (waiting = this.#waiting[0]);) {
      const entry = this.#queue.shift();
      if (entry) {
        this.#taken += entry.cost;
        if ("item" in entry) {
          this.#waiting.shift();
          waiting.resolve({ done: false, value: entry.item as T });
        } else {
          reader.missed?.(entry.missed);
        }
        if (this.#open && this.#taken > 0 && 2 * this.#taken >= this.#window) {
          const bytes = this.#taken;
          this.#credit += bytes;
          this.#taken = 0;
          reader.grant(bytes);
        }
        continue;
      }
      if (this.#open) return;
      this.#waiting.shift();
      if (this.#failure) {
        waiting.reject(this.#failure.error);
        this.#failure = undefined;
      } else {
        waiting.resolve({ done: true, value: undefined });
      }
    }
  }
}
