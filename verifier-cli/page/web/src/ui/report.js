// A report on a witness, drawn: verdict, audits, what is false, messages, what it is about.
import { clipped } from "../plain.js";
import { counted, facts, h, short, thousands, verdict } from "./dom.js";

const QUESTIONS = {
  execution: "Does the code, fed these records, do exactly this?",
  access: "Is every record true in the state before it, and every root right?",
  tree: "Do a call’s record and the child’s own message agree?",
  transaction: "Does it all follow from the signed transaction?",
};

/** The last line of the command line's report, in its words. */
export function conclusion({ report, roots, conclusion: line }, id = null) {
  const words = line.slice(line.indexOf(": ") + 2);
  const unmade = report.notRun.map(({ check }) => check).filter(Boolean);
  const unchecked = unmade.length ? `, not checked: ${unmade.join(", ")}` : "";
  const scope = `${counted(report.messages.length, "message")}, roots ${roots}${unchecked}`;
  return h(`div.conclusion.is-${report.verdict}`, { id, role: "status", "data-verdict": report.verdict }, verdict(report.verdict), " ", h("span", words), " ", h("span.note", scope));
}

/** The four audits, each with its question and what it says. */
export const cards = (said) => h("div.audits", h("h2.visually-hidden", "The audits"), Object.entries(QUESTIONS).map(([audit, question]) => card(audit, question, said.report.audits[audit], said)));

function card(audit, question, said, { told, lacks }) {
  const count = told.filter((finding) => finding.audit === audit).length;
  const lack = lacks.filter((line) => line.startsWith(`${audit}: `) && !line.startsWith(`${audit}: message `)).length;
  const note = count ? counted(count, "false claim") : lack ? counted(lack, "check not made", "checks not made") : null;
  return h("section.audit-card", { "data-audit": audit, "data-verdict": said }, h("h3", audit), " ", verdict(said), " ", h("p.note", question), " ", note ? h(`span.chip.is-${count ? "invalid" : "inconclusive"}`, note) : null);
}

/** A finding in words. `all` are the others, of which it may be the cause; `walk` shows the step that it is about. */
export function finding(one, all, walk = null) {
  const { audit, kind, message, pc, title, place, says, truth, by, role } = one;
  const called = (index) => {
    const other = all.find(({ finding: known }) => known === index);
    return other ? `${other.audit} of ${other.message === null ? "the transaction" : `message ${other.message}`} (${other.kind})` : "another";
  };
  const follows = role.is === "follows" || role.is === "behind";
  const why = role.is === "behind"
    ? `It was computed behind ${called(role.of)}, so that it may be another.`
    : role.is === "follows"
    ? `It follows from ${called(role.from)}: with that put right, this holds.`
    : role.is === "cause" && role.explains.length
      ? `It is the cause: with it put right, ${role.explains.map(called).join(", ")} ${role.explains.length === 1 ? "holds" : "hold"} too.`
      : null;
  return h(
    `div.finding.${follows ? "follows" : "cause"}`,
    { "data-kind": kind, "data-role": role.is },
    h("h3", title),
    " ",
    h("p.note", `${audit} audit, ${kind}: ${place}`),
    " ",
    says === null ? null : facts([["The witness says", h("code.hash", says)], [role.is === "cause" ? "True is" : "Computed is", [h("code.hash", truth), h("span.quiet", `: ${by}`)]]]),
    why ? h("p", why) : null,
    " ",
    walk && message !== null && pc !== null ? h("button", { type: "button", onclick: () => walk(message, pc) }, "Show the step") : null,
  );
}

/** Of a file that has several: which one this is, and the others. */
export function chooser({ of, index, names, choose }) {
  const label = (name) => clipped(name, 70);
  const select = h("select", { "aria-label": `The ${of} of the file`, onchange: () => choose(Number(select.value)) }, names.map((name, at) => h("option", { value: String(at), selected: at === index, title: name }, `${at}: ${label(name)}`)));
  return h("div.tools", h("span.note", `The file has ${counted(names.length, of)}; this is`), select);
}

const STATUS = ["halt", "success", "revert"];

