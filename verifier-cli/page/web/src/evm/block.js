// The world that a program meets: one, in the forms in which it is asked for. What a program sees of it, it sees on
// both sides: block, blocks before, chain, wallet and caller.
import { keccak_256 } from "@noble/hashes/sha3.js";
import { Address } from "@ethereumjs/util";
import { hex } from "./bytes.js";
import { forks } from "./chain.js";

/** The wallet whose own code the program runs as, and who calls it. */
export const WALLET = "0x0000000000000000000000000000000000000a11";
export const CALLER = "0x0000000000000000000000000000000000000ca1";
/** What both have. */
const BALANCE = 10n ** 18n;
/** A contract's first nonce (EIP-161); and that of who has sent one transaction. */
const NONCE = 1n;
/** A chain without a schedule: the fork is the one that is chosen. */
const CHAIN = 0xa11;

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

/** The hash of a block before: that of its number's digits, as state tests have it. */
export const hashOf = (number) => keccak_256(new TextEncoder().encode(String(number)));

/** The chain that a program meets. */
export const world = { chainId: CHAIN, hashOf };

/** Puts the wallet with this code, and its caller, on a chain. */
export async function populate(chain, code) {
  await chain.put(WALLET, code, BALANCE, NONCE);
  await chain.put(CALLER, new Uint8Array(), BALANCE, NONCE);
}

/** The 256 blocks before, by number: as many as `BLOCKHASH` tells. */
const ancestors = () => Object.fromEntries(Array.from({ length: 256 }, (_, at) => NUMBER - 1 - at).map((number) => [number, hex(hashOf(number))]));

const quantity = (number) => `0x${number.toString(16)}`;

/** A call of the program as an `INPUT.json`: the recorder's, and the native engine's. */
export function inputOf({ fork, code, input, gas = GAS }) {
  const after = (name) => forks.indexOf(fork) >= forks.indexOf(name);
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
    chainId: quantity(CHAIN),
    block,
    blockHashes: ancestors(),
    transaction: { from: CALLER, to: WALLET, gas: quantity(gas + intrinsic(input, after)), gasPrice: "0x0", value: "0x0", nonce: "0x0", input: hex(input) },
    prestate: {
      [CALLER]: { balance: quantity(BALANCE), nonce: 0 },
      [WALLET]: { balance: quantity(BALANCE), nonce: Number(NONCE), code: hex(code) },
    },
  };
}

/** What the transaction costs before its frame begins (EIP-2028, EIP-7623). */
function intrinsic(input, after) {
  const zeros = input.filter((byte) => byte === 0).length;
  const rest = input.length - zeros;
  const floor = after("prague") ? 10 * zeros + 40 * rest : 0;
  return 21_000 + Math.max(4 * zeros + 16 * rest, floor);
}
