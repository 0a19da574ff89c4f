// Lies to start from: each changes one field of a true witness, if it has such a one.

/** A word, or number, that is another. */
const other = (value) => {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value === 1 ? 0 : 1;
  const number = BigInt(value);
  const digits = value.length - 2;
  const padded = digits === 64 || digits === 40;
  const changed = (number === 0n ? 1n : number ^ 1n).toString(16);
  return `0x${padded ? changed.padStart(digits, "0") : changed}`;
};

const less = (value) => `0x${(BigInt(value) - 1n).toString(16)}`;

/** The place of the first record with an opcode and a field. */
function record(fields, test, field) {
  for (const [message, { stateAccessList }] of fields.messages.entries()) {
    const at = stateAccessList?.findIndex((entry) => test(entry.opcode) && field in entry) ?? -1;
    if (at >= 0) return ["messages", message, "stateAccessList", at, field];
  }
  return null;
}

const message = (field) => (fields) => (fields.messages[0]?.[field] === undefined ? null : ["messages", 0, field]);

/** The lies: a name, where the field is, and what it becomes. */
export const lies = [
  { name: "A slot held another value", place: (fields) => record(fields, (opcode) => opcode === "SLOAD", "value"), change: other },
  { name: "A write led to another root", place: (fields) => record(fields, (opcode) => opcode === "SSTORE", "stateRoot"), change: other },
  { name: "A cold slot was warm", place: (fields) => record(fields, (opcode) => opcode === "SLOAD", "cold"), change: other },
  { name: "One gas less", place: message("gasUsed"), change: less },
  { name: "Other data returned", place: message("returndataHash"), change: other },
  { name: "Somebody else called", place: message("caller"), change: other },
  { name: "A log of other data", place: (fields) => record(fields, (opcode) => opcode.startsWith("LOG"), "dataHash"), change: other },
  { name: "A child used one gas less", place: (fields) => (fields.messages.length > 1 ? ["messages", fields.messages.length - 1, "gasUsed"] : null), change: less },
  { name: "The receipt says less gas", place: (fields) => (fields.receipt?.gasUsed ? ["receipt", "gasUsed"] : null), change: less },
  { name: "Another signature", place: (fields) => (fields.transaction?.s ? ["transaction", "s"] : null), change: other },
  { name: "Another root at the end", place: () => ["roots", "leave"], change: other },
];

/** The value at a place. */
export const valueAt = (fields, place) => place.reduce((value, key) => value?.[key], fields);

/** A copy with another value at a place. */
export function withValue(fields, [key, ...rest], value) {
  const copy = Array.isArray(fields) ? [...fields] : { ...fields };
  copy[key] = rest.length ? withValue(fields[key], rest, value) : value;
  return copy;
}

/** A place in words: `messages[0].stateAccessList[1].value`. */
export const nameOf = (place) => place.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("").replace(/^\./, "");
