// Where the live machine's run and the native one part, and why, in words: `specs/13-live.md`.
import { opcodes } from "../assembly.js";
import { counted, thousands, titled } from "./dom.js";

/** Opcodes after which the machine's guest can see another thing, and why. `host` is the host's fork by name. */
const REASONS = [
  [/^GAS$/, () => "GAS tells what is left: of the host’s gas on the machine, of the guest’s natively"],
  [/^(CALL|CALLCODE|DELEGATECALL|STATICCALL)$/, (host) => `on the machine a call is the host’s own: it has the host’s gas and prices, those of ${host}, and finds the host’s accounts`],
  [/^CREATE2?$/, (host) => `on the machine a creation is the host’s own: it has the host’s gas and the limits of ${host}`],
  [/^(CODESIZE|CODECOPY|EXTCODE\w+)$/, () => "natively the wallet’s code is the program; on the machine it is the contract that calls the machine"],
  [/^(SLOAD|SSTORE|TLOAD|TSTORE|SELFDESTRUCT|LOG\d)$/, (host) => `on the machine this is the host’s own opcode, by the rules of ${host}`],
  [/^(BLOCKHASH|COINBASE|TIMESTAMP|NUMBER|PREVRANDAO|DIFFICULTY|GASLIMIT|CHAINID|BASEFEE|BLOBHASH|BLOBBASEFEE|BALANCE|SELFBALANCE|ORIGIN|GASPRICE)$/, (host) => `on the machine this is the host’s own opcode, by the rules of ${host}`],
];

/** What is said of the two runs: a word, a sentence, and the step at which the walk begins. */
export function difference({ fork, live, native, held, host }) {
  const { step, way, ...rest } = held;
  const others = [["end", "the end"], ["data", "the data"], ["slots", "the slots"], ["logs", "the logs"]].filter(([key]) => !rest[key]).map(([, words]) => words);
  if (way && !others.length) {
    const steps = `${native.more ? "the first " : ""}${counted(native.steps.length, "step")}`;
    const each = native.steps.length === 1 ? "with" : "each with";
    return { same: true, words: `${steps}, ${each} the same pc, stack and size of memory; the same end, data, slots and logs`, at: null };
  }
  const what = [step === null ? null : `step ${thousands(step)} and on`, ...others].filter(Boolean).join(", ");
  const parted = step === null ? native.steps.length : step;
  const last = native.steps[parted - 1] ?? live.steps[parted - 1];
  const name = last ? opcodes(fork).names.get(last.opcode) : null;
  const behind = last ? ` They part behind ${name ?? "an undefined opcode"} (step ${thousands(parted - 1)}, pc ${last.pc})` : "";
  return { same: false, words: `${what}.${behind}${why(name, live, native, titled(host))}.`, at: Math.max(0, Math.min(parted, live.steps.length - 1)) };
}

function why(name, live, native, host) {
  const reason = REASONS.find(([named]) => named.test(name ?? ""))?.[1](host);
  if (reason) return `: ${reason}`;
  const [one, other] = [live.end.halt, native.end.halt];
  if ((one === "out of gas") !== (other === "out of gas")) return `: gas is dearer on the machine, and is counted by the host, by the rules of ${host}`;
  return "";
}
