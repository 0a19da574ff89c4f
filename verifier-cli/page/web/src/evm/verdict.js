// What the hypervisor's answer means. `specs/07-verdicts.md`.
import machine from "../machine.json" with { type: "json" };
import { hex } from "./bytes.js";

const { mismatch, malformed, unavailable, kinds } = machine.verdict;
const OTHER = "the host did not answer as a hypervisor does";
const NONE = (1n << 256n) - 1n;
const ONE = `0x${"1".padStart(64, "0")}`;

/** What the answer of a call says: `{ verdict, … }`, as the module says it. */
export function said({ returnValue, exceptionError }) {
  const data = hex(returnValue);
  const failure = exceptionError?.error;
  if (!failure) return data === ONE ? { verdict: "valid" } : inconclusive(OTHER);
  if (failure === "out of gas") return inconclusive("the host ran out of gas");
  if (failure !== "revert") return inconclusive(OTHER);
  if (data === "0x") return inconclusive("code or calldata is larger than the hypervisor can hold");
  return reverted(data) ?? inconclusive(OTHER);
}

const inconclusive = (reason) => ({ verdict: "inconclusive", reason });

function reverted(data) {
  const words = data.slice(10).match(/.{64}/g) ?? [];
  const numbers = words.map((digits) => BigInt(`0x${digits}`));
  if (data.length !== 10 + 64 * words.length) return null;
  switch (data.slice(0, 10)) {
    case mismatch: {
      const kind = kinds.find(([number]) => BigInt(number) === numbers[0]);
      if (words.length !== 5 || !kind) return null;
      const optional = (number) => (number === NONE ? null : Number(number));
      return {
        verdict: "mismatch",
        kind: kind[1],
        pc: optional(numbers[1]),
        record: optional(numbers[2]),
        expected: `0x${words[3]}`,
        found: `0x${words[4]}`,
      };
    }
    case malformed:
      return words.length === 1 ? { verdict: "malformed", position: Number(numbers[0]) } : null;
    case unavailable:
      return words.length === 1 ? { verdict: "unavailable", archive: `0x${words[0].slice(24)}` } : null;
    default:
      return null;
  }
}

/** What a kind of mismatch means, in a sentence. */
export const meaning = (name) => kinds.find(([, known]) => known === name)?.[2] ?? name;

/** The verdict of three that this is. */
export function verdictOf({ verdict }) {
  if (verdict === "valid") return "valid";
  return verdict === "mismatch" || verdict === "malformed" ? "invalid" : "inconclusive";
}
