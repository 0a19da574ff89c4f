// Compiles AuditRegister.sol to AuditRegister.json. Needs npm's solc 0.8.37:
//   npm install --no-save solc@0.8.37 && node build.mjs [FILE]
// FILE is where the artifact goes; the default is beside the source, `-` is stdout.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
// The compiler is looked for where the command runs, not where this file is.
const solc = createRequire(join(process.cwd(), "index.js"))("solc");
const name = "AuditRegister";
const source = `${name}.sol`;

const output = JSON.parse(
  solc.compile(
    JSON.stringify({
      language: "Solidity",
      sources: { [source]: { content: readFileSync(join(here, source), "utf8") } },
      settings: {
        evmVersion: "cancun",
        optimizer: { enabled: true, runs: 1000 },
        metadata: { appendCBOR: false, bytecodeHash: "none" },
        outputSelection: {
          "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] },
        },
      },
    }),
  ),
);
if (output.errors?.length) {
  for (const error of output.errors) console.error(error.formattedMessage);
  process.exit(1);
}
const contract = output.contracts[source][name];
const artifact = {
  contract: name,
  compiler: solc.version(),
  bytecode: `0x${contract.evm.bytecode.object}`,
  deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
  abi: contract.abi,
};
const text = `${JSON.stringify(artifact, null, 2)}\n`;
const target = process.argv[2] ?? join(here, `${name}.json`);
if (target === "-") process.stdout.write(text);
else writeFileSync(target, text);
