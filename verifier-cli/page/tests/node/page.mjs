// What the scripts that drive the page share: its window, what it was given, pictures.
import { join } from "node:path";
import { open as opened, pictures as taken } from "../../../../tests/support/browser/harness.mjs";

/** What a script was called with. */
export const [file, screenshots, ...given] = process.argv.slice(2);

/** A machine that does much else takes its time. */
const PATIENCE = Number(process.env.ISO_PATIENCE ?? 180_000);

/** The page in a window of its own. */
export async function open(fragment = "") {
  const page = await opened(file, fragment);
  page.setDefaultTimeout(PATIENCE);
  return page;
}

/** The text of an element. */
export const text = (page, selector) => page.textContent(selector);

/** Pictures of the page. */
export const pictures = (page, name) => taken(page, join(screenshots, name));
