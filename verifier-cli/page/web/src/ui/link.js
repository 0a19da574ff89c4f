// A link that carries a program in its fragment: `#run/FORK/PROGRAM/CALLDATA`, the program in base64url.

const encode = (text) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const decode = (text) =>
  new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)));

/** The fragment of a program. */
export const fragment = ({ fork, program, input }) => `#run/${fork}/${encode(program)}${input ? `/${input}` : ""}`;

/** What a fragment says: a view, and a program if it carries one. */
export function read(hash) {
  const [view, fork, program, input = ""] = hash.replace(/^#/, "").split("/");
  if (view !== "run" || program === undefined) return { view };
  try {
    return { view, carried: { fork, program: decode(program), input } };
  } catch {
    return { view, broken: true };
  }
}
