/** Whole conversations, as `exchanges.json` has them: the client plays one end, and the test the other. */
import assert from "node:assert/strict";
import { splitPayload } from "../src/body.js";
import { Kind, UPSTREAM } from "../src/frame.js";
import { type Client, IpcError, Router, shapes, upload } from "../src/index.js";
import { helloOf, pair, type Peer, type Sent } from "./support/peer.js";
import { bytesOf, type Exchange, exchanges, FLAGS, frameNamed, KINDS } from "./support/vectors.js";
import { it, settled } from "./support/watchdog.js";

const ANSWERS_WITH_A_STREAM = ["count:to", "count:down", "text:repeat", "sum:so-far"];
const TAKES_A_STREAM = ["sum:all", "sum:first", "sum:so-far", "wait:ever"];

/** What a frame says, without what an implementation says in its own words. */
function said(frame: Sent): object {
  let failure: string | undefined;
  try {
    const whole = JSON.parse(frame.payload.toString());
    failure = frame.kind === Kind.Response ? whole?.error?.code : whole?.code;
  } catch {
    // It is no JSON, and no failure.
  }
  return { ...frame, payload: failure ? "" : frame.payload.toString("latin1"), failure };
}

function vector(name: string): Sent {
  const { kind, flags, id, channel, deadline, total, payload } = frameNamed(name).frame;
  return {
    kind: KINDS[kind] as Kind,
    flags: flags.reduce((set, flag) => set | (FLAGS[flag] as number), 0),
    id,
    channel: channel ?? "",
    deadline: deadline ?? undefined,
    total: total ?? undefined,
    payload: Buffer.from(bytesOf(payload)),
  };
}

/** Items that a test gives one by one. */
class Source implements AsyncIterableIterator<unknown> {
  #items: unknown[] = [];
  #ended = false;
  #wake: (() => void) | undefined;
  give(item: unknown): void {
    this.#items.push(item);
    this.#wake?.();
  }
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }
  async next(): Promise<IteratorResult<unknown>> {
    while (!this.#items.length && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#items.length ? { done: false, value: this.#items.shift() } : { done: true, value: undefined };
  }
  [Symbol.asyncIterator](): this {
    return this;
  }
}

interface Opened {
  readonly chosen: number;
  readonly source?: Source;
  readonly stop: () => void;
  readonly read?: () => unknown;
  readonly outcome?: Promise<unknown>;
}

/** An application that brings about what a client sends. */
class Application {
  readonly opened = new Map<number, Opened>();
  constructor(
    readonly client: Client,
    readonly peer: Peer,
  ) {}

  /** Does what makes the client send this frame; answers the frame that it sends, with the id of the exchange. */
  async send(frame: Sent): Promise<Sent> {
    const id = frame.id % UPSTREAM;
    const of = this.opened.get(id);
    const item = (): unknown => JSON.parse(frame.payload.toString());
    switch (frame.kind) {
      case Kind.Request:
        return this.#open(id, this.#request(frame));
      case Kind.Subscribe: {
        const options = frame.payload.length ? (item() as { key: unknown }) : {};
        const events = this.client.subscribe(frame.channel, options);
        return this.#open(id, { stop: () => events.return(), read: () => events.next(), outcome: events.ready });
      }
      case Kind.Notification:
        await this.client.notify(frame.channel, item());
        break;
      case Kind.Item:
        of?.source?.give(item());
        break;
      case Kind.End:
        of?.source?.end();
        break;
      case Kind.Credit:
        while (!this.peer.sent.length) await of?.read?.();
        break;
      case Kind.Cancel:
      case Kind.Unsubscribe:
        of?.stop();
        break;
      case Kind.Goodbye:
        void this.client.close();
        break;
      default:
        assert.fail(`nothing makes a client send a frame of kind ${frame.kind}`);
    }
    return this.#sent(id);
  }

  /** The id that the client chose for what has this one in the exchange. */
  translated(id: number): number {
    return (this.opened.get(id % UPSTREAM)?.chosen ?? id % UPSTREAM) + (id >= UPSTREAM ? UPSTREAM : 0);
  }

  #request({ channel, payload, flags }: Sent): Omit<Opened, "chosen"> {
    const table = (flags & 8) !== 0;
    const parts = splitPayload({ bytes: payload, start: 0, end: payload.length, table, owned: false });
    const argument = JSON.parse(parts?.json ?? "", (_, value) =>
      table && value === "$0" ? parts?.attachments[0] : value,
    );
    const source = TAKES_A_STREAM.includes(channel) ? new Source() : undefined;
    const beside = source && { upload: upload(source) };
    if (ANSWERS_WITH_A_STREAM.includes(channel)) {
      const items = this.client.stream(channel, argument, beside);
      return { ...(source && { source }), stop: () => items.return(), read: () => items.next() };
    }
    const stop = new AbortController();
    const outcome = this.client.invoke(channel, argument, { signal: stop.signal, ...beside });
    outcome.catch(() => undefined);
    return { ...(source && { source }), stop: () => stop.abort(), outcome };
  }

  async #open(id: number, opened: Omit<Opened, "chosen">): Promise<Sent> {
    const sent = await this.peer.next();
    this.opened.set(id, { ...opened, chosen: sent.id });
    return { ...sent, id };
  }

  async #sent(id: number): Promise<Sent> {
    const sent = await this.peer.next();
    if (sent.kind === Kind.Notification || sent.kind === Kind.Goodbye) return sent;
    const chosen = this.opened.get(id)?.chosen ?? id;
    assert.equal(sent.id % UPSTREAM, chosen, "the frame belongs to another call");
    return { ...sent, id: id + (sent.id >= UPSTREAM ? UPSTREAM : 0) };
  }
}

