//! Lines with a label at the left, no wider than what they are printed on.

/// The column in which what is labelled begins.
const INDENT: usize = 13;

/// A labelled text, broken where it is too wide: what goes on stands below its beginning. A word that is
/// too wide by itself, a hash say, stays whole.
pub(crate) fn labelled(label: &str, text: &str, width: usize) -> String {
    let first = format!("{label:<INDENT$}");
    let rest = " ".repeat(INDENT);
    filled(text, width, &first, &rest)
}

/// A text that is broken where it is too wide, with these in front of its first and its other lines.
pub(crate) fn filled(text: &str, width: usize, first: &str, rest: &str) -> String {
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace);
    let lines = textwrap::wrap(text, options);
    lines.iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A table without the blanks at the ends of its lines.
#[cfg(feature = "onchain")]
pub(crate) fn trimmed(table: &comfy_table::Table) -> String {
    table.to_string().lines().map(|line| line.trim_end().to_owned() + "\n").collect()
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
    }
}
