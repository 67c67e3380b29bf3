/**
 * `npm run bench [-- --rounds N] [--seconds S] [--server PROGRAM]`: calls, one at a time (W1) and 64 in flight (W2), by
 * this client, by one that is written by hand, and by `vscode-jsonrpc`, in rounds that take turns.
 *
 * The first two ask the same server: one that is written by hand too, or the Rust one, `--server` and the path of the
 * example `typescript_server`. What counts is the ratios; a machine that does other things moves all three.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import rpc from "vscode-jsonrpc/node.js";
import { connect } from "../src/index.js";
import { localPath } from "../src/node.js";
import { byHand, type Caller } from "./by_hand.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "1" },
    server: { type: "string" },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

const folder = mkdtempSync(join(tmpdir(), "ipc-bridge-bench-"));
const children: ChildProcess[] = [];

async function serve(program: string, rest: string[]): Promise<void> {
  const child = spawn(program, rest, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  await once(child.stdout as NodeJS.ReadableStream, "data");
}

async function ours(path: string): Promise<Caller> {
  const client = await connect(localPath(path), { reconnect: false });
  return { add: (left, right) => client.invoke("math:add", { left, right }), close: () => client.abort() };
}

async function jsonRpc(path: string): Promise<Caller> {
  const socket = connectSocket(path);
  await once(socket, "connect");
  socket.setNoDelay(true);
  const connection = rpc.createMessageConnection(socket, socket);
  connection.listen();
  return {
    add: (left, right) => connection.sendRequest("math:add", { left, right }),
    close: () => socket.destroy(),
  };
}

/** Calls in a second, and the microseconds of this process's processor that each took. */
async function measure(caller: Caller, inFlight: number): Promise<{ rate: number; cpu: number }> {
  let calls = 0;
  const started = performance.now();
  const end = started + 1000 * seconds;
  const before = process.cpuUsage();
  const lane = async (): Promise<void> => {
    do {
      const sum = await caller.add(calls++, 1);
      if (typeof sum !== "number") throw new Error(`the sum is ${sum}`);
    } while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const { user, system } = process.cpuUsage(before);
  return { rate: (1000 * calls) / (performance.now() - started), cpu: (user + system) / calls };
}

const median = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

async function main(): Promise<void> {
  const server = fileURLToPath(new URL("server.js", import.meta.url));
  const frames = join(folder, "frames.sock");
  const messages = join(folder, "messages.sock");
  if (values.server) await serve(values.server, ["--backend", frames]);
  else await serve(process.execPath, [server, "hand", frames]);
  await serve(process.execPath, [server, "jsonrpc", messages]);
  const callers: [string, Caller][] = [
    ["ipc-bridge", await ours(frames)],
    ["by hand", await byHand(frames)],
    ["vscode-jsonrpc", await jsonRpc(messages)],
  ];
  for (const [, caller] of callers) for (const inFlight of [1, 64]) await measure(caller, inFlight);
  console.log(
    `${rounds} rounds of ${seconds} s, frames answered by ${values.server ? "the Rust server" : "a server written by hand in Node"}\n`,
  );
  for (const [workload, inFlight] of [
    ["W1, one at a time", 1],
    ["W2, 64 in flight", 64],
  ] as const) {
    const seen = callers.map(() => ({ rate: [] as number[], cpu: [] as number[] }));
    for (let round = 0; round < rounds; round++) {
      for (const [place, [, caller]] of callers.entries()) {
        const { rate, cpu } = await measure(caller, inFlight);
        seen[place]?.rate.push(rate);
        seen[place]?.cpu.push(cpu);
      }
    }
    console.log(`${workload.padEnd(20)} | calls/s | µs of the client's CPU | ipc-bridge is … as fast`);
    for (const [place, [name]] of callers.entries()) {
      const { rate = [], cpu = [] } = seen[place] ?? {};
      const ratio = median(rate.map((other, round) => (seen[0]?.rate[round] ?? NaN) / other));
      console.log(
        `${name.padEnd(20)} | ${median(rate).toFixed(0).padStart(7)} | ${median(cpu).toFixed(1).padStart(22)} | ${place ? `${ratio.toFixed(2)} ×` : ""}`,
      );
    }
    console.log();
  }
  for (const [, caller] of callers) caller.close();
}

try {
  await main();
} finally {
  for (const child of children) child.stdin?.end();
}
