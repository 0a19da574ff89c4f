// The page in a real browser. Says what it saw as JSON; the test that starts it says what that must be.
//   node browser.mjs PAGE SCREENSHOTS [WITNESS INPUT ARTIFACTS FORM]
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { drive, open as opened, pictures as taken, seen } from "../../../../tests/support/browser/harness.mjs";

const [file, screenshots, witness, input, artifacts, form] = process.argv.slice(2);

/** A machine that does much else takes its time. */
const PATIENCE = Number(process.env.ISO_PATIENCE ?? 180_000);

async function open(fragment = "") {
  const page = await opened(file, fragment);
  page.setDefaultTimeout(PATIENCE);
  return page;
}

const text = (page, selector) => page.textContent(selector);
const pictures = (page, name) => taken(page, join(screenshots, name));

/** Waits for a run to have come to its end. */
const ran = (page) => page.waitForSelector("#agreement");

async function run(page) {
  await ran(page);
  seen.first = {
    agreement: await text(page, "#agreement .verdict"),
    returned: await text(page, "#returned"),
    guestGas: await text(page, "[data-gauge='guest gas']"),
    hostGas: await text(page, "[data-gauge='host gas']"),
  };
  await page.click(".walk h2");
  await page.getByLabel("Step on (→)").click();
  await page.keyboard.press("ArrowRight");
  seen.walked = { where: await text(page, ".walk-tools output"), stack: await text(page, ".words"), code: await text(page, ".row.at") };
  await pictures(page, "run");
  seen.examples = {};
  const examples = await page.$$eval("#example option", (options) => options.filter((option) => option.value).map((option) => [option.value, option.textContent]));
  for (const [value, name] of examples) {
    await page.evaluate(() => document.querySelector("#run-result").replaceChildren());
    await page.selectOption("#example", value);
    await ran(page);
    seen.examples[name] = await text(page, "#agreement .verdict");
  }
  // What would take long is stopped, and the next run begins anew.
  await page.evaluate(() => document.querySelector("#run-result").replaceChildren());
  await page.fill("#program", "loop: JUMPDEST PUSH loop JUMP");
  await page.click("#run");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  seen.stopped = await text(page, "#run-result");
  seen.afterStop = await outcome(page, "PUSH 3");
  seen.worlds = {};
  for (const [name, [program, fork]] of Object.entries(WORLDS)) seen.worlds[name] = await outcome(page, program, fork);
  await pictures(page, "run-other");
  seen.programs = {};
  for (const program of ["add add", "dead", "PUSH 1 NOSUCH", "\u202eGAS", "Z".repeat(400), "l: l:", `0x${"00".repeat(49_153)}`, `; ${" ".repeat(1 << 18)}`]) {
    await page.fill("#program", program);
    await page.waitForTimeout(400);
    seen.programs[program.slice(0, 20)] = await text(page, "#program-note");
  }
}

/** Programs that see the world that they are in, and the forks that they run by. */
const WORLDS = {
  creation: ["PUSH 0 PUSH 0 PUSH 0 CREATE PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN"],
  chain: ["CHAINID SELFBALANCE CALLER BALANCE ORIGIN EXTCODEHASH GASLIMIT TIMESTAMP PREVRANDAO COINBASE STOP"],
  old: ["PREVRANDAO CHAINID NUMBER PUSH 23999999 BLOCKHASH STOP", "istanbul"],
  hashes: ["PUSH 23999999 BLOCKHASH PUSH 23999744 BLOCKHASH PUSH 23999743 BLOCKHASH NUMBER BLOCKHASH STOP"],
  underflow: ["PUSH 1 ADD"],
  nowhere: ["PUSH 5 JUMP"],
  invalid: ["INVALID"],
  behind: ["PUSH 1 PUSH 0 PUSH 0 RETURNDATACOPY"],
  memory: ["PUSH 1 PUSH32 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff MSTORE"],
  large: [`PUSH 7 PUSH 0 MSTORE PUSH 200 PUSH 0 RETURN`],
  gas: ["PUSH 1 PUSH 2 GAS PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN"],
};

