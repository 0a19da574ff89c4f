// Code taken apart, and the guest before each step: `steps.rs` says how they are written.

/** Bytes behind an opcode that are its own. */
const operandSize = (byte) => (byte >= 0x60 && byte <= 0x7f ? byte - 0x5f : 0);

/** A code: bytes, instructions, and the places in the source that they come from. */
class Code {
  constructor({ bytes, contract, places }) {
    this.bytes = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    this.contract = contract;
    this.places = new Map(places);
    this.starts = [];
    for (let pc = 0; pc < this.bytes.length; pc = this.next(pc)) this.starts.push(pc);
    this.lineOf = new Map(this.starts.map((pc, index) => [pc, index]));
  }

  next(pc) {
    return pc + 1 + operandSize(this.bytes[pc] ?? 0);
  }

  /** Offset, name and operand of an instruction; behind the end of the code it is STOP. */
  instruction(pc) {
    const byte = this.bytes[pc] ?? 0;
    const size = operandSize(byte);
    const digits = Array.from(this.bytes.slice(pc + 1, pc + 1 + size), (part) => part.toString(16).padStart(2, "0"));
    return { pc, byte, name: opcodeName(byte), operand: size ? `0x${digits.join("")}` : null };
  }

  /** The word that a PUSH pushes; what the code lacks of it is zeros. */
  pushed(pc, size) {
    let word = 0n;
    for (let at = 1; at <= size; at += 1) word = (word << 8n) | BigInt(this.bytes[pc + at] ?? 0);
    return word;
  }

  /** The piece of source that an instruction comes from. */
  place(pc) {
    const number = this.places.get(pc);
    if (number === undefined) return null;
    const [place, file, line, source] = data.places[number];
    return { place: text(place), file: text(file), line, text: text(source), number };
  }
}

const codes = data.codes.map(() => null);
const codeOf = (number) => (codes[number] ??= new Code(data.codes[number]));

/** A walk keeps the guest at every so many steps, and makes the others from these. */
const EVERY = 64;

/** The steps of a message. */
class Machine {
  constructor(steps, code) {
    Object.assign(this, { steps, code, count: steps.cost.length, first: steps.first });
    this.pcs = [];
    for (const [start, count] of steps.runs) {
      for (let pc = start, left = count; left > 0; left -= 1, pc = code.next(pc)) this.pcs.push(pc);
    }
    this.gas = [BigInt(steps.gas)];
    for (const cost of steps.cost) this.gas.push(this.gas.at(-1) - BigInt(cost));
    this.stacks = new Map(steps.stacks);
    this.changes = new Map(steps.memory.map(([at, size, rows]) => [at, { size, rows }]));
    this.record = new Map(steps.records);
    this.stepOf = new Map(steps.records.map(([at, record]) => [record, at]));
    // How many results were told before a step.
    this.results = [0];
    for (const pc of this.pcs) this.results.push(this.results.at(-1) + (tellsResult(code.bytes[pc] ?? 0) ? 1 : 0));
    this.kept = [];
  }

  /** The guest before a step: stack with its top last, memory by rows. */
  at(step) {
    let from = Math.floor(step / EVERY);
    while (from > 0 && !this.kept[from]) from -= 1;
    this.kept[0] ??= this.changed(0, { stack: [], rows: new Map(), size: 0 });
    let state = this.kept[from];
    for (let now = from * EVERY; now < step; now += 1) {
      state = this.changed(now + 1, this.behind(now, state));
      if ((now + 1) % EVERY === 0) this.kept[(now + 1) / EVERY] = state;
    }
    const { pcs, gas, steps, code } = this;
    return { ...state, ...code.instruction(pcs[step]), step, gas: gas[step], cost: BigInt(steps.cost[step]), record: this.record.get(step) };
  }

  /** What is said of a step beside what the opcode before it did. */
  changed(step, state) {
    const stack = this.stacks.get(step)?.map((number) => words[number]) ?? state.stack;
    const change = this.changes.get(step);
    if (!change) return { ...state, stack, written: [] };
    const rows = new Map(state.rows);
    for (const [row, word] of change.rows) rows.set(row, words[word]);
    return { stack, rows, size: change.size, written: change.rows.map(([row]) => row) };
  }

  /** The guest behind an opcode, as far as the opcode tells. */
  behind(step, { stack, rows, size }) {
    const pc = this.pcs[step];
    const byte = this.code.bytes[pc] ?? 0;
    const next = stack.slice();
    if (byte >= 0x5f && byte <= 0x7f) next.push(this.code.pushed(pc, byte - 0x5f));
    else if (byte >= 0x80 && byte <= 0x8f) next.push(stack.at(-(byte - 0x7f)));
    else if (byte >= 0x90 && byte <= 0x9f) {
      const other = next.length - (byte - 0x8f) - 1;
      [next[other], next[next.length - 1]] = [next.at(-1), next[other]];
    } else {
      const row = opcodes.get(byte);
      if (row?.inputs) next.splice(-row.inputs);
      if (tellsResult(byte)) next.push(words[this.steps.pushed[this.results[step]]]);
    }
    return { stack: next, rows, size };
  }

  /** The last step at or before one at which the run was at a place; else the next. */
  nearest(pc, step) {
    const later = this.pcs.indexOf(pc, step + 1);
    return later >= 0 ? later : this.pcs.indexOf(pc);
  }

  /** Whether memory is known before a step. */
  hasMemory(step) {
    return this.steps.noMemoryFrom === null || step < this.steps.noMemoryFrom;
  }

  /** Steps that take a record. */
  get taking() {
    return this.steps.records.map(([at]) => at);
  }
}

const tellsResult = (byte) => !(byte >= 0x5f && byte <= 0x9f) && (opcodes.get(byte)?.outputs ?? 0) > 0;

const machines = new Map();

/** The steps of a message, if the file has them. */
function machineOf(message) {
  if (!message?.steps) return null;
  if (!machines.has(message.index)) machines.set(message.index, new Machine(message.steps, codeOf(message.code)));
  return machines.get(message.index);
}

