/** The channels of Electron's IPC that the preload and the main process share. */
export const enum Ipc {
  /** From the preload: a session's number, and one of the messages of `ipc-bridge/message-port`; `undefined` opens. */
  Up = "ipc-bridge:up",
  /** To the preload: the same. */
  Down = "ipc-bridge:down",
}
