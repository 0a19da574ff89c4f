// Run, in a real browser: programs and what is said of them, links.
import { seen } from "../../../../tests/support/browser/harness.mjs";
import { open, pictures, text } from "./page.mjs";

/** Waits for a run to have come to its end. */
export const ran = (page) => page.waitForSelector("#agreement");

/** Runs examples and others, stops one, and types what is none. */
export async function run(page) {
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
export async function links() {
  seen.links = {};
  for (const fragment of ["#run/frontier/YWRk", "#run/Osaka/YWRk", "#run//YWRk", "#run/__proto__/YWRk", "#run/osaka/YWRk/00/11", "#run/osaka/@@@"]) {
    const page = await open(fragment);
    await page.waitForTimeout(100);
    seen.links[fragment] = { note: await text(page, "#program-note"), program: await page.inputValue("#program") };
    await page.context().close();
  }
}

/** A program with calldata, by its link alone, in another window. */
export async function link(page) {
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
