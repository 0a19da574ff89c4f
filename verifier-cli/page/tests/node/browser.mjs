// The page in a real browser. Says what it saw as JSON; the test that starts it says what that must be.
//   node browser.mjs PAGE SCREENSHOTS [WITNESS INPUT ARTIFACTS FORM]
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { drive, seen } from "../../../../tests/support/browser/harness.mjs";
import { others } from "./files.mjs";
import { given, open, pictures, screenshots, text } from "./page.mjs";
import { link, links, run } from "./running.mjs";

const [witness, input, artifacts, form] = given;

/** How much wider the page is than a narrow window. */
async function narrow(page) {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  seen.wide = Math.max(seen.wide, await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth));
  await page.setViewportSize(size);
}

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
  await others(page, form);
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
