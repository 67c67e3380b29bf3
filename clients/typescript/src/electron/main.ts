/**
 * The main process's part: each session of a window gets a connection of its own, whose token the main process puts
 * into the hello, so that no page ever holds one.
 */
import { concat } from "../frame.js";
import { encodeHello, readFirst } from "../hello.js";
import { type MessagePortLike, relay } from "../message-port.js";
import type { Connector, Port } from "../port.js";
import { Ipc } from "./channels.js";

/** What this needs of a frame. */
export interface FrameLike {
  readonly origin: string;
  readonly processId?: number;
  readonly routingId?: number;
}

/** What this needs of `webContents`. */
export interface WebContentsLike {
  readonly mainFrame: FrameLike;
  send(channel: string, ...rest: unknown[]): void;
  isDestroyed(): boolean;
  on(event: string, listener: (...rest: any[]) => void): unknown;
  off(event: string, listener: (...rest: any[]) => void): unknown;
}

/** What this needs of Electron's `ipcMain`. */
export interface IpcMainLike {
  on(channel: string, listener: (event: any, ...rest: any[]) => void): unknown;
  off(channel: string, listener: (event: any, ...rest: any[]) => void): unknown;
}

export interface RelayOptions {
  readonly ipcMain: IpcMainLike;
  /** The window whose page may connect. */
  readonly window: { readonly webContents: WebContentsLike };
  /** Where the backend listens: `localServer("my-app")` of `ipc-bridge/node`. */
  readonly connect: Connector;
  /** What this window's connections show to the backend. Whatever a page says there itself is taken out. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** The origins whose pages may connect: `file://`, `app://my-app`, `http://localhost:5173`. */
  readonly origins: readonly string[];
  /** Sessions that a window may have at one time. 4. */
  readonly sessions?: number;
  /** Told why a frame was refused, or a connection could not be opened. `console.error`. */
  readonly onError?: ((error: Error) => void) | undefined;
}

interface Session {
  /** Told what the page posts. */
  listener: ((event: { data: unknown }) => void) | undefined;
  end: () => void;
  ended: boolean;
  /** The bytes that the page has posted and not been told to be taken. */
  onWay: number;
}

/** Far more than a page posts that waits to be told. */
const MOST_ON_WAY = 8 << 20;

/**
 * Serves the page of one window, until the function that it returns is called. When the page is loaded anew, goes
 * elsewhere, breaks down or is destroyed, its connections are closed, and its streams and subscriptions with them.
 */
export function mainRelay(options: RelayOptions): () => void {
  const { ipcMain, window, origins, sessions: most = 4 } = options;
  const contents = window.webContents;
  const sessions = new Map<number, Session>();
  const report = options.onError ?? ((error: Error) => console.error("ipc-bridge:", error));

  const endAll = (): void => {
    for (const session of [...sessions.values()]) session.end();
  };

  const post = (number: number, session: Session, message: unknown): void => {
    // What a page that is gone was sent would reach the one in its place.
    if (!session.ended && !contents.isDestroyed()) contents.send(Ipc.Down, number, message);
  };

  const forget = (number: number, session: Session): void => {
    session.ended = true;
    if (sessions.get(number) === session) sessions.delete(number);
  };

  const open = (number: number): void => {
    const session: Session = { listener: undefined, end: () => undefined, ended: false, onWay: 0 };
    const port: MessagePortLike = {
      postMessage(message) {
        post(number, session, message);
        if (typeof message === "number") session.onWay -= message;
        if (message === null) forget(number, session);
      },
      addEventListener(type, listener) {
        if (type === "message") session.listener = listener;
      },
      removeEventListener() {
        session.listener = undefined;
      },
    };
    sessions.set(number, session);
    session.end = () => {
      session.listener?.({ data: null });
      // A page that stays, as its navigation came to nothing, learns of it and connects anew.
      post(number, session, null);
      forget(number, session);
    };
    relay(port, withToken(options.connect, options.token)).catch((error: Error) => {
      session.end();
      report(error);
    });
  };

  const up = (event: any, number: unknown, message: unknown): void => {
    if (event.sender !== contents || typeof number !== "number") return;
    // A frame that is gone already has none.
    const frame = event.senderFrame as FrameLike | null;
    if (!frame || !isSame(frame, contents.mainFrame) || !origins.includes(frame.origin)) {
      report(new Error(`a frame of ${frame?.origin ?? "a page that is gone"} may not connect`));
      return;
    }
    const session = sessions.get(number);
    if (message === null) return session?.end();
    if (message !== undefined) {
      if (!session) return;
      if (message instanceof Uint8Array) session.onWay += message.length;
      if (session.onWay <= MOST_ON_WAY) return session.listener?.({ data: message });
      session.end();
      return report(new Error("a page posts more than it may, and its connection is closed"));
    }
    if (session) return;
    if (sessions.size >= most) {
      contents.send(Ipc.Down, number, null);
      report(new Error(`the window has ${most} sessions, as many as it may`));
      return;
    }
    open(number);
  };

  const navigated = (details: any, ...rest: any[]): void => {
    // The event has its facts itself, in older versions behind it; a jump within the page ends nothing.
    const isSameDocument = details?.isSameDocument ?? rest[1];
    const isMainFrame = details?.isMainFrame ?? rest[2];
    if (isMainFrame !== false && isSameDocument !== true) endAll();
  };

  ipcMain.on(Ipc.Up, up);
  contents.on("did-start-navigation", navigated);
  contents.on("render-process-gone", endAll);
  contents.on("destroyed", stop);
  function stop(): void {
    ipcMain.off(Ipc.Up, up);
    contents.off("did-start-navigation", navigated);
    contents.off("render-process-gone", endAll);
    contents.off("destroyed", stop);
    endAll();
  }
  return stop;
}

/** Whether these are one frame: Electron may make a new object for it. */
const isSame = (one: FrameLike, other: FrameLike): boolean =>
  one === other ||
  (one.routingId !== undefined && one.routingId === other.routingId && one.processId === other.processId);

/** The same backend, where the hello has this token and no other. */
function withToken(connector: Connector, token: RelayOptions["token"]): Connector {
  return async (events, signal) => {
    const shown = typeof token === "function" ? await token() : token;
    const port: Port = await connector(events, signal);
    let first: Uint8Array | undefined = new Uint8Array();
    /** Whether the port takes more, behind what the page began with. */
    const begin = (begun: Uint8Array, bytes: Uint8Array): boolean => {
      const both = concat(begun, bytes);
      first = both;
      const read = readFirst(both);
      if (!read) return true;
      first = undefined;
      if (!read.hello) throw new TypeError("the page began with a goodbye");
      const { token: _, ...hello } = read.hello;
      const more = port.send(encodeHello(shown === undefined ? hello : { ...hello, token: shown }));
      return read.taken === both.length ? more : port.send(both.subarray(read.taken));
    };
    return {
      send(bytes) {
        if (!first) return port.send(bytes);
        try {
          return begin(first, bytes);
        } catch {
          // What does not begin with a hello is nothing that the backend should see.
          port.close();
          return true;
        }
      },
      close: () => port.close(),
      pause: () => port.pause?.(),
      resume: () => port.resume?.(),
    };
  };
}
