/** The script of the page: its frames and workers have no connection, and ask it for ports to the one that it has. */
import { relay } from "../../src/message-port.js";
import type { Connector } from "../../src/port.js";
import * as modules from "./modules.js";

/** Hears what a worker says to its page, or a frame. */
function hear(who: Worker | HTMLIFrameElement, heard: (said: unknown) => void): void {
  const from = who instanceof Worker ? who : window;
  from.addEventListener("message", (event) => {
    const { source, data } = event as MessageEvent;
    if (who instanceof Worker || source === who.contentWindow) heard(data);
  });
}

/**
 * Gives a worker or a frame a port whenever it asks for one. Fulfilled when its script runs, with what ends the last
 * connection.
 */
async function lend(who: Worker | HTMLIFrameElement, connector: Connector): Promise<() => void> {
  let end = (): void => undefined;
  await new Promise<void>((ready) => {
    hear(who, async (said) => {
      if (said === "ready") ready();
      if (said !== "a port, please") return;
      const { port1, port2 } = new MessageChannel();
      if (who instanceof Worker) who.postMessage("a port", [port2]);
      else who.contentWindow?.postMessage("a port", "*", [port2]);
      end = await relay(port1, connector);
    });
  });
  return () => end();
}

const page = { ...modules, lend };
export type PageModules = typeof page;
Object.assign(globalThis, { modules: page });
