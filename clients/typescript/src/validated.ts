/** Checks of what travels against its JSON Schema, by validators that were made beforehand. */
import { type Codec, type Codecs, PLAIN_CODECS } from "./body.js";
import { IpcError } from "./error.js";

/** Whether a value is what a schema says; what it says last of why not, as Ajv does. */
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
}

/** What is checked on one channel. */
export interface ChannelValidators {
  readonly request?: Validator;
  readonly response?: Validator;
  readonly item?: Validator;
  readonly upload?: Validator;
  readonly event?: Validator;
}

/** What `ipc-bridge-validators` writes, by the names of channels. */
export interface Validators {
  readonly [channel: string]: ChannelValidators;
}

/** The codecs of a contract, which refuse whatever their validators do: what is sent with `INVALID_INPUT`. */
export function validated(
  validators: Validators,
  channels: { readonly [channel: string]: Codecs },
): { readonly [channel: string]: Codecs } {
  const names = new Set([...Object.keys(validators), ...Object.keys(channels)]);
  return Object.fromEntries(
    Array.from(names, (name) => {
      const { request, response, item, upload, event } = validators[name] ?? {};
      const codecs = channels[name] ?? PLAIN_CODECS;
      return [
        name,
        {
          ...codecs,
          request: checked(codecs.request, request),
          response: checked(codecs.response, response, (whole) => (whole?.success === true ? [whole.data] : [])),
          item: checked(codecs.item, item),
          upload: checked(codecs.upload, upload),
          event: checked(codecs.event, event),
        },
      ];
    }),
  );
}

/** `of` is what of the JSON the validator is for. */
function checked(codec: Codec, validator: Validator | undefined, of = (whole: any): unknown[] => [whole]): Codec {
  if (!validator) return codec;
  const check = (json: string): void => {
    for (const value of of(JSON.parse(json))) {
      if (validator(value)) continue;
      const issues = (validator.errors ?? []).map(({ instancePath, message = "is not valid" }) => ({
        path: pathOf(instancePath),
        message,
      }));
      const { path, message } = issues[0] ?? { path: "", message: "is not valid" };
      throw new IpcError("INVALID_INPUT", `${path ? `\`${path}\`` : "the payload"} ${message}`, { issues });
    }
  };
  return {
    encode: (value) => {
      const body = codec.encode(value);
      check(body.text);
      return body;
    },
    decode: (json, attachments) => {
      check(json);
      return codec.decode(json, attachments);
    },
  };
}

/** `/list/0/na~1me` as `list[0].na/me`. */
function pathOf(pointer: string): string {
  const parts = pointer.split("/").slice(1);
  const names = parts.map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"));
  return names.map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`)).join("").replace(/^\./, "");
}
