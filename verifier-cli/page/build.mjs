// Builds the page: one HTML file that needs no server and no network.
//   node verifier-cli/page/build.mjs [-o page.html] [--without-module]
// Needs Node 20 or later, npm, and cargo. Where no compiler for WebAssembly can be had the page is made
// without the module, and says what it lacks; `--require-module` makes that an error. Things are built in
// CARGO_TARGET_DIR, or in target.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { page } from "./build/bundle.mjs";
import { packages } from "./build/packages.mjs";
import { say } from "./build/run.mjs";
import { module } from "./build/wasm.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const web = join(here, "web");

function options(args) {
  const found = { output: "page.html", without: false, required: false };
  while (args.length) {
    const arg = args.shift();
    if (arg === "-o" && args.length) found.output = args.shift();
    else if (arg === "--without-module") found.without = true;
    else if (arg === "--require-module") found.required = true;
    else throw new Error("usage: node build.mjs [-o FILE] [--without-module | --require-module]");
  }
  return found;
}

try {
  const { output, without, required } = options(process.argv.slice(2));
  const work = join(resolve(process.env.CARGO_TARGET_DIR ?? join(root, "target")), "page");
  mkdirSync(work, { recursive: true });
  const modules = packages(web, work);
  const wasm = without ? null : module(root, work);
  if (!wasm && required) throw new Error("no compiler for WebAssembly can be had");
  if (!wasm) say("the page is made without the module: it says what it lacks");
  const html = await page(root, web, modules, wasm);
  writeFileSync(output, html);
  say(`${output}: ${html.length.toLocaleString("en")} bytes`);
} catch (error) {
  say(`error: ${error.message}`);
  process.exit(2);
}
