// Compiles contracts of this folder, each to artifacts/NAME.json. Needs npm's solc 0.8.37:
//   npm install --no-save solc@0.8.37 && node build.mjs FILE... [--to FOLDER]
// FILE is relative to this folder and named like its contract; FOLDER is where artifacts go, the
// default is beside this file, `-` is stdout.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
// The compiler is looked for where the command runs, not where this file is.
const solc = createRequire(join(process.cwd(), "index.js"))("solc");

const files = process.argv.slice(2);
const option = files.indexOf("--to");
const target = option < 0 ? join(here, "artifacts") : files.splice(option, 2)[1];

const read = (file) => ({ content: readFileSync(join(here, file), "utf8") });
// What is imported is named relative to this folder, too.
const resolve = (file) => {
  try {
    return { contents: read(file).content };
  } catch (error) {
    return { error: error.message };
  }
};

for (const file of files) {
  const name = basename(file, ".sol");
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Solidity",
        sources: { [file]: read(file) },
        settings: {
          evmVersion: "cancun",
          viaIR: true,
          optimizer: { enabled: true, runs: 1000 },
          metadata: { appendCBOR: false, bytecodeHash: "none" },
          outputSelection: {
            [file]: { [name]: ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] },
          },
        },
      }),
      { import: resolve },
    ),
  );
  // That a name may be a keyword one day says nothing of today's.
  const errors = output.errors?.filter((error) => !error.message.includes("promoted to keyword"));
  if (errors?.length) {
    for (const error of errors) console.error(error.formattedMessage);
    process.exit(1);
  }
  const contract = output.contracts[file][name];
  const artifact = {
    contract: name,
    compiler: solc.version(),
    bytecode: `0x${contract.evm.bytecode.object}`,
    deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
    abi: contract.abi,
  };
  const text = `${JSON.stringify(artifact, null, 2)}\n`;
  if (target === "-") {
    process.stdout.write(text);
  } else {
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, `${name}.json`), text);
  }
}
