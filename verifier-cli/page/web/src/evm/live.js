// A program run by the live machine: a wallet's contract delegate-calls the machine's own bytes, and each
// step of the guest is read off the host's. `specs/13-live.md`.
import machine from "../machine.json" with { type: "json" };
import { assemble } from "../assembly.js";
import { bytes, hex, joined, number, word, wordAt } from "./bytes.js";
import { haltOf } from "./halt.js";
import { WALLET, CALLER, populate, world } from "./block.js";
import { Chain, address, forks } from "./chain.js";

const { live } = machine;
/** Where the machine is. */
const MACHINE = "0x0000000000000000000000000000000000004d41";
const [JUMP, JUMPI, JUMPDEST] = [0x56, 0x57, 0x5b];
/** The most steps that are shown. */
export const MOST = 20_000;
/** The most words of stack that are shown in all of them together. */
export const WORDS = 1 << 21;

/** After how many steps of the host progress is told. */
const TELL = 20_000;

/** The wallet's code: delegate-calls the machine with what it is called with, and ends as that does. */
const FORWARD = `
  CALLDATASIZE PUSH0 PUSH0 CALLDATACOPY
  PUSH0 PUSH0 CALLDATASIZE PUSH0 PUSH20 ${MACHINE} GAS DELEGATECALL
  RETURNDATASIZE PUSH0 PUSH0 RETURNDATACOPY
  PUSH ok JUMPI
  RETURNDATASIZE PUSH0 REVERT
  ok: JUMPDEST RETURNDATASIZE PUSH0 RETURN`;

/** Calldata of the machine: the program alone, or with calldata of its own. */
export function calldataOf(code, input) {
  const magic = bytes(live.magic);
  const begins = code.length >= 32 && hex(code.slice(0, 32)) === live.magic;
  if (!input.length && !begins) return code;
  return joined(magic, bytes(word(96)), bytes(word(code.length)), code, input);
}

/** Reads the guest off the host's memory and stack. */
class Guest {
  constructor(code) {
    this.code = code;
    this.steps = [];
    this.hostSteps = 0;
    this.words = 0;
    this.storage = [];
    this.more = false;
  }

  /** One step of the host: at the machine's depth it may begin an opcode of the guest's. */
  step({ pc, depth, stack, memory, gasLeft, opcode }) {
    this.hostSteps += 1;
    if (depth === 1) this.started ??= gasLeft;
    if (depth !== 1 || opcode.name !== "JUMPDEST" || pc % live.stride || pc >= 256 * live.stride) return;
    this.begin(pc / live.stride, stack, memory, gasLeft);
  }

  begin(slot, stack, memory, gasLeft) {
    const at = (position) => wordAt(memory, position);
    const state = stack.at(-1);
    if (state === undefined || memory.length < live.code) return;
    const pc = Number(state & ((1n << BigInt(live.pcBits)) - 1n)) - live.code;
    // A guard is up, and the opcode comes to its own slot later.
    if (pc < 0 || (this.code[pc] ?? 0) !== slot) return;
    const last = this.steps.at(-1);
    if (slot === 0 && last?.pc === pc && last.opcode === 0) return;
    this.passed(pc, gasLeft);
    this.words += stack.length;
    if (this.steps.length >= MOST || this.words > WORDS) {
      this.more = true;
      this.cut = gasLeft;
      return;
    }
    const [count, from] = [Number(at(live.spilled)), Number(at(live.spill))];
    const spilled = Array.from({ length: count }, (_, index) => at(from + 32 * index));
    const guest = memory.slice(Number(at(live.guestMemory)));
    const kept = last && same(last.memory, guest) ? last.memory : guest;
    this.steps.push({ pc, opcode: slot, stack: [...spilled, ...stack.slice(0, -1)], memory: kept, memorySize: kept.length, gasLeft });
  }

  /** The machine passes the `JUMPDEST` that a jump leads to together with the jump. */
  passed(pc, gasLeft) {
    const jump = this.steps.at(-1);
    const taken = jump?.opcode === JUMP || (jump?.opcode === JUMPI && jump.stack.at(-2));
    if (!taken || jump.stack.at(-1) !== BigInt(pc - 1) || this.code[pc - 1] !== JUMPDEST) return;
    const stack = jump.stack.slice(0, jump.opcode === JUMP ? -1 : -2);
    this.steps.push({ pc: pc - 1, opcode: JUMPDEST, stack, memory: jump.memory, memorySize: jump.memorySize, gasLeft, passed: true });
  }

  /** What the machine took before the first opcode. */
  setupGas() {
    return this.steps.length ? Number(this.started - this.steps[0].gasLeft) : 0;
  }

  /** The steps, each with the host gas until the next; of the last, until the frame's end. */
  priced(hostGas) {
    const left = (at) => this.steps[at]?.gasLeft ?? this.cut ?? this.started - BigInt(hostGas);
    return this.steps.map(({ gasLeft, ...step }, at) => ({ ...step, hostGas: Number(gasLeft - left(at + 1)) }));
  }
}

function same(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** The host's fork for a guest's: the same, or the oldest that the machine runs under (`specs/13-live.md`). */
export const hostOf = (fork) => (forks.indexOf(fork) < forks.indexOf("cancun") ? "cancun" : fork);

/** Runs a program by the live machine whose code is `contract`; `told` hears of the host's steps. */
export async function run({ fork, contract, code, input, gas, block, told = () => {} }) {
  const chain = await Chain.of(hostOf(fork), [[MACHINE, contract]], world);
  await populate(chain, assemble(FORWARD, "osaka"));
  const guest = new Guest(code);
  let frame = null;
  const outer = await chain.call({
    to: WALLET,
    caller: CALLER,
    data: calldataOf(code, input),
    gas,
    block,
    onStep: (step, stop) => {
      if (guest.more) return stop();
      guest.step(step);
      if (guest.hostSteps % TELL === 0) told({ host: guest.hostSteps, steps: guest.steps.length });
    },
    onFrame: (done) => {
      // The machine's frame ends last but for the wallet's.
      frame = [done.execResult, frame?.[0]];
    },
    look: async () => {
      guest.storage = await storage(chain);
    },
  });
  const [, inner] = frame;
  const result = inner ?? outer;
  const hostGas = Number(result.executionGasUsed);
  return {
    steps: guest.priced(hostGas),
    more: guest.more,
    setupGas: guest.setupGas(),
    hostSteps: guest.more ? null : guest.hostSteps,
    hostGas,
    end: end(result),
    logs: outer.exceptionError ? [] : (outer.logs ?? []).map(log),
    storage: outer.exceptionError ? [] : guest.storage,
  };
}

/** How a frame ended: `halt` is why, if it halted. */
export function end(result) {
  const reason = result.exceptionError?.error ?? null;
  return {
    success: reason === null,
    reverted: reason === "revert",
    halt: haltOf(reason),
    returned: hex(result.returnValue),
  };
}

/** A log as the module gives it. */
export const log = ([holder, topics, data]) => ({
  address: hex(holder),
  topics: topics.map(hex),
  data: hex(data),
});

/** The wallet's slots that hold something, by slot. */
export async function storage(chain, holder = WALLET) {
  const prefix = `${address(holder)}_`;
  const slots = [...chain.state.topStorageStack()].filter(([key]) => key.startsWith(prefix));
  const pairs = slots.map(([key, value]) => [word(BigInt(key.slice(prefix.length))), word(number(value))]);
  return pairs.filter(([, value]) => BigInt(value)).sort();
}