/** Runs a program to its end: what is said of it. */
async function outcome(page, program, fork = "osaka") {
  await page.evaluate(() => document.querySelector("#run-result").replaceChildren());
  await page.selectOption("#fork", fork);
  await page.fill("#program", program);
  await page.click("#run");
  await page.waitForSelector("#agreement, #run-result [role=alert]");
  const other = page.locator("#run-result .other");
  return {
    agreement: await text(page, "#run-result > :first-child"),
    facts: await page.$eval("#run-result .body", (body) => body.textContent),
    where: await page.textContent("#run-result .walk-tools output"),
    beside: (await other.isVisible()) ? await other.textContent() : null,
  };
}

/** Links that carry nothing: what is said, and that nothing of another program stays. */
async function links() {
  seen.links = {};
  for (const fragment of ["#run/frontier/YWRk", "#run/Osaka/YWRk", "#run//YWRk", "#run/__proto__/YWRk", "#run/osaka/YWRk/00/11", "#run/osaka/@@@"]) {
    const page = await open(fragment);
    await page.waitForTimeout(100);
    seen.links[fragment] = { note: await text(page, "#program-note"), program: await page.inputValue("#program") };
    await page.context().close();
  }
}

/** A program with calldata, by its link alone, in another window. */
async function link(page) {
  await page.fill("#program", "PUSH 0 CALLDATALOAD PUSH 2 MUL PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN");
  await page.fill("#calldata", `0x${"21".padStart(64, "0")}`);
  await page.selectOption("#fork", "shanghai");
  await page.evaluate(() => document.querySelector("#run-result").replaceChildren());
  await page.click("#run");
  await ran(page);
  const other = await open(new URL(page.url()).hash);
  await ran(other);
  seen.linked = { fork: await other.inputValue("#fork"), returned: await text(other, "#returned") };
  await other.context().close();
}

/** How much wider the page is than a narrow window. */
async function narrow(page) {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  seen.wide = Math.max(seen.wide, await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth));
  await page.setViewportSize(size);
}

