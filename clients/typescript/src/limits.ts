/** What bounds a connection. */

/** What this end takes, and how long it waits. */
export interface Limits {
  /** The bytes of one message. 16 MiB. */
  readonly messageBytes: number;
  /** The calls of the other end that are answered at one time, and its half-arrived messages. 4096. */
  readonly inFlight: number;
  /** The bytes of each stream and each subscription that may be on their way or wait to be taken. 256 KiB. */
  readonly streamBytes: number;
  /** The bytes of half-arrived messages, by their totals. 64 MiB. */
  readonly halfArrivedBytes: number;
  /** The calls of the other end that have a stream. 256. */
  readonly streams: number;
  /**
   * The bytes that wait to be sent before calls wait, and the other end is read no more. 32 MiB: two of the largest
   * messages, so that one of them holds up no small call.
   */
  readonly bufferedBytes: number;
  /** The calls that wait until the other end takes one more, or until there is a connection. 65 536. */
  readonly waiting: number;
  /** The milliseconds for the port to open and the hello to come. 5000. */
  readonly handshakeMs: number;
  /** The milliseconds for the goodbye, behind the last answer. 1000. */
  readonly goodbyeMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  messageBytes: 16 << 20,
  inFlight: 4096,
  streamBytes: 256 << 10,
  halfArrivedBytes: 64 << 20,
  streams: 256,
  bufferedBytes: 32 << 20,
  waiting: 65536,
  handshakeMs: 5000,
  goodbyeMs: 1000,
};
