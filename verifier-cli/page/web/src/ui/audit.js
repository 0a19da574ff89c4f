// Audit: what a visitor drops, recorded and verified by all four audits, and by the emitted contract in an
// EVM that is not ours.
import { verdictOf } from "../evm/verdict.js";
import { bytes } from "../evm/bytes.js";
import { counted, download, facts, fill, h, panel, short, thousands, verdict } from "./dom.js";
import { failed, working } from "./run.js";
import { Sources } from "./sources.js";
import { within } from "./story.js";
import { Walk } from "./walk.js";

const QUESTIONS = {
  execution: "Does the code, fed these records, do exactly this?",
  access: "Is every record true in the state before it, and every root right?",
  tree: "Do a call’s record and the child’s own message agree?",
  transaction: "Does it all follow from the signed transaction?",
};

export class Audit {
  constructor(engine, { inputs, onLie }) {
    this.engine = engine;
    this.inputs = inputs;
    this.onLie = onLie;
    this.result = h("div.stack#audit-result");
    this.sources = new Sources(engine, () => this.again());
    this.again = () => {};
    this.file = h("input#file.visually-hidden", { type: "file", onchange: () => this.dropped(this.file.files) });
    this.drop = h(
      "label.drop",
      { for: "file" },
      h("strong", "Drop a witness.bin, an INPUT.json, a block or a state test"),
      h("span.note", "or click to choose one, or paste. It stays in this browser: the page has no server."),
      this.file,
    );
    for (const kind of ["dragover", "dragleave", "drop"]) this.drop.addEventListener(kind, (event) => this.dragged(event));
    this.element = h("div.view#view-audit", { role: "tabpanel", "aria-labelledby": "tab-audit", hidden: true }, this.intro(), engine.given.wasm ? this.whole() : this.single(), this.result);
  }

  intro() {
    return h("p.lead", "A witness says what each call of a transaction was given and did. Four audits ask whether that is so: one is an EVM contract that runs each message again, three prove what it is told.");
  }

  whole() {
    const examples = this.inputs.map(({ name, file, about }) => h("button", { type: "button", title: about, onclick: () => this.example({ name, file }) }, name));
    return h("div.stack", this.drop, h("div.tools", { role: "group", "aria-label": "Examples" }, h("span.note", "or start from"), examples), this.sources.element);
  }

  /** What a page without the module can do: the execution audit of one message. */
  single() {
    const calldata = h("textarea#single-calldata", { rows: 5, spellcheck: "false" });
    const code = h("textarea#single-code", { rows: 3, spellcheck: "false" });
    const forks = Object.keys(this.engine.given.contracts).toReversed();
    const fork = h("select#single-fork", forks.map((name) => h("option", { value: name }, name)));
    const submit = (event) => {
      event.preventDefault();
      this.one(fork.value, bytes(calldata.value.trim()), bytes(code.value.trim()));
    };
    return panel(
      "One message",
      h("span.chip", "without the module"),
      h("p", "This page was built without our crates as WebAssembly: it lacks the recorder, the access, tree and transaction audit, and Lie. What it has is the hypervisor itself: calldata as ", h("code", "iso-witness inspect --abi N"), " prints it, and the code that the message runs."),
      h("form.stack", { onsubmit: submit }, h("div.field", h("label", { for: "single-calldata" }, "Calldata of the hypervisor"), calldata), h("div.field", h("label", { for: "single-code" }, "Code of the message"), code), h("div.tools", fork, h("button.primary", { type: "submit" }, "Audit"))),
    );
  }

  async one(fork, calldata, code) {
    if (!calldata || !code) {
      fill(this.result, failed(new Error("calldata and code are hex")));
      return;
    }
    fill(this.result, working("Auditing", this.engine));
    try {
      const { said, hostGas } = await this.engine.ask("message", { fork, calldata, code });
      const word = verdictOf(said);
      fill(this.result, h(`div.conclusion.is-${word}`, verdict(word), h("span", `execution audit alone: ${thousands(hostGas)} host gas`)), facts(Object.entries(said).map(([name, value]) => [name, String(value ?? "none")])));
    } catch (error) {
      fill(this.result, failed(error));
    }
  }

