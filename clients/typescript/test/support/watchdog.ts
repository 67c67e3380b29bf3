/** Fails a test that waits for what does not come. */
import { test } from "node:test";

/** Milliseconds; far above what any test takes on a busy machine. */
const LIMIT = 30_000;

/** A test with a bound on its time. */
export function it(sentence: string, body: () => Promise<void> | void): void {
  test(sentence, { timeout: LIMIT }, body);
}

/** Lets everything happen that is ready to happen. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** Waits until something is so. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + LIMIT / 2;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`it did not come to pass that ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
