// The call tree, drawn as it is unfolded.

const kin = data.calls.map(() => []);
const tops = [];
for (const call of data.calls) (call.parent === null ? tops : kin[call.parent]).push(call.index);

/** Calls with something false in them, or under them. */
const marked = new Set();
for (const call of data.calls) {
  if (!call.findings.length) continue;
  for (let at = call.index; at !== null && !marked.has(at); at = data.calls[at].parent) marked.add(at);
}

/** Below so many calls, all are unfolded. */
const SMALL = 80;
/** So many calls of one are drawn at once. */
const SOME = 200;
/** From this depth on, a call's calls stand beside it, with their depths. */
const DEEP = 14;

class Tree {
  constructor() {
    this.drawn = new Map();
    // Buttons that draw more, by the call whose calls they are.
    this.more = new Map();
    this.element = h("nav.panel.calls", { "aria-label": "Call tree" });
    const fold = (open) => () => {
      for (const details of this.element.querySelectorAll("details")) details.open = open;
    };
    const tools = data.calls.length > 2 ? h("div.tools.screen-only", h("button.plain", { type: "button", onclick: fold(true) }, "Unfold"), h("button.plain", { type: "button", onclick: fold(false) }, "Fold")) : null;
    this.body = h("div.tree", this.list(tops));
    this.element.append(...children([h("header", h("h2", counted(data.calls.length, "message")), tools), this.body]));
  }

  /** Calls that stand beside one another; those past the first hundreds when they are asked for. */
  list(indices, from = 0) {
    const rows = indices.slice(from, from + SOME).map((index) => this.node(index));
    if (indices.length <= from + SOME) return rows;
    const more = h("button.plain", { type: "button", onclick: () => more.replaceWith(...children(this.list(indices, from + SOME))) }, `${thousands(indices.length - from - SOME)} more`);
    this.more.set(data.calls[indices[0]].parent, more);
    return [...rows, more];
  }

  node(index) {
    const call = data.calls[index];
    const below = kin[index];
    if (!below.length || call.depth > DEEP) {
      const leaf = h("div.leaf", this.line(call));
      return below.length ? [leaf, this.list(below)] : leaf;
    }
    const details = h("details", h("summary", this.line(call)));
    const unfold = () => {
      if (details.open && details.children.length === 1) details.append(h("div", this.list(below)));
    };
    details.addEventListener("toggle", unfold);
    if (data.calls.length <= SMALL || marked.has(index) || index === 0) {
      details.open = true;
      unfold();
    }
    return details;
  }

  line(call) {
    const wrong = call.findings.length ? h("span.chip.is-invalid", "false here") : null;
    const status = call.status === "success" ? null : h(`span.status.is-${statusKind(call.status)}`, call.status);
    const small = [
      h("span", call.kind),
      account(call.to, 4, 4),
      call.value ? h("span", `${call.value} wei`) : null,
      h("span.number", `${call.gasUsed} gas`),
      call.depth > DEEP ? h("span", `depth ${call.depth}`) : null,
      status,
    ].filter(Boolean);
    const link = h(
      "a.call",
      { href: `#m=${call.index}`, onclick: (event) => this.choose(event, call.index) },
      h("span.call-what", h("span.call-number", String(call.index)), " ", h("span.purpose", rich(purpose(call))), " ", wrong),
      h("span.call-facts", small.map((part, at) => [at ? " · " : null, part])),
    );
    this.drawn.set(call.index, link);
    return link;
  }

  choose(event, index) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go({ message: index });
  }

  /** Marks a call, unfolding what it stands in. */
  mark(index) {
    const above = [];
    for (let at = data.calls[index]?.parent ?? null; at !== null; at = data.calls[at].parent) above.unshift(at);
    for (const at of above) {
      const details = this.drawn.get(at)?.closest("details");
      if (!details || data.calls[at].depth > DEEP) continue;
      if (!details.open) details.open = true;
      if (details.children.length === 1) details.append(h("div", this.list(kin[at])));
    }
    const parent = data.calls[index]?.parent ?? null;
    while (!this.drawn.has(index) && this.more.get(parent)?.isConnected) this.more.get(parent).click();
    this.marked?.removeAttribute("aria-current");
    const link = this.drawn.get(index);
    if (!link) return;
    link.setAttribute("aria-current", "true");
    this.marked = link;
    const [box, row] = [this.body.getBoundingClientRect(), link.getBoundingClientRect()];
    if (row.top < box.top || row.bottom > box.bottom) this.body.scrollTop += row.top - box.top - box.height / 3;
  }
}

