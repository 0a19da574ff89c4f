// The execution audit by the emitted contract, in an EVM that is not ours. `specs/05-hypervisor.md`, Host.
import { bytes } from "./bytes.js";
import { Chain } from "./chain.js";
import { said } from "./verdict.js";

/** Where the hypervisor is: the address that the embedded engine has it at. */
const HYPERVISOR = "0x000000000000000000000000000000000000150e";
/** What an audit without a limit may spend, as the embedded engine has it. */
const UNLIMITED = 1n << 62n;

/** A chain with a hypervisor on it, for any number of messages. */
export class Auditor {
  /** A hypervisor with this code, on a host by Cancun's rules: the oldest that it runs under. */
  static async of(code) {
    return new Auditor(await Chain.of("cancun", [[HYPERVISOR, code]]));
  }

  constructor(chain) {
    this.chain = chain;
  }

  /** What the hypervisor says of a message, and the gas that its frame took. `archives` are pairs of address and code. */
  async audit(calldata, archives) {
    for (const [holder, code] of archives) await this.chain.put(holder, code);
    try {
      const result = await this.chain.call({ to: HYPERVISOR, data: calldata, gas: UNLIMITED });
      return { said: said(result), hostGas: Number(result.executionGasUsed) };
    } finally {
      for (const [holder] of archives) await this.chain.remove(holder);
    }
  }

  /** Audits all calls that the module's answer to `calls` names; `each` is told of each as it is done. */
  static async all({ hypervisor, parts, calls }, each = () => {}, wanted = () => true) {
    const auditor = await Auditor.of(bytes(hypervisor));
    const codes = new Map(Object.entries(parts).map(([hash, code]) => [hash, bytes(code)]));
    const all = [];
    for (const [index, { calldata, archives }] of calls.entries()) {
      const held = archives.map(([holder, hash]) => [holder, codes.get(hash)]);
      const audited = wanted(index) ? await auditor.audit(bytes(calldata), held) : null;
      all.push(audited);
      each(index, audited);
    }
    return all;
  }
}
