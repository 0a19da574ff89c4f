// Files of all kinds given to Audit, in a real browser: what is said of each.
import { readFileSync } from "node:fs";
import { seen } from "../../../../tests/support/browser/harness.mjs";
import { text } from "./page.mjs";

const NONE = `0x${"00".repeat(32)}`;
const SENDER = "0x1111111111111111111111111111111111111111";
const ENV = { currentCoinbase: "0x2222222222222222222222222222222222222222", currentGasLimit: "0x1000000", currentNumber: "0x1", currentTimestamp: "0x1" };

/** Files that are none of what is audited: what is said of each. */
export async function others(page, form) {
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
