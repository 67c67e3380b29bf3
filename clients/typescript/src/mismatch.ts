/** What a page expects of its server, channel by channel, compared on every connection. */
import type { Client } from "./client.js";
import { IpcError, isIpcError } from "./error.js";

/** A contract by its fingerprints, as the generated bindings have them. */
export interface ExpectedContract {
  /** That of the whole contract, which the server's hello has. */
  readonly fingerprint: string;
  /** That of each channel and of each event, by its name: those that the page uses, or all. */
  readonly channels: { readonly [channel: string]: string };
}

/** In what a page and its server do not agree. */
export interface ContractMismatch {
  readonly expected: string;
  readonly actual: string | undefined;
  /** The channels that are another than the bindings know. Calls of any other channel work. */
  readonly differing: readonly string[];
  /** The channels that the server does not have, or does not grant to this client. */
  readonly missing: readonly string[];
  /** The channels that the server has and the bindings do not know. */
  readonly added: readonly string[];
  /** Why it is not known which channels differ, where the server could not be asked: then the lists are empty. */
  readonly unknown: string | undefined;
  /** All of it in one line. */
  readonly message: string;
}

export interface ExpectOptions {
  /**
   * Told what differs. `true` goes on; anything else closes the client, with `CONTRACT_MISMATCH`. Without this, the
   * console has one line, and the client goes on.
   */
  readonly onMismatch?: ((mismatch: ContractMismatch) => boolean | void | Promise<boolean | void>) | undefined;
  /** How long the server may take to tell what it serves, in milliseconds. 10 000. */
  readonly timeoutMs?: number | undefined;
}

interface Described {
  readonly channels?: { readonly [channel: string]: { readonly fingerprint: string } };
  readonly events?: { readonly [channel: string]: { readonly fingerprint: string } };
}

/**
 * Compares the server's contract with the one that is expected, now or as soon as there is a connection, and again on each
 * connection that follows.
 *
 * Fulfilled when the first is compared, with what differs, if something does; rejected where the client is closed before,
 * or because of it (`CONTRACT_MISMATCH`).
 */
export function expectContract(
  client: Client<any>,
  contract: ExpectedContract,
  options: ExpectOptions = {},
): Promise<ContractMismatch | undefined> {
  const first = new Promise<ContractMismatch | undefined>((resolve, reject) => {
    const failed = (error: unknown): void => {
      reject(error);
      client.abort();
    };
    const check = (): void =>
      void compare(client, contract, options).then((compared) => compared && resolve(compared.mismatch), failed);
    client.onStateChange((state, error) => {
      if (state === "connected") check();
      else if (state === "closed") reject(error ?? new IpcError("UNAVAILABLE", "the client is closed"));
    });
    if (client.state === "connected") check();
    else if (client.state === "closed") reject(new IpcError("UNAVAILABLE", "the client is closed"));
  });
  // Whoever does not wait for it is told by the callback, and by the client's state.
  first.catch(() => undefined);
  return first;
}

/** Answers nothing where the connection was lost meanwhile: the next one is compared. */
async function compare(
  client: Client<any>,
  contract: ExpectedContract,
  { onMismatch = warn, timeoutMs = 10_000 }: ExpectOptions,
): Promise<{ readonly mismatch: ContractMismatch | undefined } | undefined> {
  const server = client.server;
  if (server?.fingerprint === contract.fingerprint) return { mismatch: undefined };
  const described = await ask(client, timeoutMs);
  if (client.state !== "connected" || client.server !== server) return undefined;
  const mismatch = between(contract, server?.fingerprint, described);
  if (!mismatch || (await onMismatch(mismatch)) === true) return { mismatch };
  throw new IpcError("CONTRACT_MISMATCH", mismatch.message, mismatch);
}

function warn({ message }: ContractMismatch): boolean {
  console.warn(`ipc-bridge: ${message}`);
  return true;
}

/** What the server says that it serves, or why it does not say it. */
async function ask(client: Client, timeoutMs: number): Promise<Described | string> {
  try {
    return (await client.invoke("ipc:introspect", {}, { timeoutMs })) as Described;
  } catch (error) {
    if (isIpcError(error, "DENIED")) return "this client has no grant for `ipc:introspect`";
    if (isIpcError(error, "UNKNOWN_CHANNEL")) return "the server does not tell";
    return `asking the server failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function between(
  { fingerprint, channels }: ExpectedContract,
  actual: string | undefined,
  described: Described | string,
): ContractMismatch | undefined {
  const unknown = typeof described === "string" ? described : undefined;
  const parts = typeof described === "string" ? {} : { ...described.channels, ...described.events };
  const served = new Map(Object.entries(parts).map(([name, part]) => [name, part.fingerprint]));
  const mine = new Map(Object.entries(channels));
  const names = (all: Map<string, string>, is: (name: string, own: string) => boolean): string[] =>
    unknown === undefined ? [...all].filter(([name, own]) => is(name, own)).map(([name]) => name).sort() : [];
  const differing = names(mine, (name, own) => served.has(name) && served.get(name) !== own);
  const missing = names(mine, (name) => !served.has(name));
  const added = names(served, (name) => !mine.has(name));
  if (unknown === undefined && !differing.length && !missing.length) return undefined;
  const lists = [
    told(differing, "differs", "differ"),
    told(missing, "is missing or not granted", "are missing or not granted"),
    told(added, "is new", "are new"),
  ].filter((list) => list !== "");
  const more = unknown === undefined ? `: ${lists.join("; ")}` : `, and which channels differ is not known: ${unknown}`;
  const message = `the server serves another contract${more}`;
  return { expected: fingerprint, actual, differing, missing, added, unknown, message };
}

function told(names: readonly string[], one: string, many: string): string {
  if (!names.length) return "";
  return `${names.map((name) => `\`${name}\``).join(", ")} ${names.length === 1 ? one : many}`;
}
