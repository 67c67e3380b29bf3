/** Tests in a browser: Chromium, without a window, on a page of its own for each test. */
import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { InnerModules } from "../browser/inner.js";
import type { PageModules } from "../browser/page.js";
import { program, RustServer } from "./server.js";
import { Site } from "./site.js";
import { until } from "./watchdog.js";

/** Milliseconds that a test may take; each takes less than a second on a machine that has nothing else to do. */
const LIMIT = 30_000;
/** Milliseconds after which the process ends, whatever holds it, and the browser with it. */
const LAST = 120_000;

/** What a browser is called that these tests can drive. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** The browser of `CHROME_PATH`, or the one that is found where programs are. */
function browserPath(): string | undefined {
  const given = process.env["CHROME_PATH"];
  if (given) return given;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a function somewhere in the browser. It takes nothing with it but what it is given. */
type Run<Modules> = <R, A = undefined>(body: (modules: Modules, argument: A) => R, argument?: A) => Promise<Awaited<R>>;

/** What a page, a frame and a worker have in common. */
interface Scope {
  evaluate(body: (argument: any) => any, argument: unknown): Promise<any>;
}

const running =
  <Modules>(scope: Scope): Run<Modules> =>
  (body, argument) =>
    scope.evaluate(new Function("argument", `return (${body})(modules, argument)`) as () => unknown, argument);

export class Tab {
  /** Runs a function in the page. */
  readonly run: Run<PageModules>;

  constructor(
    readonly page: Page,
    readonly site: Site,
  ) {
    this.run = running(page);
  }

  /** What runs functions in a worker or a frame that is in the page and has none but itself beside it. */
  within(kind: "worker" | "frame"): Run<InnerModules> {
    const [scope] = kind === "worker" ? this.page.workers() : this.page.mainFrame().childFrames();
    assert.ok(scope, `there is no ${kind}`);
    return running(scope);
  }
}

/** The servers to which pages come through the relay. */
const SERVERS = ["typescript_server", "bindings_server"] as const;

/** Sets up the tests of a file: what it returns declares one. Where there is no browser, they count as skipped. */
export function browserTests(): (sentence: string, body: (tab: Tab) => Promise<void>) => void {
  const executablePath = browserPath();
  const programs = executablePath && process.platform !== "win32" ? SERVERS.map(program) : [];
  const skip =
    (!executablePath && "there is no Chromium here, neither in CHROME_PATH nor where programs are found") ||
    (!(programs[0] && programs[1]) && "there is no cargo here to build the Rust servers, or no Unix socket");
  if (skip) {
    console.log(`skipped: ${skip}, so the client is NOT tested in a browser`);
    return (sentence) => void test(sentence, { skip }, () => undefined);
  }

  let browser: Browser;
  // One for all pages, so that what one has loaded the next need not.
  let context: BrowserContext;
  let site: Site;
  const servers: RustServer[] = [];
  before(async () => {
    // The process takes the browser with it: the browser ends when the pipe does by which it is told what to do.
    setTimeout(() => {
      console.error(`the browser tests had not ended after ${LAST} ms`);
      process.exit(1);
    }, LAST).unref();
    for (const each of programs) servers.push(await RustServer.start(each as string));
    site = await Site.start(Object.fromEntries(SERVERS.map((name, at) => [name, servers[at]?.path as string])));
    // Root cannot be put into Chromium's sandbox.
    const chromiumSandbox = process.getuid?.() !== 0;
    browser = await chromium.launch({ executablePath: executablePath as string, chromiumSandbox, timeout: LIMIT });
    console.log(`in Chromium ${browser.version()}`);
    context = await browser.newContext();
  });
  after(async () => {
    try {
      await browser?.close();
    } finally {
      site?.stop();
      await Promise.all(servers.map((server) => server.stop()));
    }
  });

  return (sentence, body) =>
    void test(sentence, { timeout: LIMIT }, async () => {
      const page = await context.newPage();
      // What goes wrong where nobody waits for it.
      const unseen: string[] = [];
      page.on("pageerror", (error) => unseen.push(error.stack ?? error.message));
      page.on("crash", () => unseen.push("the page crashed"));
      try {
        await page.goto(site.page);
        await body(new Tab(page, site));
        assert.deepEqual(unseen, []);
      } finally {
        await page.close();
      }
      await until("the page's connections are closed with it", () => site.open === 0);
    });
}
