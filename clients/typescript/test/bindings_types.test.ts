/** What generated bindings allow; what they must not is a mistake that the compiler finds. */
import assert from "node:assert/strict";
import type { ItemStream, IpcError, StandardCode, Subscription } from "../src/index.js";
import type * as B from "./generated/bindings.js";
import type * as E from "./generated/exact.js";
import { Email, UserId } from "./generated/bindings.js";
import { it } from "./support/watchdog.js";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <_T extends true>(): void => undefined;

type Answer<F extends (...rest: any[]) => unknown> = Awaited<ReturnType<F>>;

/** Never called: the compiler reads it. */
export async function calls(client: B.IpcClient): Promise<void> {
  is<Same<Answer<typeof client.data.fetch>, B.Item>>();
  const result = await client.data.fetch.try({ id: 7 });
  if (result.success) {
    is<Same<typeof result.data, B.Item>>();
    // @ts-expect-error what succeeded has no error
    result.error;
  } else {
    const { error } = result;
    is<Same<typeof error.code, "NOT_FOUND" | "TAKEN" | "CLOSED" | StandardCode>>();
    switch (error.code) {
      case "NOT_FOUND":
        is<Same<typeof error.details, { id: number }>>();
        break;
      case "TAKEN":
        is<Same<typeof error.details, [number, string]>>();
        break;
      case "CLOSED":
        is<Same<typeof error.details, undefined>>();
        break;
      // @ts-expect-error a code that the channel has not
      case "TOO_MUCH":
        break;
      default: {
        is<Same<typeof error.code, StandardCode>>();
        const standard: IpcError<StandardCode> = error;
        void standard;
      }
    }
    // @ts-expect-error what failed has no data
    result.data;
  }
  // @ts-expect-error an argument that is missing
  await client.data.fetch();
  // @ts-expect-error a member of another type
  await client.data.fetch({ id: "7" });
  // @ts-expect-error a bigint where a number is taken
  await client.data.fetch({ id: 7n });
  // @ts-expect-error a member that there is none of
  await client.data.fetch({ id: 7, more: 1 });
  // @ts-expect-error a method that there is none of
  await client.data.fetsch({ id: 7 });
  // @ts-expect-error a namespace that there is none of
  await client.date.fetch({ id: 7 });
  // @ts-expect-error options that are no options
  await client.data.fetch({ id: 7 }, { timeout: 7 });
  // @ts-expect-error a stream where none is taken
  await client.data.fetch({ id: 7 }, { upload: [1] });
  // @ts-expect-error a call that takes a stream
  await client.sum.all();
  // @ts-expect-error a scalar that is no `UserId`
  await client.data.delete({ user: 7 });
  // @ts-expect-error one brand where another is taken
  await client.data.delete({ user: Email("a@b") });
  // @ts-expect-error a deprecated method is a method still, with its own arguments
  await client.appMain.oldName({ any: 1 });
  // What may be left out as a whole.
  await client.data.fetch.all();
  await client.data.fetch.all({ limit: 1 });
  await client.data.delete({ user: UserId(7) }, { signal: AbortSignal.timeout(5), timeoutMs: 5 });
}

export async function streamsAndEvents(client: B.IpcClient): Promise<void> {
  is<Same<ReturnType<typeof client.count.to>, ItemStream<B.Item>>>();
  for await (const item of client.count.to.try({ to: 1 })) {
    if (!item.success && item.error.code === "NOT_FOUND") is<Same<typeof item.error.details, { id: number }>>();
  }
  is<Same<ReturnType<typeof client.job.progress>, Subscription<B.JobProgress>>>();
  const stop = client.job.onProgress(({ job }) => is<Same<typeof job, number>>(), { key: 7 });
  is<Same<typeof stop, () => void>>();
  client.job.$on((event) => {
    is<Same<typeof event.channel, "job:log:line" | "job:old-style_event" | "job:progress">>();
    if (event.channel === "job:log:line") is<Same<typeof event.data, Uint8Array>>();
  });
  client.$on(({ channel }) => channel === "status:changed");
  client.$client.on("status:changed", ({ online }) => is<Same<typeof online, boolean>>());
  // @ts-expect-error a key of another type
  client.job.progress({ key: "7" });
  // @ts-expect-error a key where the event has none
  client.status.changed({ key: 7 });
  // @ts-expect-error an event that clients do not publish
  client.job.progress.publish({ job: 7, percent: 1 });
  // @ts-expect-error an event of another type
  await client.status.changed.publish({ online: 1 });
  // @ts-expect-error a stream is no promise
  client.count.to({ to: 1 }).then(() => undefined);
  // @ts-expect-error a stream has no notification
  client.count.to.notify({ to: 1 });
  // @ts-expect-error a namespace without events
  client.data.$on(() => undefined);
}

