// A walk through the steps of a run: code, stack and memory at each, guest gas beside host gas.
import { disassemble, opcodes } from "../assembly.js";
import { counted, fill, h, thousands } from "./dom.js";
import { Rows } from "./rows.js";

/**
 * Steps are `{ pc, opcode, stack, memorySize }`, of whose stack the top may be all that is there (`height` is then
 * its size), with `memory` where it is known. They count from 0, as the command line counts them. `columns` are pairs
 * of a name and what stands in it at a step. `beside` is another run of the same code, that differs from step `from`
 * on, and is shown from there: `{ name, steps, from }`.
 */
export class Walk {
  constructor({ fork, code, steps, more, columns, title = "Step by step", note = null, beside = null }) {
    this.steps = steps;
    this.beside = beside;
    this.columns = columns;
    this.names = opcodes(fork).names;
    this.lines = disassemble(code, fork);
    this.lineOf = new Map(this.lines.map(({ pc }, index) => [pc, index]));
    this.at = beside?.from ?? 0;
    this.code = new Rows("Code", (index) => this.codeRow(this.lines[index]));
    this.table = new Rows("Steps", (index) => this.stepRow(index), ["rowgroup", "presentation", "row"]);
    this.slider = h("input", { type: "range", min: "0", max: String(Math.max(0, this.steps.length - 1)), value: "0", "aria-label": "Step", oninput: () => this.to(Number(this.slider.value)) });
    this.where = h("output.note");
    this.stack = h("ol.words");
    this.otherStack = h("ol.words");
    this.otherTitle = h("h3");
    this.other = h("div.cell.other", { hidden: true }, this.otherTitle, this.otherStack);
    this.memory = h("pre.memory");
    this.stackTitle = h("h3");
    this.memoryTitle = h("h3");
    const heads = ["step", "pc", "opcode", ...columns.map(([name]) => name), "top of stack"];
    this.element = h(
      "section.panel.walk",
      { tabindex: "-1", "aria-label": title, onkeydown: (event) => this.key(event) },
      h("header", h("h2", title), this.tools()),
      h(
        "div.body",
        note,
        more ? h("p.note", `Only the first ${thousands(this.steps.length)} steps are shown.`) : null,
        h("div.walk-grid", h("div.cell", h("h3", "Code"), this.code.element), h("div.cell", this.stackTitle, this.stack, this.other, this.memoryTitle, this.memory)),
        h("div.steps", { role: "table", "aria-label": title, "aria-rowcount": String(steps.length) }, h("div.step-head", { role: "row" }, heads.map((name) => h("span", { role: "columnheader" }, name))), this.table.element),
      ),
    );
    queueMicrotask(() => {
      this.code.show(this.lines.length);
      this.table.show(this.steps.length);
      this.to(this.at);
    });
  }

  tools() {
    const button = (shape, label, to) => h("button", { type: "button", "aria-label": label, title: label, onclick: () => this.to(to()) }, icon(shape));
    return h(
      "div.tools.walk-tools",
      button("M4 3v10M13 3 6 8l7 5z", "First step", () => 0),
      button("M12 3 5 8l7 5z", "Step back (←)", () => this.at - 1),
      button("M4 3l7 5-7 5z", "Step on (→)", () => this.at + 1),
      button("M12 3v10M3 3l7 5-7 5z", "Last step", () => this.steps.length - 1),
      this.slider,
      this.where,
    );
  }

  key(event) {
    if (event.target.matches("input, textarea, select")) return;
    const to = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: this.steps.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.to(to);
  }

  to(step) {
    if (!this.steps.length) return;
    this.at = Math.min(Math.max(step, 0), this.steps.length - 1);
    const { pc, opcode, stack, height = stack.length, memory, memorySize } = this.steps[this.at];
    const where = `step ${thousands(this.at)} of ${thousands(this.steps.length - 1)}: ${this.name(opcode)} at pc ${pc}`;
    this.slider.value = String(this.at);
    this.slider.setAttribute("aria-valuetext", where);
    this.where.textContent = where;
    this.code.choose(this.lineOf.get(pc) ?? -1);
    this.table.choose(this.at);
    this.stackTitle.textContent = `Stack, ${counted(height, "word")}`;
    this.memoryTitle.textContent = `Memory, ${counted(memorySize, "byte")}`;
    fill(this.stack, words(stack, height));
    this.showBeside();
    this.memory.hidden = !memory;
    if (memory) this.memory.textContent = dump(memory);
  }

  /** The other run at this step, where it is another. */
  showBeside() {
    this.other.hidden = !this.beside || this.at < this.beside.from;
    if (this.other.hidden) return;
    const step = this.beside.steps[this.at];
    const what = step ? `${this.name(step.opcode)} at pc ${step.pc}, ${counted(step.height, "word")}` : "has ended";
    this.otherTitle.textContent = `${this.beside.name}: ${what}`;
    fill(this.otherStack, step ? words(step.stack, step.height) : null);
  }

  name(opcode) {
    return this.names.get(opcode) ?? `0x${opcode.toString(16).padStart(2, "0")}`;
  }

  codeRow({ pc, name, operand, known }) {
    return h("div", { "data-pc": String(pc), onclick: () => this.toPc(pc) }, h("span.pc", String(pc)), " ", h("span", { class: known ? null : "quiet" }, name), operand ? [" ", h("span.operand", operand)] : null);
  }

  /** The next time that the run comes to a place. */
  toPc(pc) {
    const later = this.steps.findIndex((step, index) => index > this.at && step.pc === pc);
    const first = later < 0 ? this.steps.findIndex((step) => step.pc === pc) : later;
    if (first >= 0) this.to(first);
  }

  stepRow(index) {
    const { pc, opcode, stack } = this.steps[index];
    const top = stack.at(-1);
    return h(
      "div.step-row",
      { onclick: () => this.to(index) },
      cell(String(index)),
      " ",
      cell(String(pc)),
      " ",
      cell(this.name(opcode)),
      this.columns.map(([, said]) => [" ", cell(said(index))]),
      " ",
      h("span.clip", { role: "cell" }, top === undefined ? "" : `0x${top.toString(16)}`),
    );
  }
}

const cell = (text) => h("span", { role: "cell" }, text);

/** The top of a stack, its top first. */
const words = (stack, height) => [
  stack.slice(-SHOWN).toReversed().map((word) => h("li", h("code", { title: word.toString() }, `0x${word.toString(16)}`), " ")),
  height > SHOWN ? h("li.note", `and ${thousands(height - SHOWN)} more`) : null,
];

/** A small picture of one line. */
function icon(path) {
  const name = "http://www.w3.org/2000/svg";
  const [svg, line] = ["svg", "path"].map((tag) => document.createElementNS(name, tag));
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** Words of the stack, and bytes of memory, that are shown. */
const SHOWN = 24;
const MEMORY = 1024;

/** Memory as rows of 32 bytes. */
function dump(memory) {
  if (!memory.length) return "empty";
  const rows = [];
  for (let at = 0; at < Math.min(memory.length, MEMORY); at += 32) {
    const digits = Array.from(memory.slice(at, at + 32), (byte) => byte.toString(16).padStart(2, "0"));
    rows.push(`${at.toString(16).padStart(4, "0")}  ${digits.slice(0, 16).join("")}\n      ${digits.slice(16).join("")}`);
  }
  if (memory.length > MEMORY) rows.push(`and ${thousands(memory.length - MEMORY)} bytes more`);
  return rows.join("\n");
}
