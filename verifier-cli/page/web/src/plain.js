// Text of other people's as a person may see it: what is not seen itself, and changes how what is beside it is, stands
// as Rust would write it. The same characters as `explain/src/plain.rs`.

const UNSEEN = /[\p{Cc}\u00ad\u061c\u180e\ufeff\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const NAMED = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line, with nothing in it that is not to be seen. */
export const plain = (text) => text.replace(UNSEEN, (character) => NAMED[character] ?? `\\u{${character.codePointAt(0).toString(16)}}`);

/** The same, no longer than so many characters. */
export function clipped(text, most = 60) {
  const characters = text.length > 2 * most ? [...text.slice(0, 2 * most)] : [...text];
  return plain(characters.length > most || text.length > 2 * most ? `${characters.slice(0, most - 1).join("")}…` : text);
}