/** Files that are none of what is audited: what is said of each. */
async function others(page) {
  const state = (exception) => JSON.stringify({ refused: { env: ENV, pre: { [SENDER]: { nonce: "0x0", balance: "0x1", code: "0x", storage: {} } }, transaction: { data: ["0x"], gasLimit: ["0x5208"], gasPrice: "0xa", nonce: "0x0", sender: SENDER, to: SENDER, value: ["0x1"] }, post: { Istanbul: [{ indexes: { data: 0, gas: 0, value: 0 }, hash: NONE, logs: NONE, ...exception }] } } });
  const files = {
    empty: "",
    packed: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]),
    wide: Buffer.from("\ufeff{}", "utf16le"),
    marked: "\ufeff{}",
    receipt: JSON.stringify({ transactionHash: NONE, logs: [], status: "0x1" }),
    wanted: state({ expectException: "TR_NoFunds" }),
    unwanted: state({}),
    form: readFileSync(form),
  };
  seen.files = {};
  for (const [name, held] of Object.entries(files)) {
    await page.evaluate(() => document.querySelector("#audit-result").replaceChildren());
    await page.setInputFiles("#file", { name: `\u202e${name}.json`, mimeType: "application/json", buffer: Buffer.from(held) });
    await page.waitForSelector("#audit-result [role=alert], #audit-result .conclusion");
    seen.files[name] = await text(page, "#audit-result");
  }
  // None is opened in the page's place, and one that is larger than is read is refused by its size alone.
  seen.prevented = await page.evaluate(() => {
    const dropped = (selector, files) => {
      const data = new DataTransfer();
      for (const file of files) data.items.add(file);
      const events = ["dragover", "drop"].map((type) => new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      for (const event of events) document.querySelector(selector).dispatchEvent(event);
      return events.every(({ defaultPrevented }) => defaultPrevented);
    };
    const small = (name) => new File(["{}"], name);
    return [dropped("footer", [small("c.json")]), dropped("#audit-result", [small("a.json"), small("b.json")])];
  });
  await page.waitForSelector("#audit-result [role=alert]");
  seen.several = await text(page, "#audit-result");
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(Array(129).fill(new Blob([new Uint8Array(1_000_000)])), "large.json"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await page.waitForFunction(() => document.querySelector("#audit-result").textContent.includes("large.json"));
  seen.large = await text(page, "#audit-result");
}

const NONE = `0x${"00".repeat(32)}`;
const SENDER = "0x1111111111111111111111111111111111111111";
const ENV = { currentCoinbase: "0x2222222222222222222222222222222222222222", currentGasLimit: "0x1000000", currentNumber: "0x1", currentTimestamp: "0x1" };

async function audit(page) {
  await page.focus("#tab-run");
  await page.keyboard.press("ArrowRight");
  seen.byKeyboard = await page.isVisible("#view-audit");
  const audited = async (path) => {
    await page.setInputFiles("#file", path);
    await page.waitForSelector("[data-agree]");
    const facts = {
      verdict: await page.getAttribute("#conclusion", "data-verdict"),
      audits: await page.$$eval("[data-audit]", (cards) => Object.fromEntries(cards.map(({ dataset }) => [dataset.audit, dataset.verdict]))),
      hypervisor: await text(page, "#hypervisor-hash"),
      witness: await text(page, "#witness-hash"),
      agree: await page.getAttribute("[data-agree]", "data-agree"),
      hostGas: await page.$$eval("[data-host]", (cells) => cells.map(({ textContent }) => textContent)),
      otherGas: await page.$$eval("[data-other]", (cells) => cells.map(({ textContent }) => textContent)),
      gasUsed: await page.$$eval("#messages tbody tr td:nth-child(5)", (cells) => cells.map(({ textContent }) => textContent)),
    };
    await page.evaluate(() => document.querySelector("#audit-result").replaceChildren());
    return facts;
  };
  seen.ofWitness = await audited(witness);
  seen.ofInput = await audited(input);
  await page.setInputFiles("#file", { name: "nothing.bin", mimeType: "application/octet-stream", buffer: Buffer.from("nothing") });
  await page.waitForSelector("#audit-result [role=alert]");
  seen.unusable = await text(page, "#audit-result [role=alert]");
  await others(page);
  await page.click("text=Call tree");
  await page.waitForSelector("[data-agree]");
  await pictures(page, "audit");
  // Of two that are asked for at once, the last is shown.
  await page.evaluate(() => {
    const button = (name) => [...document.querySelectorAll("#view-audit [aria-label=Examples] button")].find(({ textContent }) => textContent === name);
    button("Halts").click();
    button("Call tree").click();
  });
  await page.waitForSelector("[data-agree]");
  seen.last = await page.$$eval("#messages tbody tr", (rows) => rows.length);
  await page.focus("#messages tbody tr:nth-child(2) button");
  await page.keyboard.press("Space");
  await page.waitForSelector("#view-audit .walk .row.at");
  seen.focused = await page.evaluate(() => document.activeElement?.classList.contains("walk"));
  await narrow(page);
  await page.getByLabel("Last step").last().click();
  await page.waitForSelector("#view-audit .roots");
  seen.message = { records: await page.$$eval("#view-audit .within .tree summary", (rows) => rows.map(({ textContent }) => textContent)), title: await text(page, "#view-audit .walk h2"), where: await text(page, "#view-audit .walk-tools output"), code: await text(page, "#view-audit .walk .row.at") };
  await page.screenshot({ path: join(screenshots, "audit-steps.png"), fullPage: true });
  await page.evaluate(() => document.querySelector("#audit-result").replaceChildren());
  await page.setInputFiles("#file", witness);
  await page.waitForSelector("[data-agree]");
  await solidity(page);
}

/** What a compiler knows, added to the witness that is audited; and the file that holds all of it. */
async function solidity(page) {
  await page.setInputFiles("#artifacts", { name: "nothing.json", mimeType: "application/json", buffer: Buffer.from("{}") });
  await page.waitForSelector("#artifacts-said .is-invalid");
  seen.noArtifacts = await text(page, "#artifacts-said");
  await page.setInputFiles("#artifacts", artifacts);
  // Without artifacts it is the selector.
  await page.waitForFunction(() => document.querySelector("#messages td .note.clip")?.textContent.startsWith("Token"));
  seen.lacksSources = await text(page, "#artifacts-said");
  await page.setInputFiles("#artifacts", join(dirname(artifacts), "Token.sol"));
  await page.waitForFunction((before) => document.querySelector("#artifacts-said").textContent !== before, seen.lacksSources);
  await page.waitForSelector("[data-agree]");
  seen.artifacts = { said: await text(page, "#artifacts-said"), call: await text(page, "#messages td .note.clip") };
  await page.click("#messages tbody tr:first-child");
  await page.waitForSelector("#view-audit .within");
  seen.artifacts.within = await text(page, "#view-audit .within");
  await page.screenshot({ path: join(screenshots, "audit-solidity.png"), fullPage: true });
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("#report-html")]);
  seen.artifacts.report = readFileSync(await file.path(), "utf8");
}

