// The page: three views on one engine, of which the fragment says which is shown.
import { Audit } from "./audit.js";
import { h } from "./dom.js";
import { Engine } from "./engine.js";
import { Lie } from "./lie.js";
import { read } from "./link.js";
import { Run } from "./run.js";

const VIEWS = ["run", "audit", "lie"];
const NAMES = { run: "Run", audit: "Audit", lie: "Lie" };

/** What is packed into an element of the page: base64 of gzip. */
async function unpacked(id) {
  const packed = document.getElementById(id)?.textContent.trim();
  if (!packed) return null;
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class App {
  constructor(engine, data) {
    const inputs = data.inputs.map((input) => ({ ...input, file: new TextEncoder().encode(input.json) }));
    this.views = {
      run: new Run(engine, { onAudit: (program) => this.go("audit", () => this.views.audit.recorded(program)) }),
      audit: new Audit(engine, { inputs, onLie: (name, witness) => this.go("lie", () => this.views.lie.use(name, witness)) }),
      lie: new Lie(engine, { inputs }),
    };
    this.tabs = VIEWS.map((view) => h("button.tab", { id: `tab-${view}`, type: "button", role: "tab", "aria-controls": `view-${view}`, onclick: () => this.go(view) }, NAMES[view]));
    const list = h("div.tabs", { role: "tablist", "aria-label": "What to do", onkeydown: (event) => this.key(event) }, this.tabs);
    document.getElementById("tabs").append(list);
    document.getElementById("views").append(...VIEWS.map((view) => this.views[view].element));
    document.getElementById("theme").addEventListener("click", turned);
    window.addEventListener("hashchange", () => this.follow());
    window.addEventListener("paste", (event) => this.pasted(event));
  }

  /** Shows a view; `then` fills it. */
  go(view, then = () => {}) {
    this.show(view);
    if (view !== "run") history.replaceState(null, "", `#${view}`);
    then();
    window.scrollTo({ top: 0 });
  }

  show(view) {
    for (const [index, name] of VIEWS.entries()) {
      const chosen = name === view;
      this.views[name].element.hidden = !chosen;
      this.tabs[index].setAttribute("aria-selected", String(chosen));
      this.tabs[index].tabIndex = chosen ? 0 : -1;
    }
    document.title = `${NAMES[view]} · iso-evm`;
  }

  /** Goes where the fragment says, and runs what it carries. */
  follow() {
    const { view, carried, broken } = read(location.hash);
    this.show(VIEWS.includes(view) ? view : "run");
    if (carried) this.views.run.use(carried);
    if (broken) this.views.run.broken();
    else if (carried || !VIEWS.includes(view)) this.views.run.run();
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const at = this.tabs.findIndex((tab) => tab.tabIndex === 0);
    const next = (at + step + VIEWS.length) % VIEWS.length;
    this.go(VIEWS[next]);
    this.tabs[next].focus();
  }

  pasted(event) {
    if (event.target.matches("input, textarea") || this.views.audit.element.hidden) return;
    const [file] = event.clipboardData.files;
    const text = event.clipboardData.getData("text");
    if (file) this.views.audit.dropped([file]);
    else if (text) this.views.audit.open("what was pasted", new TextEncoder().encode(text));
  }
}

/** Light, dark, as the system has it. */
function turned() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset.theme ?? (dark ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
}

async function begin() {
  const [json, wasm] = await Promise.all([unpacked("data"), unpacked("module")]);
  const data = JSON.parse(new TextDecoder().decode(json));
  const source = document.getElementById("worker").textContent;
  const engine = new Engine(source, { contracts: data.contracts, wasm });
  await engine.ready;
  const app = new App(engine, data);
  document.getElementById("loading").remove();
  document.documentElement.dataset.ready = wasm ? "whole" : "half";
  app.follow();
}

begin().catch((error) => {
  const loading = document.getElementById("loading");
  loading.textContent = `This page cannot start here: ${error.message}`;
});
