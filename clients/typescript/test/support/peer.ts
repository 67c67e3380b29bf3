/** The other end of a client's connection, played by a test, byte by byte. */
import assert from "node:assert/strict";
import {
  Client,
  type ConnectOptions,
  type Connector,
  type Contract,
  type AnyContract,
  type Port,
  type PortEvents,
} from "../../src/index.js";
import { Decoder, type Frame, Kind, putHeader } from "../../src/frame.js";
import { encodeHello, type Hello, readFirst } from "../../src/hello.js";
import { settled, until } from "./watchdog.js";

/** A frame that a client sent. */
export interface Sent {
  readonly kind: Kind;
  readonly flags: number;
  readonly id: number;
  readonly channel: string;
  readonly deadline: number | undefined;
  readonly total: number | undefined;
  readonly payload: Buffer;
}

export function frameBytes(
  kind: Kind,
  id: number,
  payload: Uint8Array | string = "",
  channel = "",
  flags = 0,
): Uint8Array {
  const body = Buffer.concat([Buffer.from(channel), Buffer.from(payload as string)]);
  const bytes = new Uint8Array(12 + body.length);
  putHeader(bytes, 0, body.length, kind, flags, Buffer.byteLength(channel), id);
  bytes.set(body, 12);
  return bytes;
}

export function helloOf(limits: Partial<Hello["limits"]> = {}, more: Partial<Hello> = {}): Hello {
  const all = { message_bytes: 16 << 20, in_flight: 4096, stream_bytes: 65536, ...limits };
  return { agent: "test/1", codec: "json", instance: "0".repeat(32), limits: all, ...more };
}

/** One connection of a client, as its other end has it. */
export class Peer {
  /** What the client sent and nobody has looked at. */
  readonly sent: Sent[] = [];
  /** How many bytes each write had. */
  readonly writes: number[] = [];
  hello: Hello | undefined;
  closed = false;
  paused = false;
  /** Whether the port takes more. */
  takes = true;
  #first: Buffer = Buffer.alloc(0);
  readonly #decoder = new Decoder();

  constructor(readonly events: PortEvents) {}

  readonly port: Port = {
    send: (bytes) => {
      assert.ok(!this.closed, "nothing is sent to a port that is closed");
      this.writes.push(bytes.length);
      this.#read(bytes);
      return this.takes;
    },
    close: () => this.drop(),
    pause: () => void (this.paused = true),
    resume: () => void (this.paused = false),
  };

  #read(bytes: Uint8Array): void {
    if (!this.hello) {
      this.#first = Buffer.concat([this.#first, bytes]);
      const first = readFirst(this.#first);
      if (!first) return;
      this.hello = first.hello as Hello;
      bytes = this.#first.subarray(first.taken);
    }
    this.#decoder.push(bytes, ({ kind, flags, id, deadline, total, bytes, channel, channelEnd, start, end }: Frame) => {
      const name = Buffer.from(bytes.subarray(channel, channelEnd)).toString();
      this.sent.push({
        kind,
        flags,
        id,
        deadline,
        total,
        channel: name,
        payload: Buffer.from(bytes.subarray(start, end)),
      });
      return true;
    });
  }

  /** Lets the client have bytes. */
  give(...bytes: Uint8Array[]): void {
    for (const each of bytes) if (!this.closed) this.events.data(each);
  }

  send(kind: Kind, id: number, payload: Uint8Array | string = "", channel = ""): void {
    this.give(frameBytes(kind, id, payload, channel));
  }

  answer(id: number, data: unknown): void {
    this.send(Kind.Response, id, JSON.stringify({ success: true, data }));
  }

  refuse(id: number, code: string, message = "no", details?: unknown): void {
    this.send(Kind.Response, id, JSON.stringify({ success: false, error: { code, message, details } }));
  }

  /** The next frame that the client sends. */
  async next(): Promise<Sent> {
    await until("the client sends a frame", () => this.sent.length > 0);
    return this.sent.shift() as Sent;
  }

  /** The client sends nothing more. */
  async nothing(): Promise<void> {
    await settled();
    assert.deepEqual(this.sent, []);
  }

  /** The connection is gone. */
  drop(error?: unknown): void {
    if (this.closed) return;
    this.closed = true;
    this.events.close(error);
  }
}

/** A place where clients connect, and a test has the other end of each. */
export class Place {
  readonly peers: Peer[] = [];
  /** What the next attempts meet instead of a peer. */
  readonly refusals: unknown[] = [];
  attempts = 0;

  constructor(readonly hello: Hello | null = helloOf()) {}

  readonly connector: Connector = (events) => {
    this.attempts++;
    if (this.refusals.length) throw this.refusals.shift();
    const peer = new Peer(events);
    this.peers.push(peer);
    if (this.hello) {
      const hello = encodeHello(this.hello);
      setImmediate(() => peer.give(hello));
    }
    return peer.port;
  };

  get peer(): Peer {
    const peer = this.peers.at(-1);
    assert.ok(peer, "nobody has connected");
    return peer;
  }
}

/** A client and the other end of its connection, behind the hellos. */
export async function pair<C extends Contract = AnyContract>(
  options: ConnectOptions = {},
  hello: Hello = helloOf(),
): Promise<{ client: Client<C>; peer: Peer; place: Place }> {
  const place = new Place(hello);
  const client = await new Client<C>(place.connector, { reconnect: false, ...options }).open(true);
  return { client, peer: place.peer, place };
}
