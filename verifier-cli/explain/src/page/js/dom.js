// Elements. All text goes in as text, whoever wrote it.

/** An element: `h("p.note#id", { title }, "text", other)`. */
function h(selector, ...rest) {
  const [name, ...parts] = selector.split(/(?=[.#])/);
  const element = document.createElement(name);
  for (const part of parts) {
    if (part[0] === "#") element.id = part.slice(1);
    else element.classList.add(part.slice(1));
  }
  const hasProperties = rest[0]?.constructor === Object;
  if (hasProperties) set(element, rest[0]);
  element.append(...children(hasProperties ? rest.slice(1) : rest));
  return element;
}

function set(element, properties) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : seen(String(value)));
  }
}

const children = (all) =>
  all
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : seen(String(child))));

/** Puts other children in the place of an element's. */
function fill(element, ...all) {
  element.replaceChildren(...children(all));
  return element;
}

/** Control characters, and those that are not seen themselves and change how others are. */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Text with what is not seen in it written out. */
const seen = (text) => text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);

/** `12,634`. */
const thousands = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** `1 message`, `2 messages`. */
const counted = (count, one, many = `${one}s`) => `${thousands(count)} ${count === 1 ? one : many}`;

/** A hash of which the ends are seen; all of it is copied, and printed. */
function short(text, head = 8, tail = 6) {
  if (text.length <= head + tail + 4) return h("code.hash", text);
  return h(
    "code.hash.short",
    { title: text },
    text.slice(0, 2 + head),
    h("span.middle", text.slice(2 + head, -tail)),
    text.slice(-tail),
  );
}

/** Text in which long hashes stand by their ends; accounts that have a name have it beside them. */
function rich(text) {
  const parts = text.split(/(0x[0-9a-fA-F]{16,}…?)/);
  return parts.map((part, index) => (index % 2 === 1 && !part.endsWith("…") ? account(part) : part));
}

/** An account, by the name that it has here, or another hash. */
function account(text, ...ends) {
  const name = text.length === 42 ? names.get(text.toLowerCase()) : undefined;
  return name ? [h("span.name", name), " ", short(text, ...ends)] : short(text, ...ends);
}

/** A verdict's word in its colour. */
const verdict = (name, kind = name) => h(`span.verdict.is-${kind}`, name);

/** Pairs of name and value; those without a value are left out. */
const facts = (pairs) =>
  h(
    "dl.facts",
    pairs.filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => [h("dt", name), h("dd", value)]),
  );

/** A panel with a heading, and what stands beside it. */
const panel = (title, beside, ...body) => h("section.panel", h("header", h("h2", title), beside), h("div.body", ...body));

/** A small picture of one line. */
function icon(path) {
  const [svg, line] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

