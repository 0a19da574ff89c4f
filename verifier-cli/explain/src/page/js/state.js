// The guest before a step: gas, record, source, stack and memory.

/** Words of the stack, and rows of memory, that are shown until more are asked for. */
const WORDS = 16;
const ROWS = 24;

class State {
  constructor(message, machine) {
    Object.assign(this, { message, machine, whole: false });
    this.facts = h("div.gauges");
    this.notes = h("div.notices");
    this.source = h("div.source");
    this.stackTitle = h("h3");
    this.stack = h("ol.words");
    this.memoryTitle = h("h3");
    this.memory = h("pre.memory", { tabindex: "0", "aria-label": "Memory" });
    this.element = h("div.cell.state", this.facts, this.notes, this.source, h("section", this.stackTitle, this.stack), h("section", this.memoryTitle, this.memory));
  }

  show(now, before) {
    const gauge = (name, value, kind = "") => h("div.gauge", h("span.gauge-name", name), h("span", { class: `gauge-number ${kind}` }, value));
    fill(
      this.facts,
      gauge("opcode", now.name, "opcode"),
      gauge("gas left", thousands(now.gas)),
      gauge(now.cost < 0n ? "gives back" : calls(now.byte) ? "costs, with the call" : "costs", thousands(now.cost < 0n ? -now.cost : now.cost)),
    );
    this.showNotes(now);
    this.showSource(now);
    this.showStack(now, before);
    this.showMemory(now);
  }

  showNotes(now) {
    const notes = [];
    const { message, machine } = this;
    if (now.record !== undefined) {
      const record = message.records[now.record];
      const wrong = record?.[5] ?? [];
      notes.push(
        h(
          "p",
          { class: wrong.length ? "notice is-false" : "notice" },
          "takes ",
          h("a", { href: "#records", onclick: (event) => (event.preventDefault(), go({ record: now.record })) }, `record ${thousands(now.record)}`),
          record ? [": ", rich(text(record[1]))] : null,
        ),
        ...wrong.map((number) => findings.get(number)).filter(Boolean).map((finding) => h("p.notice.is-false", rich(finding.title), against(finding))),
      );
    }
    const child = childAt(message, now.record);
    if (child !== null) notes.push(h("p.notice", "calls ", h("a", { href: `#m=${child}`, onclick: (event) => (event.preventDefault(), go({ message: child })) }, `message ${child}`), ": ", rich(purpose(data.calls[child]))));
    const last = now.step === machine.count - 1 && machine.first + machine.count === machine.steps.total;
    if (last && machine.steps.halt) notes.push(h("p.notice.is-false", `the guest halts: ${machine.steps.halt}`));
    fill(this.notes, notes);
  }

  /** The lines of the source that the code comes to, around the step's. */
  showSource(now) {
    const place = this.machine.code.place(now.pc) ?? this.placeBefore(now.step);
    if (!place || place.text === null || place.line === null) {
      fill(this.source, place ? h("p.note", place.place) : null);
      return;
    }
    this.files ??= sourceLines(this.machine.code);
    const lines = this.files.get(place.file);
    const at = lines.findIndex(([line]) => line === place.line);
    const seenLines = lines.slice(Math.max(0, at - 3), at + 4);
    const rows = [];
    for (const [index, [line, source]] of seenLines.entries()) {
      if (index > 0 && line > seenLines[index - 1][0] + 1) rows.push(h("span.gap", { "aria-hidden": "true" }, "    ⋮"));
      rows.push(h("span", { class: line === place.line ? "at" : null }, `${String(line).padStart(4)}  ${source}`));
    }
    fill(this.source, h("h3", "Source ", h("span.quiet", place.place)), h("div.lines", { tabindex: "0", "aria-label": "Source" }, rows));
  }

  /** What the compiler made of no source belongs to what came before. */
  placeBefore(step) {
    for (let at = step - 1; at >= Math.max(0, step - 40); at -= 1) {
      const place = this.machine.code.place(this.machine.pcs[at]);
      if (place) return place;
    }
    return null;
  }

