// Whether two runs of one program are the same: the way, what came of it, what is left.
import { sameHalt } from "./halt.js";

/** What is the same of the live machine's run and the native one; `step` is the first that differs, or null. */
export function compared(live, native) {
  const [one, other] = [live.end, native.end];
  const step = differs(live, native);
  return {
    step,
    way: step === null,
    end: one.success === other.success && one.reverted === other.reverted && sameHalt(one.halt, other.halt),
    data: one.returned === other.returned,
    slots: JSON.stringify(live.storage) === JSON.stringify(native.storage),
    logs: told(live.logs) === told(native.logs),
  };
}

/** Logs as one text. */
const told = (logs) => JSON.stringify(logs.map(({ address, topics, data }) => [address, topics, data]));

/** The first step that differs, or null. */
function differs(live, native) {
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
