#!/usr/bin/env node
// npm's solc as forge and Hardhat call a native one, for where none is to be had:
//   npm install --no-save solc@0.8.37 && forge test --use ./solcjs.mjs
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// The compiler is looked for where the command runs, or where NODE_MODULES says.
const base = process.env.NODE_MODULES ?? join(process.cwd(), "node_modules");
const solc = createRequire(join(base, "index.js"))(join(base, "solc"));

if (process.argv.includes("--version")) {
  console.log(`Version: ${solc.version()}`);
} else {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}
