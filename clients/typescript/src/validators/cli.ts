#!/usr/bin/env node
/** `ipc-bridge-validators contract.json bindings.validators.js`: the validators of a contract, as a module. */
import { readFileSync, writeFileSync } from "node:fs";

const [from, to, ...more] = process.argv.slice(2);
if (from === undefined || !to?.endsWith(".js") || more.length) {
  console.error("usage: ipc-bridge-validators CONTRACT.json MODULE.js\n\nCONTRACT.json is `Router::description` as JSON.");
  process.exit(2);
}
const { validatorsOf, VALIDATORS_TYPES } = await import("./standalone.js").catch((error: unknown) => {
  console.error(`ipc-bridge-validators needs the package \`ajv\`: npm install --save-dev ajv\n${error}`);
  process.exit(1);
});
writeFileSync(to, validatorsOf(JSON.parse(readFileSync(from, "utf8"))));
writeFileSync(to.replace(/\.js$/, ".d.ts"), VALIDATORS_TYPES);
