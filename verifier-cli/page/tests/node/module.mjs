// The page's module, taken out of the page, against the crates that it is made of: a line of stdin is
// `{ name, file, cases }`, each case what the crates said of it; stdout is `{ cases, refused, differing }`.
//   node module.mjs WORK PAGE < LINES
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { bundled } from "../../build/bundle.mjs";
import { packages } from "../../build/packages.mjs";
import { same } from "./same.mjs";

const web = fileURLToPath(new URL("../../web", import.meta.url));
const [work, page] = process.argv.slice(2);
const file = join(work, `module-${process.pid}.mjs`);
writeFileSync(file, await bundled(web, packages(web, work), "module.js", "esm"));
const { Module, Refused } = await import(pathToFileURL(file));
rmSync(file);
const packed = /<script[^>]* id="module">([^<]*)</.exec(readFileSync(page, "utf8"))?.[1];
const module = await Module.of(gunzipSync(Buffer.from(packed, "base64")));

/** What the module says of a case: the hash of its witness.bin and the report, or why it is refused. */
async function said(text, index) {
  try {
    const { said: recorded, bytes } = await module.ask({ ask: "record", index }, text);
    if (recorded.refused) return { refused: recorded.refused };
    const { said: { report } } = await module.ask({ ask: "verify" }, bytes);
    return { witness: createHash("sha256").update(bytes).digest("hex"), report };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.message };
    throw error;
  }
}

let [cases, refused] = [0, 0];
const differing = [];
for await (const line of createInterface({ input: process.stdin })) {
  const { file, cases: expected } = JSON.parse(line);
  const text = readFileSync(file);
  for (const { index, ...expectation } of expected) {
    const found = await said(text, index);
    cases += 1;
    refused += "refused" in found ? 1 : 0;
    if (!same(found, expectation)) differing.push({ file, index, found, expected: expectation });
  }
}
console.log(JSON.stringify({ cases, refused, differing }));
