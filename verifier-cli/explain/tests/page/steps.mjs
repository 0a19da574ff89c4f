// The steps of a page, read back by the page's own program: message, step, pc, gas, stack, memory, a line each.
//   node steps.mjs PAGE
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

const page = readFileSync(process.argv[2], "utf8");
const text = page.split('id="data">')[1].split("</script>")[0];
const source = (name) => readFileSync(new URL(`../../src/page/js/${name}.js`, import.meta.url), "utf8");
const document = { getElementById: () => ({ textContent: text }) };
const lines = [];
const print = (line) => lines.push(line);
const all = `
for (const message of [...data.messages].sort((one, other) => one.index - other.index)) {
  const machine = machineOf(message);
  if (!machine) continue;
  for (let step = 0; step < machine.count; step += 1) {
    const { pc, gas, stack, rows, size } = machine.at(step);
    let memory = "";
    for (let row = 0; row < size / 32; row += 1) memory += (rows.get(row) ?? 0n).toString(16).padStart(64, "0");
    print(message.index + " " + (machine.first + step) + " " + pc + " " + gas + " [" + stack.map((word) => word.toString(16)).join(" ") + "] " + memory);
  }
}`;
runInNewContext(`(() => {\n${source("data")}\n${source("machine")}\n${all}\n})()`, { document, atob, print });
process.stdout.write(lines.map((line) => `${line}\n`).join(""));
