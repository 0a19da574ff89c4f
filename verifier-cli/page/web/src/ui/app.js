// The page: three views, each on an engine of its own, of which the fragment says which is shown.
import { Audit } from "./audit.js";
import { h } from "./dom.js";
import { caught } from "./drops.js";
import { Engine, codeOf } from "./engine.js";
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
  constructor(engines, data) {
    const inputs = data.inputs.map((input) => ({ ...input, file: new TextEncoder().encode(input.json) }));
    this.views = {
      run: new Run(engines.run, { onAudit: (program) => this.go("audit", () => this.views.audit.recorded(program), true) }),
      audit: new Audit(engines.audit, { inputs, onLie: (name, witness) => this.go("lie", () => this.views.lie.begin(name, witness), true) }),
      lie: new Lie(engines.lie, { inputs }),
    };
    this.tabs = VIEWS.map((view) => h("button.tab", { id: `tab-${view}`, type: "button", role: "tab", "aria-controls": `view-${view}`, onclick: () => this.go(view) }, NAMES[view]));
    const list = h("div.tabs", { role: "tablist", "aria-label": "What to do", onkeydown: (event) => this.key(event) }, this.tabs);
    document.getElementById("tabs").append(list);
    document.getElementById("views").append(...VIEWS.map((view) => this.views[view].element));
    window.addEventListener("popstate", () => this.follow());
    window.addEventListener("paste", (event) => this.pasted(event));
    caught({ views: this.views, shown: () => this.shown, go: (...to) => this.go(...to) });
  }

  /** Shows a view; `then` fills it. `enter` moves the focus into it, for who did not come by its tab. */
  go(view, then = () => {}, enter = false) {
    if (view !== this.shown) {
      const fragment = view === "run" ? this.ran : `#${view}`;
      if (this.shown === "run") this.ran = location.hash;
      history.pushState(null, "", fragment ?? "#run");
      this.show(view);
      window.scrollTo({ top: 0 });
    }
    then();
    if (enter) this.views[view].element.focus({ preventScroll: true });
  }

  show(view) {
    this.shown = view;
    for (const [index, name] of VIEWS.entries()) {
      const chosen = name === view;
      this.views[name].element.hidden = !chosen;
      this.tabs[index].setAttribute("aria-selected", String(chosen));
      this.tabs[index].tabIndex = chosen ? 0 : -1;
    }
    document.title = `${NAMES[view]} · iso-evm`;
  }

  /** Goes where the fragment says, and runs what it carries, unless that is what was run last. */
  follow() {
    const { view, carried, broken } = read(location.hash);
    // The link to the content is no view.
    if (view === "views") return;
    this.show(VIEWS.includes(view) ? view : "run");
    const { run } = this.views;
    if (broken) run.broken(broken);
    else if (carried && !run.has(carried)) {
      run.use(carried);
      run.run({ seen: false });
    } else if (!VIEWS.includes(view)) run.run({ seen: false });
  }

  key(event) {
    const at = this.tabs.findIndex((tab) => tab.tabIndex === 0);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: VIEWS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + VIEWS.length) % VIEWS.length;
    this.go(VIEWS[next]);
    this.tabs[next].focus();
  }

  pasted(event) {
    if (event.target.matches("input, textarea") || this.views.audit.element.hidden) return;
    const [file] = event.clipboardData.files;
    const text = event.clipboardData.getData("text");
    if (file) this.views.audit.dropped([file]);
    else if (text) this.views.audit.given("what was pasted", new TextEncoder().encode(text));
  }
}

/** The button for light or dark, which says which it is: as the system has it, until it is pressed. */
function themed(button) {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const say = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    say();
  });
  system.addEventListener("change", say);
  say();
}

async function begin() {
  const [json, wasm] = await Promise.all([unpacked("data"), unpacked("module")]);
  const data = JSON.parse(new TextDecoder().decode(json));
  const code = codeOf(document.getElementById("worker").textContent);
  const engines = Object.fromEntries(VIEWS.map((view) => [view, new Engine(code, { contracts: data.contracts, wasm })]));
  await engines.run.begin();
  themed(document.getElementById("theme"));
  const app = new App(engines, data);
  document.getElementById("loading").remove();
  document.documentElement.dataset.ready = wasm ? "whole" : "half";
  app.follow();
}

begin().catch((error) => {
  const loading = document.getElementById("loading");
  loading.textContent = `This page cannot start here: ${error.message}`;
});
