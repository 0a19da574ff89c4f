// A link that carries a program in its fragment: `#run/FORK/PROGRAM/CALLDATA`, the program in base64url.
import machine from "../machine.json" with { type: "json" };
import { clipped } from "../plain.js";

const encode = (text) =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const decode = (text) =>
  new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)));

/** The fragment of a program. */
export const fragment = ({ fork, program, input }) => `#run/${fork}/${encode(program)}${input ? `/${input}` : ""}`;

/** What a fragment says: a view, and a program if it carries one, or why that is none. */
export function read(hash) {
  const [view, fork, program, input = "", ...more] = hash.replace(/^#/, "").split("/");
  if (view !== "run" || fork === undefined) return { view };
  if (program === undefined) return { view, broken: "the link names a fork and no program" };
  if (!machine.forks.some(({ name }) => name === fork)) {
    return { view, broken: `the fork of the link, ${JSON.stringify(clipped(fork, 30))}, is none that is known` };
  }
  if (more.length) return { view, broken: "the link has more behind its calldata than a link has" };
  try {
    return { view, carried: { fork, program: decode(program), input } };
  } catch {
    return { view, broken: "the program in the link cannot be read" };
  }
}