  showStack(now, before) {
    const { stack } = now;
    const taken = opcodes.get(now.byte)?.inputs ?? 0;
    this.stackTitle.textContent = `Stack, ${counted(stack.length, "word")}`;
    const top = stack.slice(this.whole ? 0 : -WORDS).reverse();
    const items = top.map((word, index) => {
      const isNew = before && before.stack[stack.length - 1 - index] !== word;
      const hint = hinted(word);
      return h("li", { class: `${index < taken ? "taken" : ""}${isNew ? " new" : ""}` || null }, h("code", { title: word.toString() }, `0x${word.toString(16)}`), hint ? h("span.hint", hint) : null);
    });
    const more = stack.length - top.length;
    const button = more > 0 ? h("li.more", h("button.plain", { type: "button", onclick: () => ((this.whole = true), go({})) }, `${thousands(more)} more`)) : null;
    fill(this.stack, items.length ? items : h("li.note", "empty"), button);
  }

  showMemory(now) {
    this.memoryTitle.textContent = this.machine.hasMemory(now.step) ? `Memory, ${counted(now.size, "byte")}` : "Memory";
    if (!this.machine.hasMemory(now.step)) {
      this.memory.textContent = "not in this file: it is large from here on";
      return;
    }
    if (!now.size) {
      this.memory.textContent = "empty";
      return;
    }
    const written = new Set(now.written);
    const rows = [];
    let zeros = 0;
    const count = Math.ceil(now.size / 32);
    for (let row = 0; row < count && rows.length < ROWS * (this.whole ? 100 : 1); row += 1) {
      const word = now.rows.get(row) ?? 0n;
      if (word === 0n && !written.has(row)) {
        zeros += 1;
        continue;
      }
      if (zeros) rows.push(h("span.quiet", `      zeros, ${thousands(zeros * 32)} bytes\n`));
      zeros = 0;
      const digits = word.toString(16).padStart(64, "0");
      const [offset, indent] = [(row * 32).toString(16).padStart(4, "0"), "    "];
      const half = (from) => digits.slice(from, from + 32).replace(/(.{8})(?=.)/g, "$1 ");
      rows.push(h("span", { class: written.has(row) ? "new" : null }, h("span.quiet", offset), `  ${half(0)}  ${printable(digits.slice(0, 32))}\n${indent}  ${half(32)}  ${printable(digits.slice(32))}\n`));
    }
    if (zeros) rows.push(h("span.quiet", `      zeros, ${thousands(zeros * 32)} bytes\n`));
    fill(this.memory, rows);
  }
}

const calls = (byte) => [0xf0, 0xf1, 0xf2, 0xf4, 0xf5, 0xfa].includes(byte);

/** What a word of the stack may be: a number, an account, text. */
function hinted(word) {
  const name = known(word);
  if (name) return name;
  if (word > 9n && word < 1n << 64n) return thousands(word);
  const digits = word.toString(16);
  const trimmed = digits.replace(/(00)+$/, "");
  if (digits.length % 2 === 0 && digits.length >= 60 && trimmed.length >= 6 && trimmed.length % 2 === 0) {
    const readable = printable(trimmed);
    if (!readable.includes("·")) return `“${readable}”`;
  }
  return null;
}

/** Hex digits as characters, where they are some. */
function printable(digits) {
  return digits.replace(/../g, (byte) => {
    const code = Number.parseInt(byte, 16);
    return code > 31 && code < 127 ? String.fromCharCode(code) : "·";
  });
}

/** The lines of each file that a code's instructions come from, in order. */
function sourceLines(code) {
  const files = new Map();
  for (const pc of code.places.keys()) {
    const place = code.place(pc);
    if (place.line === null || place.text === null) continue;
    if (!files.has(place.file)) files.set(place.file, new Map());
    files.get(place.file).set(place.line, place.text);
  }
  return new Map([...files].map(([file, lines]) => [file, [...lines].sort(([one], [other]) => one - other)]));
}

/** The message that a record opens: a message's records that call come in the order of its children. */
function childAt(message, record) {
  if (record === undefined) return null;
  return childrenOf(message).get(record) ?? null;
}

