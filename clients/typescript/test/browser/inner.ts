/** The script of a frame and of a worker. */
import * as modules from "./modules.js";

const isFrame = "document" in globalThis;

function say(what: string): void {
  if (isFrame) parent.postMessage(what, "*");
  else postMessage(what);
}

/** A new port, which the page gives. */
function port(): Promise<MessagePort> {
  return new Promise((resolve) => {
    addEventListener("message", ({ ports }) => resolve(ports[0] as MessagePort), { once: true });
    say("a port, please");
  });
}

const inner = { ...modules, port };
export type InnerModules = typeof inner;
Object.assign(globalThis, { modules: inner });
say("ready");
