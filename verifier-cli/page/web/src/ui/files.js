// Files of a visitor's, read as far as a page can, and refused in words where it cannot.
import { clipped } from "../plain.js";

/** The most that is read, in MB. */
const MOST = 128;
const MEGABYTE = 1_000_000;
/** The most characters of a program. */
const PROGRAM = 1 << 18;

/** How files begin that are something else; what that is. */
const BEGINS = [
  [[0x28, 0xb5, 0x2f, 0xfd], "it is packed (zstd): unpack it first, or give it to the command line, which unpacks it"],
  [[0x1f, 0x8b], "it is packed (gzip): unpack it first"],
  [[0x50, 0x4b, 0x03, 0x04], "it is an archive (zip): unpack it first"],
  [[0xff, 0xfe], "it is text in UTF-16: save it as UTF-8"],
  [[0xfe, 0xff], "it is text in UTF-16: save it as UTF-8"],
];
const BOM = [0xef, 0xbb, 0xbf];

const begins = (bytes, with_) => with_.every((byte, at) => bytes[at] === byte);

/** The bytes of a file. */
export async function read(file) {
  const name = clipped(file.name);
  if (file.size > MOST * MEGABYTE) {
    const size = Math.ceil(file.size / MEGABYTE).toLocaleString("en");
    throw new Error(`${name} has ${size} MB: a page reads ${MOST} MB at most, the command line more`);
  }
  let bytes;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Error(`${name} cannot be read: it is a folder, or it has changed or gone`);
  }
  return checked(name, bytes);
}

/** Bytes that can be something: neither none, nor packed; without a mark of their order. */
export function checked(name, bytes) {
  if (!bytes.length) throw new Error(`${name}: it is empty`);
  const other = BEGINS.find(([start]) => begins(bytes, start));
  if (other) throw new Error(`${name}: ${other[1]}`);
  return begins(bytes, BOM) ? bytes.slice(BOM.length) : bytes;
}

/** The text of a file that holds a program. */
export async function text(file) {
  if (file.size > PROGRAM) throw new Error(`${clipped(file.name)} is longer than ${PROGRAM.toLocaleString("en")} characters: no program is`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await read(file)).trimEnd();
  } catch (error) {
    throw error instanceof TypeError ? new Error(`${clipped(file.name)} is no text`) : error;
  }
}

/** Whether a file is something of a Solidity compiler's sources, by its name. */
export const isSource = ({ name }) => /\.(sol|yul)$/i.test(name);

/** Whether a file is a program rather than what is audited, by its name and its beginning. */
export async function isProgram(file) {
  if (/\.(json|jsonl|ndjson)$/i.test(file.name)) return false;
  try {
    const start = new Uint8Array(await file.slice(0, 512).arrayBuffer());
    const words = new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true }).trim();
    return words !== "" && !words.startsWith("ISOW") && !/^[[{"]/.test(words);
  } catch {
    return false;
  }
}

/** Which of several files was taken. */
export const taken = (files, file) => (files.length > 1 ? `Of ${files.length} files, ${clipped(file.name)} was taken: one at a time.` : null);
