// A walk through the steps of a message: where it is, and the code.

class Walk {
  constructor(message) {
    this.message = message;
    this.machine = machineOf(message);
    const { machine } = this;
    this.ran = new Set(machine.pcs);
    this.code = new Rows({ label: "Code", name: "code", draw: (index) => this.row(index), choose: (index) => this.toPc(machine.code.starts[index]) });
    this.state = new State(message, machine);
    this.slider = h("input#step", { type: "range", min: 0, max: machine.count - 1, value: 0, "aria-label": "Step", oninput: () => go({ step: Number(this.slider.value) }) });
    this.where = h("output.where", { for: "step", "aria-live": "polite" });
    this.element = h(
      "section.panel.walk",
      { "aria-label": "Step by step" },
      h("header", h("h2", "Step by step"), this.where),
      h("div.controls.screen-only", this.buttons(), this.slider, this.jumps()),
      h("div.body", this.left(), h("div.walk-grid", h("div.cell", h("h3", "Code", this.size()), this.code.element), this.state.element)),
    );
  }

  buttons() {
    const button = (shape, label, to) => h("button", { type: "button", "aria-label": label, title: label, onclick: () => go({ step: to() }) }, icon(shape));
    return h(
      "div.tools",
      button("M4 3v10M13 3L6 8l7 5z", "First step (Home)", () => 0),
      button("M12 3L5 8l7 5z", "Step back (←)", () => here.step - 1),
      button("M4 3l7 5-7 5z", "Step on (→)", () => here.step + 1),
      button("M12 3v10M3 3l7 5-7 5z", "Last step (End)", () => this.machine.count - 1),
    );
  }

  jumps() {
    const jump = (label, key, run) => h("button", { type: "button", title: `${label} (${key})`, onclick: run }, label);
    const finding = data.findings.find((it) => it.message === this.message.index);
    return h(
      "div.tools",
      this.machine.taking.length ? [jump("Record before", "p", () => nextRecord(-1)), jump("Next record", "n", () => nextRecord(1))] : null,
      finding && stepOf(finding) !== null ? h("button", { type: "button", title: "To the finding (f)", onclick: toFinding }, h("span.is-invalid", "To the finding")) : null,
    );
  }

  size() {
    const { code } = this.machine;
    const size = h("span.quiet", ` ${thousands(code.bytes.length)} bytes`);
    return code.contract ? [h("span.quiet", ` of ${code.contract},`), size] : size;
  }

  /** What of the message's steps the file does not have. */
  left() {
    const { first, total, cost } = this.message.steps;
    if (cost.length === total) return null;
    return h("p.note", `Of ${thousands(total)} steps, these are the ${thousands(cost.length)} from step ${thousands(first)} on; the others are not in this file.`);
  }

  row(index) {
    const { code } = this.machine;
    const { pc, name, operand } = code.instruction(code.starts[index]);
    const place = code.place(pc);
    const before = index > 0 ? code.place(code.starts[index - 1]) : null;
    const isNew = place && place.place !== before?.place;
    return h(
      "div",
      { class: this.ran.has(pc) ? "ran" : "not-ran", "data-pc": pc, title: place?.place },
      h("span.pc", String(pc)),
      h("span.opcode", name),
      operand ? h("span.operand", operand.length > 26 ? `${operand.slice(0, 18)}…${operand.slice(-6)}` : operand) : null,
      isNew ? h("span.from", `${place.file.split("/").at(-1)}${place.line === null ? "" : `:${place.line}`}`) : null,
    );
  }

  /** The next time that the run comes to a place. */
  toPc(pc) {
    const step = this.machine.nearest(pc, here.step);
    if (step >= 0) go({ step });
    else this.code.choose(this.machine.code.lineOf.get(pc) ?? -1);
  }

  open() {
    this.code.show(this.machine.code.starts.length);
  }

  to(step) {
    const { machine } = this;
    const now = machine.at(step);
    this.slider.value = String(step);
    const number = machine.first + step;
    this.slider.setAttribute("aria-valuetext", `step ${thousands(number)}, ${now.name} at pc ${now.pc}`);
    this.where.textContent = `step ${thousands(number)} of ${thousands(this.message.steps.total - 1)}: ${now.name} at pc ${now.pc}, ${thousands(now.gas)} gas left`;
    this.code.choose(machine.code.lineOf.get(now.pc) ?? -1);
    this.state.show(now, step > 0 ? machine.at(step - 1) : null);
  }
}

