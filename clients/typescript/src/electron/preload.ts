/**
 * The preload's part: it gives the page functions, and nothing else. It imports nothing, so that a bundler puts it
 * into a sandboxed preload as it is; Electron's own modules are given to it.
 *
 * What passes the context bridge is numbers, `Uint8Array`s, `null` and functions.
 */
import { Ipc } from "./channels.js";

/** What this needs of Electron's `contextBridge`. */
export interface ContextBridgeLike {
  exposeInMainWorld(key: string, api: unknown): void;
}

/** What this needs of Electron's `ipcRenderer`. */
export interface IpcRendererLike {
  send(channel: string, ...rest: unknown[]): void;
  on(channel: string, listener: (event: unknown, ...rest: any[]) => void): unknown;
}

/** A session as the page has it. */
export interface ExposedSession {
  /** Posts a message of `ipc-bridge/message-port`. */
  readonly post: (message: unknown) => void;
}

/** What the page finds at `window.ipcBridge`. */
export interface ExposedBridge {
  /** Opens a session, whose messages are told to the listener. */
  readonly open: (listener: (message: unknown) => void) => ExposedSession;
}

/** Gives the page its way to the main process, as `window[name]`; `ipcBridge` without a name. */
export function exposeIpcBridge(
  contextBridge: ContextBridgeLike,
  ipcRenderer: IpcRendererLike,
  name = "ipcBridge",
): void {
  const listeners = new Map<number, (message: unknown) => void>();
  // Begun anywhere, so that what is said to a page that is gone does not reach a session of the next.
  let last = Math.floor(Math.random() * 2 ** 31);
  ipcRenderer.on(Ipc.Down, (_event, session: number, message: unknown) => {
    const listener = listeners.get(session);
    if (message === null) listeners.delete(session);
    listener?.(message);
  });
  const bridge: ExposedBridge = {
    open(listener) {
      const session = ++last;
      listeners.set(session, listener);
      ipcRenderer.send(Ipc.Up, session);
      return {
        post(message) {
          // Only what the protocol of the ports has leaves the page.
          const known = message === null || typeof message === "number" || message instanceof Uint8Array;
          if (!known || !listeners.has(session)) return;
          if (message === null) listeners.delete(session);
          ipcRenderer.send(Ipc.Up, session, message);
        },
      };
    },
  };
  contextBridge.exposeInMainWorld(name, bridge);
}
