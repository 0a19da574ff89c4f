// A walk through the steps of a run: code, stack and memory at each, guest gas beside host gas.
import { disassemble, opcodes } from "../assembly.js";
import { fill, h, thousands } from "./dom.js";
import { Rows } from "./rows.js";

export class Walk {
  constructor({ fork, code, live, native }) {
    this.steps = live.steps;
    this.native = native;
    this.names = opcodes(fork).names;
    this.lines = disassemble(code, fork);
    this.lineOf = new Map(this.lines.map(({ pc }, index) => [pc, index]));
    this.at = 0;
    this.code = new Rows("Code", (index) => this.codeRow(this.lines[index]));
    this.table = new Rows("Steps", (index) => this.stepRow(index));
    this.slider = h("input#step", { type: "range", min: "0", max: String(Math.max(0, this.steps.length - 1)), value: "0", "aria-label": "Step", oninput: () => this.to(Number(this.slider.value)) });
    this.where = h("output.note", { for: "step" });
    this.stack = h("ol.words");
    this.memory = h("pre.memory");
    this.stackTitle = h("h3");
    this.memoryTitle = h("h3");
    this.element = h(
      "section.panel.walk",
      { onkeydown: (event) => this.key(event) },
      h("header", h("h2", "Step by step"), this.tools()),
      h(
        "div.body",
        live.more ? h("p.note", `Only the first ${thousands(this.steps.length)} steps are shown.`) : null,
        h("div.walk-grid", h("div.cell", h("h3", "Code"), this.code.element), h("div.cell", this.stackTitle, this.stack, this.memoryTitle, this.memory)),
        h("h3", "Guest and host, step by step"),
        h("div.steps", h("div.step-head", { "aria-hidden": "true" }, ["step", "pc", "opcode", "guest gas", "host gas", "top of stack"].map((name) => h("span", name))), this.table.element),
      ),
    );
    queueMicrotask(() => {
      this.code.show(this.lines.length);
      this.table.show(this.steps.length);
      this.to(0);
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
    const { pc, opcode, stack, memory } = this.steps[this.at];
    this.slider.value = String(this.at);
    this.where.textContent = `${thousands(this.at + 1)} of ${thousands(this.steps.length)}: ${this.name(opcode)} at pc ${pc}`;
    this.code.choose(this.lineOf.get(pc) ?? -1);
    this.table.choose(this.at);
    this.stackTitle.textContent = `Stack, ${thousands(stack.length)} ${stack.length === 1 ? "word" : "words"}`;
    this.memoryTitle.textContent = `Memory, ${thousands(memory.length)} bytes`;
    fill(this.stack, stack.slice(-SHOWN).toReversed().map((word) => h("li", h("code", { title: word.toString() }, `0x${word.toString(16)}`))), stack.length > SHOWN ? h("li.note", `and ${thousands(stack.length - SHOWN)} more`) : null);
    this.memory.textContent = dump(memory);
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
    const { pc, opcode, stack, hostGas, passed } = this.steps[index];
    const top = stack.at(-1);
    return h(
      "div.step-row",
      { onclick: () => this.to(index) },
      h("span", String(index)),
      h("span", String(pc)),
      h("span", this.name(opcode)),
      h("span", this.guestGas(index)),
      h("span", passed ? "with the jump" : thousands(hostGas)),
      h("span.clip", top === undefined ? "" : `0x${top.toString(16)}`),
    );
  }

  /** What the native run paid for a step; of the last, until its end. */
  guestGas(index) {
    const [now, next] = [this.native.steps[index], this.native.steps[index + 1]];
    if (!now) return "";
    const after = next ? next.gas : this.native.steps[0].gas - this.native.end.gasUsed;
    return thousands(Math.max(0, now.gas - after));
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
