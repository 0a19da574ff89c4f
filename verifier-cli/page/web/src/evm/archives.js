// Where the hypervisor looks for a code: for a page without the module. `specs/08-archives.md`.
import { keccak_256 } from "@noble/hashes/sha3.js";
import machine from "../machine.json" with { type: "json" };
import { bytes, hex, joined, number, word } from "./bytes.js";

const { factory, initcode, partSize } = machine.archive;

/** The archives of a code, by its hash: address and contract of each part. */
export function archives(code) {
  const salt = number(keccak_256(code));
  const parts = [];
  for (let at = 0; at === 0 || at < code.length; at += partSize) {
    const part = BigInt(parts.length) << 160n;
    parts.push([create2(word(BigInt.asUintN(256, salt + part))), joined(Uint8Array.of(0), code.slice(at, at + partSize))]);
  }
  return parts;
}

function create2(salt) {
  const hash = keccak_256(bytes(initcode));
  const all = joined(Uint8Array.of(0xff), bytes(factory), bytes(salt), hash);
  return hex(keccak_256(all).slice(12));
}
