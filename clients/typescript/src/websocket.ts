/** The port of a WebSocket: each message carries bytes of the connection, cut anywhere. */
import type { Connector } from "./port.js";

/** What this needs of a WebSocket: that of a browser has it, and that of the package `ws`. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Uint8Array): void;
  close(code?: number): void;
  addEventListener(type: "open" | "message" | "close" | "error", listener: (event: any) => void): void;
}

export interface WebSocketOptions {
  /** What the server is to choose from. */
  readonly protocols?: string | string[];
  /** Makes one; `new WebSocket(url, protocols)` without it. */
  readonly create?: (url: string, protocols: string | string[] | undefined) => WebSocketLike;
}

/** The bytes that wait in a socket before it is sent no more. */
const HIGH_WATER = 1 << 20;
/** A WebSocket does not tell when it has sent something, so it is asked; in milliseconds. */
const LOOK_AGAIN = 4;

/** A server behind a WebSocket. */
export function webSocket(url: string, { protocols, create }: WebSocketOptions = {}): Connector {
  return (events, signal) =>
    new Promise((resolve, reject) => {
      const socket = create ? create(url, protocols) : (new WebSocket(url, protocols) as WebSocketLike);
      let timer: ReturnType<typeof setTimeout> | undefined;
      let open = false;
      socket.binaryType = "arraybuffer";
      const stop = (): void => socket.close();
      signal.addEventListener("abort", stop);
      const look = (): void => {
        timer = undefined;
        if (socket.bufferedAmount > HIGH_WATER / 2) timer = setTimeout(look, LOOK_AGAIN);
        else events.drain();
      };
      socket.addEventListener("open", () => {
        open = true;
        signal.removeEventListener("abort", stop);
        resolve({
          send(bytes) {
            // What is closing sends nothing any more, and says so itself.
            if (socket.readyState === 1) socket.send(bytes);
            if (socket.bufferedAmount <= HIGH_WATER) return true;
            timer ??= setTimeout(look, LOOK_AGAIN);
            return false;
          },
          close: () => socket.close(1000),
        });
      });
      socket.addEventListener("message", ({ data }) => {
        if (typeof data === "string") return socket.close(1003);
        events.data(new Uint8Array(data));
      });
      socket.addEventListener("close", ({ code, reason }) => {
        clearTimeout(timer);
        const error = new Error(`the WebSocket was closed: ${code} ${reason}`);
        if (open) events.close(error);
        else reject(error);
      });
      // `close` follows, but where the page's own policy forbids the socket. What went wrong, a browser does not say.
      socket.addEventListener("error", ({ error }) => reject(error ?? new Error("the WebSocket was not opened")));
    });
}
