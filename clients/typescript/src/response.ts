/** The shape of every response. */
import { type Body, PLAIN } from "./body.js";
import type { Failure, IpcError } from "./error.js";
import { readFailure } from "./hello.js";

/** A response as it is read. */
export type Answer = { readonly data: any; readonly error?: undefined } | { readonly error: IpcError };

/** What a response that was read says; throws where it has not the shape of one. */
export function answerOf(said: any): Answer {
  const keys = Object.keys(Object(said));
  if (keys.length === 2 && keys[0] === "success") {
    if (said.success === true && keys[1] === "data") return { data: said.data };
    if (said.success === false && keys[1] === "error") return { error: readFailure(said.error) };
  }
  throw new TypeError("no response");
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