  dragged(event) {
    event.preventDefault();
    this.drop.classList.toggle("over", event.type === "dragover");
    if (event.type === "drop") this.dropped(event.dataTransfer.files);
  }

  async dropped(files) {
    const [file] = files;
    if (!file) return;
    await this.open(file.name, new Uint8Array(await file.arrayBuffer()));
    this.file.value = "";
  }

  async example({ name, file }) {
    await this.open(name, file);
  }

  /** A file of a visitor's. `index` is the transaction of a block. */
  async open(name, file, index = 0) {
    const wait = working("Recording", this.engine);
    fill(this.result, wait);
    try {
      const { witness, said } = await this.engine.ask("open", { file, index });
      const choice = said?.choice ? { ...said.choice, choose: (other) => this.open(name, file, other) } : null;
      await this.audit(name, witness, wait, choice, said?.notes);
    } catch (error) {
      fill(this.result, failed(error));
    }
  }

  /** A run of the other view's. */
  async recorded(program) {
    const wait = working("Recording", this.engine);
    fill(this.result, wait);
    try {
      const { witness } = await this.engine.ask("record", program);
      await this.audit("your program", witness, wait, null);
    } catch (error) {
      fill(this.result, failed(error));
    }
  }

  async audit(name, witness, wait, choice, notes = []) {
    this.again = async () => {
      const wait = working("Four audits…", this.engine);
      fill(this.result, wait);
      try {
        await this.audit(name, witness, wait, choice, notes);
      } catch (error) {
        fill(this.result, failed(error));
      }
    };
    wait.told("Four audits…");
    const { artifacts } = this.sources;
    const said = await this.engine.ask("verify", { witness, artifacts });
    const agreement = h("div.agreement#agreement-audit", working("The hypervisor in this browser’s EVM", this.engine));
    fill(this.result, this.report(name, witness, said, agreement, choice, notes));
    const wanted = said.execution.map((audited) => Boolean(audited?.hostGas));
    const progress = agreement.firstElementChild;
    try {
      const others = await this.engine.ask("execution", { witness, wanted }, ({ done, of }) => progress.told(`The hypervisor in this browser’s EVM: ${done} of ${counted(of, "message")}`));
      fill(agreement, agreed(said.execution, others));
      for (const [index, other] of others.entries()) {
        const cell = this.result.querySelector(`[data-other="${index}"]`);
        if (cell) cell.textContent = other ? thousands(other.hostGas) : "–";
      }
    } catch (error) {
      fill(agreement, failed(error));
    }
  }

  /** A message step by step, in the place of the one before. */
  async walk(place, witness, message, pc = null) {
    fill(place, working(`Message ${message}`, this.engine));
    try {
      const { steps, story, ...given } = await this.engine.ask("steps", { witness, message, artifacts: this.sources.artifacts });
      const cost = (index) => thousands(steps[index].cost);
      const record = (index) => (steps[index].record === null ? "" : `record ${steps[index].record}`);
      const title = `Message ${message}, step by step`;
      const note = steps.length ? null : h("p.note", "Nothing of it runs.");
      const shown = new Walk({ ...given, steps, title, note, columns: [["gas", cost], ["takes", record]] });
      if (pc !== null) shown.at = Math.max(0, steps.findLastIndex((step) => step.pc === pc));
      fill(place, h("div.stack", shown.element, story.messages.slice(0, 1).map(within)));
      shown.element.scrollIntoView({ block: "nearest" });
    } catch (error) {
      fill(place, failed(error));
    }
  }

