// Lie: any field of a true witness, changed by hand, and which audit finds it, with which words.
import { clipped } from "../plain.js";
import { counted, fill, h, panel } from "./dom.js";
import { Stopped, Turns } from "./engine.js";
import { Fields, text } from "./fields.js";
import { read, taken } from "./files.js";
import { lies, nameOf, valueAt, withValue } from "./lies.js";
import { conclusion, finding } from "./report.js";
import { brought, failed, working } from "./wait.js";

export class Lie {
  constructor(engine, { inputs }) {
    this.engine = engine;
    this.inputs = inputs;
    /** The witness that it begins with: fields, bytes, and what is said of it. */
    this.truth = null;
    this.bytes = null;
    this.first = null;
    this.changes = new Map();
    this.turns = new Turns();
    this.starts = h("div.stack#lie-starts");
    this.fields = new Fields((place, value) => this.change(place, value));
    this.told = h("div.stack#lie-told", { tabindex: "-1" });
    this.said = h("div.stack#lie-result");
    this.name = h("span.note");
    this.wait = h("div");
    this.bench = h("div.run-grid", { hidden: true }, panel("The witness, field by field", this.name, this.starts, this.fields.element), h("div.stack", this.told, this.said));
    this.element = h("div.view#view-lie", { role: "tabpanel", tabindex: "-1", "aria-labelledby": "tab-lie", hidden: true }, this.intro(), this.choice(), this.wait, this.bench);
  }

  intro() {
    return h("p.lead", "Take a true witness and change something in it. One of four audits finds whatever does not follow from what anchors the witness: the block’s header, the signed transaction, the state’s root. A witness without a header is anchored by nothing in what it says of its block, and one that is not signed in who sent it: there another value is another witness, not a false one.");
  }

  choice() {
    if (!this.engine.given.wasm) return h("p.note", "This page was built without our crates as WebAssembly, and lacks this.");
    const start = ({ name, file, about }) => h("button", { type: "button", title: about, onclick: () => this.open(name, file) }, name);
    return h("div.tools.screen-only", { role: "group", "aria-label": "Examples" }, h("span.note", "A true witness:"), this.inputs.map(start));
  }

  /** A file that was dropped: its witness, or the one of what it says. */
  async dropped(files) {
    const [file] = files;
    const turn = this.waits("Reading");
    try {
      const bytes = await read(file);
      if (turn()) await this.open(file.name, bytes, taken(files, file));
    } catch (error) {
      if (turn()) this.fail(error);
    }
  }

  async open(name, file, note = null) {
    const turn = this.waits("Recording");
    try {
      const { witness, said } = await this.engine.ask("open", { file, index: 0 });
      if (!turn()) return;
      if (said?.refused) this.fail(new Error(said.refused));
      else await this.use(name, witness, turn, note);
    } catch (error) {
      if (turn()) this.fail(error);
    }
  }

  /** A witness of the other view's. */
  async begin(name, witness) {
    const turn = this.waits("Reading");
    try {
      await this.use(name, witness, turn);
    } catch (error) {
      if (turn()) this.fail(error);
    }
  }

  /** Says that something else is being got, and asks nothing more of what was. */
  waits(what) {
    const turn = this.turns.next();
    this.engine.only();
    this.truth = null;
    this.bench.hidden = true;
    fill(this.wait, working(what, this.engine));
    return turn;
  }

  fail(error) {
    fill(this.wait, failed(error));
  }

  /** Begins with a witness. */
  async use(name, witness, turn, note = null) {
    const truth = await this.engine.ask("fields", { witness });
    const bytes = await this.engine.ask("assemble", { fields: truth });
    if (!turn()) return;
    [this.truth, this.bytes, this.first] = [truth, bytes, null];
    this.changes.clear();
    fill(this.wait);
    this.name.textContent = [clipped(name), note].filter(Boolean).join(". ");
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
    // The button is gone: the next one, or the list.
    (this.told.querySelector("button") ?? this.told).focus();
  }

