// Lie: any field of a true witness, changed by hand, and which audit finds it, with which words.
import { counted, fill, h, panel } from "./dom.js";
import { conclusion, finding } from "./audit.js";
import { Fields } from "./fields.js";
import { lies, nameOf, valueAt, withValue } from "./lies.js";
import { Stopped } from "./engine.js";
import { failed, working } from "./run.js";

export class Lie {
  constructor(engine, { inputs }) {
    this.engine = engine;
    this.inputs = inputs;
    this.truth = null;
    this.changes = new Map();
    this.turn = 0;
    this.starts = h("div.stack#lie-starts");
    this.fields = new Fields((place, value) => this.change(place, value));
    this.told = h("div.stack#lie-told");
    this.said = h("div.stack#lie-result");
    this.name = h("span.note");
    this.bench = h("div.run-grid", { hidden: true }, panel("The witness, field by field", this.name, this.starts, this.fields.element), h("div.stack", this.told, this.said));
    this.element = h("div.view#view-lie", { role: "tabpanel", "aria-labelledby": "tab-lie", hidden: true }, this.intro(), this.choice(), this.bench);
  }

  intro() {
    return h("p.lead", "Take a true witness and change something in it. Whatever is false, one of four audits finds; what cannot be told apart from the truth is the truth.");
  }

  choice() {
    if (!this.engine.given.wasm) return h("p.note", "This page was built without our crates as WebAssembly, and lacks this.");
    const start = ({ name, file, about }) => h("button", { type: "button", title: about, onclick: () => this.open(name, file) }, name);
    return h("div.tools", { role: "group", "aria-label": "Examples" }, h("span.note", "A true witness:"), this.inputs.map(start));
  }

  async open(name, file) {
    try {
      const { witness } = await this.engine.ask("open", { file, index: 0 });
      await this.use(name, witness);
    } catch (error) {
      this.bench.hidden = false;
      fill(this.said, failed(error));
    }
  }

  /** Begins with a witness. */
  async use(name, witness) {
    this.truth = await this.engine.ask("fields", { witness });
    this.changes.clear();
    this.name.textContent = name;
    this.bench.hidden = false;
    const here = lies.filter(({ place }) => place(this.truth));
    fill(this.starts, h("div.tools.lies", { role: "group", "aria-label": "Lies to start from" }, here.map(({ name: lie, place, change }) => h("button", { type: "button", "data-lie": lie, onclick: () => this.tell(place(this.truth), change) }, lie))));
    this.fields.show(this.truth);
    await this.judge();
  }

  /** A lie to start from, in the place of all others. */
  tell(place, change) {
    this.changes.clear();
    this.changes.set(nameOf(place), { place, value: change(valueAt(this.truth, place)) });
    this.fields.show(this.truth, this.changes);
    this.fields.reveal(place);
    this.judge();
  }

  change(place, value) {
    const key = nameOf(place);
    if (value === valueAt(this.truth, place)) this.changes.delete(key);
    else this.changes.set(key, { place, value });
    this.judge();
  }

  undo(key) {
    this.changes.delete(key);
    this.fields.show(this.truth, this.changes);
    this.judge();
  }

  /** Verifies what is said now; what was asked before is not waited for. */
  async judge() {
    const turn = ++this.turn;
    const fields = [...this.changes.values()].reduce((all, { place, value }) => withValue(all, place, value), this.truth);
    this.list();
    fill(this.said, working("Four audits", this.engine));
    try {
      const witness = await this.engine.ask("assemble", { fields });
      const said = await this.engine.ask("verify", { witness });
      if (turn === this.turn) this.show(said);
    } catch (error) {
      if (turn === this.turn) fill(this.said, error instanceof Stopped ? failed(error) : refused(error));
    }
  }

  list() {
    const rows = [...this.changes].map(([key, { place, value }]) =>
      h("li", h("code.hash", key), h("br"), h("del.hash", String(valueAt(this.truth, place))), h("br"), h("ins.hash", String(value)), " ", h("button.plain", { type: "button", onclick: () => this.undo(key) }, "undo")),
    );
    fill(this.told, panel(rows.length ? counted(rows.length, "lie") : "No lie yet", null, rows.length ? h("ol.changes", rows) : h("p.note", "Change a field, or take one of the lies to start from.")));
  }

  show(said) {
    const { audits, selected } = said.report;
    const finders = selected.filter((audit) => audits[audit] === "invalid");
    const words = finders.length
      ? `Found by the ${finders.join(" and the ")} audit${finders.length > 1 ? "s" : ""}.`
      : this.changes.size
        ? "No audit calls it false."
        : "Nothing here is false.";
    fill(this.said, conclusion(said), h("p#finders", { "data-finders": finders.join(" ") }, words), said.told.map((one) => finding(one, said.told)), said.lacks.length ? h("ul.plain.note", said.lacks.map((line) => h("li", line))) : null);
  }
}

/** A lie that is no witness any more: nobody has to audit it. */
const refused = (error) => h("div.finding.follows", { role: "alert" }, h("h3", "No reader takes this"), h("p", error.message), h("p.note", "Bytes that are not what they must be are refused before any audit: they convict nobody, and prove nothing."));
