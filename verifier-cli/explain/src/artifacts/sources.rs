//! The sources' texts, by path. A text is shown only for a contract that was compiled from it: where the
//! contract's metadata has the hash, by that, else by the path, if there is but one of that path.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use alloy_primitives::{B256, keccak256};

use super::spans::{Spans, scan};

/// A source's text.
#[derive(Debug, Clone)]
pub(super) struct Text {
    text: String,
    hash: B256,
    /// First byte of each line.
    lines: Vec<usize>,
    /// Functions as a look at the text finds them, where there is no syntax tree.
    scanned: OnceLock<Spans>,
}

/// A line of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Number, from 1.
    pub(super) line: usize,
    /// Character in the line, from 1.
    pub(super) column: usize,
    pub(super) text: &'a str,
}

impl Text {
    pub(super) fn new(text: String) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = [0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect();
        Self { hash: keccak256(&text), lines, text, scanned: OnceLock::new() }
    }

    /// The line in which a byte is.
    pub(super) fn line(&self, offset: usize) -> Option<Line<'_>> {
        if offset > self.text.len() {
            return None;
        }
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = *self.lines.get(line.checked_sub(1)?)?;
        let end = self.lines.get(line).map_or(self.text.len(), |next| next - 1);
        let before = self.text.as_bytes().get(start..offset)?;
        // The compiler counts bytes; each character has one that does not go on with another.
        let column = 1 + before.iter().filter(|byte| (**byte & 0xc0) != 0x80).count();
        let text = self.text.get(start..end)?;
        Some(Line { line, column, text: text.strip_suffix('\r').unwrap_or(text) })
    }

    pub(super) fn spans(&self) -> &Spans {
        self.scanned.get_or_init(|| scan(&self.text))
    }
}

/// All texts that are known.
#[derive(Debug, Default)]
pub(super) struct Sources {
    by_path: BTreeMap<String, Vec<Arc<Text>>>,
    by_hash: BTreeMap<B256, Arc<Text>>,
}

impl Sources {
    pub(super) fn add(&mut self, path: &str, text: String) {
        let text = Arc::new(Text::new(text));
        let known = self.by_path.entry(path.to_owned()).or_default();
        if known.iter().all(|other| other.hash != text.hash) {
            known.push(Arc::clone(&text));
        }
        self.by_hash.entry(text.hash).or_insert(text);
    }

    /// The text of a path from which was compiled what has this hash in its metadata.
    pub(super) fn text(&self, path: &str, hash: Option<B256>) -> Option<&Text> {
        match (hash, self.by_path.get(path).map(Vec::as_slice)) {
            (Some(hash), _) => self.by_hash.get(&hash).map(|text| &**text),
            (None, Some([text])) => Some(text),
            (None, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_those_an_editor_shows() {
        let text = Text::new("größe\r\n\n  x = 1;".to_owned());
        let line = |offset| text.line(offset).map(|line| (line.line, line.column, line.text));
        assert_eq!(line(0), Some((1, 1, "größe")));
        // `ö` and `ß` are two bytes each.
        assert_eq!(line(6), Some((1, 5, "größe")));
        assert_eq!(line(9), Some((2, 1, "")));
        assert_eq!(line(12), Some((3, 3, "  x = 1;")));
        assert_eq!(line(18), Some((3, 9, "  x = 1;")));
        assert_eq!(line(19), None);
    }

    #[test]
    fn a_text_that_was_not_compiled_is_not_shown() {
        let mut sources = Sources::default();
        sources.add("A.sol", "one".to_owned());
        let found = |sources: &Sources, hash| sources.text("A.sol", hash).is_some();
        assert!(found(&sources, None) && found(&sources, Some(keccak256("one"))));
        assert!(!found(&sources, Some(keccak256("two"))));
        // Under another path it is the same text.
        assert!(sources.text("project/A.sol", Some(keccak256("one"))).is_some());
        sources.add("A.sol", "one".to_owned());
        assert!(found(&sources, None));
        sources.add("A.sol", "two".to_owned());
        assert!(!found(&sources, None) && found(&sources, Some(keccak256("two"))));
    }
}
