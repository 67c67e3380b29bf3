/**
 * Stand-ins for Electron, which is not installed for the tests. They are faithful in what a relay can get wrong:
 * `ipcRenderer.send` and `webContents.send` clone what they are given, so that a function is a mistake;
 * `contextBridge` passes functions as proxies and everything else as copies, so that prototypes are lost, and whatever
 * cannot be cloned is a mistake; and messages come later, in their order, to the page that is there then.
 */
import { EventEmitter } from "node:events";

/** What a value becomes on its way over the context bridge. */
export function overBridge(value: unknown): unknown {
  if (typeof value === "function") {
    const real = value as (...rest: unknown[]) => unknown;
    return (...rest: unknown[]) => overBridge(real(...rest.map(overBridge)));
  }
  if (typeof value === "symbol") throw new Error("a symbol does not pass the context bridge");
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Promise) return value.then(overBridge);
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return structuredClone(value);
  if (Array.isArray(value)) return value.map(overBridge);
  // Own members alone: methods of a class stay behind.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, overBridge(member)]));
}

export interface Page {
  readonly ipcRenderer: {
    send(channel: string, ...rest: unknown[]): void;
    on(channel: string, listener: (event: unknown, ...rest: any[]) => void): void;
  };
  readonly contextBridge: { exposeInMainWorld(key: string, api: unknown): void };
  readonly world: Record<string, any>;
}

export class Window {
  readonly ipcMain: EventEmitter;
  readonly webContents: WebContents;

  constructor(ipcMain: EventEmitter, origin: string) {
    this.ipcMain = ipcMain;
    this.webContents = new WebContents(origin);
  }

  /** Loads a page, in the place of the one that was there. */
  load(origin = this.webContents.mainFrame.origin, how: "anew" | "within" = "anew"): Page {
    const contents = this.webContents;
    contents.emit("did-start-navigation", { isSameDocument: how === "within", isMainFrame: true });
    contents.mainFrame = { origin };
    return this.page(contents.mainFrame);
  }

  /** The page of a frame: that of the window is the one to which things are sent. */
  page(frame: { origin: string }): Page {
    const contents = this.webContents;
    const renderer = new EventEmitter();
    if (frame === contents.mainFrame) contents.renderer = renderer;
    const world: Record<string, any> = {};
    return {
      world,
      ipcRenderer: {
        send: (channel, ...rest) => {
          const cloned = structuredClone(rest);
          setImmediate(() => {
            const gone = frame !== contents.mainFrame && contents.renderer === renderer;
            this.ipcMain.emit(channel, { sender: contents, senderFrame: gone ? null : frame }, ...cloned);
          });
        },
        on: (channel, listener) => void renderer.on(channel, listener),
      },
      contextBridge: {
        exposeInMainWorld: (key, api) => {
          if (key in world) throw new Error(`cannot bind an API on top of an existing property: ${key}`);
          world[key] = overBridge(api);
        },
      },
    };
  }
}

class WebContents extends EventEmitter {
  mainFrame: { origin: string };
  renderer: EventEmitter | undefined;
  #destroyed = false;

  constructor(origin: string) {
    super();
    this.mainFrame = { origin };
  }

  send(channel: string, ...rest: unknown[]): void {
    if (this.#destroyed) throw new Error("Object has been destroyed");
    const cloned = structuredClone(rest);
    const { renderer } = this;
    setImmediate(() => renderer?.emit(channel, {}, ...cloned));
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  destroy(): void {
    this.#destroyed = true;
    this.emit("destroyed");
  }
}
