/**
 * A web server of this machine, for the browser tests: pages that load the package as it is published, and a relay from
 * their WebSockets to the sockets of Rust servers. It passes on bytes, and knows nothing of frames.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createConnection, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";

/** What the sources call `src` is in the package as `dist`. */
const FOLDERS = { "/src/": "dist/", "/test/": "build/test/" };

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));

/** The names by which applications import the package's modules, and where they are. */
const IMPORTS = Object.fromEntries(
  Object.entries<{ default?: string }>(exports)
    .filter(([, { default: file }]) => file)
    .map(([name, { default: file }]) => [`ipc-bridge${name.slice(1)}`, file?.replace("./dist/", "/src/")]),
);

const html = (script: string): string => `<!doctype html>
<title>ipc-bridge</title>
<link rel="icon" href="data:," />
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<script type="module" src="/test/browser/${script}.js"></script>`;

export class Site {
  readonly #http: Server;
  /** The relay's connections, those that are closed too. */
  readonly #links: { readonly socket: WebSocket; readonly server: Socket }[] = [];

  private constructor(readonly backends: { readonly [name: string]: string }) {
    this.#http = createServer((request, response) => this.#answer(request, response));
    const sockets = new WebSocketServer({ server: this.#http });
    sockets.on("connection", (socket, { url }) => this.#relay(socket, this.backends[url?.slice(1) ?? ""]));
  }

  /** Starts it; to WebSockets of these paths it relays the servers that listen there. */
  static async start(backends: { readonly [name: string]: string }): Promise<Site> {
    const site = new Site(backends);
    site.#http.listen(0, "127.0.0.1");
    await once(site.#http, "listening");
    return site;
  }

  get #host(): string {
    return `127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** The address of the page. */
  get page(): string {
    return `http://${this.#host}/`;
  }

  /** The WebSocket of a server. */
  socket(backend: string): string {
    return `ws://${this.#host}/${backend}`;
  }

  /** How many connections the servers have. */
  get open(): number {
    return this.#links.filter(({ server }) => !server.closed).length;
  }

  stop(): void {
    this.#cutOff();
    this.#http.close();
    this.#http.closeAllConnections();
  }

  #relay(socket: WebSocket, path: string | undefined): void {
    if (!path) return socket.close(1008, "there is no such server");
    const server = createConnection(path);
    const page = createWebSocketStream(socket);
    this.#links.push({ socket, server });
    // Where either end is gone, the other is closed, which is all that is to be done.
    pipeline(page, server, () => undefined);
    pipeline(server, page, () => undefined);
  }

  #cutOff(): void {
    for (const { socket } of this.#links) socket.terminate();
  }

  #answer({ method, url = "/" }: IncomingMessage, response: ServerResponse): void {
    const answer = (type: string, body: string | Buffer, headers = {}): void => {
      // A frame in a sandbox is of no origin, and yet loads the package.
      response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*", ...headers }).end(body);
    };
    const folder = Object.entries(FOLDERS).find(([prefix]) => url.startsWith(prefix));
    if (url === "/") {
      answer("text/html", html("page"));
    } else if (url === "/frame") {
      answer("text/html", html("inner"), { "content-security-policy": "connect-src 'none'" });
    } else if (url === "/carried") {
      const sum = (bytes: (server: Socket) => number): number =>
        this.#links.reduce((sum, { server }) => sum + bytes(server), 0);
      const toServer = sum(({ bytesWritten }) => bytesWritten);
      answer("application/json", JSON.stringify({ toServer, toPage: sum(({ bytesRead }) => bytesRead) }));
    } else if (url === "/cut-off" && method === "POST") {
      this.#cutOff();
      answer("text/plain", "");
    } else if (folder && url.endsWith(".js")) {
      answer("text/javascript", readFileSync(url.replace(...folder)), { "cache-control": "max-age=600" });
    } else {
      response.writeHead(404).end();
    }
  }
}
