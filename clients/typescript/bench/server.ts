/** The servers that the clients are measured against, one in each process: `node server.js hand|jsonrpc PATH`. */
import { createServer } from "node:net";
import rpc from "vscode-jsonrpc/node.js";
import { serveByHand } from "./by_hand.js";

const [kind, path = ""] = process.argv.slice(2);
const ready = (): void => console.log("ready");
if (kind === "hand") serveByHand(path, ready);
else {
  createServer((socket) => {
    socket.on("error", () => undefined);
    const connection = rpc.createMessageConnection(socket, socket);
    connection.onRequest("math:add", ({ left, right }: { left: number; right: number }) => left + right);
    connection.listen();
  }).listen(path, ready);
}
// It ends with whoever started it.
process.stdin.resume().on("end", () => process.exit());
