// Why a frame halted, in the words of `hypervisor::Halt`, of whichever EVM says it.

/** What `@ethereumjs/evm` calls a want of gas too. */
const BEHIND = "copy from behind the end of the returned data";

/** What revm's `InstructionResult` and `@ethereumjs/evm` say, and what that is. */
const REASONS = [
  [/OutOfGas|OOG$|out of gas/, "out of gas"],
  [/StackUnderflow|stack underflow/, "stack underflow"],
  [/StackOverflow|stack overflow/, "stack overflow"],
  [/InvalidJump|invalid JUMP/, "invalid jump destination"],
  [/OpcodeNotFound|NotActivated/, "undefined opcode"],
  [/InvalidFEOpcode/, "designated invalid opcode"],
  [/invalid opcode/, "undefined or designated invalid opcode"],
  [/Static|static state change/, "state change in a static context"],
  [/OutOfOffset|value out of range/, BEHIND],
  [/InitCodeSizeLimit|initcode exceeds/, "initcode longer than the limit"],
];

/** The words for a reason; null if there is none, or for a revert. */
export function haltOf(reason) {
  if (reason === null || reason === "revert") return null;
  return REASONS.find(([named]) => named.test(reason))?.[1] ?? reason;
}

/** The words for a halt of `@ethereumjs/evm` at an opcode. */
export const haltAt = (opcode, halt) => (opcode === 0x3e && halt === "out of gas" ? `${halt}, or ${BEHIND}` : halt);

/**
 * Whether a halt of the live machine is that of the native run. The machine halts by `INVALID`, or as the host does:
 * whatever its words, it is either for want of gas or for a fault.
 */
export function sameHalt(live, native) {
  if (native?.includes(BEHIND)) return live !== null;
  return (live === null) === (native === null) && (live === "out of gas") === (native === "out of gas");
}
