/**
 * The port of a `MessagePort`, or whatever posts messages: a worker, a page in a frame.
 *
 * Messages are `Uint8Array`s of the connection, cut anywhere; a number, which is how many bytes of them the other end
 * has taken; and `null`, which closes. Both ends of a channel speak so: {@link messagePort} here, or {@link relay} on
 * the side that has the connection.
 */
import type { Connector, Port, PortEvents } from "./port.js";

/** What this needs of a port. */
export interface MessagePortLike {
  postMessage(message: unknown): void;
  addEventListener(type: "message" | "close", listener: (event: any) => void): void;
  removeEventListener(type: "message" | "close", listener: (event: any) => void): void;
  start?(): void;
  close?(): void;
}

/** The bytes that are on their way before no more is sent. */
const HIGH_WATER = 1 << 20;

/**
 * A server behind a message port. A port can be opened once: for a client that comes back, give a function that gets
 * a new one.
 */
export function messagePort(source: MessagePortLike | (() => MessagePortLike | Promise<MessagePortLike>)): Connector {
  let used = false;
  return async (events) => {
    if (typeof source === "function") return portOver(await source(), events);
    if (used) throw new Error("the message port is closed: give a function that gets a new one");
    used = true;
    return portOver(source, events);
  };
}

/** A {@link Port} over a message port. Its other end speaks as it does. */
export function portOver(port: MessagePortLike, events: PortEvents): Port {
  let onWay = 0;
  let full = false;
  let closed = false;
  let paused = false;
  let taken = 0;
  const acknowledge = (): void => {
    if (paused || closed || !taken) return;
    port.postMessage(taken);
    taken = 0;
  };
  const close = (error?: unknown): void => {
    if (closed) return;
    closed = true;
    port.removeEventListener("message", message);
    port.removeEventListener("close", gone);
    port.close?.();
    events.close(error);
  };
  const gone = (): void => close();
  const message = ({ data }: { data: unknown }): void => {
    if (data instanceof Uint8Array) {
      taken += data.length;
      events.data(data);
      acknowledge();
    } else if (typeof data === "number") {
      onWay -= data;
      if (!full || onWay > HIGH_WATER / 2) return;
      full = false;
      events.drain();
    } else if (data === null) {
      close();
    }
  };
  port.addEventListener("message", message);
  port.addEventListener("close", gone);
  port.start?.();
  return {
    send(bytes) {
      if (closed) return true;
      // A copy: the whole buffer of a view would be posted with it.
      port.postMessage(bytes.slice());
      onWay += bytes.length;
      full = onWay > HIGH_WATER;
      return !full;
    },
    close() {
      if (!closed) port.postMessage(null);
      close();
    },
    // The other end stops when enough is on its way.
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      acknowledge();
    },
  };
}

/**
 * Joins a message port with a connection: for a page, a worker, or a main process, that has what the other side has not.
 * Answers what ends both. A browser does not tell when the other side is gone without closing its client, as a frame that
 * is removed is, or a worker that is terminated: whoever does that calls it.
 */
export async function relay(port: MessagePortLike, connector: Connector): Promise<() => void> {
  const stop = new AbortController();
  const early: Uint8Array[] = [];
  let there: Port | undefined;
  const end = (): void => {
    stop.abort();
    here.close();
    there?.close();
  };
  const pass = (bytes: Uint8Array): void => {
    if (!there) early.push(bytes);
    if (!there?.send(bytes)) here.pause?.();
  };
  const here = portOver(port, { data: pass, drain: () => there?.resume?.(), close: end });
  const events: PortEvents = {
    data(bytes) {
      if (!here.send(bytes)) there?.pause?.();
    },
    drain: () => here.resume?.(),
    close: end,
  };
  try {
    there = await connector(events, stop.signal);
  } catch (error) {
    end();
    throw error;
  }
  here.resume?.();
  early.forEach(pass);
  if (stop.signal.aborted) there.close();
  return end;
}
