// What came of a run: how it ended, what it left, and what it cost as guest and as host. Where the live machine's run
// is another than the native one, both stand beside each other.
import { counted, facts, h, thousands, titled, whole } from "./dom.js";

/** Numbers that are worth reading as such. */
const READABLE = 1n << 64n;

/** The outcome of both runs, of which `same` says whether they are one. */
export function outcome({ native, live, size, ...ran }, same) {
  const host = titled(ran.host);
  const { success, gasUsed } = native.end;
  const ratio = gasUsed && success ? `${thousands(Math.round(live.hostGas / gasUsed))} for one of the guest’s` : null;
  const spent = live.end.halt === null ? "the live machine’s frame" : "all that the frame had: a 64th stays with who calls it (EIP-150)";
  return [
    h("div.gauges", gauge("guest gas", gasUsed, `native, ${native.by}`), gauge("host gas", live.hostGas, ratio ?? spent), gauge("steps", native.steps.length, live.hostSteps === null ? "and more, which are not shown" : `${thousands(live.hostSteps)} of the host`)),
    same ? facts(sides(native, "returned")) : both(native, live),
    facts([["Machine", `${counted(size, "byte")}, on a host by the rules of ${host}; it set up for ${thousands(live.setupGas)} of the host gas`]]),
  ];
}

const gauge = (name, number, note) => h("div.gauge", h("span.gauge-name", name), " ", h("span.gauge-number", { "data-gauge": name }, thousands(number)), " ", h("span.note", note));

/** A run's end, data, slots and logs; `id` is the data's. */
function sides({ end, storage, logs }, id = null) {
  return [
    ["It", ended(end)],
    ["Data", end.returned === "0x" ? "none" : h("div", { id }, whole(end.returned), numeral(end.returned))],
    ["Slots", storage.length ? h("ul.plain", storage.map(([slot, value]) => h("li", h("code", slim(slot)), " ← ", h("code", slim(value))))) : null],
    ["Logs", logs.length ? h("ul.plain", logs.map((log) => h("li", h("code.hash", `${log.topics.map(slim).join(", ") || "no topic"}: `), whole(log.data)))) : null],
  ];
}

const ended = ({ success, reverted, halt }) => (success ? "returned" : reverted ? "reverted" : `halted: ${halt}; all its gas is gone`);

/** Both sides, row by row. */
function both(native, live) {
  const [one, other] = [sides(native, "returned"), sides(live)];
  const rows = one.map(([name, value], at) => [name, value, other[at][1]]).filter(([, value, besides]) => value !== null || besides !== null);
  return h(
    "div.scroll",
    h(
      "table#sides",
      h("thead", h("tr", h("th", { scope: "col" }, ""), h("th", { scope: "col" }, `natively, ${native.by}`), h("th", { scope: "col" }, "by the live machine"))),
      h("tbody", rows.map(([name, value, besides]) => h("tr", h("th", { scope: "row" }, name), h("td", value ?? "none"), h("td", besides ?? "none")))),
    ),
  );
}

/** The number that one word of data is, if a person would read it. */
function numeral(returned) {
  return returned.length === 66 && BigInt(returned) < READABLE ? ` = ${thousands(returned)}` : null;
}

/** What each step takes, as guest and as host; of steps that are others natively, as host alone. */
export function gasOf({ live, native, held }) {
  const guest = (index) => {
    const [now, next] = [native.steps[index], native.steps[index + 1]];
    if (!now || (held.step !== null && index >= held.step)) return "";
    const after = next ? next.gas : native.steps[0].gas - native.end.gasUsed;
    return thousands(Math.max(0, now.gas - after));
  };
  const machine = (index) => (live.steps[index].passed ? "with the jump" : thousands(live.steps[index].hostGas));
  return [["guest gas", guest], ["host gas", machine]];
}

/** A word without leading zeros. */
const slim = (word) => `0x${BigInt(word).toString(16)}`;
