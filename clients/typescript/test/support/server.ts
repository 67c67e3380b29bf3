/** A Rust server, one of the examples, as a process of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { once } from "node:events";

/** The variable that tells where an example is, which is built already. */
const GIVEN = { typescript_server: "IPC_BRIDGE_TEST_SERVER", bindings_server: "IPC_BRIDGE_TEST_BINDINGS_SERVER" };

/** The path of an example: given, or built. */
export function program(example: keyof typeof GIVEN = "typescript_server"): string | undefined {
  const given = process.env[GIVEN[example]];
  if (given) return given;
  const root = resolve("../..");
  const arguments_ = ["build", "--quiet", "--all-features", "--example", example, "--message-format=json"];
  const built = spawnSync("cargo", arguments_, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (built.error) return undefined;
  if (built.status !== 0) throw new Error(`cargo could not build the example ${example}`);
  for (const line of built.stdout.split("\n")) {
    if (!line.includes('"executable"')) continue;
    const { executable, target } = JSON.parse(line);
    if (target?.name === example && executable && existsSync(executable)) return executable;
  }
  throw new Error(`cargo did not say where the example ${example} is`);
}

export class RustServer {
  private constructor(
    readonly path: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts it at a path, a new one without one, and waits until it listens. */
  static async start(
    program: string,
    path = join(mkdtempSync(join(tmpdir(), "ipc-bridge-ts-")), "server.sock"),
  ): Promise<RustServer> {
    const child = spawn(program, ["--backend", path], { stdio: ["pipe", "pipe", "inherit"] });
    const output = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const [line] = await once(output, "line");
    if (line !== "ready") throw new Error(`the server said ${line}`);
    return new RustServer(path, child);
  }

  /** It shuts down as it should. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, "exit");
    this.child.stdin?.end();
    await exit;
  }

  /** It dies in the midst of everything. */
  async kill(): Promise<void> {
    const exit = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exit;
  }
}
