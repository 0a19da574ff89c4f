// What a visitor has from a Solidity compiler: with it calls, records and places have their names.
import { clipped } from "../plain.js";
import { counted, fill, h } from "./dom.js";

/** The most bytes that are taken. */
const MOST = 64 << 20;
/** Sources that are named as not at hand. */
const NAMED = 3;

export class Sources {
  /** `onChange` is called when more is known. */
  constructor(engine, onChange) {
    this.engine = engine;
    this.onChange = onChange;
    /** Files: `{ name, json }`. */
    this.artifacts = [];
    this.input = h("input#artifacts.visually-hidden", { type: "file", multiple: true, accept: ".json,.sol,.yul", onchange: () => this.add([...this.input.files]) });
    this.none = "solc’s standard JSON output, files of Foundry’s out/ or Hardhat’s artifacts/, and sources: calls, records and lines by their names. They can be dropped here.";
    this.said = h("span.note#artifacts-said", { role: "status" }, this.none);
    this.remove = h("button", { type: "button", hidden: true, onclick: () => this.removed() }, "Remove them");
    this.element = h("div.tools.screen-only#sources", h("label.button", "Add Solidity artifacts", this.input), this.remove, this.said);
  }

  async add(files) {
    if (!files.length) return;
    try {
      const size = [...files, ...this.artifacts].reduce((sum, { size, json }) => sum + (size ?? json.length), 0);
      if (size > MOST) throw new Error("these files are larger than 64 MB together: the command line takes them, by --artifacts");
      const more = await Promise.all(files.map(read));
      // What is there already is not there twice; of one name there can be several, of several folders.
      const kept = this.artifacts.filter(({ name, json }) => !more.some((other) => other.name === name && other.json === json));
      const artifacts = [...kept, ...more];
      const known = await this.engine.ask("artifacts", { artifacts });
      this.artifacts = artifacts;
      this.remove.hidden = false;
      fill(this.said, told(known));
      this.onChange();
    } catch (error) {
      fill(this.said, h("span.is-invalid", error.message));
    } finally {
      this.input.value = "";
    }
  }

  removed() {
    this.artifacts = [];
    this.remove.hidden = true;
    fill(this.said, this.none);
    this.input.focus();
    this.onChange();
  }
}

async function read(file) {
  try {
    return { name: file.name, json: await file.text() };
  } catch {
    throw new Error(`${clipped(file.name)} cannot be read: it is a folder, or it has changed or gone`);
  }
}

/** What is known, in words. */
function told({ contracts, withSourceMap, withStorageLayout, sourcesWanted }) {
  const wanted = sourcesWanted.slice(0, NAMED).map((name) => clipped(name)).join(", ") + (sourcesWanted.length > NAMED ? ", …" : ".");
  const lacks = sourcesWanted.length ? ` Not at hand, add them too: ${wanted}` : "";
  return `${counted(contracts, "contract")}, ${withSourceMap} with source maps, ${withStorageLayout} with storage layouts.${lacks}`;
}
