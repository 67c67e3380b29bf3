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

for (const port of ["websocket", "message-port", "electron/renderer"]) {
  it(`the core with ${port} has less than ${LIMIT} bytes`, async () => {
    const size = await gzipped(`export * from "./src/index.ts"; export * from "./src/${port}.ts";`);
    console.log(`${port}: ${size} bytes`);
    assert.ok(size < LIMIT, `${size} bytes`);
  });
}

it("nothing in what a page loads is of Node", async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "./src/index.ts"; export * from "./src/websocket.ts";`, resolveDir: process.cwd(), loader: "ts" },
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
