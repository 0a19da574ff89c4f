//! Text of other people's as a person may see it. What stands in files, artifacts and answers must not move the
//! cursor, clear the screen, turn what is beside it around, or pass for a line of ours.
//!
//! Every text that comes before a person comes this way, on a terminal, in a story and in a page.

use std::{borrow::Cow, fmt::Write as _};

/// One line, with nothing in it that is not to be seen: what is not is written as Rust would.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// Lines of ours: whatever of other people's is in them has been made one line of before.
pub fn text(text: &str) -> Cow<'_, str> {
    escaped(text, |character| character == '\n')
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let hides = |character: char| is_unseen(character) && !keep(character);
    if !text.contains(hides) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' | '\t' | '\r' if hides(character) => seen.extend(character.escape_default()),
            character if hides(character) => {
                let _ = write!(seen, "\\u{{{:x}}}", u32::from(character));
            }
            character => seen.push(character),
        }
    }
    Cow::Owned(seen)
}

/// Whether a character is not seen: control characters (C0, DEL, C1), and those that are not seen themselves and change how others
/// are: separators of lines, marks of direction, joiners, tags.
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unseen_is_left() {
        for (foreign, shown) in [
            ("a name.bin", "a name.bin"),
            ("größe, 中文, 🙂", "größe, 中文, 🙂"),
            ("a\u{1b}[2J\u{1b}[1;1H\nvalid", "a\\u{1b}[2J\\u{1b}[1;1H\\nvalid"),
            ("a\rb\tc\0", "a\\rb\\tc\\u{0}"),
            ("\u{9b}2J\u{7f}", "\\u{9b}2J\\u{7f}"),
            ("\u{202e}nib.dab", "\\u{202e}nib.dab"),
            ("a\u{2028}b\u{200b}c\u{e0041}", "a\\u{2028}b\\u{200b}c\\u{e0041}"),
        ] {
            assert_eq!(line(foreign), shown);
            assert_eq!(line(shown), shown);
        }
        assert_eq!(text("one\n\u{1b}two"), "one\n\\u{1b}two");
    }
}
