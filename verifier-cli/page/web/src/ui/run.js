// Run: a program by the live machine's own bytes, step by step, beside the native run.
import { AssemblyError, assemble } from "../assembly.js";
import { bytes, hex } from "../evm/bytes.js";
import machine from "../machine.json" with { type: "json" };
import { counted, facts, fill, h, panel, thousands } from "./dom.js";
import { fragment } from "./link.js";
import { programs } from "./programs.js";
import { Stopped } from "./engine.js";
import { Walk } from "./walk.js";
import { comparison } from "./compare.js";

const newest = machine.forks.at(-1).name;

export class Run {
  constructor(engine, { onAudit }) {
    this.engine = engine;
    this.onAudit = onAudit;
    this.program = h("textarea#program", { rows: 14, spellcheck: "false", autocapitalize: "off", "aria-describedby": "program-note", oninput: () => this.edited() });
    this.input = h("input#calldata", { type: "text", spellcheck: "false", placeholder: "0x, or nothing" });
    this.fork = h("select#fork", { onchange: () => this.edited() }, machine.forks.toReversed().map(({ name }) => h("option", { value: name }, name)));
    this.examples = h("select#example", { onchange: () => this.example() }, h("option", { value: "" }, "Start from…"), programs.map(({ name }, at) => h("option", { value: String(at) }, name)));
    this.button = h("button.primary#run", { type: "submit", title: "Ctrl + Enter" }, "Run");
    this.link = h("button", { type: "button", onclick: () => this.copied() }, "Copy link");
    this.note = h("p.note#program-note", { "aria-live": "polite" });
    this.result = h("div.stack#run-result");
    this.element = h("div.view#view-run", { role: "tabpanel", "aria-labelledby": "tab-run" }, this.intro(), h("div.run-grid", this.form(), this.result));
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
    this.fork.value = machine.forks.some(({ name }) => name === fork) ? fork : newest;
    this.edited();
  }

  example() {
    const chosen = programs[Number(this.examples.value)];
    if (this.examples.value === "" || !chosen) return;
    this.use(chosen);
    this.examples.value = "";
    this.run();
  }

  /** Says that a link carries no program. */
  broken() {
    this.note.classList.add("is-invalid");
    this.note.textContent = "the program in the link cannot be read";
  }

  /** The code that the text is, or null with the reason in the note. */
  code() {
    try {
      return assemble(this.program.value, this.fork.value);
    } catch (error) {
      if (!(error instanceof AssemblyError)) throw error;
      this.note.classList.add("is-invalid");
      this.note.textContent = error.message;
      return null;
    }
  }

  edited() {
    this.note.classList.remove("is-invalid");
    const code = this.code();
    if (code) this.note.textContent = code.length ? `${counted(code.length, "byte")}: ${short(hex(code))}` : "nothing to run";
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

  async run() {
    const code = this.code();
    const input = bytes(this.input.value.trim());
    if (!input) {
      this.note.classList.add("is-invalid");
      this.note.textContent = "the calldata is no hex";
      this.input.focus();
      return;
    }
    if (!code?.length) return;
    this.carry();
    const fork = this.fork.value;
    fill(this.result, working("Running", this.engine));
    try {
      this.show({ fork, code, input, ...(await this.engine.ask("run", { fork, code, input })) });
    } catch (error) {
      fill(this.result, failed(error));
    }
  }

  show({ fork, code, input, live, native, size }) {
    const held = comparison(live, native);
    const walk = new Walk({ fork, code, steps: live.steps, more: live.more, columns: gasOf(live, native) });
    const audit = h("button", { type: "button", onclick: () => this.onAudit({ fork, code, input }) }, "Record and audit this run");
    fill(
      this.result,
      h(`div.conclusion.is-${held.same ? "valid" : "inconclusive"}#agreement`, { role: "status" }, h(`span.verdict.is-${held.same ? "valid" : "inconclusive"}`, held.same ? "the same" : "not the same"), h("span", held.words)),
      panel("What came of it", this.engine.given.wasm ? audit : null, outcome(native, live, size)),
      walk.element,
    );
  }
}

const short = (text) => (text.length > 74 ? `${text.slice(0, 72)}…` : text);

/** What the run returned, and what it cost as guest and as host. */
function outcome(native, live, size) {
  const { returned, success, reverted, gasUsed } = native.end;
  const ended = success ? "returned" : reverted ? "reverted" : "halted: all its gas is gone";
  const number = returned.length === 66 ? ` = ${thousands(returned)}` : "";
  const ratio = gasUsed && success ? `${thousands(Math.round(live.hostGas / gasUsed))} for one of the guest’s` : null;
  return [
    h("div.gauges", gauge("guest gas", gasUsed, `native, ${native.by}`), gauge("host gas", live.hostGas, ratio ?? "the live machine's frame"), gauge("steps", native.steps.length, live.hostSteps === null ? "and more, which are not shown" : `${thousands(live.hostSteps)} of the host`)),
    facts([
      ["It", ended],
      ["Data", returned === "0x" ? "none" : h("code.hash#returned", short(returned), number)],
      ["Slots", native.storage.length ? h("ul.plain", native.storage.map(([slot, value]) => h("li", h("code", slim(slot)), " ← ", h("code", slim(value))))) : null],
      ["Logs", native.logs.length ? h("ul.plain", native.logs.map((log) => h("li", h("code.hash", `${log.topics.map(slim).join(", ") || "no topic"}: ${short(log.data)}`)))) : null],
      ["Machine", `${thousands(size)} bytes; it set up for ${thousands(live.setupGas)} of the host gas`],
    ]),
  ];
}

/** What each step takes, as guest and as host. */
function gasOf(live, native) {
  const guest = (index) => {
    const [now, next] = [native.steps[index], native.steps[index + 1]];
    if (!now) return "";
    const after = next ? next.gas : native.steps[0].gas - native.end.gasUsed;
    return thousands(Math.max(0, now.gas - after));
  };
  const host = (index) => (live.steps[index].passed ? "with the jump" : thousands(live.steps[index].hostGas));
  return [["guest gas", guest], ["host gas", host]];
}

/** A word without leading zeros. */
export const slim = (word) => `0x${BigInt(word).toString(16)}`;

const gauge = (name, number, note) => h("div.gauge", h("span.gauge-name", name), h("span.gauge-number", { "data-gauge": name }, thousands(number)), h("span.note", note));

/** What stands where a result will be. */
export function working(what, engine) {
  const told = h("span", `${what}…`);
  const element = h("div.working", { role: "status" }, h("span.spinner", { "aria-hidden": "true" }), told, h("button", { type: "button", onclick: () => engine.stop() }, "Stop"));
  element.told = (words) => {
    told.textContent = words;
  };
  return element;
}

/** What stands where there is no result. */
export const failed = (error) =>
  error instanceof Stopped
    ? h("p.note", "Stopped.")
    : h("div.finding.cause", { role: "alert" }, h("h3", "This cannot be used"), h("p", error.message));
