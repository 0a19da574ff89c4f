// A walk through the steps of a run: code, stack and memory at each, guest gas beside host gas.
import { disassemble, opcodes } from "../assembly.js";
import { counted, fill, h, thousands } from "./dom.js";
import { Rows } from "./rows.js";

/**
 * Steps are `{ pc, opcode, stack, memorySize }`, of whose stack the top may be all that is there (`height` is then
 * its size), with `memory` where it is known. `columns` are pairs of a name and what stands in it at a step.
 */
export class Walk {
  constructor({ fork, code, steps, more, columns, title = "Step by step", note = null }) {
    this.steps = steps;
    this.columns = columns;
    this.names = opcodes(fork).names;
    this.lines = disassemble(code, fork);
    this.lineOf = new Map(this.lines.map(({ pc }, index) => [pc, index]));
    this.at = 0;
    this.code = new Rows("Code", (index) => this.codeRow(this.lines[index]));
    this.table = new Rows("Steps", (index) => this.stepRow(index));
    this.slider = h("input", { type: "range", min: "0", max: String(Math.max(0, this.steps.length - 1)), value: "0", "aria-label": "Step", oninput: () => this.to(Number(this.slider.value)) });
    this.where = h("output.note");
    this.stack = h("ol.words");
    this.memory = h("pre.memory");
    this.stackTitle = h("h3");
    this.memoryTitle = h("h3");
    const heads = ["step", "pc", "opcode", ...columns.map(([name]) => name), "top of stack"];
    this.element = h(
      "section.panel.walk",
      { onkeydown: (event) => this.key(event) },
      h("header", h("h2", title), this.tools()),
      h(
        "div.body",
        note,
        more ? h("p.note", `Only the first ${thousands(this.steps.length)} steps are shown.`) : null,
        h("div.walk-grid", h("div.cell", h("h3", "Code"), this.code.element), h("div.cell", this.stackTitle, this.stack, this.memoryTitle, this.memory)),
        h("div.steps", h("div.step-head", { "aria-hidden": "true" }, heads.map((name) => h("span", name))), this.table.element),
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
    this.slider.value = String(this.at);
    this.where.textContent = `${thousands(this.at + 1)} of ${thousands(this.steps.length)}: ${this.name(opcode)} at pc ${pc}`;
    this.code.choose(this.lineOf.get(pc) ?? -1);
    this.table.choose(this.at);
    this.stackTitle.textContent = `Stack, ${counted(height, "word")}`;
    this.memoryTitle.textContent = `Memory, ${thousands(memorySize)} bytes`;
    fill(this.stack, stack.slice(-SHOWN).toReversed().map((word) => h("li", h("code", { title: word.toString() }, `0x${word.toString(16)}`))), height > SHOWN ? h("li.note", `and ${thousands(height - SHOWN)} more`) : null);
    this.memory.hidden = !memory;
    if (memory) this.memory.textContent = dump(memory);
  }

  name(opcode) {
    return this.names.get(opcode) ?? `0x${opcode.toString(16).padStart(2, "0")}`;
  }

  codeRow({ pc, name, operand, known }) {
    return h("div", { "data-pc": String(pc), onclick: () => this.toPc(pc) }, h("span.pc", String(pc)), h("span", { class: known ? null : "quiet" }, name), operand ? h("span.operand", operand) : null);
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
      h("span", String(index)),
      h("span", String(pc)),
      h("span", this.name(opcode)),
      this.columns.map(([, cell]) => h("span", cell(index))),
      h("span.clip", top === undefined ? "" : `0x${top.toString(16)}`),
    );
  }
}

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
