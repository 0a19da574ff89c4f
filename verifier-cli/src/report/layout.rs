//! Lines with a label at the left, no wider than what they are printed on.

#[cfg(feature = "onchain")]
use comfy_table::{ColumnConstraint, ContentArrangement, Table};
use textwrap::{
    WordSeparator, WrapAlgorithm,
    core::{Word, display_width},
};

/// The column in which what is labelled begins.
const INDENT: usize = 13;

/// A labelled text, broken where it is too wide: what goes on stands below its beginning. A hash stays whole.
pub(crate) fn labelled(label: &str, text: &str, width: usize) -> String {
    let first = format!("{label:<INDENT$}");
    let rest = " ".repeat(INDENT);
    filled(text, width, &first, &rest)
}

/// A text that is broken where it is too wide, with these in front of its first and its other lines. A word that
/// is too wide by itself is broken too, unless it is a hash.
pub(crate) fn filled(text: &str, width: usize, first: &str, rest: &str) -> String {
    let widths = [first, rest].map(|indent| width.saturating_sub(display_width(indent)).max(1));
    let room = widths[0].min(widths[1]);
    if !text.contains('\n') && text.split(' ').any(|word| is_too_wide(word, room)) {
        let words: Vec<Word<'_>> = WordSeparator::AsciiSpace
            .find_words(text)
            .flat_map(|word| pieces(word, room))
            .collect();
        let lines = WrapAlgorithm::FirstFit.wrap(&words, &widths);
        let lines = lines.iter().enumerate().map(|(number, line)| {
            let indent = if number == 0 { first } else { rest };
            let words = line.iter().flat_map(|word| [word.word, word.whitespace]);
            let line: String = [indent].into_iter().chain(words).collect();
            line.trim_end().to_owned() + "\n"
        });
        return lines.collect();
    }
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(WordSeparator::AsciiSpace);
    let lines = textwrap::wrap(text, options);
    lines.iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Whether a word has to be broken to have room.
fn is_too_wide(word: &str, room: usize) -> bool {
    display_width(word) > room && !is_hash(word)
}

/// Whether a word is a hash, but for the marks around it.
fn is_hash(word: &str) -> bool {
    let word = word.trim_matches(|mark: char| mark.is_ascii_punctuation());
    hash(word) == Some((0, word.len()))
}

/// Where in a word there is a hash: 0x and 64 digits of hex, no more, and not the beginning of longer data.
fn hash(word: &str) -> Option<(usize, usize)> {
    const DIGITS: usize = 64;
    word.match_indices("0x").find_map(|(at, mark)| {
        let digits = &word[at + mark.len()..];
        let count = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
        let end = at + mark.len() + count;
        (count == DIGITS && !word[end..].starts_with('…')).then_some((at, end))
    })
}

/// A word in pieces that have room, but for hashes. Between them there is no blank.
fn pieces(word: Word<'_>, room: usize) -> Vec<Word<'_>> {
    if !is_too_wide(word.word, room) {
        return vec![word];
    }
    let mut pieces = Vec::new();
    let mut rest = word.word;
    while let Some((at, end)) = hash(rest) {
        cut(&rest[..at], room, &mut pieces);
        pieces.push(Word::from(&rest[at..end]));
        rest = &rest[end..];
    }
    cut(rest, room, &mut pieces);
    if let Some(last) = pieces.last_mut() {
        last.whitespace = word.whitespace;
    }
    pieces
}

/// Cuts what has no room, as often as that takes.
fn cut<'a>(mut text: &'a str, room: usize, pieces: &mut Vec<Word<'a>>) {
    while !text.is_empty() {
        let mut width = 0;
        let fits = text.char_indices().find(|(_, character)| {
            width += display_width(character.encode_utf8(&mut [0; 4]));
            width > room
        });
        // A character that has no room by itself stands there all the same.
        let first = text.chars().next().map_or(0, char::len_utf8);
        let end = fits.map_or(text.len(), |(end, _)| end.max(first));
        let (piece, rest) = text.split_at(end);
        pieces.push(Word::from(piece));
        text = rest;
    }
}

/// A table without the blanks at the ends of its lines.
#[cfg(feature = "onchain")]
pub(crate) fn trimmed(table: &Table) -> String {
    table.to_string().lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A table no wider than this: of its columns these go, the first first, as far as it takes; what has no room in what
/// is left goes on in a line below.
#[cfg(feature = "onchain")]
pub(crate) fn narrowed(mut table: Table, width: usize, less: &[usize]) -> String {
    let fits = |table: &Table| trimmed(table).lines().all(|line| display_width(line) <= width);
    for column in less {
        if fits(&table) {
            break;
        }
        if let Some(column) = table.column_mut(*column) {
            column.set_constraint(ColumnConstraint::Hidden);
        }
    }
    if !fits(&table) {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    }
    trimmed(&table)
}

/// Lines of ours, each broken where it is too wide, below where it begins.
pub(crate) fn fitted(lines: &str, width: usize) -> String {
    let fit = |line: &str| {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        filled(text, width, indent, &format!("{indent}  "))
    };
    lines.lines().map(fit).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_stands_below_its_beginning() {
        let lines = "equal in 3 steps: depth, gas\n  here pc 7, ADD";
        assert_eq!(fitted(lines, 80), format!("{lines}\n"));
        let narrow = fitted(lines, 15);
        assert!(narrow.lines().all(|line| line.len() <= 15), "{narrow}");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&narrow), words(lines));
        // What goes on has two blanks more than its beginning.
        let (first, second) = narrow.split_once("  here").unwrap();
        assert!(first.lines().skip(1).all(|line| line.starts_with("  ")), "{narrow}");
        assert!(second.lines().skip(1).all(|line| line.starts_with("    ")), "{narrow}");
    }

    #[test]
    fn no_line_is_wider_unless_a_word_is() {
        let text = "the state root proves the slot, with what the transaction did before";
        for width in [30, 40, 80] {
            let lines = labelled("true", text, width);
            assert!(lines.lines().all(|line| line.len() <= width), "{lines}");
            let words: Vec<_> = lines.split_whitespace().skip(1).collect();
            assert_eq!(words.join(" "), text);
        }
        let hash = "0x".to_owned() + &"11".repeat(32);
        assert_eq!(labelled("block", &hash, 40), format!("block        {hash}\n"));
        let list = format!("({hash}), {hash};");
        assert_eq!(filled(&list, 40, "", ""), format!("({hash}),\n{hash};\n"));
    }

    /// Names of functions and data that nobody can read have any length.
    #[test]
    fn a_long_word_is_broken_and_a_hash_in_it_is_not() {
        let name =
            "abi_encode_tuple_t_address_t_uint256__to_t_address_t_uint256__fromStack_reversed";
        let data = format!("0x{}…", "ab".repeat(32));
        for word in [name, &data, &"größe🙂".repeat(20)] {
            let text = format!("in {word}, message 0");
            for width in [20, 40, 60] {
                let lines = filled(&text, width, "> ", "     ");
                assert!(lines.lines().all(|line| display_width(line) <= width), "{lines}");
                let bare = |text: &str| text.replace([' ', '\n', '>'], "");
                assert_eq!(bare(&lines), bare(&text));
            }
        }
        let hash = "0x".to_owned() + &"11".repeat(32);
        let lines = filled(&format!("allowed[{hash}].{name}"), 40, "", "  ");
        assert!(lines.lines().any(|line| line.trim() == hash), "{lines}");
        let others = lines.lines().filter(|line| line.trim() != hash);
        assert!(others.clone().all(|line| line.len() <= 40) && others.count() >= 3, "{lines}");
    }
}
