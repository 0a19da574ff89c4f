// One message from within: what it is, its steps, its records, its roots.

class MessageView {
  constructor(index) {
    const call = data.calls[index];
    this.call = call;
    this.message = told.get(index);
    const { message } = this;
    this.walk = machineOf(message) ? new Walk(message) : null;
    this.records = message ? new Records(message) : null;
    this.roots = message ? new Roots(message) : null;
    this.element = h(
      "article.message",
      this.head(),
      this.walk?.element ?? (message ? this.still() : null),
      message ? wayPanel(message) : null,
      this.records?.element,
      this.roots?.element,
    );
  }

  head() {
    const { call, message } = this;
    const by = call.parent === null ? "by the transaction" : h("a", { href: `#m=${call.parent}`, onclick: (event) => (event.preventDefault(), go({ message: call.parent })) }, `by message ${call.parent}`);
    return h(
      "section.panel.call-head",
      h("header", h("h2", { id: "message-title", tabindex: "-1" }, `Message ${call.index}`), h("span.chip", call.kind), call.verdict ? verdict(call.verdict, kindOf(call.verdict)) : null),
      h(
        "div.body",
        h("p.what", rich(purpose(call))),
        h(
          "div.pair",
          facts([
            ["Caller", call.readable ? [account(call.caller), " ", h("span.quiet", by)] : null],
            [call.kind.startsWith("create") ? "New account" : "Code of", call.readable ? account(call.to) : null],
            ["Runs as", call.context ? account(call.context) : null],
            ["Value", call.value ? `${call.value} wei` : null],
          ]),
          facts([
            ["Ended in", h("span", { class: `status is-${statusKind(call.status)}` }, call.status)],
            [call.status === "success" ? "Returned" : "Data", call.returned ? h("span.returned", returned(call.returned)) : null],
            ["Gas", `${call.gasUsed} used of ${call.gas}`],
            ["Code", call.code ? [short(call.code), message?.codeSize === null || !message ? null : `, ${thousands(message.codeSize)} bytes`] : null],
          ]),
        ),
        message ? null : h("p.notice.is-false", "Its bytes are no message, so there is nothing to show of it."),
      ),
    );
  }

  /** What is known of a message whose steps are not here. */
  still() {
    const { at, lines } = this.message;
    if (!at) return h("section.panel", h("div.body", h("p.note", "It cannot be run: its code is not in the witness, or it runs none.")));
    const code = lines.map(({ pc, name, operand, at: isAt, place }) => h("span", { class: isAt ? "at" : null }, `${String(pc).padStart(6)}  ${name}${operand ? ` ${operand}` : ""}${place ? `    ${place}` : ""}`));
    return h(
      "section.panel",
      h("header", h("h2", at.why[0].toUpperCase() + at.why.slice(1)), h("span.note", "The file has no room for its steps.")),
      h(
        "div.body.walk-grid",
        h("div.cell", h("h3", "Code"), h("div.lines", code)),
        h("div.cell.state", facts([["Step", `${thousands(at.step[0])} of ${thousands(at.step[1])}`], ["pc", String(at.pc)], ["Gas left", at.gas], ["Costs", at.cost], ["Halts", at.halt]]), h("section", h("h3", `Stack, ${counted(at.height, "word")}`), h("ol.words", at.stack.map((word) => h("li", h("code", word))))), h("section", h("h3", `Memory, ${thousands(at.memorySize)} bytes`), h("pre.memory", at.memory.join("\n")))),
      ),
    );
  }

  open() {
    this.walk?.open();
    this.records?.open();
    this.roots?.open();
  }
}

