// What the file holds, and the names in it.

const data = JSON.parse(document.getElementById("data").textContent);
const text = (number) => (number === null || number === undefined ? null : data.texts[number]);
const words = data.words.split(" ").map((word) => BigInt(`0x${word}`));
const opcodes = new Map(data.opcodes.map(([byte, name, inputs, outputs]) => [byte, { name, inputs, outputs }]));
const opcodeName = (byte) => opcodes.get(byte)?.name ?? `0x${byte.toString(16).padStart(2, "0")}`;
const told = new Map(data.messages.map((message) => [message.index, message]));
const findings = new Map(data.findings.map((finding) => [finding.finding, finding]));

/** What accounts are called: contracts by their artifacts. */
const names = new Map(
  data.calls.filter((call) => call.contract && !call.context).map((call) => [call.to.toLowerCase(), call.contract]),
);

/** What is known of a word of the stack, beside its digits. */
function known(word) {
  if (word >> 160n) return null;
  const address = `0x${word.toString(16).padStart(40, "0")}`;
  return names.get(address) ?? roles.get(address) ?? null;
}

/** Accounts by what they are here. */
const roles = new Map();
for (const call of [...data.calls].reverse()) {
  if (call.readable) roles.set((call.context ?? call.to).toLowerCase(), `account of message ${call.index}`);
}
roles.set(data.transaction.from.toLowerCase(), "the sender");
roles.delete("0x0000000000000000000000000000000000000000");

/** The kind of a verdict's name: `valid (execution, tree only)` is `valid`. */
const kindOf = (name) => /^(valid|invalid|inconclusive)/.exec(name)?.[1] ?? "not-run";

/** How a call is headed: what it was called for, or by what. */
function purpose(call) {
  const { contract, function: what } = call;
  if (what && /^0x/.test(what)) return [contract, `selector ${what}`].filter(Boolean).join(", ");
  if (what) return contract && !what.startsWith("new ") ? `${contract}.${what}` : what;
  return contract ?? (call.kind.startsWith("create") ? "initcode" : "no calldata");
}

/** What was returned; a single small word is a number too. */
function returned(it) {
  const number = /^0x[0-9a-f]{64}$/.test(it) ? BigInt(it) : null;
  return [rich(it), number !== null && number < 1n << 64n ? ` = ${thousands(number)}` : null];
}

/** How a status is coloured. */
const statusKind = (status) => (status === "success" ? "valid" : status === "revert" ? "inconclusive" : "invalid");

