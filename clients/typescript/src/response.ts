/** The shape of every response. */
import { type Body, decodeBody, encodeBody } from "./body.js";
import { type Failure, IpcError } from "./error.js";
import { readFailure } from "./hello.js";
import type { Shape } from "./shape.js";

/** A response as it is read. */
export type Answer = { readonly data: any; readonly error?: undefined } | { readonly error: IpcError };

/** The shape of a whole response whose data and details have these. */
export function responseShape(data?: Shape, details?: Shape): Shape | undefined {
  if (!data && !details) return;
  const whole: Shape = { inner: new Map(), linked: [] };
  if (data) whole.inner.set(".data", data);
  if (details) whole.inner.set(".error", { inner: new Map([[".details", details]]), linked: [] });
  return whole;
}

/** Reads a response; throws where it has not the shape of one, or not that which is given. */
export function readResponse(json: string, attachments: readonly Uint8Array[], shape?: Shape): Answer {
  const said = decodeBody(json, attachments, shape, /^(data|error\.details)\.?/);
  const keys = said && typeof said === "object" && !Array.isArray(said) ? Object.keys(said) : [];
  if (keys.length === 2 && keys[0] === "success") {
    if (said.success === true && keys[1] === "data") return { data: said.data };
    if (said.success === false && keys[1] === "error") {
      const { code, message, details } = readFailure(said.error);
      return { error: new IpcError(code, message, details) };
    }
  }
  throw new TypeError("the response has not the shape of one");
}

export function successBody(data: unknown, shape?: Shape): Body {
  const { text, attachments } = encodeBody(data, shape);
  return { text: `{"success":true,"data":${text}}`, attachments };
}

export function failureBody(failure: Failure): Body {
  const { code, message, details } = failure;
  const { text, attachments } = encodeBody({ code, message, details });
  return { text: `{"success":false,"error":${text}}`, attachments };
}
