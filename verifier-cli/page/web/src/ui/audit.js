// Audit: what a visitor drops, recorded and verified by all four audits, and by the emitted contract in an
// EVM that is not ours.
import { bytes } from "../evm/bytes.js";
import { verdictOf } from "../evm/verdict.js";
import { clipped } from "../plain.js";
import { counted, download, facts, fill, h, panel, thousands, verdict } from "./dom.js";
import { Turns } from "./engine.js";
import { checked, isSource, read, taken } from "./files.js";
import { about, agreed, cards, chooser, conclusion, finding, table } from "./report.js";
import { Sources } from "./sources.js";
import { within } from "./story.js";
import { brought, failed, working } from "./wait.js";
import { Walk } from "./walk.js";

export class Audit {
  constructor(engine, { inputs, onLie }) {
    this.engine = engine;
    this.inputs = inputs;
    this.onLie = onLie;
    this.turns = new Turns();
    this.walks = new Turns();
    this.result = h("div.stack#audit-result");
    this.sources = new Sources(engine, () => this.again());
    this.again = () => {};
    this.file = h("input#file.visually-hidden", { type: "file", onchange: () => this.dropped([...this.file.files]) });
    this.drop = h(
      "label.drop",
      { for: "file" },
      h("strong", "Drop a witness.bin, an INPUT.json, a block or a state test"),
      h("span.note", "or click to choose one, or paste. It stays in this browser: the page has no server."),
      this.file,
    );
    this.element = h("div.view#view-audit", { role: "tabpanel", tabindex: "-1", "aria-labelledby": "tab-audit", hidden: true }, this.intro(), engine.given.wasm ? this.whole() : this.single(), this.result);
  }

  intro() {
    return h("p.lead", "A witness says what each call of a transaction was given and did. Four audits ask whether that is so: one is an EVM contract that runs each message again, three prove what it is told.");
  }

