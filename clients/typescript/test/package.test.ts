/** The package as it is published. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { it } from "./support/watchdog.js";

const { exports, dependencies, version } = JSON.parse(readFileSync("package.json", "utf8"));
const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );

it("every entry point has its module and its types", () => {
  const entries = Object.values(exports).filter((entry) => typeof entry === "object") as {
    types: string;
    default: string;
  }[];
  assert.equal(entries.length, 10);
  for (const entry of entries) {
    const source = entry.default.replace("./dist/", "src/").replace(/\.js$/, ".ts");
    assert.ok(existsSync(source), source);
    assert.equal(entry.types, entry.default.replace(/\.js$/, ".d.ts"));
  }
});

it("nothing is needed at run time, and Node only by its own port and by the tool that writes validators", () => {
  assert.equal(dependencies, undefined);
  for (const file of sources("src")) {
    for (const [, from = ""] of readFileSync(file, "utf8").matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)"/gms)) {
      const allowed =
        from.startsWith(".") ||
        (from.startsWith("node:") && ["src/node.ts", "src/validators/cli.ts"].includes(file)) ||
        (from.startsWith("ajv/") && file === "src/validators/standalone.ts") ||
        (from === "react" && file === "src/react.ts");
      assert.ok(allowed, `${file} imports ${from}`);
    }
  }
});

it("the lock file names no registry but npm's own", () => {
  const lock = readFileSync("package-lock.json", "utf8");
  for (const [, url = ""] of lock.matchAll(/"resolved": "([^"]+)"/g))
    assert.match(url, /^https:\/\/registry\.npmjs\.org\//);
});

it("the version is that of the workspace, and of what the client says of itself", () => {
  assert.ok(readFileSync("../../Cargo.toml", "utf8").includes(`\nversion = "${version}"`));
  assert.ok(readFileSync("src/client.ts", "utf8").includes(`"ipc-bridge-ts/${version}"`));
});

it("no file has more than 500 lines, and so more than one job", () => {
  for (const file of sources("src")) {
    const lines = readFileSync(file, "utf8").split("\n").length;
    assert.ok(lines <= 500, `${file}: ${lines} lines`);
  }
});
