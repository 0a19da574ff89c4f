// What goes on paper: lists whole, that on the screen are drawn as far as they are seen.

/** Records, roots and instructions that are printed of a message. */
const PRINTED = 400;

/** The message at hand as it is printed. */
function paper(view) {
  const { message } = view;
  if (!message) return h("div.print-only");
  const machine = machineOf(message);
  const records = message.records.slice(0, PRINTED);
  const parts = [];
  if (machine) {
    const now = machine.at(here.step);
    const at = machine.code.lineOf.get(now.pc) ?? 0;
    const starts = machine.code.starts.slice(Math.max(0, at - 12), at + 12);
    const line = (pc) => {
      const { name, operand } = machine.code.instruction(pc);
      const place = machine.code.place(pc);
      return h("span", { class: pc === now.pc ? "at" : null }, `${String(pc).padStart(6)}  ${`${name} ${operand ?? ""}`.padEnd(30)}${place ? `  ${place.place}` : ""}`);
    };
    parts.push(h("h3", `Code around step ${thousands(machine.first + here.step)}`), h("div.lines", starts.map(line)));
  }
  if (records.length) {
    const row = ([pc, title, , shape, values, wrong], index) => [
      h("tr", { class: wrong.length ? "at" : null }, h("td.number", String(index)), h("td", rich(text(title)), wrong.length ? " — false" : ""), h("td.number", pc === null ? "" : String(pc))),
      wrong.length ? h("tr", h("td"), h("td", { colspan: 2 }, facts(data.shapes[shape].map(([field], at) => [field, text(values[at])])))) : null,
    ];
    parts.push(h("h3", "Records"), h("table", h("thead", h("tr", h("th.number", "#"), h("th", "what"), h("th.number", "pc"))), h("tbody", records.map(row))));
    const more = message.records.length - records.length;
    if (more) parts.push(h("p.note", `and ${thousands(more)} more`));
  }
  const roots = message.roots.filter(([, , , changed], index) => changed || index === 0).slice(0, PRINTED);
  parts.push(h("h3", "State roots"), h("table", h("tbody", roots.map(([record, what, root]) => h("tr", h("td.number", record === null ? "" : String(record)), h("td", rich(text(what))), h("td", h("code.hash", text(root))))))));
  return h("section.print-only.paper", parts);
}

