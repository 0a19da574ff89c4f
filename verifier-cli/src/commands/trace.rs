//! `iso-verify trace FILE`: what the messages do at every step, as EIP-3155 lines, or held against another client's
//! trace. An `INPUT.json` is recorded first. `specs/16-native-engine.md`, section Traces.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use iso_evm_batch::{
    FileError,
    files::{self, STANDARD},
};
use iso_evm_explain::trace::{
    Bounds, Compared, Lines, OtherError, Scope, Walk, compare, difference::judged_in_words,
};
use iso_evm_wire::Opened;
use iso_evm_witness::input::Document;

use super::{given::instead, say, verify::open};
use crate::{
    Exit,
    error::CommandError,
    report::layout::fitted,
    terminal::{self, is_quiet},
};

/// Print every step of a witness, or hold them against another client's trace
#[derive(Debug, Args)]
#[command(
    after_help = "Lines are those of EIP-3155, as geth's `evm --trace` prints them; --diff also takes what \
                  debug_traceTransaction answers.\n\n\
                  Exit codes: 0 printed, or equal; 1 they differ; 2 unusable input or usage; 3 a message needs \
                  more gas than it may spend here."
)]
pub(super) struct Trace {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    #[arg(value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// The steps of message N alone, of which a call is one [default: all, in the order in which they ran]
    #[arg(long, value_name = "N")]
    message: Option<usize>,
    /// Memory too, at every step
    #[arg(long, conflicts_with = "diff")]
    memory: bool,
    /// Hold the steps against this trace, and stop at the first difference; `-` for stdin
    #[arg(long, value_name = "OTHER", value_hint = clap::ValueHint::FilePath)]
    diff: Option<PathBuf>,
    /// The most gas that a message's own opcodes may spend, whatever gas it says that it has
    /// [default: what its transaction can have paid for]
    #[arg(long, value_name = "N")]
    guest_gas_limit: Option<u64>,
}

impl Trace {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let standard = |path: &Path| path.as_os_str() == STANDARD;
        if self.diff.as_deref().is_some_and(standard) && standard(&self.file) {
            let (option, command) = ("--diff -", "a witness from stdin");
            return Err(CommandError::Meaningless { option, command });
        }
        let witness = open(&self.file)?;
        let count = witness.messages.len();
        if let Some(index) = self.message.filter(|index| *index >= count) {
            let file = files::name(&self.file);
            return Err(CommandError::NoMessage { file, index, count });
        }
        let bounds = Bounds::of(&witness, self.guest_gas_limit);
        match &self.diff {
            Some(other) => self.compared(&witness, bounds, other),
            None => self.printed(&witness, bounds),
        }
    }

    /// Prints the lines. What is not true of a message is told on stderr too.
    fn printed(&self, witness: &Opened<'_>, bounds: Bounds) -> Result<Exit, CommandError> {
        let scope = self.message.map_or(Scope::Transaction, Scope::Message);
        let mut walk = Walk::new(witness, scope, self.memory, bounds);
        let mut lines = Lines::new(&mut walk);
        let mut out = BufWriter::new(io::stdout().lock());
        let mut print = || {
            while let Some(line) = lines.next() {
                writeln!(out, "{line}")?;
                if let Some(remark) = lines.remark() {
                    say_fitted(&remark);
                }
            }
            out.flush()
        };
        match print() {
            // Nobody reads on.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(Exit::Valid),
            Err(error) => return Err(FileError::Write { file: "stdout".to_owned(), error }.into()),
            Ok(()) => {}
        }
        Ok(if lines.is_complete() { Exit::Valid } else { Exit::Inconclusive })
    }

    /// Holds the steps against another trace, and says where they part.
    fn compared(
        &self,
        witness: &Opened<'_>,
        bounds: Bounds,
        other: &Path,
    ) -> Result<Exit, CommandError> {
        let failed = |error| FileError::Read { file: files::name(other), error };
        let reader: Box<dyn BufRead> = if other.as_os_str() == STANDARD {
            Box::new(io::stdin().lock())
        } else {
            Box::new(BufReader::new(File::open(other).map_err(failed)?))
        };
        let compared = compare(witness, self.message, bounds, reader)
            .map_err(|error| no_trace(other, error))?;
        if let Compared::Equal { judged: Some((message, verdict)), .. } = &compared {
            say_fitted(&judged_in_words(witness, *message, verdict));
        }
        let text = fitted(&compared.to_string(), terminal::width());
        let first = text.split_inclusive('\n').next().unwrap_or_default();
        terminal::print_text(if is_quiet() { first } else { &text })?;
        Ok(match compared {
            Compared::Equal { .. } => Exit::Valid,
            Compared::Differ(_) => Exit::Invalid,
            Compared::Unfinished { .. } => Exit::Inconclusive,
        })
    }
}

/// Says lines, each broken where it is too wide.
fn say_fitted(lines: &str) {
    fitted(lines, terminal::width()).lines().for_each(say);
}

/// Why a file is no trace: it may be something else.
fn no_trace(other: &Path, error: OtherError) -> CommandError {
    let error = CommandError::Trace { file: files::name(other), error };
    // What came from stdin is gone.
    let is_file = other.as_os_str() != STANDARD;
    let bytes = is_file.then(|| files::read_unpacked(other).unwrap_or_default());
    instead(other, &bytes.unwrap_or_default(), &[Document::Trace], "a trace", error)
}
