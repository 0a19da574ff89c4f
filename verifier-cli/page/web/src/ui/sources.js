// What a visitor has from a Solidity compiler: with it calls, records and places have their names.
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
    this.said = h("span.note#artifacts-said", { role: "status" }, "solc’s standard JSON output, files of Foundry’s out/ or Hardhat’s artifacts/, and sources: calls, records and lines by their names.");
    this.element = h("div.tools#sources", h("label.button", "Add Solidity artifacts", this.input), this.said);
  }

  async add(files) {
    if (!files.length) return;
    try {
      const size = [...files, ...this.artifacts].reduce((sum, { size, json }) => sum + (size ?? json.length), 0);
      if (size > MOST) throw new Error("these files are larger than 64 MB together: the command line takes them, by --artifacts");
      const more = await Promise.all(files.map(async (file) => ({ name: file.name, json: await file.text() })));
      const artifacts = [...this.artifacts, ...more];
      const known = await this.engine.ask("artifacts", { artifacts });
      this.artifacts = artifacts;
      fill(this.said, told(known));
      this.onChange();
    } catch (error) {
      fill(this.said, h("span.is-invalid", error.message));
    } finally {
      this.input.value = "";
    }
  }
}

/** What is known, in words. */
function told({ contracts, withSourceMap, withStorageLayout, sourcesWanted }) {
  const wanted = sourcesWanted.slice(0, NAMED).join(", ") + (sourcesWanted.length > NAMED ? ", …" : ".");
  const lacks = sourcesWanted.length ? ` Not at hand, add them too: ${wanted}` : "";
  return `${counted(contracts, "contract")}, ${withSourceMap} with source maps, ${withStorageLayout} with storage layouts.${lacks}`;
}
