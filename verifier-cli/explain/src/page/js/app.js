// What is shown now, and how a reader goes elsewhere.

/** Message and step that are shown; the step counts from the first that the file has. */
const here = { message: null, step: 0 };
let view = null;
const tree = new Tree();
const pane = h("main#message", { tabindex: "-1", "aria-labelledby": "message-title" });

/** Goes to a message, a step or a record; what is not said stays. */
function go({ message = here.message, step, record, scroll = false, stay = false }) {
  if (data.calls[message] === undefined) return;
  if (message !== here.message) {
    here.message = message;
    here.step = null;
    view = new MessageView(message);
    fill(pane, view.element);
    view.open();
    tree.mark(message);
  }
  const machine = machineOf(view.message);
  const ofRecord = record === undefined || record === null ? undefined : machine?.stepOf.get(record);
  const wanted = step ?? (stay ? here.step : ofRecord) ?? here.step ?? usual(view.message, machine);
  if (machine) {
    here.step = Math.min(machine.count - 1, Math.max(0, wanted));
    view.walk.to(here.step);
  }
  const taken = record ?? machine?.record.get(here.step) ?? (view.records?.rows.chosen < 0 ? 0 : undefined);
  if (taken !== undefined && taken !== null) view.records?.choose(taken);
  if (scroll) pane.scrollIntoView({ block: "start" });
  remember();
}

/** The step that a message is first shown at. */
function usual(message, machine) {
  return machine && message.at ? message.at.step[0] - machine.first : 0;
}

/** The next step, in a direction, that takes a record. */
function nextRecord(direction) {
  const machine = machineOf(view.message);
  const steps = machine?.taking ?? [];
  const next = direction > 0 ? steps.find((step) => step > here.step) : steps.findLast((step) => step < here.step);
  if (next !== undefined) go({ step: next });
}

/** The finding that is about this message; else the first that is about any. */
function toFinding() {
  const finding = data.findings.find((it) => it.message === here.message) ?? data.findings.find((it) => it.message !== null);
  if (finding) go({ message: finding.message, step: stepOf(finding) ?? undefined, record: finding.record ?? undefined });
}

function remember() {
  const machine = machineOf(view?.message);
  const fragment = `#m=${here.message}${machine ? `&s=${machine.first + here.step}` : ""}`;
  if (location.hash === fragment) return;
  try {
    history.replaceState(null, "", fragment);
  } catch {
    // Too often in a second for this browser: the next step says it.
  }
}

/** What the address asks for. */
function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const number = (key) => (/^\d+$/.test(asked.get(key) ?? "") ? Number(asked.get(key)) : undefined);
  const message = data.calls[number("m")] ? number("m") : undefined;
  const machine = machineOf(told.get(message));
  const step = machine && number("s") !== undefined ? number("s") - machine.first : undefined;
  return { message: message ?? data.atHand ?? 0, step, record: number("r") };
}

const KEYS = {
  ArrowLeft: () => go({ step: here.step - 1 }),
  ArrowRight: () => go({ step: here.step + 1 }),
  k: () => go({ step: here.step - 1 }),
  j: () => go({ step: here.step + 1 }),
  Home: () => go({ step: 0 }),
  End: () => go({ step: Number.MAX_SAFE_INTEGER }),
  n: () => nextRecord(1),
  p: () => nextRecord(-1),
  f: toFinding,
  "[": () => go({ message: here.message - 1 }),
  "]": () => go({ message: here.message + 1 }),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, select, input:not([type=range])")) return;
  const run = KEYS[event.key];
  if (!run || !view) return;
  event.preventDefault();
  run();
});

const keys = h(
  "footer.note.screen-only",
  h("p", "Keys: ", [["← →", "or ", "j k", "step"], ["Home End", "first and last"], ["n p", "next and previous record"], ["f", "the finding"], ["[ ]", "message"]].map((line, at) => [at ? ", " : null, line.map((part, index) => (index === line.length - 1 ? ` ${part}` : part === "or " ? " or " : part.split(" ").map((key) => [h("kbd", key), " "])))])),
  h("p", "This file asks for nothing: its policy lets it connect to no network."),
);

fill(document.getElementById("sheet"), bar(), conclusion(), found(), transaction(), data.calls.length ? h("div.workbench", tree.element, pane) : h("p.note", "The transaction leads to no message: no code ran."), keys);
document.body.querySelector(".skip").hidden = !data.calls.length;
if (data.calls.length) go(fromAddress());
addEventListener("hashchange", () => data.calls.length && go(fromAddress()));

let printed = null;
function toPaper() {
  printed?.remove();
  if (view) pane.append((printed = paper(view)));
}
addEventListener("beforeprint", toPaper);
matchMedia("print").addEventListener("change", ({ matches }) => (matches ? toPaper() : (printed?.remove(), (printed = null))));
addEventListener("afterprint", () => (printed?.remove(), (printed = null)));
document.documentElement.dataset.ready = "yes";
