// A report in a real browser. Says what it saw as JSON; the test that starts it says what that must be.
//   node browser.mjs WHAT PAGE PICTURES
import { drive, open, pictures } from "../../../../tests/support/browser/harness.mjs";

const [what, file, path] = process.argv.slice(2);
const text = (page, selector) => page.textContent(selector);
const where = (page) => page.textContent(".where");
const step = async (page) => Number(/step ([\d,]+) of/.exec(await where(page))[1].replaceAll(",", ""));

async function first(page) {
  return {
    verdict: await page.getAttribute("#conclusion", "data-verdict"),
    headline: await text(page, "#conclusion h1"),
    message: await text(page, "#message-title"),
    opensAt: await where(page),
  };
}

/** Where a value is false: the record, the way, and that the page may ask for nothing. */
async function lie(page) {
  const seen = { record: await text(page, ".records .row.at .chip"), way: await text(page, ".way"), roles: await page.$$eval(".finding > header > .chip", (chips) => chips.map((chip) => chip.textContent)) };
  await page.keyboard.press("Home");
  await page.keyboard.press("f");
  seen.stayed = /SLOAD/.test(await where(page));
  // What the policy refuses is complained of: from here on that is meant.
  page.removeAllListeners("console");
  seen.refused = await page.evaluate(async () => {
    const refused = new Promise((done) => addEventListener("securitypolicyviolation", () => done(true), { once: true }));
    return fetch("data:text/plain,asked").then(() => false, () => refused);
  });
  return seen;
}

async function walk(page) {
  const calls = async () => (await page.$$eval(".call", (all) => all.filter((call) => call.checkVisibility()).length));
  const seen = { unfolded: await calls() };
  await page.focus(".tree summary");
  await page.keyboard.press("Enter");
  seen.folded = await calls();
  await page.click("text=Unfold");
  seen.again = await calls();

  const steps = [];
  const press = async (key) => (await page.keyboard.press(key), steps.push(await step(page)));
  await page.focus("#message");
  for (const key of ["Home", "ArrowRight", "ArrowRight", "ArrowLeft", "j", "k"]) await press(key);
  await page.getByLabel("Step on (→)").click();
  steps.push(await step(page));
  await page.focus("#step");
  await press("End");
  seen.steps = steps;
  seen.last = Number(/of ([\d,]+):/.exec(await where(page))[1].replaceAll(",", ""));

  await page.focus("#message");
  await page.keyboard.press("Home");
  seen.records = [];
  for (let at = 0; at < 6; at += 1) {
    await page.keyboard.press("n");
    seen.records.push(await page.isVisible(".notices .notice"));
  }
  await page.click('.call[href="#m=5"]');
  seen.chosen = await text(page, "#message-title");
  const other = await open(file, "#m=3&s=7");
  seen.linked = [await text(other, "#message-title"), await step(other)];
  await other.context().close();

  await page.emulateMedia({ media: "print" });
  await page.waitForSelector(".paper", { state: "visible" });
  seen.printed = await page.$$eval(".paper table tr", (rows) => rows.length);
  await page.emulateMedia({ media: "screen" });
  seen.themes = [];
  for (let at = 0; at < 2; at += 1) {
    await page.getByLabel("Light or dark").click();
    seen.themes.push(await page.evaluate(() => document.documentElement.dataset.theme));
  }
  await page.evaluate(() => delete document.documentElement.dataset.theme);
  return seen;
}

async function erc20(page) {
  await page.focus("#message");
  await page.keyboard.press("Home");
  let seen = "";
  for (let at = 0; at < 40; at += 1) {
    await page.keyboard.press("n");
    seen += await page.innerText(".state");
  }
  seen += await page.innerText("#sheet");
  return { text: seen, sources: await page.$$eval(".source .at", (lines) => lines.length) };
}

async function large(page) {
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  const rows = page.locator(".records .rows");
  await rows.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await page.waitForFunction(() => [...document.querySelectorAll(".records .row .pc")].some((pc) => pc.textContent === "10000"));
  return { elements, lastRecord: (await page.$$eval(".records .row", (all) => all.map((row) => row.textContent))).at(-1) };
}

await drive(async () => {
  const page = await open(file);
  const seen = await first(page);
  await pictures(page, path, { fullPage: what !== "large" });
  const more = { lie, walk, erc20, large }[what];
  return { ...seen, ...(more ? await more(page) : {}) };
});