  report(name, witness, said, agreement, choice, notes) {
    const { report } = said;
    const steps = h("div");
    const walk = (message, pc) => this.walk(steps, witness, message, pc);
    const failure = h("span.note.is-invalid", { role: "alert" });
    const written = async () => {
      try {
        download("report.html", await this.engine.ask("report", { witness, artifacts: this.sources.artifacts }), "text/html");
      } catch (error) {
        failure.textContent = error.message;
      }
    };
    return [
      conclusion(said),
      h("p#headline", said.headline),
      notes.length ? h("ul.plain.note#notes", notes.map((note) => h("li", note))) : null,
      choice ? chooser(choice) : null,
      h("div.audits", Object.entries(QUESTIONS).map(([audit, question]) => card(audit, question, report.audits[audit], said))),
      said.told.length ? h("div.stack", said.told.map((one) => finding(one, said.told, walk))) : null,
      agreement,
      panel("Messages", h("span.note", name), h("div.scroll", table(said, walk))),
      steps,
      panel(
        "What it is about",
        h("div.tools", h("button", { type: "button", onclick: () => this.onLie(name, witness) }, "Tell a lie"), h("button", { type: "button", onclick: () => download("witness.bin", witness) }, "witness.bin"), h("button", { type: "button", onclick: () => download("report.json", `${JSON.stringify(report, null, 2)}\n`, "application/json") }, "report.json"), h("button#report-html", { type: "button", title: "All of it as one file, in which the steps of each message can be walked", onclick: written }, "report.html"), failure),
        about(report, said),
        said.lacks.length ? h("ul.plain.note", said.lacks.map((line) => h("li", line))) : null,
      ),
    ];
  }
}

/** The last line of the command line's report. */
export function conclusion(said) {
  const { report, roots } = said;
  const by = (wanted) => report.selected.filter((audit) => report.audits[audit] === wanted);
  const found = by("invalid").map((audit) => `${audit} (${report.findings.filter((finding) => finding.audit === audit).length})`);
  const parts = [
    found.join(", "),
    by("inconclusive").length ? `inconclusive: ${by("inconclusive").join(", ")}` : "",
    by("not-run").length ? `not run: ${by("not-run").join(", ")}` : "",
    report.verdict === "valid" ? by("valid").join(", ") : by("valid").length ? `valid: ${by("valid").join(", ")}` : "",
  ].filter(Boolean);
  const unmade = report.notRun.map(({ check }) => check).filter(Boolean);
  const checks = unmade.length ? `; ${counted(unmade.length, "check")} not made: ${unmade.join(", ")}` : "";
  const scope = `of ${counted(report.messages.length, "message")}, roots ${roots}${checks}`;
  return h(`div.conclusion.is-${report.verdict}`, { id: "conclusion", role: "status", "data-verdict": report.verdict }, verdict(report.verdict), h("span", parts.join("; ")), h("span.note", scope));
}

function card(audit, question, said, { told, lacks }) {
  const count = told.filter((finding) => finding.audit === audit).length;
  const lack = lacks.filter((line) => line.startsWith(`${audit}: `)).length;
  const note = count ? counted(count, "false claim") : lack ? counted(lack, "check not made", "checks not made") : null;
  return h("section.audit-card", { "data-audit": audit, "data-verdict": said }, h("h3", audit), verdict(said), h("p.note", question), note ? h(`span.chip.is-${count ? "invalid" : "inconclusive"}`, note) : null);
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
    h("p.note", `${audit} audit, ${kind}: ${place}`),
    says === null ? null : facts([["The witness says", h("code.hash", says)], [role.is === "cause" ? "True is" : "Computed is", [h("code.hash", truth), h("span.quiet", `: ${by}`)]]]),
    why ? h("p", why) : null,
    walk && message !== null && pc !== null ? h("button", { type: "button", onclick: () => walk(message, pc) }, "Show the step") : null,
  );
}

/** Of a file that has several: which one this is, and the others. */
function chooser({ of, index, names, choose }) {
  const label = (name) => (name.length > 70 ? `${name.slice(0, 69)}…` : name);
  const select = h("select", { "aria-label": `The ${of} of the file`, onchange: () => choose(Number(select.value)) }, names.map((name, at) => h("option", { value: String(at), selected: at === index, title: name }, `${at}: ${label(name)}`)));
  return h("div.tools", h("span.note", `The file has ${counted(names.length, of)}; this is`), select);
}

const STATUS = ["halt", "success", "revert"];

function table({ report, execution, calls = [] }, walk) {
  const row = (message, at) => {
    const target = /^0x0+$/.test(message.to ?? "") ? message.context : message.to;
    const show = () => walk(message.index);
    const call = calls[message.index];
    const named = [call?.contract, call?.function].filter(Boolean).join(" ");
    return h(
      "tr",
      { tabindex: "0", title: "Show its steps", onclick: show, onkeydown: (event) => event.key === "Enter" && show() },
      h("td.number", String(message.index)),
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
function agreed(execution, others) {
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

function about(report, { roots }) {
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
