// A program run as it is, by an EVM that is not ours: beside the live machine, where there is no module.
import { CALLER, WALLET, populate, world } from "./block.js";
import { Chain } from "./chain.js";
import { haltAt } from "./halt.js";
import { MOST, WORDS, end, log, storage } from "./live.js";

/** Opcodes that end a run with success: STOP, RETURN, SELFDESTRUCT. */
const ENDS = new Set([0x00, 0xf3, 0xff]);

/** Runs a program as the wallet's own code, by the rules of a fork. */
export async function run({ fork, code, input, gas, block }) {
  const chain = await Chain.of(fork, [], world);
  await populate(chain, code);
  const steps = [];
  let more = false;
  let words = 0;
  let slots = [];
  const result = await chain.call({
    to: WALLET,
    caller: CALLER,
    data: input,
    gas,
    block,
    onStep: ({ pc, depth, stack, memoryWordCount, gasLeft, opcode }, stop) => {
      if (depth) return;
      words += stack.length;
      more = steps.length === MOST || words > WORDS;
      if (more) stop();
      else steps.push({ pc, opcode: opcode.code, gas: Number(gasLeft), stack: [...stack], memorySize: 32 * Number(memoryWordCount) });
    },
    look: async () => {
      slots = await storage(chain);
    },
  });
  const failed = Boolean(result.exceptionError);
  const { runState } = result;
  // Behind the code stands a STOP, which this EVM does not come to.
  if (!failed && !more && !ENDS.has(steps.at(-1)?.opcode) && runState) {
    steps.push({ pc: runState.programCounter, opcode: 0, gas: Number(runState.gasLeft), stack: [...runState.stack.getStack()], memorySize: 32 * Number(runState.memoryWordCount) });
  }
  const ended = end(result);
  return {
    steps,
    more,
    end: { ...ended, halt: haltAt(steps.at(-1)?.opcode, ended.halt), gasUsed: Number(result.executionGasUsed) },
    logs: failed ? [] : (result.logs ?? []).map(log),
    storage: failed ? [] : slots,
  };
}
