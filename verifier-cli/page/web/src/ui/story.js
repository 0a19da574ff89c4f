// A message from within, as `iso-verify explain` tells it: its records, the state roots as a line of events, and
// the way through the trie to what a finding is about.
import { facts, h, panel } from "./dom.js";

/** The parts of a message's story; none where there is nothing to tell. */
export function within(message) {
  const parts = [source(message), message.way ? way(message.way) : null, records(message), roots(message)].filter(Boolean);
  return parts.length ? h("div.stack.within", parts) : null;
}

/** The place in the source, where artifacts are at hand. */
function source({ at }) {
  if (!at?.place) return null;
  const calls = at.functions.length ? h("ol.plain.note", at.functions.map((name) => h("li", name))) : null;
  return panel("In the source", h("span.note", `${at.why}, pc ${at.pc}`), facts([["Place", at.place], ["Line", at.line ? h("code", at.line) : null], ["Under way", calls]]));
}

function records({ records: all }) {
  if (!all.length) return null;
  const one = ({ index, pc, title, place, fields, findings }) =>
    h(
      "details",
      { open: findings.length > 0 },
      h("summary", h("code", String(index)), " ", title, pc === null ? null : h("span.note", ` at pc ${pc}`), place ? h("span.note", `, ${place}`) : null, findings.length ? [" ", h("span.chip.is-invalid", "false")] : null),
      facts(fields.map(({ name, value }) => [name, h("span.hash", value)])),
    );
  return panel("What it asked for and did", h("span.note", "its records, in order"), h("div.tree", all.map(one)));
}

function roots({ roots: events }) {
  if (events.length < 2) return null;
  const one = ({ what, root, changed }) => h("li", { class: changed ? "changed" : null }, h("span", what), h("code.hash", root));
  return panel("The state’s root, as the message says", null, h("ol.roots", events.map(one)));
}

function way({ account, slot, root, accountNodes, accountFields, slotNodes, ends, writes }) {
  const nodes = (list) => h("ol.nodes", list.map(({ path, kind, takes, hash }) => h("li", h("code", path || "root"), ` ${kind}`, takes ? [" takes ", h("code.hash", takes)] : null, hash ? h("code.hash.note", hash) : null)));
  return panel(
    "The way through the state",
    h("span.note", "what the state root proves"),
    facts([
      ["Account", h("code.hash", account)],
      ["Slot", slot ? h("code.hash", slot) : null],
      ["From the root", h("code.hash", root)],
    ]),
    nodes(accountNodes),
    accountFields ? facts([["Nonce", accountFields.nonce], ["Balance", accountFields.balance], ["Storage root", h("code.hash", accountFields.storageRoot)]]) : null,
    slotNodes.length ? nodes(slotNodes) : null,
    h("p", h("strong", ends)),
    writes.length ? h("ul.plain.note", writes.map(({ message, record, value, undone }) => h("li", `written before: ${value}, by record ${record} of message ${message}${undone ? ", undone" : ""}`))) : null,
  );
}
