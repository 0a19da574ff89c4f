// The way through the trie to what a finding is about, node by node.

function wayPanel(message) {
  const { way } = message;
  if (!way) return null;
  const finding = data.findings.find((it) => it.message === message.index && it.audit === "access");
  return h(
    "section.panel.way",
    { "aria-label": "The way through the trie" },
    h("header", h("h2", "What the state root proves")),
    h(
      "div.body",
      h("p", "From the state root that the transaction starts from, to ", way.slot ? ["slot ", rich(slotName(way.slot)), " of "] : "the account ", account(way.account), ":"),
      h("ol.path", { "aria-label": "To the account" }, start("state root", way.root), way.accountNodes.map((node, index) => step(node, index === way.accountNodes.length - 1)), way.accountFields ? leaf(way.accountFields) : null),
      way.slotNodes.length ? h("ol.path", { "aria-label": "To the slot" }, start("storage root", way.accountFields.storageRoot), way.slotNodes.map((node, index) => step(node, index === way.slotNodes.length - 1))) : null,
      h("p.ends", `${way.ends[0].toUpperCase()}${way.ends.slice(1)}.`),
      way.writes.length ? [h("h3", "What the transaction wrote there before"), h("ul.plain", way.writes.map(write))] : way.slot ? h("p.quiet", "The transaction wrote nothing there before.") : null,
      finding ? claims(finding) : null,
    ),
  );
}

/** A slot as a number, if it is a small one. */
function slotName(slot) {
  const number = BigInt(slot);
  return number < 1n << 64n ? thousands(number) : slot;
}

const start = (name, hash) => h("li.node.root", h("span.node-kind", name), short(hash, 12, 10));

function step({ path, kind, takes, hash }, isLast) {
  const missing = kind === "not given";
  return h(
    "li",
    { class: `node ${isLast ? "last" : ""} ${missing ? "missing" : ""}` },
    h("span.node-kind", kind),
    h("code.nibbles", { title: "the nibbles of the hashed key" }, h("span.quiet", path.length > 12 ? `…${path.slice(-10)}` : path), h("mark", takes.length > 24 ? `${takes.slice(0, 12)}…${takes.slice(-8)}` : takes)),
    hash ? short(hash, 6, 6) : h("span.note", "within the node above"),
  );
}

const leaf = (fields) =>
  h("li.node.holds", facts([["nonce", fields.nonce], ["balance", `${fields.balance} wei`], ["storage root", short(fields.storageRoot, 12, 10)], ["code hash", short(fields.codeHash, 12, 10)]]));

const write = ({ message, record, value, undone }) =>
  h("li", h("a", { href: `#m=${message}`, onclick: (event) => (event.preventDefault(), go({ message, record })) }, `message ${message}, record ${record}`), ": ", rich(value), undone ? h("span.quiet", ", undone") : null);

