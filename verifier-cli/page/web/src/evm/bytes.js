// Bytes, hex and words.

/** Bytes as 0x hex. */
export function hex(bytes) {
  let text = "0x";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** The bytes of hex, with or without 0x; null if it is none. */
export function bytes(text) {
  const digits = text.replace(/^0x/i, "");
  if (digits.length % 2 || !/^[0-9a-f]*$/i.test(digits)) return null;
  const all = new Uint8Array(digits.length / 2);
  for (let at = 0; at < all.length; at += 1) all[at] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return all;
}

/** A number as 0x hex of 32 bytes. */
export const word = (number) => `0x${BigInt(number).toString(16).padStart(64, "0")}`;

/** The number that a big-endian run of bytes stands for. */
export const number = (run) => (run.length ? BigInt(hex(run)) : 0n);

/** The word at a place of a memory, which reads as zeros behind its end. */
export function wordAt(memory, at) {
  if (at + 32 > memory.length) return number(joined(memory.slice(at), new Uint8Array(32)).slice(0, 32));
  const view = new DataView(memory.buffer, memory.byteOffset + at, 32);
  const high = (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
  const low = (view.getBigUint64(16) << 64n) | view.getBigUint64(24);
  return high ? (high << 128n) | low : low;
}

/** Puts byte runs behind each other. */
export function joined(...runs) {
  const all = new Uint8Array(runs.reduce((length, run) => length + run.length, 0));
  let at = 0;
  for (const run of runs) {
    all.set(run, at);
    at += run.length;
  }
  return all;
}