async function lie(page) {
  await page.click("text=Tell a lie");
  await page.waitForSelector("#finders");
  const judged = async (act) => {
    await page.evaluate(() => document.querySelector("#lie-result").replaceChildren());
    await act();
    await page.waitForSelector("#finders, #lie-result [role=alert]");
    return (await page.$("#finders")) ? page.getAttribute("#finders", "data-finders") : "refused";
  };
  seen.lies = {};
  for (const name of await page.$$eval("[data-lie]", (buttons) => buttons.map(({ dataset }) => dataset.lie))) {
    seen.lies[name] = await judged(() => page.click(`[data-lie="${name}"]`));
  }
  seen.undone = await judged(() => page.click("text=undo"));
  const field = page.locator("input[data-place='receipt.gasUsed']");
  seen.byHand = await judged(async () => {
    await field.fill("0x1");
    await field.blur();
  });
  seen.written = await judged(async () => {
    await field.fill(JSON.parse(readFileSync(form)).receipt.gasUsed.replace(/[a-f]/g, (digit) => digit.toUpperCase()));
    await field.blur();
  });
  seen.writtenWords = await text(page, "#lie-told");
  seen.notEven = await judged(async () => {
    await field.fill("a lot");
    await field.blur();
  });
  await judged(() => page.click("[data-lie='A slot held another value']"));
  seen.words = await page.$$eval("#lie-result .finding", (findings) => findings.map(({ textContent }) => textContent));
  await pictures(page, "lie");
  await page.click("#lie-told button");
  seen.refocused = await page.evaluate(() => document.activeElement.id);
  await page.waitForSelector("#finders");
  await page.click("details[data-place=block] > summary");
  const number = page.locator("input[data-place='block.number']");
  seen.unanchored = await judged(async () => {
    await number.fill("0x1");
    await number.blur();
  });
  seen.unanchoredWords = await text(page, "#finders");
}

/** What a page without the module can do, and what it says that it lacks. */
async function half(page) {
  await page.click("#tab-audit");
  seen.lacks = await text(page, "#view-audit .panel");
  await page.click("#tab-lie");
  seen.lacksLie = await text(page, "#view-lie");
  if (!witness) return;
  await page.click("#tab-audit");
  // Here they are the calldata and the code of a message.
  await page.fill("#single-calldata", witness);
  await page.fill("#single-code", input);
  await page.click("#view-audit button[type=submit]");
  await page.waitForSelector("#audit-result .conclusion");
  seen.single = await text(page, "#audit-result .conclusion");
}

await drive(async () => {
  const page = await open();
  seen.ready = await page.evaluate(() => document.documentElement.dataset.ready);
  await run(page);
  await link(page);
  await links();
  if (seen.ready === "whole") {
    await audit(page);
    await lie(page);
  } else {
    await half(page);
  }
});
