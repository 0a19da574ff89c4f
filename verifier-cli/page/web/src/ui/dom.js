// Elements. All text goes in as text, whoever wrote it, and with nothing in it that is not to be seen.
import { plain } from "../plain.js";

/** An element: `h("p.note#id", { title }, "text", other)`. */
export function h(selector, ...rest) {
  const [name, ...parts] = selector.split(/(?=[.#])/);
  const element = document.createElement(name);
  for (const part of parts) {
    if (part[0] === "#") element.id = part.slice(1);
    else element.classList.add(part.slice(1));
  }
  const [first] = rest;
  const hasProperties = first?.constructor === Object;
  if (hasProperties) set(element, first);
  element.append(...children(hasProperties ? rest.slice(1) : rest));
  return element;
}

function set(element, properties) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value !== "string") element[key] = value;
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : plain(String(value)));
  }
}

const children = (all) =>
  all
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : plain(String(child))));

/** Puts other children in the place of an element's. */
export function fill(element, ...all) {
  element.replaceChildren(...children(all));
  return element;
}

/** `12,634`. */
export const thousands = (number) => BigInt(number).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** `0x1a2b…3c4d`, whole in the title. */
export function short(text, head = 10, tail = 8) {
  if (text.length <= head + tail + 1) return h("code.hash", text);
  return h("code.hash", { title: text }, `${text.slice(0, head)}…${text.slice(-tail)}`);
}

/** A text that can be long: its beginning, and all of it for who asks. */
export function whole(text, most = 74) {
  if (text.length <= most) return h("code.hash", text);
  return h("details.whole", h("summary", h("code", `${text.slice(0, most - 2)}…`), " ", h("span.note", counted((text.length - 2) / 2, "byte"))), h("code.hash", text));
}

/** `Osaka`: the name of a fork in a sentence. */
export const titled = (fork) => fork[0].toUpperCase() + fork.slice(1);

/** `1 message`, `2 messages`. */
export const counted = (count, one, many = `${one}s`) => `${thousands(count)} ${count === 1 ? one : many}`;

/** A verdict's word in its colour; `words` where it is another. */
export const verdict = (name, words = name) => h(`span.verdict.is-${name}`, words);

/** Pairs of name and value. */
export const facts = (pairs) =>
  h("dl.facts", pairs.filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => [h("dt", name), h("dd", value)]));

/** A panel with a heading, and what stands beside it. */
export const panel = (title, beside, ...body) =>
  h("section.panel", h("header", h("h2", title), beside), h("div.body", ...body));

/** Gives a file to the visitor. */
export function download(name, bytes, type = "application/octet-stream") {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
