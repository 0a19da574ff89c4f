// A witness as a tree of fields, each of which can be changed by hand.
import { fill, h } from "./dom.js";
import { nameOf } from "./lies.js";

/** Fields that say what the rest is read as, or that follow from the rest. */
const FIXED = new Set(["version", "block.hash", "transaction.hash"]);
/** What opens by itself. */
const OPEN = new Set(["messages", "messages[0]", "messages[0].stateAccessList", "receipt"]);

export class Fields {
  /** `changed(place, value)` is told of each change. */
  constructor(changed) {
    this.changed = changed;
    this.element = h("div.tree.fields-tree");
    this.opened = new Set(OPEN);
  }

  show(fields, changes = new Map()) {
    this.changes = changes;
    fill(this.element, Object.entries(fields).map(([key, value]) => this.node([key], value)));
  }

  /** Opens the way to a place, and brings it into view. */
  reveal(place) {
    for (let length = 1; length < place.length; length += 1) {
      const name = nameOf(place.slice(0, length));
      const details = this.element.querySelector(`details[data-place="${CSS.escape(name)}"]`);
      details?.draw();
      if (details) details.open = true;
    }
    const input = this.element.querySelector(`[data-place="${CSS.escape(nameOf(place))}"]`);
    input?.scrollIntoView({ block: "nearest" });
    // What was changed is mostly the end of a word.
    if (input) input.scrollLeft = input.scrollWidth;
  }

  node(place, value) {
    return value !== null && typeof value === "object" ? this.branch(place, value) : this.leaf(place, value);
  }

  /** What stands in a branch is made when it opens. */
  branch(place, value) {
    const name = nameOf(place);
    const entries = Object.entries(value).map(([key, child]) => [Array.isArray(value) ? Number(key) : key, child]);
    const inner = h("div");
    const draw = () => {
      if (!inner.childElementCount) fill(inner, entries.map(([key, child]) => this.node([...place, key], child)));
    };
    const toggled = ({ target }) => {
      if (target.open) this.opened.add(name);
      else this.opened.delete(name);
      if (target.open) draw();
    };
    const key = place.at(-1);
    const title = typeof key === "number" ? `${key}` : key.length > 24 ? `${key.slice(0, 14)}…${key.slice(-6)}` : key;
    const open = this.opened.has(name);
    if (open) draw();
    const details = h("details", { "data-place": name, ontoggle: toggled }, h("summary", h("code", title), h("span.note", summary(value, entries.length))), inner);
    details.open = open;
    details.draw = draw;
    return details;
  }

  leaf(place, value) {
    const name = nameOf(place);
    const key = String(place.at(-1));
    const shown = this.changes.get(name)?.value ?? value;
    const long = typeof shown === "string" && shown.length > 200;
    const kind = long ? "textarea" : "input";
    const label = key.length > 24 ? `${key.slice(0, 14)}…${key.slice(-6)}` : key;
    const input = h(kind, { "data-place": name, "aria-label": name, value: text(shown), spellcheck: "false", readonly: FIXED.has(name), rows: long ? "3" : null, onchange: () => this.edited(place, value, input) });
    input.classList.toggle("changed", this.changes.has(name));
    return h("div.leaf.field-row", h("code", { title: name }, label), input);
  }

  edited(place, value, input) {
    // A field with nothing in it has its own value again.
    if (!input.value.trim()) input.value = text(value);
    const typed = parsed(input.value.trim(), value);
    input.classList.toggle("changed", typed !== value);
    this.changed(place, typed);
  }
}

/** A value as it stands in a field. */
export const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** What was typed, as the kind of value that stood there; else as it is. */
function parsed(typed, value) {
  if (typeof value === "string") return typed;
  try {
    return JSON.parse(typed);
  } catch {
    return typed;
  }
}

/** A few words about what is in a branch. */
function summary(value, count) {
  if (value.opcode) return ` ${value.opcode}${value.key ? ` ${shortly(value.key)}` : value.account ? ` ${shortly(value.account)}` : ""}`;
  if (value.stateAccessList) return ` to ${shortly(value.to ?? "0x")}, ${value.stateAccessList.length} records`;
  return ` ${count}`;
}

const shortly = (word) => (word.length > 20 ? `${word.slice(0, 8)}…${word.slice(-4)}` : word);