  /** Verifies what is said now; what was asked before is not waited for. */
  async judge() {
    const turn = this.turns.next();
    this.engine.only();
    this.list();
    fill(this.said, working("Four audits", this.engine));
    try {
      const witness = await this.engine.ask("assemble", { fields: this.changed([...this.changes.values()]) });
      const same = await this.sameValues();
      const said = await this.engine.ask("verify", { witness });
      if (!turn()) return;
      if (!this.changes.size) this.first = said.report.verdict;
      this.list(same);
      this.show(said, this.changes.size - same.size);
      brought(this.said);
    } catch (error) {
      if (turn()) fill(this.said, error instanceof Stopped ? failed(error) : refused(error));
    }
  }

  /** The fields with some changes. */
  changed(changes) {
    return changes.reduce((all, { place, value }) => withValue(all, place, value), this.truth);
  }

  /** The changes that change nothing: the same value, written in another way. */
  async sameValues() {
    const same = new Set();
    for (const [key, change] of this.changes) {
      const alone = await this.engine.ask("assemble", { fields: this.changed([change]) });
      if (alone.length === this.bytes.length && alone.every((byte, at) => byte === this.bytes[at])) same.add(key);
    }
    return same;
  }

  /** The changes; `same` are those that change no value. */
  list(same = new Set()) {
    const rows = [...this.changes].map(([key, { place, value }]) =>
      h("li", h("code.hash", key), h("br"), h("del.hash", text(valueAt(this.truth, place))), " ", h("br"), h("ins.hash", text(value)), " ", same.has(key) ? h("span.note", "the same value, written in another way ") : null, h("button.plain", { type: "button", "aria-label": `Undo ${key}`, onclick: () => this.undo(key) }, "undo")),
    );
    const count = rows.length - same.size;
    const title = count ? counted(count, "lie") : this.first && this.first !== "valid" ? "No lie of yours yet" : "No lie yet";
    const start = this.first && this.first !== "valid" ? h("p.note#start", `This witness was ${this.first} as it came: what is found here is not by your change alone.`) : null;
    fill(this.told, panel(title, null, start, rows.length ? h("ol.changes", rows) : h("p.note", "Change a field, or take one of the lies to start from.")));
  }

  show(said, count) {
    const { audits, selected } = said.report;
    const finders = selected.filter((audit) => audits[audit] === "invalid");
    const words = finders.length
      ? `Found by the ${finders.join(" and the ")} audit${finders.length > 1 ? "s" : ""}.`
      : count
        ? `No audit calls it false. ${this.unanchored(said.report)}`
        : said.report.verdict === "valid" ? "Nothing here is false." : "Nothing here is found false; not all could be audited.";
    fill(this.said, conclusion(said), h("p#finders", { "data-finders": finders.join(" ") }, words), said.told.map((one) => finding(one, said.told)), said.lacks.length ? h("ul.plain.note", said.lacks.map((line) => h("li", line))) : null);
  }

  /** Why something else can be said and nothing be false. */
  unanchored({ anchors }) {
    const places = [...this.changes.values()].map(({ place: [first] }) => first);
    const lacks = [
      places.includes("block") && "digest" in anchors.block ? "The witness has no header of its block, so that what it says of the block is anchored by nothing" : null,
      places.includes("transaction") && "digest" in anchors.transaction ? "The transaction is not signed, so that what it says is anchored by nothing" : null,
    ].filter(Boolean);
    const why = lacks.length ? `${lacks.join(". ")}: this is a witness of something else.` : "It is a witness of something else, which could have been so.";
    return `${why} Who knows which block, transaction and root it must be about finds it by the anchors of its report.`;
  }
}

/** A lie that is no witness any more: nobody has to audit it. */
const refused = (error) => h("div.finding.follows", { role: "alert" }, h("h3", "No reader takes this"), " ", h("p", error.message), " ", h("p.note", "Bytes that are not what they must be are refused before any audit: they convict nobody, and prove nothing."));
