// The page of its parts: the sources bundled, the contracts, examples and module packed into it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { contracts, inputs } from "./data.mjs";

/** Bundles an entry of `web/src` for where it runs: `browser`, or `node` for tests. */
export async function bundled(web, modules, entry, format = "iife") {
  const esbuild = createRequire(join(modules, "index.js"))("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(web, "src", entry)],
    bundle: true,
    write: false,
    format,
    minify: format === "iife",
    target: "es2022",
    platform: "browser",
    nodePaths: [modules],
    legalComments: "none",
    logLevel: "error",
  });
  return outputFiles[0].text;
}

const packed = (bytes) => gzipSync(bytes, { level: 9 }).toString("base64");

/** Text of a script, which must not end it. */
const inline = (text) => text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");

/** The page as one HTML text. `wasm` is null where the module could not be had. */
export async function page(root, web, modules, wasm) {
  const read = (path) => readFileSync(join(root, path), "utf8");
  const style = read("verifier-cli/explain/src/page/look.css") + readFileSync(join(web, "src/page.css"), "utf8");
  const data = JSON.stringify({ contracts: contracts(root), inputs: inputs(root) });
  const version = /^version = "(.*)"/m.exec(read("Cargo.toml"))[1];
  const built = wasm
    ? `Version ${version}, with our crates as WebAssembly: recorder, both engines, four audits.`
    : `Version ${version}, without our crates as WebAssembly: it has the emitted contracts alone.`;
  const parts = {
    STYLE: style,
    BUILT: built,
    DATA: packed(data),
    MODULE: wasm ? packed(wasm) : "",
    WORKER: inline(await bundled(web, modules, "worker.js")),
    PAGE: inline(await bundled(web, modules, "ui/app.js")),
  };
  const html = readFileSync(join(web, "src/index.html"), "utf8");
  return html.replace(/\/\*([A-Z]+)\*\//g, (whole, name) => parts[name] ?? whole);
}
