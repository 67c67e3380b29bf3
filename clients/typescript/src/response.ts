/** The shape of every response. */
import { type Body, PLAIN } from "./body.js";
import type { Failure, IpcError } from "./error.js";
import { readFailure } from "./hello.js";

/** A response as it is read. */
export type Answer = { readonly data: any; readonly error?: undefined } | { readonly error: IpcError };

/** Reads a response; throws where it has not the shape of one, or its parts are not what the codec says. */
export function readResponse(json: string, attachments: readonly Uint8Array[], codec = PLAIN): Answer {
  const said = codec.decode(json, attachments);
  const keys = said && typeof said === "object" && !Array.isArray(said) ? Object.keys(said) : [];
  if (keys.length === 2 && keys[0] === "success") {
    if (said.success === true && keys[1] === "data") return { data: said.data };
    if (said.success === false && keys[1] === "error") return { error: readFailure(said.error) };
  }
  throw new TypeError("the response has not the shape of one");
}

export function successBody(data: unknown, codec = PLAIN): Body {
  const { text, attachments } = codec.encode(data);
  return { text: `{"success":true,"data":${text}}`, attachments };
}

export function failureBody(failure: Failure): Body {
  const { code, message, details } = failure;
  const { text, attachments } = PLAIN.encode({ code, message, details });
  return { text: `{"success":false,"error":${text}}`, attachments };
}
