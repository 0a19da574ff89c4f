// Whether two runs of one program are the same: the way, what came of it, what is left.
import { counted } from "./dom.js";

/** Whether the live machine's run is the native one, and that in words. */
export function comparison(live, native) {
  const step = differs(live, native);
  const { end } = native;
  const same = {
    way: step === null,
    end: live.end.success === end.success && live.end.reverted === end.reverted && live.end.returned === end.returned,
    slots: JSON.stringify(live.storage) === JSON.stringify(native.storage),
    logs: told(live.logs) === told(native.logs),
  };
  const lacking = [
    same.way || `step ${step} is another`,
    same.end || "the end is another",
    same.slots || "the slots are others",
    same.logs || "the logs are others",
  ].filter((word) => word !== true);
  const all = lacking.length === 0;
  const steps = native.more ? `the first ${counted(native.steps.length, "step")}` : counted(native.steps.length, "step");
  const words = all
    ? `${steps}, each with the same pc, stack and size of memory; the same end, data, slots and logs`
    : `${lacking.join("; ")}. Gas is dearer on the machine, and a program that reads its gas, its own code or the block sees it (specs/13)`;
  return { same: all, words, step };
}

/** Logs as one text. */
const told = (logs) => JSON.stringify(logs.map(({ address, topics, data }) => [address, topics, data]));

/** The first step that differs, or null. */
export function differs(live, native) {
  const lengths = [live.steps.length, native.steps.length];
  // Of a run that is not shown to its end, as much as both show.
  const most = live.more || native.more ? Math.min(...lengths) : Math.max(...lengths);
  for (let at = 0; at < most; at += 1) {
    const [one, other] = [live.steps[at], native.steps[at]];
    if (!one || !other || one.pc !== other.pc || one.memorySize !== other.memorySize) return at;
    if (one.stack.length !== other.stack.length || one.stack.some((word, index) => word !== other.stack[index])) return at;
  }
  return null;
}
