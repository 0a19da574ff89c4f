// The emitted contracts in an EVM that is not ours against what the embedded EVM said: a line of stdin is
// `{ name, calls, expected }`, stdout is `{ messages, hostGas, differing }`.
//   node agree.mjs WORK < LINES
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundled } from "../../build/bundle.mjs";
import { packages } from "../../build/packages.mjs";
import { same } from "./same.mjs";

const web = fileURLToPath(new URL("../../web", import.meta.url));
const work = process.argv[2];
const file = join(work, `audit-${process.pid}.mjs`);
writeFileSync(file, await bundled(web, packages(web, work), "evm/audit.js", "esm"));
const { Auditor } = await import(pathToFileURL(file));
rmSync(file);

let [messages, hostGas] = [0, 0n];
const verdicts = {};
const differing = [];
for await (const line of createInterface({ input: process.stdin })) {
  const { name, calls, expected } = JSON.parse(line);
  const all = await Auditor.all(calls);
  for (const [index, found] of all.entries()) {
    messages += 1;
    hostGas += BigInt(found.hostGas);
    verdicts[found.said.verdict] = (verdicts[found.said.verdict] ?? 0) + 1;
    if (!same(found, expected[index])) differing.push({ name, index, found, expected: expected[index] });
  }
}
console.log(JSON.stringify({ messages, hostGas: hostGas.toString(), verdicts, differing }));
