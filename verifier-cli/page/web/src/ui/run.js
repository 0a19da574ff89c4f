// Run: a program by the live machine's own bytes, step by step, beside the native run.
import { AssemblyError, assemble } from "../assembly.js";
import { bytes, hex } from "../evm/bytes.js";
import machine from "../machine.json" with { type: "json" };
import { clipped } from "../plain.js";
import { difference } from "./difference.js";
import { counted, fill, h, panel, thousands, verdict } from "./dom.js";
import { Turns } from "./engine.js";
import { text } from "./files.js";
import { fragment } from "./link.js";
import { gasOf, outcome } from "./outcome.js";
import { programs } from "./programs.js";
import { brought, failed, working } from "./wait.js";
import { Walk } from "./walk.js";

/** How long nothing is typed before what stands there is read. */
const PAUSE = 150;

export class Run {
  constructor(engine, { onAudit }) {
    this.engine = engine;
    this.onAudit = onAudit;
    this.turns = new Turns();
    this.program = h("textarea#program", { rows: 14, spellcheck: "false", autocapitalize: "off", "aria-describedby": "program-note", oninput: () => this.typed() });
    this.input = h("input#calldata", { type: "text", spellcheck: "false", placeholder: "0x, or nothing", "aria-describedby": "program-note" });
    this.fork = h("select#fork", { onchange: () => this.edited() }, machine.forks.toReversed().map(({ name }) => h("option", { value: name }, name)));
    this.examples = h("select#example", { onchange: () => this.example() }, h("option", { value: "" }, "Start from…"), programs.map(({ name }, at) => h("option", { value: String(at) }, name)));
    this.button = h("button.primary#run", { type: "submit", title: "Ctrl + Enter" }, "Run");
    this.link = h("button", { type: "button", onclick: () => this.copied() }, "Copy link");
    this.note = h("p.note#program-note", { "aria-live": "polite" });
    this.result = h("div.stack#run-result");
    this.element = h("div.view#view-run", { role: "tabpanel", tabindex: "-1", "aria-labelledby": "tab-run" }, this.intro(), h("div.run-grid", this.form(), this.result));
    this.use(programs[0]);
  }

  intro() {
    return h("p.lead", "Bytecode runs here twice: natively, and inside the ", h("strong", "live machine"), ", an EVM contract that interprets an EVM. Its emitted bytes run in this browser, called by DELEGATECALL from a wallet, on an EVM that is not ours.");
  }

  form() {
    const submit = (event) => {
      event?.preventDefault();
      this.run();
    };
    const body = h(
      "form.stack",
      { onsubmit: submit, onkeydown: (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit(event) },
      h("div.field", h("label", { for: "program" }, "Assembly or bytecode"), this.program, this.note),
      h("div.fields", h("div.field.grow", h("label", { for: "calldata" }, "Calldata"), this.input), h("div.field", h("label", { for: "fork" }, "Fork"), this.fork)),
      h("div.tools", this.button, this.link),
    );
    return panel("Program", h("div.tools", h("label.visually-hidden", { for: "example" }, "Examples"), this.examples), body);
  }

  use({ program, input, fork }) {
    this.program.value = program;
    this.input.value = input ? `0x${input.replace(/^0x/, "")}` : "";
    this.fork.value = fork;
    this.edited();
  }

  /** Whether this program stands here, and was run. */
  has({ program, input, fork }) {
    const same = this.program.value === program && this.fork.value === fork && this.input.value.replace(/^0x/i, "").trim() === input;
    return same && this.result.childElementCount > 0;
  }

  /** A file with a program: assembly, or bytecode as hex. */
  async dropped([file, ...more]) {
    const turn = this.turns.next();
    try {
      const program = await text(file);
      if (!turn()) return;
      this.use({ program, input: "", fork: this.fork.value });
      if (more.length) this.note.textContent += `; of ${more.length + 1} files, ${clipped(file.name)} was taken`;
      this.run();
    } catch (error) {
      if (turn()) this.wrong(error.message);
    }
  }

  example() {
    const chosen = programs[Number(this.examples.value)];
    if (this.examples.value === "" || !chosen) return;
    this.use(chosen);
    this.examples.value = "";
    this.run();
  }

  /** A link that carries no program, and why: nothing of another stays. */
  broken(why) {
    this.turns.next();
    this.engine.only();
    this.program.value = "";
    this.input.value = "";
    this.edited();
    this.wrong(why);
    fill(this.result);
  }

  wrong(words) {
    this.note.classList.add("is-invalid");
    this.note.textContent = words;
  }

  /** The code that the text is, or null with the reason in the note. */
  code() {
    try {
      return assemble(this.program.value, this.fork.value);
    } catch (error) {
      if (!(error instanceof AssemblyError)) throw error;
      this.wrong(error.message);
      return null;
    }
  }

  /** Something was typed: it is read when nothing more is, for a little. */
  typed() {
    clearTimeout(this.pause);
    this.button.disabled = false;
    this.pause = setTimeout(() => this.edited(), PAUSE);
  }

  edited() {
    clearTimeout(this.pause);
    this.note.classList.remove("is-invalid");
    const code = this.code();
    if (code) this.note.textContent = code.length ? `${counted(code.length, "byte")}: ${hex(code.slice(0, 36))}${code.length > 36 ? "…" : ""}` : "nothing to run";
    this.button.disabled = !code?.length;
  }

  async copied() {
    this.carry();
    try {
      await navigator.clipboard.writeText(location.href);
      this.link.textContent = "Copied";
    } catch {
      this.link.textContent = "It is in the address bar";
    }
    setTimeout(() => {
      this.link.textContent = "Copy link";
    }, 2000);
  }

  carry() {
    history.replaceState(null, "", fragment({ fork: this.fork.value, program: this.program.value, input: this.input.value.replace(/^0x/i, "").trim() }));
  }

  /** Runs what stands there, in the place of what runs. `seen` is whether the visitor waits for it. */
  async run({ seen = true } = {}) {
    this.edited();
    const code = this.code();
    const input = bytes(this.input.value.trim());
    if (!input) {
      this.wrong("the calldata is no hex");
      this.input.focus();
      return;
    }
    if (!code?.length) return;
    this.carry();
    const turn = this.turns.next();
    this.engine.only();
    const fork = this.fork.value;
    const wait = working("Running", this.engine);
    fill(this.result, wait);
    const told = ({ host, steps }) => wait.told(`Running: ${counted(steps, "step")} so far, ${thousands(host)} of the host…`);
    try {
      const ran = await this.engine.ask("run", { fork, code, input }, told);
      if (!turn()) return;
      this.show({ fork, code, input, ...ran });
      if (seen) brought(this.result);
    } catch (error) {
      if (turn()) fill(this.result, failed(error));
    }
  }

  show(ran) {
    const { fork, code, input, live, native, held } = ran;
    const { same, words, at } = difference(ran);
    const beside = same ? null : { name: "Natively", steps: native.steps, from: held.step ?? live.steps.length };
    const walk = new Walk({ fork, code, steps: live.steps, more: live.more, columns: gasOf(ran), beside });
    if (!same) walk.at = at;
    const audit = h("button", { type: "button", onclick: () => this.onAudit({ fork, code, input }) }, "Record and audit this run");
    fill(
      this.result,
      h(`div.conclusion.is-${same ? "valid" : "inconclusive"}#agreement`, { role: "status" }, verdict(same ? "valid" : "inconclusive", same ? "the same" : "not the same"), " ", h("span", words)),
      panel("What came of it", this.engine.given.wasm ? audit : null, outcome(ran, same)),
      walk.element,
    );
  }
}
