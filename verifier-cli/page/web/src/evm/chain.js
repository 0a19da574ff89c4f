// A chain in the browser: an EVM that is not ours, with nothing on it but what it is given.
import { Hardfork, Mainnet, createCustomCommon } from "@ethereumjs/common";
import { createEVM } from "@ethereumjs/evm";
import { SimpleStateManager } from "@ethereumjs/statemanager";
import { Account, Address, createAddressFromString } from "@ethereumjs/util";

const HARDFORKS = {
  istanbul: Hardfork.Istanbul,
  berlin: Hardfork.Berlin,
  london: Hardfork.London,
  paris: Hardfork.Paris,
  shanghai: Hardfork.Shanghai,
  cancun: Hardfork.Cancun,
  prague: Hardfork.Prague,
  osaka: Hardfork.Osaka,
};

/** Names of the forks that a chain can go by, oldest first. */
export const forks = Object.keys(HARDFORKS);

/** An address of 0x hex. */
export const address = (text) => createAddressFromString(text);

/** An EVM by the rules of a fork, and its state. */
export class Chain {
  /** A chain by the rules of `fork`, with `contracts`: code by address. `hashOf` is the hash of a block before. */
  static async of(fork, contracts = [], { chainId = 1, hashOf = () => new Uint8Array(32) } = {}) {
    const common = createCustomCommon({ chainId }, Mainnet, { hardfork: HARDFORKS[fork] });
    const state = new SimpleStateManager({ common });
    const blockchain = { getBlock: async (number) => ({ hash: () => hashOf(number) }), putBlock: async () => {}, shallowCopy: () => blockchain };
    const evm = await createEVM({ common, stateManager: state, blockchain });
    const chain = new Chain(evm, state);
    for (const [holder, code] of contracts) await chain.put(holder, code);
    return chain;
  }

  constructor(evm, state) {
    this.evm = evm;
    this.state = state;
  }

  /** Puts code at an address, with a balance and a nonce. */
  async put(holder, code, balance = 0n, nonce = 0n) {
    await this.state.putAccount(address(holder), new Account(nonce, balance));
    await this.state.putCode(address(holder), code);
  }

  /** Takes an account away. */
  async remove(holder) {
    await this.state.putCode(address(holder), new Uint8Array());
    await this.state.deleteAccount(address(holder));
  }

  /** What is warm when a transaction begins: who calls and is called, precompiles, the coinbase (EIP-2929, EIP-3651). */
  warm(from, to, block) {
    const { journal, common, precompiles } = this.evm;
    const coinbase = common.isActivatedEIP(3651) ? [block.header.coinbase] : [];
    for (const known of [from, address(to), ...coinbase]) journal.addAlwaysWarmAddress(known.toString().slice(2));
    for (const known of precompiles.keys()) journal.addAlwaysWarmAddress(known);
  }

  /**
   * Calls a contract in a transaction of its own; one with a caller has what it needs warm, as any has. What it did to
   * the state is seen by `look` and undone.
   */
  async call({ to, data, gas, caller, onStep, onFrame, look, block }) {
    // Addresses that are warm stay warm from call to call, unless they are forgotten.
    await this.evm.journal.cleanup();
    this.evm.journal.cleanJournal();
    await this.state.checkpoint();
    const { events } = this.evm;
    // Whoever has seen enough stops it: a run that nobody watches is faster.
    const stop = () => events.removeAllListeners("step");
    if (onStep) events.on("step", (step) => onStep(step, stop));
    if (onFrame) events.on("afterMessage", onFrame);
    try {
      const from = caller ? address(caller) : new Address(new Uint8Array(20));
      if (caller) this.warm(from, to, block);
      const done = await this.evm.runCall({
        to: address(to),
        caller: from,
        origin: from,
        data,
        gasLimit: gas,
        block,
      });
      await look?.(done.execResult);
      return done.execResult;
    } finally {
      events.removeAllListeners("step");
      events.removeAllListeners("afterMessage");
      await this.state.revert();
    }
  }
}