/** What may be left out, what may be null, and what differs by direction. */
export function shapes(): void {
  is<Same<B.OptionsOutput["nullable"], string | null>>();
  const out: B.OptionsOutput = { nullable: null };
  // @ts-expect-error what is written always stands there
  const none: B.OptionsOutput = {};
  // @ts-expect-error what may be left out is not given as undefined
  const undefinedness: B.Options = { optional: undefined };
  const input: B.Defaults = {};
  // @ts-expect-error a default stands in what is answered
  const output: B.DefaultsOutput = {};
  // @ts-expect-error a unit is null
  const unit: B.Unit = {};
  const unknown: B.Any = { any: 1, object: { a: [] } };
  // @ts-expect-error an object is no array
  const object: B.Any = { any: 1, object: [] };
  const keyed: B.Keyed["by_level"] = { low: 1 };
  // @ts-expect-error a key that is no level
  const key: B.Keyed["by_level"] = { middle: 1 };
  // @ts-expect-error a key that is no number
  const byNumber: B.Keyed["by_number"] = { one: "1" };
  // @ts-expect-error a tuple has its length
  const places: B.Places = [1, "a"];
  const nothing: B.Lists["none"] = [];
  // @ts-expect-error an array of a fixed length
  const fixed: B.Lists["fixed"] = [1, 2];
  const flat: B.FlatEnum = { id: 1, shape: "round", radius: 2 };
  // @ts-expect-error a variant without its field
  const round: B.FlatEnum = { id: 1, shape: "round" };
  const odd = (names: B.OddNames): number => names["a.b[0]{c}\\d"] + names[""];
  // @ts-expect-error there may be no such key
  const text: string = ({} as B.Maps).texts["a"];
  void [out, none, undefinedness, input, output, unit, unknown, object, keyed, key, byNumber, places, nothing, fixed];
  void [flat, round, odd, text];
}

/** Enums narrow by what tells their variants apart, and a `switch` is known to be whole. */
export function enums(internal: B.Internal, adjacent: B.Adjacent, external: B.External, query: B.Query): unknown {
  switch (internal.kind) {
    case "nil":
      return internal;
    case "number":
      is<Same<typeof internal.theValue, number>>();
      return internal;
    case "text":
      is<Same<typeof internal.theValue, string>>();
      return internal;
    case "data":
      is<Same<typeof internal.theValue, Uint8Array>>();
      return internal;
    case "size":
      is<Same<typeof internal.width, number>>();
      return internal;
    default:
      is<Same<typeof internal, never>>();
  }
  if (adjacent.t === "Pair") is<Same<typeof adjacent.c, [number, string]>>();
  // @ts-expect-error a variant without content
  if (adjacent.t === "Nil") return adjacent.c;
  if (typeof external === "object" && "Pair" in external) is<Same<typeof external.Pair, [number, string]>>();
  if (query.op === "all") is<Same<typeof query.of, B.Query[]>>();
  // @ts-expect-error a variant that there is none of
  return query.op === "any";
}

/** Integers: numbers, bigints where the contract says so, and all of them where the export does. */
export function integers(): void {
  is<Same<B.Large["id"], number>>();
  is<Same<B.Exact["id"], bigint>>();
  is<Same<B.Exact["deltas"], bigint[]>>();
  is<Same<B.Exact["pair"], [bigint, bigint]>>();
  is<Same<B.Exact["plain"], number>>();
  is<Same<B.ExactOutput["maybe"], bigint | null>>();
  is<Same<B.Huge["unsigned"], bigint>>();
  is<Same<B.Chain["id"], bigint>>();
  is<Same<B.Maps["exact"], { [key: string]: bigint }>>();
  is<Same<E.Large["id"], bigint>>();
  is<Same<E.Small["word"], number>>();
  is<Same<E.UserId, bigint>>();
  is<Same<E.Email, string>>();
  const user: number = UserId(7);
  // @ts-expect-error a scalar is no newtype of it
  const number: B.UserId = user;
  void number;
}

it("the mistakes in this file are found by the compiler", () => {
  for (const checked of [calls, streamsAndEvents, shapes, enums, integers]) assert.equal(typeof checked, "function");
});
