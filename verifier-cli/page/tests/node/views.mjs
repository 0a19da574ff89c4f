// The three views beside each other, in a real browser: what goes from one to the next, what runs in each, and where
// the focus is. Says what it saw as JSON; the test that starts it says what that must be.
//   node views.mjs PAGE FORM TRANSFER      a witness in its JSON form, an input without messages
import { readFileSync } from "node:fs";
import { drive, open, seen } from "../../../../tests/support/browser/harness.mjs";

const [file, form, transfer] = process.argv.slice(2);
const fields = readFileSync(form, "utf8");

/** A machine that does much else takes its time. */
const PATIENCE = Number(process.env.ISO_PATIENCE ?? 180_000);

const focused = (page) => page.evaluate(() => document.activeElement.id);
const fragment = (page) => page.evaluate(() => location.hash.split("/")[0]);

/** From a run to its audit and back, and on to a lie. */
async function ways(page) {
  seen.theme = [await page.getAttribute("#theme", "aria-pressed")];
  await page.click("#theme");
  seen.theme.push(await page.getAttribute("#theme", "aria-pressed"));
  await page.click("text=Record and audit this run");
  await page.waitForSelector("[data-agree]");
  seen.audit = { focus: await focused(page), fragment: await fragment(page) };
  await page.goBack();
  await page.waitForSelector("#view-run:not([hidden])");
  seen.back = { fragment: await fragment(page), agreement: await page.textContent("#agreement .verdict") };
  await page.goForward();
  await page.waitForSelector("#view-audit:not([hidden])");
  await page.click("text=Tell a lie");
  await page.waitForSelector("#finders");
  seen.lie = { focus: await focused(page), fragment: await fragment(page) };
  await page.focus("#tab-lie");
  await page.keyboard.press("Home");
  seen.keys = [await page.isVisible("#view-run")];
  await page.keyboard.press("End");
  seen.keys.push(await page.isVisible("#view-lie"));
}

/** A view that is at work does not hold up another; what runs gives way to what is run next. */
async function work(page) {
  await page.click("#tab-run");
  await page.fill("#program", "loop: JUMPDEST PUSH loop JUMP");
  await page.click("#run");
  await page.click("#tab-audit");
  await page.click("#view-audit [aria-label=Examples] button");
  await page.waitForSelector("#view-audit [data-agree]");
  await page.click("#tab-run");
  await page.fill("#program", "PUSH 9");
  await page.click("#run");
  await page.waitForFunction(() => document.querySelector("#agreement")?.textContent.includes("2 steps"));
  seen.next = await page.textContent("#agreement");
}

/** Drops a file in the middle of nothing. */
const dropped = (page, name, body) =>
  page.evaluate(
    ([name, body]) => {
      const data = new DataTransfer();
      data.items.add(new File([body], name));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [name, body],
  );

/** A file goes where it is of use: a program is run, a witness audited, or lied about. */
async function drops(page) {
  await dropped(page, "sum.asm", "PUSH 1 PUSH 2 ADD");
  await page.waitForFunction(() => document.querySelector("#agreement")?.textContent.includes("4 steps"));
  seen.program = await page.inputValue("#program");
  await dropped(page, "witness.json", fields);
  await page.waitForFunction(() => document.querySelector("#audit-result")?.textContent.includes("witness.json"));
  seen.witness = await page.getAttribute("#conclusion", "data-verdict");
  await page.click("#tab-lie");
  const known = JSON.parse(fields);
  await dropped(page, "false.json", JSON.stringify({ ...known, receipt: { ...known.receipt, gasUsed: "0x1" } }));
  await page.waitForFunction(() => document.querySelector("#lie-told #start"));
  seen.start = await page.textContent("#lie-told");
  const field = page.locator("input[data-place='receipt.gasUsed']");
  await field.fill("");
  await field.blur();
  seen.emptied = await field.inputValue();
  await page.click("#tab-audit");
  await page.setInputFiles("#file", transfer);
  await page.waitForFunction(() => document.querySelector("#audit-result")?.textContent.includes("there is no message"));
  seen.none = true;
}

await drive(async () => {
  const page = await open(file);
  page.setDefaultTimeout(PATIENCE);
  await page.waitForSelector("#agreement");
  await ways(page);
  await work(page);
  await drops(page);
});
