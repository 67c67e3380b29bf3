/** Random values of every type, from Rust to TypeScript and back, compared at both ends. */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { localPath } from "../src/node.js";
import * as exact from "./generated/exact.js";
import * as bindings from "./generated/bindings.js";
import { program, RustServer } from "./support/server.js";
import { it } from "./support/watchdog.js";

/** Of each type, so many values. The seeds are the same in every run, so that a failure comes again. */
const SEEDS = 150;

type Sampled = (request: { seed: number; given: unknown[] }) => Promise<unknown>;

const executable = process.platform === "win32" ? undefined : program("bindings_server");
if (!executable) {
  console.log("skipped: random values of every type, as there is no cargo here to build the server, or no Unix socket");
} else {
  let server: RustServer;
  before(async () => {
    server = await RustServer.start(executable);
  });
  after(() => server.stop());

  for (const [name, { connect }] of Object.entries({ numbers: bindings, bigints: exact })) {
    it(`with ${name}, every value of every type comes back as it was`, async () => {
      const client = await connect(localPath(server.path));
      const { numbers, texts, brands, structs, enums, containers, recursive } = client;
      let types = 0;
      for (const namespace of [numbers, texts, brands, structs, enums, containers, recursive]) {
        for (const [method, sampled] of Object.entries(namespace) as unknown as [string, Sampled][]) {
          types += 1;
          const trip = async (seed: number): Promise<void> => {
            const value = await sampled({ seed, given: [] });
            // Rust compares what it is given, and fails the call where it is another value.
            const back = await sampled({ seed, given: [value, value] });
            assert.deepEqual(back, value, `${method}, seed ${seed}`);
          };
          await Promise.all(Array.from({ length: SEEDS }, (_, seed) => trip(seed)));
        }
      }
      assert.ok(types > 50, `${types} types`);
      await client.$client.close();
    });
  }

  it("integers beyond 2^53 are among those values, and binary data", async () => {
    const client = await bindings.connect(localPath(server.path));
    const seeds = Array.from({ length: SEEDS }, (_, seed) => seed);
    const values = await Promise.all(seeds.map((seed) => client.numbers.exact({ seed, given: [] })));
    assert.ok(values.filter(({ id }) => id > 2n ** 60n).length > SEEDS / 3);
    const huge = await Promise.all(seeds.map((seed) => client.numbers.hugeAlone({ seed, given: [] })));
    assert.ok(huge.filter((number) => number > 2n ** 100n).length > SEEDS / 3);
    const binary = await Promise.all(seeds.map((seed) => client.containers.binary({ seed, given: [] })));
    assert.ok(binary.every(({ one }) => one instanceof Uint8Array));
    assert.ok(binary.some(({ one }) => one.length > 0));
    await client.$client.close();
  });
}
