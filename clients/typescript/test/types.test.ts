/** What the types of a contract allow; what they must not is a mistake that the compiler finds. */
import assert from "node:assert/strict";
import { type Client, type Failure, type IpcError, upload } from "../src/index.js";
import { it } from "./support/watchdog.js";

interface Item {
  readonly id: number;
}

interface Shop {
  calls: {
    "data:fetch": { request: { id: number }; response: Item; error: Failure<"NOT_FOUND", { id: number }> };
    "app:quit": { response: null };
    "count:to": { request: { to: number }; item: number };
    "sum:all": { request: Record<string, never>; upload: number; response: number };
  };
  events: { "status:changed": { online: boolean }; "job:progress": { job: number } };
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <_T extends true>(): void => undefined;

/** Never called: the compiler reads it. */
export async function mistakes(client: Client<Shop>): Promise<void> {
  const item = await client.invoke("data:fetch", { id: 7 });
  is<Same<typeof item, Item>>();
  const result = await client.invoke.try("data:fetch", { id: 7 });
  if (!result.success && result.error.code === "NOT_FOUND") is<Same<typeof result.error.details, { id: number }>>();
  if (result.success) is<Same<typeof result.data, Item>>();
  await client.invoke("app:quit");
  for await (const number of client.stream("count:to", { to: 3 })) is<Same<typeof number, number>>();
  const sum = await client.invoke("sum:all", {}, { upload: upload([1, 2]) });
  is<Same<typeof sum, number>>();
  for await (const event of client.subscribe("status:changed")) is<Same<typeof event, { online: boolean }>>();
  client.on("*", (event) => {
    if (event.channel === "job:progress") is<Same<typeof event.data, { job: number }>>();
  });
  await client.publish("status:changed", { online: true });

  // @ts-expect-error a channel that the contract has not
  await client.invoke("data:fetsch", { id: 7 });
  // @ts-expect-error an argument of another type
  await client.invoke("data:fetch", { id: "7" });
  // @ts-expect-error an argument that is missing
  await client.invoke("data:fetch");
  // @ts-expect-error a stream that must go beside the request
  await client.invoke("sum:all", {});
  // @ts-expect-error items of another type
  await client.invoke("sum:all", {}, { upload: upload(["1"]) });
  // @ts-expect-error a stream where none is taken
  await client.invoke("data:fetch", { id: 7 }, { upload: upload([1]) });
  // @ts-expect-error a code that the channel has not
  if (!result.success && result.error.code === "NOT_THERE") throw result.error;
  // @ts-expect-error an event that the contract has not
  client.on("status:changes", () => undefined);
  // @ts-expect-error an event of another type
  await client.publish("status:changed", { online: 1 });
  // @ts-expect-error what is answered is no text
  const text: string = await client.invoke("data:fetch", { id: 7 });
  void text;
}

/** Without a contract, anything goes. */
export async function anything(client: Client): Promise<void> {
  const name: string = await client.invoke("any:thing", { any: 1 }, { timeoutMs: 5 });
  for await (const item of client.stream("any:stream", name, { upload: upload([1]) })) item.of.any.kind;
  client.on("any:event", (event) => event.of.any.kind);
  const failed = await client.invoke.try("any:thing");
  if (!failed.success) is<Same<(typeof failed.error)["code"], string>>();
  const error: IpcError | undefined = failed.success ? undefined : failed.error;
  void error;
}

it("the mistakes in this file are found by the compiler", () => {
  assert.equal(typeof mistakes, "function");
});
