// The records of a message: what each is about, and its fields.

class Records {
  constructor(message) {
    this.message = message;
    this.rows = new Rows({ label: "Records", name: "record", draw: (index) => this.row(index), choose: (index) => go({ record: index, stay: true }) });
    this.fields = h("div.fields");
    const beside = message.leftOut ? h("span.note", `${thousands(message.leftOut)} more are not in this file`) : null;
    this.element = h(
      "section.panel.records#records",
      { "aria-label": "Records" },
      h("header", h("h2", counted(message.records.length, "record")), beside),
      message.records.length ? h("div.body.records-grid", this.rows.element, this.fields) : h("div.body", h("p.note", "It takes none.")),
    );
  }

  row(index) {
    const [pc, title, , , , wrong] = this.message.records[index];
    return h(
      "div",
      { class: wrong.length ? "wrong" : null },
      h("span.pc", String(index)),
      h("span.clip", rich(text(title))),
      wrong.length ? h("span.chip.is-invalid", "false") : null,
      h("span.from", taken(index, pc)),
    );
  }

  open() {
    this.rows.show(this.message.records.length);
  }

  /** Shows the fields of a record. */
  choose(index) {
    const record = this.message.records[index];
    if (!record) return;
    this.rows.choose(index);
    fill(this.fields, this.detail(index, record));
  }

  detail(index, [pc, title, place, shape, values, wrong]) {
    const step = machineOf(this.message)?.stepOf.get(index);
    const child = childAt(this.message, index);
    return [
      h("h3", `Record ${thousands(index)}: `, rich(text(title))),
      h(
        "p.note",
        pc === null ? (index ? "The run does not come to it" : "It opens the message") : `Taken at pc ${pc}`,
        place === null ? null : `, ${text(place)}`,
        ". ",
        step === undefined ? null : h("button.plain.screen-only", { type: "button", onclick: () => go({ step }) }, "Show the step"),
        child === null ? null : h("button.plain.screen-only", { type: "button", onclick: () => go({ message: child, scroll: true }) }, `Message ${child}`),
      ),
      wrong.map((number) => findings.get(number)).filter(Boolean).map((finding) => h("p.notice.is-false", rich(finding.title), against(finding))),
      h("dl.facts.meanings", data.shapes[shape].map(([field, meaning], at) => [h("dt", { title: meaning }, h("code", field)), h("dd", rich(text(values[at])), h("span.meaning", meaning))])),
    ];
  }
}

/** Where a record is taken, in a word; the first opens the message. */
const taken = (index, pc) => (pc !== null ? `pc ${pc}` : index ? "not reached" : "opens");

/** Which of a message's records opens which message. */
const opened = new Map();
function childrenOf(message) {
  if (!opened.has(message.index)) {
    const children = [...kin[message.index]];
    const opens = new Map();
    message.records.forEach(([, , , shape, values], index) => {
      const outcome = data.shapes[shape].findIndex(([field]) => field === "outcome");
      if (outcome >= 0 && text(values[outcome]) === "child" && children.length) opens.set(index, children.shift());
    });
    opened.set(message.index, opens);
  }
  return opened.get(message.index);
}

/** State roots as a line of events. */
class Roots {
  constructor(message) {
    this.roots = message.roots;
    this.rows = new Rows({ label: "State roots", name: "root", draw: (index) => this.row(index), choose: (index) => this.choose(index) });
    this.rows.element.classList.add("timeline");
    const changes = this.roots.filter(([, , , changed]) => changed).length;
    this.element = h("section.panel.roots", { "aria-label": "State roots" }, h("header", h("h2", "State roots"), h("span.note", `${counted(changes, "change")}`)), h("div.body", this.rows.element));
  }

  open() {
    this.rows.show(this.roots.length);
  }

  row(index) {
    const [record, what, root, changed] = this.roots[index];
    return h("div", { class: changed || record === null ? "changed" : "same" }, h("span.dot", { "aria-hidden": "true" }), h("span.clip", record === null ? text(what) : [h("span.quiet", `${record}  `), rich(text(what))]), h("span.from", changed || index === 0 ? short(text(root)) : "same root"));
  }

  choose(index) {
    this.rows.choose(index);
    const [record] = this.roots[index];
    if (record !== null) go({ record });
  }
}

