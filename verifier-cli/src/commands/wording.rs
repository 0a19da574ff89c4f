//! What is said of arguments that are wrong, where clap and what reads a value say it in words of their own:
//! numbers and hashes in plain words, and files where a command or one file is expected.

use std::{error::Error, ffi::OsString, path::Path};

use clap::{
    Command,
    error::{ContextKind, ContextValue, ErrorKind},
};
use iso_evm_batch::files;
use iso_evm_witness::input::document::recognise;

use crate::error::CommandError;

/// Files of several that a command is shown with.
const SHOWN: usize = 3;

/// What clap says, with the reason in plain words.
pub(super) fn plain(usage: &clap::Error, text: String) -> String {
    let Some(said) = usage.source().map(ToString::to_string) else { return text };
    let context = |kind| match usage.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let reason =
        reason(&said, context(ContextKind::InvalidArg), context(ContextKind::InvalidValue));
    match reason {
        Some(reason) => text.replacen(&said, &reason, 1),
        None => text,
    }
}

/// A reason in plain words; none if it is plain. The option tells by its value's name what that is.
fn reason(said: &str, option: &str, value: &str) -> Option<String> {
    Some(match said {
        "invalid string length" | "odd number of digits" => {
            let (what, digits) = match option.contains("ADDR") {
                true => ("an address", 40),
                false => ("a hash", 64),
            };
            let found = value.strip_prefix("0x").unwrap_or(value).chars().count();
            format!("{what} is 0x and {digits} digits of hex, and here are {found}")
        }
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "a whole number is expected".to_owned()
        }
        "number too large to fit in target type" => {
            "larger than any number that can stand here".to_owned()
        }
        "number too small to fit in target type" => {
            "smaller than any number that can stand here".to_owned()
        }
        "number would be zero for non-zero type" => "at least 1 is expected".to_owned(),
        _ => return None,
    })
}

/// What is wrong with a file that stands where a command is expected, if it is one.
pub(super) fn file_alone(word: &str) -> Option<CommandError> {
    let path = Path::new(word);
    if word.starts_with('-') || !path.is_file() {
        return None;
    }
    let bytes = files::read_unpacked(path).unwrap_or_default();
    let document = recognise(&bytes).ok().map(|(document, _)| Box::new(document));
    Some(CommandError::Alone { file: files::name(path), document })
}

/// What is wrong with several files, where a command takes one and another takes several.
pub(super) fn several(
    args: &[OsString],
    commands: &Command,
    usage: &clap::Error,
) -> Option<CommandError> {
    let kinds =
        [ErrorKind::UnknownArgument, ErrorKind::ArgumentConflict, ErrorKind::InvalidSubcommand];
    if !kinds.contains(&usage.kind()) {
        return None;
    }
    let words: Vec<_> = args.iter().skip(1).map(|word| word.to_string_lossy()).collect();
    let is_command = |word: &str| commands.get_subcommands().any(|it| it.get_name() == word);
    let first = words.iter().position(|word| !word.starts_with('-'))?;
    let command = Some(&*words[first]).filter(|word| is_command(word));
    let several = match (commands.get_name(), command) {
        ("iso-verify", None | Some("verify")) => "iso-verify batch",
        ("iso-witness", Some("record")) => {
            if let Some(error) = two_things(&words[first + 1..], usage) {
                return Some(error);
            }
            let advice =
                "each on a line of its own goes into iso-witness record --jsonl".to_owned();
            return (count(&words[first + 1..]) > 1).then_some(CommandError::Several { advice });
        }
        _ => return None,
    };
    let words = &words[first + usize::from(command.is_some())..];
    let files: Vec<_> = files_of(words).collect();
    if files.len() < 2 {
        return None;
    }
    let more = if files.len() > SHOWN { " …" } else { "" };
    let shown = files.iter().take(SHOWN).copied().collect::<Vec<_>>().join(" ");
    Some(CommandError::Several { advice: format!("{several} {shown}{more}") })
}

/// What is wrong with a file beside an option, each of which names what is to be recorded.
fn two_things(words: &[impl AsRef<str>], usage: &clap::Error) -> Option<CommandError> {
    const OPTIONS: [&str; 2] = ["--tx", "--block"];
    if usage.kind() != ErrorKind::ArgumentConflict {
        return None;
    }
    let file = files_of(words).next()?.to_owned();
    let is =
        |option: &str| words.iter().any(|word| word.as_ref().split('=').next() == Some(option));
    let option = OPTIONS.into_iter().find(|option| is(option))?;
    Some(CommandError::TwoThings { file, option })
}

fn count(words: &[impl AsRef<str>]) -> usize {
    files_of(words).count()
}

/// The words that are files or folders, and not the value of an option.
fn files_of(words: &[impl AsRef<str>]) -> impl Iterator<Item = &str> {
    const FLAGS: [&str; 6] =
        ["--json", "--strict", "--segments", "--quiet", "--verbose", "--jsonl"];
    words.iter().enumerate().filter_map(|(index, word)| {
        let before = index.checked_sub(1).map_or("", |before| words[before].as_ref());
        let is_value =
            before.starts_with("--") && !before.contains('=') && !FLAGS.contains(&before);
        let word = word.as_ref();
        (!is_value && !word.starts_with('-') && Path::new(word).exists()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_in_plain_words_and_knows_what_is_expected() {
        for (said, option, value, expected) in [
            (
                "invalid string length",
                "--expect-block <HASH>",
                "0x12",
                Some("a hash is 0x and 64 digits of hex, and here are 2"),
            ),
            (
                "odd number of digits",
                "--factory <ADDR>",
                "123",
                Some("an address is 0x and 40 digits of hex, and here are 3"),
            ),
            ("number would be zero for non-zero type", "", "0", Some("at least 1 is expected")),
            ("invalid digit found in string", "", "x", Some("a whole number is expected")),
            ("unknown fork \"x\"", "--fork <NAME>", "x", None),
        ] {
            assert_eq!(reason(said, option, value).as_deref(), expected, "{said}");
        }
    }
}
