// The top of the report: title, conclusion, the transaction, and what was found.

const SHAPES = {
  link: "M6.5 9.5l3-3M7 4.5l1-1a2.8 2.8 0 0 1 4 4l-1.5 1.5M9 11.5l-1 1a2.8 2.8 0 0 1-4-4L5.500 7",
  paper: "M4.500 6V2.500h7V6M4.500 11H2.500V6h11v5h-2M4.500 9.500h7v4h-7z",
  theme: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
};

function bar() {
  const said = h("span.note", { role: "status" });
  const copy = async () => {
    said.textContent = (await copied(location.href)) ? "Copied" : "The address bar has it";
    setTimeout(() => said.replaceChildren(), 2500);
  };
  const tool = (shape, label, onclick) => h("button.plain", { type: "button", title: label, "aria-label": label, onclick }, icon(SHAPES[shape]));
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("viewBox", "0 0 16 16");
  mark.setAttribute("class", "mark");
  mark.setAttribute("aria-hidden", "true");
  for (const [x, size, round] of [[1, 14, 3], [5, 6, 1]]) {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [key, value] of Object.entries({ x, y: x, width: size, height: size, rx: round })) rect.setAttribute(key, value);
    mark.append(rect);
  }
  return h(
    "header.bar",
    h("span.brand", mark, "iso-evm"),
    h("span.quiet.tagline", "what the witness of a transaction says, and what is true"),
    h("div.tools.screen-only", said, tool("link", "Copy a link to this step", copy), tool("paper", "Print", () => print()), tool("theme", "Light or dark", toggleTheme)),
  );
}

async function copied(what) {
  try {
    await navigator.clipboard.writeText(what);
    return true;
  } catch {
    return false;
  }
}

/** The other of light and dark than what is seen now. */
function toggleTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
}

function conclusion() {
  const [name, cause] = [data.verdict, data.headline.slice(data.verdict.length + 2)];
  const audits = data.audits.map(([audit, said]) => h("li", h("span.quiet", audit), " ", verdict(said.replace("-", " "), said)));
  return h(
    "section.conclusion.hero",
    { class: `conclusion hero is-${data.conclusion}`, id: "conclusion", "data-verdict": data.conclusion },
    h("h1", verdict(name, data.conclusion), cause ? h("span.cause-text", rich(cause[0].toUpperCase() + cause.slice(1)), ".") : null),
    h("ul.audits", { "aria-label": "The four audits" }, audits),
  );
}

function transaction() {
  const it = data.transaction;
  const both = [
    ["Transaction", it.hash ? short(it.hash) : "not signed"],
    ["From", account(it.from)],
    [it.to ? "To" : "Creates", it.to ? account(it.to) : "a contract"],
    ["Value", it.value === "0" ? null : `${it.value} wei`],
    ["Receipt", [h("span", { class: `verdict is-${it.success ? "valid" : "inconclusive"}` }, it.success ? "success" : "failed"), `, ${it.gasUsed} gas`]],
    ["Rules", `${it.fork}, chain ${it.chainId}, block ${it.block}`],
  ];
  const made = [
    ["State root before", short(it.rootEnter, 12, 10)],
    ["State root after", short(it.rootLeave, 12, 10)],
    ["Witness", short(data.madeBy.witness, 12, 10)],
    ["Hypervisor", short(data.madeBy.hypervisor, 12, 10)],
    ["Made by", `iso-evm ${data.madeBy.version}, ${data.madeBy.engine} engine`],
  ];
  const notes = [...new Set([...data.open, ...data.unchecked])];
  return h(
    "section.panel.subject",
    { "aria-label": "The transaction" },
    h("div.body.pair", facts(both), facts(made)),
    notes.length ? h("ul.notes", notes.map((note) => h("li", rich(note)))) : null,
  );
}

/** The step that a finding is about, if the file has it. */
function stepOf(finding) {
  const message = told.get(finding.message);
  const machine = machineOf(message);
  if (!machine) return null;
  const step = machine.stepOf.get(finding.record);
  if (step !== undefined) return step;
  const first = data.findings.find((other) => other.message === finding.message);
  if (first === finding && message.at) return message.at.step[0] - machine.first;
  const at = finding.pc === null ? -1 : machine.pcs.lastIndexOf(finding.pc);
  return at >= 0 ? at : null;
}

/** What the right side of a finding is called: only of a cause it is no less than true. */
const rightSide = ({ role }) => (role.is === "cause" ? "true is" : "computed is");

/** What the witness says against what is true, in one line. */
const against = (finding) =>
  finding.says === null ? null : [" It says ", h("strong", rich(finding.says)), `; ${rightSide(finding)} `, h("strong", rich(finding.truth)), "."];

/** What the witness says beside what is true. */
const claims = (finding) =>
  finding.says === null
    ? null
    : h(
        "dl.claims",
        h("div.claim.is-false", h("dt", "the witness says"), h("dd", rich(finding.says))),
        h("div", { class: finding.role.is === "cause" ? "claim is-true" : "claim" }, h("dt", rightSide(finding)), h("dd", rich(finding.truth))),
      );

function card(finding) {
  const { role } = finding;
  const other = findings.get(role.is === "follows" ? role.from : role.of);
  const kind = other ? "follows" : "cause";
  const label = { cause: "cause", follows: "follows", behind: "behind", alone: "false" }[role.is];
  const called = other ? `“${other.title.replace(/\.$/, "")}”` : null;
  const by = {
    follows: `It follows: with ${called} put right, it is no longer found.`,
    behind: `It was computed behind ${called}, so that it may be another.`,
  }[role.is] ?? `${finding.by[0].toUpperCase()}${finding.by.slice(1)}.`;
  const step = finding.message === null ? null : stepOf(finding);
  const show = finding.message === null || !told.has(finding.message) ? null : h(
    "button.plain.screen-only",
    { type: "button", onclick: () => go({ message: finding.message, step, record: finding.record, scroll: true }) },
    step === null ? `Show message ${finding.message}` : "Show the step",
    icon("M6 3l5 5-5 5"),
  );
  return h(
    "article.finding",
    { class: `finding ${kind}`, "data-finding": finding.finding },
    h("header", h("span.chip", { class: `chip is-${kind === "cause" ? "invalid" : "inconclusive"}` }, label), h("h3", rich(finding.title)), show),
    h("p.place", h("span.chip", `${finding.audit} audit`), " ", rich(finding.place)),
    claims(finding),
    h("p.quiet.by", by),
  );
}

function found() {
  if (!data.findings.length) return null;
  const causes = data.findings.filter(({ role }) => role.is === "cause").length;
  const rest = causes ? data.findings.filter(({ role }) => role.is === "follows").length : 0;
  const others = data.findings.length - causes - rest;
  const heading = causes ? counted(causes, "cause") : counted(others, "finding");
  return h(
    "section",
    { "aria-label": "Findings" },
    h("h2", heading, rest ? h("span.quiet", `, and ${counted(rest, "finding")} that ${rest === 1 ? "follows" : "follow"}`) : null, causes && others ? h("span.quiet", `, and ${counted(others, "other")}`) : null),
    h("div.findings", data.findings.map(card)),
  );
}

