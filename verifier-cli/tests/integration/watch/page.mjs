// The status page of a watcher and the explanation of a finding in a real browser. Says what it saw as JSON; the test
// that starts it says what that must be.
//   node page.mjs URL PICTURES
import { join } from "node:path";
import { drive, pictures, visit } from "../../../../tests/support/browser/harness.mjs";

const [url, folder] = process.argv.slice(2);

await drive(async () => {
  const page = await visit(url, "#blocks");
  const texts = (selector) => page.$$eval(selector, (all) => all.map((one) => one.textContent));
  const seen = {
    title: await page.title(),
    headline: await page.textContent(".conclusion h1"),
    blocks: (await texts("#blocks tbody tr")).length,
    gone: (await texts("#blocks .gone")).length,
    nodes: await texts("#nodes .verdict"),
    events: await page.textContent("#events"),
    scripts: (await texts("script")).length,
  };
  await pictures(page, join(folder, "status"));
  await page.click("#findings tbody a");
  await page.waitForSelector("html[data-ready]");
  seen.explained = await page.getAttribute("#conclusion", "data-verdict");
  seen.explanation = await page.textContent("#conclusion h1");
  await pictures(page, join(folder, "report"), { fullPage: false });
  return seen;
});
