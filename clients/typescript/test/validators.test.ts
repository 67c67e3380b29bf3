/** Validators that the contract's own tool writes: what they refuse, and that they import nothing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { validated, type Validators } from "../src/bindings.js";
import { isIpcError } from "../src/index.js";
import { localPath } from "../src/node.js";
import { bind, channels, CONTRACT_FINGERPRINT, type IpcClient } from "./generated/bindings.js";
import { connect } from "../src/client.js";
import { program, RustServer } from "./support/server.js";
import { it } from "./support/watchdog.js";

const CONTRACT = resolve("test/generated/contract.json");
const TOOL = resolve("build/src/validators/cli.js");
const folder = mkdtempSync(join(tmpdir(), "ipc-bridge-validators-"));
writeFileSync(join(folder, "package.json"), `{"type":"module"}`);
const module = join(folder, "validators.js");

async function written(): Promise<Validators> {
  const { status, stderr } = spawnSync(process.execPath, [TOOL, CONTRACT, module], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return (await import(pathToFileURL(module).href)).validators;
}

it("the tool writes a module that imports nothing, and says how it is used where it is used otherwise", async () => {
  const validators = await written();
  assert.ok(Object.keys(validators).length > 60);
  assert.doesNotMatch(readFileSync(module, "utf8"), /require\(|^import /m);
  const { status, stderr } = spawnSync(process.execPath, [TOOL, CONTRACT, "validators.ts"], { encoding: "utf8" });
  assert.equal(status, 2);
  assert.match(stderr, /usage: ipc-bridge-validators/);
});

it("what is not as the schema says is refused in either direction, and the error names the field", async () => {
  const codecs = validated(await written(), channels);
  const codec = (channel: string) => codecs[channel] as NonNullable<(typeof codecs)[string]>;
  const invalid = (path: string) => (error: unknown) =>
    isIpcError(error, "INVALID_INPUT") && (error.details as any).issues[0].path === path;
  assert.throws(() => codec("data:fetch").request.encode({ id: 0 }), invalid("id"));
  assert.throws(() => codec("data:fetch").request.encode({}), invalid(""));
  assert.throws(() => codec("structs:flat").request.encode({ seed: 1, given: [{ id: "1" }] }), invalid("given[0]"));
  assert.throws(() => codec("job:progress").event.decode(`{"job":1,"percent":"1"}`, []), invalid("percent"));
  const answer = codec("data:fetch").response;
  assert.throws(() => answer.decode(`{"success":true,"data":{"id":1,"name":7}}`, []), invalid("name"));
  // A failure is what it is, and what is right passes.
  const failure = `{"success":false,"error":{"code":"NOT_FOUND","message":"","details":{"id":7}}}`;
  assert.equal(answer.decode(failure, []).error.details.id, 7);
  assert.deepEqual(answer.decode(`{"success":true,"data":{"id":1,"name":"a"}}`, []).data, { id: 1, name: "a" });
});

const executable = process.platform === "win32" ? undefined : program("bindings_server");
if (!executable) {
  console.log("skipped: validators before a Rust server, as there is no cargo here to build it, or no Unix socket");
} else {
  let server: RustServer;
  let client: IpcClient;
  before(async () => {
    server = await RustServer.start(executable);
    const client_ = await connect(localPath(server.path), { expectedFingerprint: CONTRACT_FINGERPRINT });
    client = bind(client_);
    client_.describe(validated(await written(), channels));
  });
  after(async () => {
    await client.$client.close();
    await server.stop();
  });

  it("they let pass whatever the server sends and takes", async () => {
    const { numbers, texts, brands, structs, enums, containers, recursive } = client;
    for (const namespace of [numbers, texts, brands, structs, enums, containers, recursive]) {
      for (const [method, sampled] of Object.entries(namespace) as unknown as [string, (request: any) => any][]) {
        for (let seed = 0; seed < 15; seed++) {
          const value = await sampled({ seed, given: [] });
          assert.deepEqual(await sampled({ seed, given: [value] }), value, `${method}, seed ${seed}`);
        }
      }
    }
  });

  it("they refuse a call before it is sent", async () => {
    const refused = await client.data.fetch.try({ id: 0 });
    assert.ok(!refused.success && refused.error.code === "INVALID_INPUT");
    // The server's own words are others.
    assert.match(refused.error.message, /`id` must be >= 1/);
  });
}
