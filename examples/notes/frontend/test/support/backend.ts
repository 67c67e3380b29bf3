/** The backend as a process of its own, and the command line as another. */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { type Connector, type ConnectOptions } from "ipc-bridge";
import { localPath, localServer } from "ipc-bridge/node";
import { connect, type IpcClient } from "../../src/bindings.js";

/** Milliseconds; far above what any command takes on a busy machine. */
const LIMIT = 30_000;

/** The backend's program: `NOTES_BACKEND` in the environment, or what cargo builds. */
export function program(): string {
  const given = process.env["NOTES_BACKEND"];
  if (given) return given;
  const built = spawnSync("cargo", ["build", "--quiet", "--package", "notes", "--message-format=json"], {
    cwd: resolve("../../.."),
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (built.error) throw built.error;
  for (const line of built.stdout.split("\n")) {
    const { executable } = line.startsWith("{") ? JSON.parse(line) : {};
    if (typeof executable === "string" && basename(executable).startsWith("notes-backend")) return executable;
  }
  throw new Error("cargo did not build the backend");
}

/** What a command printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class Backend {
  /** What was printed for whoever may do everything. */
  token = "";
  #child: ChildProcess | undefined;

  private constructor(
    private readonly program: string,
    /** A folder with its data, which goes with it. */
    readonly folder: string,
    readonly endpoint: string,
  ) {}

  /** Starts one with no notes, and waits until it listens. */
  static async start(program: string): Promise<Backend> {
    const folder = mkdtempSync(join(tmpdir(), "notes-"));
    const endpoint = process.platform === "win32" ? basename(folder) : join(folder, "notes.sock");
    const backend = new Backend(program, folder, endpoint);
    await backend.again();
    return backend;
  }

  /** Starts it once more, with the notes that there are. */
  async again(): Promise<void> {
    const options = ["--endpoint", this.endpoint, "--data", join(this.folder, "notes.db"), "--token"];
    const child = spawn(this.program, options, { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    const said = createInterface({ input: child.stdout });
    const lines = said[Symbol.asyncIterator]();
    const next = async (): Promise<string> => (await lines.next()).value ?? "the backend ended";
    this.token = (await next()).replace(/^IPC_BRIDGE_TOKEN=/, "");
    const ready = await next();
    if (ready !== "ready") throw new Error(`the backend said ${ready}`);
  }

  /** It dies in the midst of everything. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }

  /** It ends, and takes its notes with it. */
  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true });
  }

  connector(): Connector {
    return process.platform === "win32" ? localServer(this.endpoint) : localPath(this.endpoint);
  }

  connect(options: ConnectOptions = {}): Promise<IpcClient> {
    return connect(this.connector(), options);
  }

  /** Runs the command line. */
  notes(arguments_: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const options = { env: { ...process.env, IPC_BRIDGE_TOKEN: undefined, ...env }, timeout: LIMIT };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, this.#line(arguments_), options, (_, out, err) =>
        resolve({ code: child.exitCode ?? -1, out, err }),
      );
    });
  }

  /** Starts the command line, and gives its lines as they come. */
  following(arguments_: readonly string[]): { readonly child: ChildProcess; readonly lines: Interface } {
    const child = spawn(process.execPath, this.#line(arguments_), { stdio: ["ignore", "pipe", "ignore"], timeout: LIMIT });
    return { child, lines: createInterface({ input: child.stdout }) };
  }

  #line(arguments_: readonly string[]): string[] {
    return [resolve("build/src/notes.js"), ...arguments_, "--endpoint", this.endpoint];
  }
}
