//! From the arguments to the exit code: how they are read, what is said of those that are wrong, and what
//! of a command that could not do its work.

use std::{ffi::OsString, path::Path};

use clap::{Command, Parser, error::ErrorKind};
use iso_evm_batch::files;

use super::{
    examples,
    headings::with_headings,
    verbosity::{Verbosity, timed},
    wording,
};
use crate::{
    Exit,
    error::CommandError,
    terminal::{self, say, say_lines},
};

/// What the arguments of a binary are read into.
pub(super) trait Binary: Parser {
    /// How much is said.
    fn verbosity(&self) -> Verbosity;

    /// Runs the command that was given.
    fn run(self) -> Result<Exit, CommandError>;
}

/// The commands of a binary, each with its examples, and its options in groups.
pub(super) fn commands<B: Binary>() -> Command {
    with_headings(examples::with_examples(B::command()))
}

/// Parses the arguments, runs the command, reports an error.
pub(super) fn run<B: Binary>(args: impl IntoIterator<Item = OsString>) -> Exit {
    terminal::be_quiet(false);
    let args = flags_behind_the_command(args.into_iter().collect());
    let keys = keys(&args);
    let hide = |text: String| keys.iter().fold(text, |text, key| text.replace(key, "…"));
    let json = args.iter().any(|arg| arg == "--json");
    let told = |error: CommandError| {
        let is_usage = matches!(error, CommandError::Usage(_));
        tell(&hide(error.to_string()), json, if is_usage { say_lines } else { say });
        Exit::Unusable
    };
    let mut commands = commands::<B>();
    if let Some(error) = args.get(1).and_then(|word| mistyped(&word.to_string_lossy(), &commands)) {
        return told(error);
    }
    let matches = commands.try_get_matches_from_mut(&args);
    let parsed = matches.and_then(|mut matches| {
        B::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut commands))
    });
    let usage = match parsed {
        Ok(parsed) => {
            parsed.verbosity().begin();
            return timed("all of it", || parsed.run()).unwrap_or_else(told);
        }
        Err(usage) => usage,
    };
    if let Some(error) = wording::several(&args, &commands, &usage) {
        return told(error);
    }
    // Help and version come this way too.
    let rendered = usage.render().to_string();
    let text = hide(wording::plain(&usage, rendered.clone()));
    // Names of files can come to stand there too.
    if keys.is_empty() && text == rendered && terminal::text(&text) == text {
        let _ = usage.print();
    } else {
        say_lines(text.trim_end());
    }
    match usage.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return Exit::Valid,
        _ if json => print_error(text.trim().trim_start_matches("error: ")),
        _ => {}
    }
    Exit::Unusable
}

/// The arguments with the flags of every command behind the command, where they stand before it: there
/// would be no command behind what else may stand there.
fn flags_behind_the_command(mut args: Vec<OsString>) -> Vec<OsString> {
    let is_flag = |arg: &OsString| arg.to_str().is_some_and(Verbosity::is_one);
    let flags = args.iter().skip(1).take_while(|arg| is_flag(arg)).count();
    if let Some(next) = args.get(1 + flags)
        && !next.to_string_lossy().starts_with('-')
    {
        args[1..=1 + flags].rotate_left(flags);
    }
    args
}

/// What is wrong with a word where a command or a file may stand, if it is neither.
pub(super) fn mistyped(word: &str, commands: &Command) -> Option<CommandError> {
    // Below this, names have nothing to do with one another.
    const ALIKE: f64 = 0.75;
    let names = || commands.get_subcommands().map(Command::get_name).chain(["help"]);
    // What has a folder or an ending is meant as a file.
    let is_word = !word.is_empty() && !word.starts_with('-') && !word.contains(['/', '\\', '.']);
    let takes_files = commands.is_args_conflicts_with_subcommands_set();
    if !takes_files && !names().any(|name| name == word) {
        return wording::file_alone(word);
    }
    if !takes_files || !is_word || names().any(|name| name == word) || Path::new(word).exists() {
        return None;
    }
    let alike = names().map(|name| (strsim::jaro(word, name), name));
    let best =
        alike.filter(|(alike, _)| *alike >= ALIKE).max_by(|one, other| one.0.total_cmp(&other.0));
    let similar = best.map(|(_, name)| name.to_owned());
    Some(CommandError::NoCommand { word: word.to_owned(), similar })
}

/// Tells an error: on stderr, and with `--json` as an object on stdout too.
fn tell(error: &str, json: bool, say: fn(&str)) {
    say(&format!("error: {error}"));
    if json {
        print_error(error);
    }
}

/// An error as JSON. One about stdout cannot be written there.
fn print_error(error: &str) {
    let error = serde_json::json!({ "error": error });
    let _ = files::print(format!("{error}\n").as_bytes());
}

/// What may be a private key among the arguments of a command that takes one, given where a file or
/// an account belongs: 32 bytes in hex. No error repeats it.
fn keys(args: &[OsString]) -> Vec<String> {
    let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let options = ["--private-key", "--unlocked", "--keystore", "--password"];
    let takes = |arg: &str| options.iter().any(|option| arg.starts_with(option));
    if !args.iter().any(|arg| takes(arg)) {
        return Vec::new();
    }
    let values = args.iter().map(|arg| arg.rsplit_once('=').map_or(&**arg, |(_, value)| value));
    let digits = values.map(|value| value.strip_prefix("0x").unwrap_or(value));
    let is_key =
        |text: &&str| text.len() >= 60 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    digits.filter(is_key).map(str::to_owned).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn moved(line: &str) -> String {
        let args = line.split(' ').map(OsString::from).collect();
        let moved =
            flags_behind_the_command(args).into_iter().map(|arg| arg.into_string().unwrap());
        moved.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn flags_of_every_command_may_stand_before_it() {
        for (line, expected) in [
            ("v -q batch x", "v batch -q x"),
            ("v --log-format=json watch -q", "v watch --log-format=json -q"),
            ("v -vv --verbose batch x -q", "v batch -vv --verbose x -q"),
            ("v batch -q x", "v batch -q x"),
            ("v -q", "v -q"),
            ("v -q -- file", "v -q -- file"),
            ("v -q --json file", "v -q --json file"),
            ("v", "v"),
        ] {
            assert_eq!(moved(line), expected);
        }
    }
}
