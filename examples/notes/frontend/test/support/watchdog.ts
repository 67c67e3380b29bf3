/** Fails a test that waits for what does not come. */
import { test } from "node:test";

/** Milliseconds; far above what any test takes on a busy machine. */
const LIMIT = 60_000;

/** A test with a bound on its time. */
export function it(sentence: string, body: () => Promise<void>): void {
  test(sentence, { timeout: LIMIT }, body);
}

/** Asks until the answer is the one. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LIMIT / 2;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`it did not come to pass that ${what}`);
  }
}
