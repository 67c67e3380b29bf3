/** Where bytes come from and go to. A port knows nothing of what they say. */

/** One open way to the other end. */
export interface Port {
  /**
   * Sends bytes, which are not changed any more, and lie in a larger buffer that is not the port's. Answers whether it
   * takes more now; where not, it calls {@link PortEvents.drain} when it does.
   */
  send(bytes: Uint8Array): boolean;
  /** Closes it, behind what was sent. `close` is called for this too. */
  close(): void;
  /** Reads no more, until `resume`. Where a port cannot, a peer that does not read its answers is let go. */
  pause?(): void;
  resume?(): void;
}

/** What a port tells. */
export interface PortEvents {
  /** Bytes arrived, cut anywhere. They are not changed any more. */
  data(bytes: Uint8Array): void;
  /** It takes more again. */
  drain(): void;
  /** It is closed; said once, and the last that is said. */
  close(error?: unknown): void;
}

/** Opens a port: once for each attempt. It tells nothing before it is open, and gives up when the signal says so. */
export type Connector = (events: PortEvents, signal: AbortSignal) => Port | Promise<Port>;
