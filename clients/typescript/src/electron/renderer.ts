/** The page's part: a port over what the preload gives it. */
import { type MessagePortLike, portOver } from "../message-port.js";
import type { Connector } from "../port.js";
import type { ExposedBridge } from "./preload.js";

/** The backend, by the main process: `electronBridge(window.ipcBridge)`. Each connection is a session of its own. */
export function electronBridge(bridge: ExposedBridge): Connector {
  return (events) => {
    let listener: ((event: { data: unknown }) => void) | undefined;
    const session = bridge.open((data) => listener?.({ data }));
    const port: MessagePortLike = {
      postMessage: (message) => session.post(message),
      addEventListener(type, added) {
        if (type === "message") listener = added;
      },
      removeEventListener(type) {
        if (type === "message") listener = undefined;
      },
    };
    return portOver(port, events);
  };
}
