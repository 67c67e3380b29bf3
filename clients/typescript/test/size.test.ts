/** What a page has to load. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { it } from "./support/watchdog.js";

/** The most bytes that the core and one port may have, gzipped. */
const LIMIT = 10_000;

async function gzipped(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}

/** What every page has: to connect, and to tell errors apart. */
const CORE = `export { connect, createClient, IpcError, isIpcError } from "./src/index.ts";`;

for (const port of ["websocket", "message-port", "electron/renderer"]) {
  it(`the core with ${port} has less than ${LIMIT} bytes`, async () => {
    const names = { websocket: "webSocket", "message-port": "messagePort", "electron/renderer": "electronBridge" };
    const name = names[port as keyof typeof names];
    const size = await gzipped(`${CORE} export { ${name} } from "./src/${port}.ts";`);
    console.log(`${port}: ${size} bytes`);
    assert.ok(size < LIMIT, `${size} bytes`);
  });
}

it("what a page need not have is not loaded without being asked for, and is small", async () => {
  const port = `export { webSocket } from "./src/websocket.ts";`;
  const core = await gzipped(CORE + port);
  for (const [name, most] of [
    ["upload", 1000],
    ["Router", 2500],
    ["shapes", 2500],
  ] as const) {
    const more = (await gzipped(`${CORE} ${port} export { ${name} } from "./src/index.ts";`)) - core;
    console.log(`${name}: ${more} bytes more`);
    assert.ok(more > 100 && more < most, `${name}: ${more} bytes more`);
  }
});

it("the comparison of contracts is an entry point of its own, and small", async () => {
  const port = `export { webSocket } from "./src/websocket.ts";`;
  const core = await gzipped(CORE + port);
  const more = (await gzipped(`${CORE} ${port} export { expectContract } from "./src/mismatch.ts";`)) - core;
  console.log(`mismatch: ${more} bytes more`);
  assert.ok(more > 100 && more < 1000, `${more} bytes more`);
});

it("nothing in what a page loads is of Node", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from "./src/index.ts"; export * from "./src/websocket.ts";`,
      resolveDir: process.cwd(),
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  assert.doesNotMatch(outputFiles[0]?.text ?? "", /^import |require\(|process\./m);
});

it("the preload imports nothing but what is in the package", async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "./src/electron/preload.ts";`, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    format: "cjs",
    write: false,
  });
  assert.doesNotMatch(outputFiles[0]?.text ?? "", /require\(/);
});
