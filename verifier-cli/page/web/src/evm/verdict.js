// What the hypervisor's answer means: `specs/07-verdicts.md`.
import { hex } from "./bytes.js";

const SELECTORS = { mismatch: "0x2ff3f56f", malformed: "0x", unavailable: "0x" };

/** An answer as a verdict: `valid`, `invalid` or `inconclusive`. */
export function verdict(result) {
  const returned = hex(result.returnValue);
  const failure = result.exceptionError?.error;
  if (!failure) return returned === `0x${"1".padStart(64, "0")}` ? "valid" : "inconclusive";
  if (failure !== "revert") return "inconclusive";
  return meaning(returned);
}
