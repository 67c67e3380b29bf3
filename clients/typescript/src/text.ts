/** UTF-8. Short ASCII, which most of what travels is, without the cost of a call out of the engine. */

const encoder = new TextEncoder();
// A byte order mark is kept, and is no JSON then.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Up to this many characters the loop is faster than the engine's encoder. */
const SHORT = 64;

export const encodeText = (text: string): Uint8Array => encoder.encode(text);

/** Writes text where three bytes for each character are free; answers the bytes that it took. */
export function writeText(text: string, into: Uint8Array, at: number): number {
  const length = text.length;
  if (length <= SHORT) {
    let place = 0;
    for (; place < length; place++) {
      const letter = text.charCodeAt(place);
      if (letter > 127) break;
      into[at + place] = letter;
    }
    if (place === length) return length;
  }
  return encoder.encodeInto(text, into.subarray(at)).written;
}

/** Throws where it is no UTF-8. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT) {
    let text = "";
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte > 127) return decoder.decode(bytes.subarray(start, end));
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decoder.decode(bytes.subarray(start, end));
}
