// The block that a program meets: one, in the three forms in which it is asked for.
import { Address } from "@ethereumjs/util";
import { hex } from "./bytes.js";
import { BALANCE, CALLER, WALLET } from "./live.js";

const NUMBER = 24_000_000;
const TIMESTAMP = 1_767_225_600;
const GAS_LIMIT = 60_000_000;
/** What is left of a transaction's most gas (EIP-7825) when its frame begins. */
export const GAS = 16_000_000;

/** As the EVM in the browser takes it. */
export const header = {
  header: {
    number: BigInt(NUMBER),
    timestamp: BigInt(TIMESTAMP),
    gasLimit: BigInt(GAS_LIMIT),
    difficulty: 0n,
    prevRandao: new Uint8Array(32),
    baseFeePerGas: 0n,
    coinbase: new Address(new Uint8Array(20)),
    cliqueSigner: () => new Address(new Uint8Array(20)),
    getBlobGasPrice: () => 1n,
  },
};

const quantity = (number) => `0x${number.toString(16)}`;

/** A call of the program as an `INPUT.json`: the recorder's, and the native engine's. */
export function inputOf({ fork, code, input, gas = GAS }) {
  const after = (name) => ORDER.indexOf(fork) >= ORDER.indexOf(name);
  const block = {
    number: quantity(NUMBER),
    timestamp: quantity(TIMESTAMP),
    gasLimit: quantity(GAS_LIMIT),
    miner: hex(new Uint8Array(20)),
    ...(after("paris") ? { mixHash: hex(new Uint8Array(32)) } : { difficulty: "0x0" }),
    ...(after("london") ? { baseFeePerGas: "0x0" } : {}),
    ...(after("cancun") ? { excessBlobGas: "0x0" } : {}),
  };
  return {
    fork,
    // A chain without a schedule: the fork is the one that is chosen.
    chainId: "0xa11",
    block,
    transaction: { from: CALLER, to: WALLET, gas: quantity(gas + intrinsic(input, after)), gasPrice: "0x0", value: "0x0", nonce: "0x0", input: hex(input) },
    prestate: {
      [CALLER]: { balance: quantity(BALANCE), nonce: 0 },
      [WALLET]: { balance: quantity(BALANCE), nonce: 1, code: hex(code) },
    },
  };
}

const ORDER = ["istanbul", "berlin", "london", "paris", "shanghai", "cancun", "prague", "osaka"];

/** What the transaction costs before its frame begins (EIP-2028, EIP-7623). */
function intrinsic(input, after) {
  const zeros = input.filter((byte) => byte === 0).length;
  const rest = input.length - zeros;
  const floor = after("prague") ? 10 * zeros + 40 * rest : 0;
  return 21_000 + Math.max(4 * zeros + 16 * rest, floor);
}
