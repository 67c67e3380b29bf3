/** What the pages, frames and workers of the browser tests have: the package, and bindings that stand over it. */
import { isIpcError } from "../../src/index.js";

export * as ipc from "../../src/index.js";
export * as bindings from "../generated/bindings.js";
export * as exact from "../generated/exact.js";
export { messagePort, relay } from "../../src/message-port.js";
export { webSocket } from "../../src/websocket.js";

/** What an error is, in what passes from a page to a test. */
export interface Told {
  readonly isOurs: boolean;
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly details: any;
}

export function told(error: any): Told {
  const { name, code, message, details } = error;
  return { isOurs: isIpcError(error), name, code, message, details };
}

/** What a promise that must fail fails with. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<Told> {
  const failed = await promise.then(
    () => undefined,
    (error) => told(error),
  );
  if (!failed) throw new Error("it did not fail");
  return failed;
}

/** How many bytes the relay has carried, of all connections. */
export async function carried(): Promise<{ toServer: number; toPage: number }> {
  return (await fetch("/carried")).json();
}

/** Cuts off every connection at the relay, without a word. */
export async function cutOff(): Promise<void> {
  await fetch("/cut-off", { method: "POST" });
}
