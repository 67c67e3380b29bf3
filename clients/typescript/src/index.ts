/** The TypeScript end of IPC Bridge. Nothing here opens a connection: the ports have entry points of their own. */
export { Client, connect, createClient } from "./client.js";
export type { ItemStream, ListenOptions, SubscribeOptions, Subscription } from "./client.js";
export type { Limits } from "./limits.js";
export type * from "./contract.js";
export { IpcError, isIpcError } from "./error.js";
export type { Failure, Result, StandardCode } from "./error.js";
export type { HelloLimits } from "./hello.js";
export type { ConnectOptions, Reconnect, Server, State } from "./options.js";
export type { Connector, Port, PortEvents } from "./port.js";
export { Router } from "./router.js";
export type { HandlerContext, HandlerOptions } from "./router.js";
export { shapes } from "./shapes.js";
export type { ChannelShape, Paths } from "./shapes.js";
export { upload } from "./upload.js";
export type { Upload } from "./upload.js";