/** The messages, each a row; `walk` shows one's steps. */
export function table({ report, execution, calls = [] }, walk) {
  if (!report.messages.length) return h("p.note", "No code ran, and nothing was called: there is no message.");
  const row = (message, at) => {
    const target = /^0x0+$/.test(message.to ?? "") ? message.context : message.to;
    const show = () => walk(message.index);
    const call = calls[message.index];
    const named = [call?.contract, call?.function].filter(Boolean).join(" ");
    return h(
      "tr",
      { onclick: show },
      h("td.number", h("button.plain.row-button", { type: "button", title: "Show its steps", "aria-label": `Message ${message.index}: show its steps` }, String(message.index))),
      h("td", { style: `padding-left: ${0.75 + Math.min(message.depth ?? 0, 12) * 0.75}rem` }, message.kind ?? "?"),
      h("td", target ? short(target) : "?", named ? h("div.note.clip", { title: named }, named) : null),
      h("td", STATUS[message.status] ?? String(message.status ?? "?")),
      h("td.number", message.gasUsed ? thousands(message.gasUsed) : "?"),
      h("td.number", String(message.records ?? "?")),
      h("td.number", { "data-host": String(at) }, execution[at]?.hostGas ? thousands(execution[at].hostGas) : "–"),
      h("td.number.quiet", { "data-other": String(at) }, "…"),
      h("td", verdict(message.verdict.split(" ")[0])),
    );
  };
  const heads = ["#", "kind", "to", "status", "gas used", "records", "host gas", "in this EVM", "verdict"];
  const numbers = new Set(["#", "gas used", "records", "host gas", "in this EVM"]);
  return h("table#messages", h("thead", h("tr", heads.map((name) => h(numbers.has(name) ? "th.number" : "th", { scope: "col" }, name)))), h("tbody", report.messages.map(row)));
}

/** Whether both engines here, and the hypervisor in two EVMs, say one thing of each message. */
export function agreed(execution, others) {
  const compared = others.map((other, at) => [other, execution[at]]).filter(([other]) => other);
  const differing = compared.findIndex(([other, own]) => JSON.stringify(sorted(other)) !== JSON.stringify(sorted(own)));
  if (!compared.length) return h("p.note", "No message was run here: there is none, or none came to its end.");
  const total = compared.reduce((sum, [other]) => sum + other.hostGas, 0);
  const all = compared.length === others.length ? "" : ` of ${thousands(others.length)}`;
  if (differing < 0) {
    return h("p", { "data-agree": "true" }, h("span.verdict.is-valid", "they agree"), ` on ${counted(compared.length, "message")}${all}: the hypervisor in this browser’s EVM (@ethereumjs/evm), the hypervisor in revm, and the native engine. Host gas ${thousands(total)} in both hosts, to the unit.`);
  }
  return h("p", { "data-agree": "false", role: "alert" }, h("span.verdict.is-invalid", "they differ"), ` on message ${differing}: ${JSON.stringify(compared[differing][0])} in this browser’s EVM, ${JSON.stringify(compared[differing][1])} by the module. One of them is wrong: please report it.`);
}

const sorted = ({ said, hostGas }) => [Object.entries(said).sort(([one], [other]) => (one < other ? -1 : 1)), hostGas];

export function about(report, { roots }) {
  const anchor = (anchor) => ("hash" in anchor ? h("code.hash", anchor.hash) : [h("code.hash", anchor.digest), " (digest)"]);
  return facts([
    ["Chain, fork", `${thousands(report.chainId)}, ${report.fork}`],
    ["Block", anchor(report.anchors.block)],
    ["Transaction", [anchor(report.anchors.transaction), `, ${thousands(report.gasUsed)} gas`]],
    ["State root", [h("code.hash", report.stateRootEnter), " → ", h("code.hash", report.stateRootLeave), ` (${roots})`]],
    ["Hypervisor", [h("code.hash#hypervisor-hash", report.hypervisor.codeHash), `, ${thousands(report.hypervisor.size)} bytes`]],
    ["witness.bin", h("code.hash#witness-hash", report.witnessHash)],
  ]);
}
