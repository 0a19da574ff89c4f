// What stands in the page as data: the emitted contracts of every fork, and transactions to start from.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const EXAMPLES = [
  ["ERC-20 transfer", "erc20-transfer", "a token, one message, six records"],
  ["Call tree", "call-tree", "17 messages: all kinds of calls, five levels deep, a revert, precompiles"],
  ["Creations", "create-and-create2", "contracts that make contracts"],
  ["EIP-7702", "delegation-7702", "accounts that delegate to code"],
  ["Halts", "halts", "49 messages, 40 ways to halt"],
];

/** The transactions to start from: fixtures of the project's own. */
export const inputs = (root) =>
  EXAMPLES.map(([name, file, about]) => ({ name, about, json: readFileSync(join(root, "tests/fixtures", `${file}.json`), "utf8") }));

/** The hypervisor and the live machine of each fork, from the specs. */
export function contracts(root) {
  const artifact = (name) => JSON.parse(readFileSync(join(root, "specs/artifacts", `${name}.json`), "utf8")).bytecode;
  const { forks } = JSON.parse(readFileSync(join(root, "verifier-cli/page/web/src/machine.json"), "utf8"));
  return Object.fromEntries(forks.map(({ name }) => [name, { audit: artifact(name), live: artifact(`live-${name}`) }]));
}
