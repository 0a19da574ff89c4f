// Assembly: text to bytecode and back, by the hypervisor's own table of opcodes.
import machine from "./machine.json" with { type: "json" };
import { bytes, hex } from "./evm/bytes.js";
import { clipped } from "./plain.js";

/** Opcodes of a fork: mnemonic by byte, and byte by mnemonic. */
export function opcodes(fork) {
  const row = machine.forks.find(({ name }) => name === fork);
  const names = new Map(row.opcodes);
  return { names, codes: new Map(row.opcodes.map(([byte, name]) => [name, byte])) };
}

/** Why a text is no program; `line` is null where it is no line's fault. */
export class AssemblyError extends Error {
  constructor(line, message) {
    super(line === null ? message : `line ${line}: ${message}`);
    this.line = line;
  }
}

/** The most characters that are read, and the most bytes that they may come to: those of an initcode (EIP-3860). */
const LONGEST = 1 << 18;
const LARGEST = 49_152;

const PUSH1 = 0x60;
const widthOf = (byte) => (byte >= PUSH1 && byte <= 0x7f ? byte - PUSH1 + 1 : 0);

/** What is hex: unless every word of it is an opcode, as in `add add`. */
function bytecode(text, codes) {
  const code = uncommented(text);
  const words = code.split(/\s+/).filter(Boolean);
  if (words.length && words.every((word) => codes.has(word.toUpperCase()))) return null;
  return bytes(words.join(""));
}

const uncommented = (text) => text.replace(/(;|\/\/|#).*$/gm, "");

/**
 * The bytecode of a program: hex as it is; else an opcode a word, `PUSH1 0x2a`, `PUSH 42` of the least
 * width, `name:` where a jump leads to, `PUSH name` to push it, and `;` or `//` before what is a comment.
 */
export function assemble(text, fork) {
  if (text.length > LONGEST) throw new AssemblyError(null, `the program is longer than ${LONGEST.toLocaleString("en")} characters`);
  const { codes } = opcodes(fork);
  const code = bytecode(text, codes) ?? assembled(text, codes);
  fits(code.length);
  return code;
}

function fits(size) {
  if (size > LARGEST) throw new AssemblyError(null, `${size.toLocaleString("en")} bytes: no code has more than ${LARGEST.toLocaleString("en")} (EIP-3860)`);
}

function assembled(text, codes) {
  const labels = new Map();
  const items = parsed(text, codes, labels);
  // A label's width is two bytes: no code that fits a block has more.
  let at = 0;
  for (const item of items) {
    if (item.label !== undefined) labels.set(item.label, at);
    at += item.size;
  }
  fits(at);
  const code = [];
  for (const { line, byte, value, target, size } of items) {
    if (byte === undefined) continue;
    code.push(byte);
    if (size === 1) continue;
    const known = target === undefined ? value : labels.get(target);
    if (known === undefined || known === null) throw new AssemblyError(line, `no label ${clipped(target)}`);
    code.push(...bytes(BigInt(known).toString(16).padStart(2 * (size - 1), "0")));
  }
  return Uint8Array.from(code);
}

function parsed(text, codes, labels) {
  const items = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = index + 1;
    const words = uncommented(raw).trim().split(/[\s,]+/).filter(Boolean);
    while (words.length) {
      const word = words.shift();
      const label = /^([A-Za-z_.][\w.]*):$/.exec(word)?.[1];
      if (label !== undefined) {
        if (labels.has(label)) throw new AssemblyError(line, `label ${clipped(label)} stands twice`);
        labels.set(label, null);
        items.push({ line, label, size: 0 });
        continue;
      }
      items.push(instruction(line, word.toUpperCase(), words, codes));
    }
  }
  return items;
}

function instruction(line, name, words, codes) {
  const byte = codes.get(name);
  if (byte === undefined && name !== "PUSH") throw new AssemblyError(line, `no opcode ${clipped(name)} in this fork`);
  const width = byte === undefined ? null : widthOf(byte);
  if (width === 0) return { line, byte, size: 1 };
  const operand = words.shift();
  if (operand === undefined) throw new AssemblyError(line, `${name} has no operand`);
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(operand)) {
    if (width !== null && width !== 2) throw new AssemblyError(line, `a label takes PUSH or PUSH2, not ${name}`);
    return { line, byte: PUSH1 + 1, target: operand, size: 3 };
  }
  const value = BigInt(operand);
  const needed = value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
  const chosen = width ?? (codes.has("PUSH0") ? needed : Math.max(needed, 1));
  if (needed > chosen || chosen > 32) throw new AssemblyError(line, `${clipped(operand)} does not fit ${width === null ? "PUSH32" : name}`);
  return { line, byte: PUSH1 + chosen - 1, value, size: 1 + chosen };
}

/** The instructions of a code: pc, mnemonic, operand; what is no opcode of the fork stands as its byte. */
export function disassemble(code, fork) {
  const { names } = opcodes(fork);
  const lines = [];
  for (let pc = 0; pc < code.length; ) {
    const byte = code[pc];
    const width = names.has(byte) ? widthOf(byte) : 0;
    const operand = code.slice(pc + 1, pc + 1 + width);
    lines.push({
      pc,
      name: names.get(byte) ?? `0x${byte.toString(16).padStart(2, "0")}`,
      known: names.has(byte),
      operand: width ? hex(operand) : null,
    });
    pc += 1 + width;
  }
  return lines;
}
