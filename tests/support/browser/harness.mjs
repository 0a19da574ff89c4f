// A real browser, from files without a network, or from a service of this machine. Whoever drives it asks for pages, and prints what was seen.
//   ISO_CHROMIUM    the browser          ISO_PLAYWRIGHT   the folder of playwright-core's node_modules
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const { chromium } = createRequire(join(process.env.ISO_PLAYWRIGHT, "index.js"))("playwright-core");

/** Nothing is looked up, updated or synchronised. */
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What browsers complain of, and what they ask for that is not on the disk. */
export const seen = { complaints: [], requests: [], wide: 0 };

const browser = await chromium.launch({ executablePath: process.env.ISO_CHROMIUM, args: QUIET });

/** A page that is watched, in a window of its own. `own` says of which addresses it may ask. */
async function watched(context, own) {
  const window = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...context });
  const page = await window.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && seen.complaints.push(message.text()));
  page.on("pageerror", (error) => seen.complaints.push(error.message));
  page.on("dialog", (dialog) => (seen.complaints.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => own(request.url()) || seen.requests.push(request.url()));
  return page;
}

/** A page of a file in a window without a network; `context` is what Playwright calls so. */
export async function open(file, fragment = "", context = {}) {
  const page = await watched(context, (url) => /^(file|blob|data):/.test(url));
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(file).href + fragment);
  await page.waitForSelector("html[data-ready]");
  return page;
}

/** A page of a service of this machine, once `selector` is there; whatever it asks of another is noted. */
export async function visit(url, selector, context = {}) {
  const { origin } = new URL(url);
  const page = await watched(context, (asked) => asked.startsWith(`${origin}/`) || asked.startsWith("data:"));
  await page.goto(url);
  await page.waitForSelector(selector);
  return page;
}

/** Pictures of a page: light, dark, and as narrow as a telephone. */
export async function pictures(page, path, { fullPage = true } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${path}-${colorScheme}.png`, fullPage });
  }
  await page.emulateMedia({ colorScheme: "light" });
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: `${path}-narrow.png`, fullPage });
  seen.wide = Math.max(seen.wide, await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth));
  await page.setViewportSize(size);
}

/** Runs what drives the browser, prints what it returns beside what was seen, and closes. */
export async function drive(run) {
  try {
    const said = await run();
    console.log(JSON.stringify({ ...seen, ...said }));
  } finally {
    await browser.close();
  }
}
