/** The port of Node: Unix sockets and named pipes. */
import { createConnection, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Duplex } from "node:stream";
import type { Connector, PortEvents } from "./port.js";

/** 1 to 48 of these, and the first is a letter or a digit. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,47}$/;

/** Where a server of this name listens. Throws a `TypeError` where it is no name. */
export function pathOf(name: string): string {
  if (!NAME.test(name)) {
    throw new TypeError(
      `\`${name}\` is no name of a server: it must have 1 to 48 of a-z A-Z 0-9 . _ - and begin with a letter or a digit`,
    );
  }
  if (process.platform === "win32") return `\\\\.\\pipe\\ipc-bridge-${process.env["USERNAME"] ?? "user"}-${name}`;
  const folder = process.env["XDG_RUNTIME_DIR"];
  if (folder && isAbsolute(folder)) return join(folder, "ipc-bridge", `${name}.sock`);
  return join(tmpdir(), `ipc-bridge-${process.geteuid?.() ?? userInfo().uid}`, `${name}.sock`);
}

/** The server of this name, which is found as the Rust side finds it. */
export function localServer(name: string): Connector {
  return localPath(pathOf(name));
}

/** The server that listens at this path: a socket's, or a pipe's, `\\.\pipe\…`. */
export function localPath(path: string): Connector {
  return (events, signal) =>
    new Promise((resolve, reject) => {
      const socket = createConnection(path);
      const stop = (): void => void socket.destroy();
      signal.addEventListener("abort", stop, { once: true });
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("the connection was closed before it was open")));
      socket.once("connect", () => {
        signal.removeEventListener("abort", stop);
        socket.off("error", reject);
        resolve(socketPort(socket, events));
      });
    });
}

/** A port over a socket, or another duplex stream of Node, that is open. */
export function socketPort(socket: Socket | Duplex, events: PortEvents): ReturnType<Connector> {
  let failure: unknown;
  if ("setNoDelay" in socket) socket.setNoDelay(true);
  socket.on("data", (bytes: Uint8Array) => events.data(bytes));
  socket.on("drain", () => events.drain());
  socket.on("error", (error) => (failure = error));
  // The other end has said all that it will: what it has not answered stays unanswered.
  socket.on("end", () => socket.destroy());
  socket.on("close", () => events.close(failure));
  return {
    send: (bytes) => socket.write(bytes),
    close: () => void closeSoon(socket),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

/** Closes behind what was written, if the other end takes it. */
function closeSoon(socket: Duplex): void {
  if (!socket.writableLength) return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), 1000);
  socket.once("close", () => clearTimeout(timer));
  socket.end(() => socket.destroy());
}
