// The work, beside the page: the module and the EVM, so that the page answers while they run.
import { archives } from "./evm/archives.js";
import { Auditor } from "./evm/audit.js";
import { GAS, header, inputOf } from "./evm/block.js";
import { bytes, word } from "./evm/bytes.js";
import { compared } from "./evm/compare.js";
import { haltOf } from "./evm/halt.js";
import * as live from "./evm/live.js";
import * as native from "./evm/native.js";
import { Module, Refused } from "./module.js";

let module = null;
let contracts = {};

const text = (value) => new TextEncoder().encode(JSON.stringify(value));

/** Whether bytes are a `witness.bin`. */
const isWitness = (file) => new TextDecoder().decode(file.subarray(0, 4)) === "ISOW";

const tasks = {
  async start(given) {
    contracts = given.contracts;
    module = given.wasm ? await Module.of(given.wasm) : null;
  },

  /** A program, natively and by the live machine, and what is the same of the two. */
  async run({ fork, code, input }, told) {
    const beside = await nativeRun(fork, code, input, BigInt(GAS));
    const contract = bytes(contracts[fork].live);
    const gas = BigInt(hostGas(beside.end));
    const machine = await live.run({ fork, contract, code, input, gas, block: header, told });
    const held = compared(machine, beside);
    return { live: seen(machine), native: seen(beside), held, host: live.hostOf(fork), size: contract.length };
  },

  /** What a file holds: its own bytes if it is a witness, else the witness of what it says, or why there is none. */
  async open({ file, index }, told) {
    needs("an audit of a whole witness");
    if (isWitness(file)) return { witness: file, said: null };
    told("Recording");
    const { said, bytes: witness } = await module.ask({ ask: "record", index }, file);
    return { witness, said };
  },

  /** The call of a program as a recorded transaction. */
  async record({ fork, code, input }) {
    needs("the recorder");
    const { bytes: witness } = await module.ask({ ask: "record" }, text(inputOf({ fork, code, input })));
    return { witness };
  },

  /** All that the module says of a witness. */
  async verify({ witness, artifacts = [] }) {
    needs("the audits");
    const { said } = await module.ask({ ask: "verify" }, witness);
    const { said: story } = await module.ask({ ask: "story", artifacts }, witness);
    return { ...said, headline: story.headline, calls: story.calls };
  },

  /** What is known from files of a Solidity compiler. */
  async artifacts({ artifacts }) {
    needs("what reads artifacts");
    return (await module.ask({ ask: "artifacts", artifacts })).said;
  },

  /** The file that `iso-verify explain -o` writes. */
  async report({ witness, artifacts }) {
    return (await module.ask({ ask: "report", artifacts }, witness)).bytes;
  },

  /** A message of a witness, step by step, and its story. */
  async steps({ witness, message, artifacts = [] }) {
    const { said } = await module.ask({ ask: "steps", message }, witness);
    const { said: story } = await module.ask({ ask: "story", message, artifacts }, witness);
    const steps = said.steps.map((step) => ({ ...step, stack: step.stack.map(BigInt) }));
    return { ...said, code: bytes(said.code), steps, story };
  },

  /** The execution audit by the emitted contract, here. `wanted` are the messages that the module came to an end with. */
  async execution({ witness, wanted }, told) {
    const { said } = await module.ask({ ask: "calls" }, witness);
    return Auditor.all(said, (index) => told({ done: index + 1, of: said.calls.length }), (index) => wanted[index]);
  },

  async fields({ witness }) {
    return JSON.parse(new TextDecoder().decode((await module.ask({ ask: "fields" }, witness)).bytes));
  },

  async assemble({ fields }) {
    return (await module.ask({ ask: "assemble" }, text(fields))).bytes;
  },

  /** The execution audit of one message, without the module. */
  async message({ fork, calldata, code }) {
    const auditor = await Auditor.of(bytes(contracts[fork].audit));
    return auditor.audit(calldata, archives(code));
  },
};

function needs(what) {
  if (!module) throw new Refused(`this page was built without the module, and lacks ${what}`);
}

/** Words of a stack that the page shows. */
const SHOWN = 24;

/** A run as the page shows it: of each stack the top, and how many words it has. */
function seen(run) {
  const steps = run.steps.map((step) => ({ ...step, stack: step.stack.slice(-SHOWN), height: step.stack.length }));
  return { ...run, steps };
}

/** What the machine is given: enough for what came to an end, and the same for what took all. */
const hostGas = ({ success, reverted, gasUsed }) => (success || reverted ? Math.max(GAS, 64 * gasUsed + 100_000) : GAS);

async function nativeRun(fork, code, input, gas) {
  if (module) {
    const { said } = await module.ask({ ask: "trace" }, text(inputOf({ fork, code, input })));
    const steps = said.steps.map((step) => ({ ...step, stack: step.stack.map(BigInt) }));
    const logs = said.logs.map((log) => ({ ...log, address: log.address.toLowerCase() }));
    const storage = said.storage.map((pair) => pair.map(word)).filter(([, value]) => BigInt(value));
    const { success, reverted, reason } = said.end;
    const end = { ...said.end, halt: success || reverted ? null : haltOf(reason) };
    return { ...said, steps, end, logs, storage: storage.sort(), by: "revm" };
  }
  return { ...(await native.run({ fork, code, input, gas, block: header })), by: "@ethereumjs/evm" };
}

self.onmessage = async ({ data: { id, task, given } }) => {
  try {
    const done = await tasks[task](given, (told) => self.postMessage({ id, told }));
    self.postMessage({ id, done });
  } catch (error) {
    if (!(error instanceof Refused)) console.warn(error);
    self.postMessage({ id, error: error?.message ?? String(error) });
  }
};