function withId(bytes: Uint8Array, id: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  new DataView(copy.buffer).setUint32(8, id, true);
  return copy;
}

/** The end that is played closes the connection, or both do, or it goes on and nothing else has been sent. */
async function ends(peer: Peer, { name, closed_by }: Exchange, played: "client" | "server"): Promise<void> {
  await settled();
  if (!closed_by) {
    peer.give(frameNamed("ping").bytes);
    assert.deepEqual(said(await peer.next()), said(vector("pong")), name);
    await peer.nothing();
    return;
  }
  if (closed_by !== "both") {
    assert.equal(closed_by, played);
    const { kind, payload } = await peer.next();
    assert.equal(kind, Kind.Goodbye, name);
    assert.equal(JSON.parse(payload.toString()).code, "PROTOCOL_ERROR", name);
  }
  assert.deepEqual(peer.sent, [], name);
  assert.ok(peer.closed, name);
}

const limitsOf = (end: Exchange["client"]) => ({
  ...{ streamBytes: end?.stream_bytes ?? 65536 },
  ...(end?.message_bytes !== undefined && { messageBytes: end.message_bytes }),
});

for (const exchange of exchanges.filter(({ plays }) => plays.includes("client"))) {
  for (const together of [false, true]) {
    it(`the client of the exchange ${exchange.name}${together ? ", told all at once" : ""}`, async () => {
      const hello = helloOf({ stream_bytes: 65536, ...exchange.server });
      const { client, peer } = await pair({ limits: limitsOf(exchange.client) }, hello);
      const application = new Application(client, peer);
      let waiting: Uint8Array[] = [];
      const give = async (): Promise<void> => {
        if (waiting.length) peer.give(Buffer.concat(waiting));
        waiting = [];
        await settled();
      };
      for (const [place, step] of exchange.steps.entries()) {
        if ("client" in step) {
          await give();
          const expected = vector(step.client);
          const sent = await application.send(expected);
          assert.deepEqual(said(sent), said(expected), step.client);
          const next = exchange.steps[place + 1];
          // Who reads on past missed events reads the next one too, and grants both.
          const readsOn = next && "client" in next && vector(next.client).kind === Kind.Credit;
          // A goodbye is answered whenever it comes.
          if (exchange.closed_by !== "both" && !readsOn) await peer.nothing();
        } else if ("server" in step) {
          const { bytes, frame } = frameNamed(step.server);
          waiting.push(withId(bytes, application.translated(frame.id)));
          if (!together) await give();
        }
      }
      await give();
      await ends(peer, exchange, "client");
    });
  }
}

/** Frames that only a publisher takes otherwise than others do. */
const isOfAPublisher = ({ name, steps }: Exchange): boolean =>
  name === "subscriptions_that_are_refused" ||
  steps.some((step) => {
    if ("publish" in step) return true;
    const sent = "client" in step ? step.client : step.server;
    return sent === "subscribe" || sent.startsWith("subscribe_to") || sent.startsWith("publish");
  });

async function* countTo({ to }: { to: number }) {
  for (let at = 1; at <= to; at++) yield at;
}

const channels = shapes({ "bytes:echo": { request: { binary: ["bytes"] }, response: { binary: [""] } } });

function router(): Router {
  const router = new Router();
  const incoming = { incoming: true };
  const forEver = () => new Promise(() => undefined);
  router.handle("count:to", countTo);
  router.handle("count:down", async function* ({ from }) {
    for (let at = from; at > 0; at--) yield at;
    throw new IpcError("LIFT_OFF", "there is nothing below 1");
  });
  router.handle("text:repeat", async function* ({ times }: { times: number[] }) {
    for (const each of times) yield "a".repeat(each);
  });
  router.handle(
    "sum:all",
    async (_, { incoming }) => {
      let sum = 0;
      for await (const number of incoming) sum += number;
      return sum;
    },
    incoming,
  );
  router.handle("sum:first", async (_, { incoming }) => (await incoming.next()).value ?? 0, incoming);
  router.handle(
    "sum:so-far",
    async function* (_, { incoming }) {
      let sum = 0;
      for await (const number of incoming) yield (sum += number);
    },
    incoming,
  );
  router.handle("wait:ever", forEver, incoming);
  router.handle("wait:long", forEver);
  router.handle("bytes:echo", ({ bytes }) => bytes);
  return router;
}

const served = exchanges.filter(({ plays }) => plays.includes("server"));
const publishers = served.filter(isOfAPublisher);
it("the exchanges of a publisher are named, as this client publishes nothing of its own", () => {
  console.log(`skipped: the server's end of ${publishers.map(({ name }) => name).join(", ")}`);
  assert.ok(served.length - publishers.length > 20);
});

for (const exchange of served.filter((exchange) => !isOfAPublisher(exchange))) {
  for (const together of [false, true]) {
    it(`the server of the exchange ${exchange.name}${together ? ", asked all at once" : ""}`, async () => {
      const hello = helloOf({ stream_bytes: 65536, ...exchange.client });
      const { peer } = await pair({ limits: limitsOf(exchange.server), channels, router: router() }, hello);
      let waiting: Uint8Array[] = [];
      const give = async (): Promise<void> => {
        if (waiting.length) peer.give(Buffer.concat(waiting));
        waiting = [];
        await settled();
      };
      for (const step of exchange.steps) {
        if ("client" in step) {
          waiting.push(frameNamed(step.client).bytes);
          if (!together) await give();
        } else if ("server" in step) {
          await give();
          assert.deepEqual(said(await peer.next()), said(vector(step.server)), step.server);
        }
      }
      await give();
      await ends(peer, exchange, "server");
    });
  }
}