  whole() {
    const examples = this.inputs.map(({ name, file, about }) => h("button", { type: "button", title: about, onclick: () => this.example({ name, file }) }, name));
    return h("div.stack", this.drop, h("div.tools.screen-only", { role: "group", "aria-label": "Examples" }, h("span.note", "or start from"), examples), this.sources.element);
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
      fill(this.result, h(`div.conclusion.is-${word}`, verdict(word), " ", h("span", `execution audit alone: ${thousands(hostGas)} host gas`)), facts(Object.entries(said).map(([name, value]) => [name, String(value ?? "none")])));
    } catch (error) {
      fill(this.result, failed(error));
    }
  }

  /** Files: sources are what a compiler knows, of the others one is audited. */
  async dropped(files) {
    const sources = files.filter(isSource);
    const [file, ...more] = files.filter((file) => !isSource(file));
    this.file.value = "";
    if (sources.length) await this.sources.add(sources);
    if (!file) return;
    const turn = this.begin("Reading", clipped(file.name));
    try {
      const bytes = await read(file);
      if (turn()) await this.open(file.name, bytes, { note: taken([file, ...more], file) });
    } catch (error) {
      if (turn()) this.fail(error);
    }
  }

  /** Bytes that came otherwise than by a file. */
  async given(name, file) {
    const turn = this.begin("Reading");
    try {
      await this.open(name, checked(name, file));
    } catch (error) {
      if (turn()) this.fail(error);
    }
  }

  async example({ name, file }) {
    await this.open(name, file);
  }

  /** Another thing is audited from here on, and what was asked before is stopped: whether it is the last yet. */
  begin(what, name) {
    const turn = this.turns.next();
    this.engine.only();
    this.again = () => {};
    this.wait = working(name ? `${what} ${name}` : what, this.engine);
    fill(this.result, this.wait);
    return turn;
  }

  fail(error, ...beside) {
    fill(this.result, failed(error), beside);
    brought(this.result);
  }

  /** A file of a visitor's. `index` is the transaction of a block, or the case of a test. */
  async open(name, file, { index = 0, note = null } = {}) {
    const turn = this.begin("Opening");
    const { wait } = this;
    try {
      const { witness, said } = await this.engine.ask("open", { file, index }, (what) => wait.told(`${what}…`));
      if (!turn()) return;
      const choice = said?.choice ? { ...said.choice, choose: (other) => this.open(name, file, { index: other, note }) } : null;
      const notes = [note, ...(said?.notes ?? [])].filter(Boolean);
      if (said?.refused) this.refused(said, choice, notes);
      else await this.audit(name, witness, turn, choice, notes);
    } catch (error) {
      if (turn()) this.fail(error, listed(note ? [note] : []));
    }
  }

  /** What cannot be recorded: by a test's own wish, or not. */
  refused({ refused, expected }, choice, notes) {
    const beside = [listed(notes), choice ? chooser(choice) : null];
    if (!expected) {
      this.fail(new Error(refused), beside);
      return;
    }
    fill(this.result, h("div.conclusion.is-valid", { role: "status" }, verdict("valid", "refused, as the test expects"), " ", h("span", refused), " ", h("span.note", `the test: ${expected}. There is no message to audit.`)), beside);
    brought(this.result);
  }

  /** A run of the other view's. */
  async recorded(program) {
    const turn = this.begin("Recording");
    try {
      const { witness } = await this.engine.ask("record", program);
      if (turn()) await this.audit("your program", witness, turn, null);
    } catch (error) {
      if (turn()) this.fail(error);
    }
  }

  async audit(name, witness, turn, choice, notes = []) {
    this.wait.told("Four audits…");
    const { artifacts } = this.sources;
    const said = await this.engine.ask("verify", { witness, artifacts });
    if (!turn()) return;
    // With more known of the sources it is told anew.
    this.again = async () => {
      const last = this.begin("Four audits");
      try {
        await this.audit(name, witness, last, choice, notes);
      } catch (error) {
        if (last()) this.fail(error);
      }
    };
    const agreement = h("div.agreement#agreement-audit", working("The hypervisor in this browser’s EVM", this.engine));
    fill(this.result, this.report(name, witness, said, agreement, choice, notes));
    brought(this.result);
    const wanted = said.execution.map((audited) => Boolean(audited?.hostGas));
    const progress = agreement.firstElementChild;
    try {
      const others = await this.engine.ask("execution", { witness, wanted }, ({ done, of }) => progress.told(`The hypervisor in this browser’s EVM: ${done} of ${counted(of, "message")}`));
      if (!turn()) return;
      fill(agreement, agreed(said.execution, others));
      for (const [index, other] of others.entries()) {
        const cell = this.result.querySelector(`[data-other="${index}"]`);
        if (cell) cell.textContent = other ? thousands(other.hostGas) : "–";
      }
    } catch (error) {
      if (turn()) fill(agreement, failed(error));
    }
  }

  /** A message step by step, in the place of the one before. */
  async walk(place, witness, message, pc = null) {
    const [turn, last] = [this.turns.now(), this.walks.next()];
    fill(place, working(`Message ${message}`, this.engine));
    try {
      const { steps, story, ...given } = await this.engine.ask("steps", { witness, message, artifacts: this.sources.artifacts });
      if (!turn() || !last()) return;
      const cost = (index) => thousands(steps[index].cost);
      const record = (index) => (steps[index].record === null ? "" : `record ${steps[index].record}`);
      const title = `Message ${message}, step by step`;
      const note = steps.length ? null : h("p.note", "Nothing of it runs.");
      const shown = new Walk({ ...given, steps, title, note, columns: [["gas", cost], ["takes", record]] });
      if (pc !== null) shown.at = Math.max(0, steps.findLastIndex((step) => step.pc === pc));
      fill(place, h("div.stack", shown.element, story.messages.slice(0, 1).map(within)));
      shown.element.scrollIntoView({ block: "start" });
      shown.element.focus({ preventScroll: true });
    } catch (error) {
      if (turn() && last()) fill(place, failed(error));
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
        fill(failure, error.message);
      }
    };
    return [
      conclusion(said, "conclusion"),
      h("p#headline", said.headline),
      listed(notes),
      choice ? chooser(choice) : null,
      cards(said),
      said.told.length ? h("div.stack", said.told.map((one) => finding(one, said.told, walk))) : null,
      agreement,
      panel("Messages", h("span.note", clipped(name)), h("div.scroll", table(said, walk))),
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

/** What is to be said beside a recording. */
const listed = (notes) => (notes.length ? h("ul.plain.note#notes", notes.map((note) => h("li", note))) : null);
