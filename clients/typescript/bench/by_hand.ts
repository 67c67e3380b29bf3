/** The floor: the same frames, written by hand for this one call, with nothing that a library needs. */
import { connect as connectSocket, createServer, type Socket } from "node:net";

const HELLO = JSON.stringify({
  agent: "by-hand/1",
  codec: "json",
  instance: "0".repeat(32),
  limits: { message_bytes: 16777216, in_flight: 4096, stream_bytes: 262144 },
});
const CHANNEL = "math:add";

function helloFrame(): Buffer {
  const frame = Buffer.alloc(12 + HELLO.length);
  frame.writeUInt32LE(HELLO.length, 0);
  frame[4] = 1;
  frame.writeUInt16LE(1, 6);
  frame.write("IPCB", 8);
  frame.write(HELLO, 12);
  return frame;
}

/** Joins what is written in one turn, and cuts what is read into frames. */
function framed(socket: Socket, each: (frame: Buffer) => void): (frame: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  let waiting: Buffer[] = [];
  socket.setNoDelay(true);
  socket.on("data", (bytes) => {
    let whole = held.length ? Buffer.concat([held, bytes]) : bytes;
    let at = 0;
    while (whole.length - at >= 12) {
      const end = at + 12 + whole.readUInt32LE(at);
      if (end > whole.length) break;
      each(whole.subarray(at, end));
      at = end;
    }
    held = whole.subarray(at);
  });
  return (frame) => {
    if (!waiting.length) {
      queueMicrotask(() => {
        const [only] = waiting;
        socket.write(waiting.length === 1 && only ? only : Buffer.concat(waiting));
        waiting = [];
      });
    }
    waiting.push(frame);
  };
}

export interface Caller {
  add(left: number, right: number): Promise<number>;
  close(): void;
}

export async function byHand(path: string): Promise<Caller> {
  const socket = connectSocket(path);
  const calls = new Map<number, { resolve(sum: number): void; reject(error: unknown): void }>();
  let id = 0;
  let opened = (): void => {};
  const open = new Promise<void>((resolve) => (opened = resolve));
  const write = framed(socket, (frame) => {
    if (frame[4] === 1) return opened();
    const call = calls.get(frame.readUInt32LE(8));
    calls.delete(frame.readUInt32LE(8));
    const said = JSON.parse(frame.toString("utf8", 12));
    if (said.success) call?.resolve(said.data);
    else call?.reject(said.error);
  });
  write(helloFrame());
  await open;
  return {
    add: (left, right) =>
      new Promise((resolve, reject) => {
        const payload = JSON.stringify({ left, right });
        const frame = Buffer.allocUnsafe(12 + CHANNEL.length + Buffer.byteLength(payload));
        frame.writeUInt32LE(frame.length - 12, 0);
        frame[4] = 5;
        frame[5] = 0;
        frame.writeUInt16LE(CHANNEL.length, 6);
        id = (id + 1) % 0x8000_0000;
        frame.writeUInt32LE(id, 8);
        frame.write(CHANNEL, 12, "latin1");
        frame.write(payload, 12 + CHANNEL.length);
        calls.set(id, { resolve, reject });
        write(frame);
      }),
    close: () => socket.destroy(),
  };
}

/** Answers {@link CHANNEL}, and nothing else. */
export function serveByHand(path: string, listening: () => void): void {
  createServer((socket) => {
    socket.on("error", () => undefined);
    const write = framed(socket, (frame) => {
      if (frame[4] === 1) return write(helloFrame());
      if (frame[4] !== 5) return;
      const { left, right } = JSON.parse(frame.toString("utf8", 12 + frame.readUInt16LE(6)));
      const payload = `{"success":true,"data":${JSON.stringify(left + right)}}`;
      const answer = Buffer.allocUnsafe(12 + payload.length);
      answer.writeUInt32LE(payload.length, 0);
      answer.writeUInt32LE(6, 4);
      answer.writeUInt32LE(frame.readUInt32LE(8), 8);
      answer.write(payload, 12, "latin1");
      write(answer);
    });
  }).listen(path, listening);
}
