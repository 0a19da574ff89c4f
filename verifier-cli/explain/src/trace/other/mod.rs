//! Another client's trace, read a step at a time: lines of EIP-3155 as geth, besu, nethermind, erigon, evmone,
//! nimbus, revm and the execution specs write them, or the document of `debug_traceTransaction`, by itself or as a
//! node answers it.
//!
//! What they agree on is what a step means; numbers may be numbers, hex or decimal strings, an opcode a number
//! or a name, and anything may be absent. What is not JSON between the lines (a log's) is passed over. Memory is
//! bounded by one step.

mod number;
mod source;
mod value;

use std::io::{self, BufRead};

use alloy_primitives::{B256, Bytes, U256};
use serde::de::DeserializeSeed;

pub use self::value::Opcode;
use self::{
    source::Source,
    value::{Sink, Value},
};

/// A step as another client tells it; `None` where it does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherStep {
    /// Line that it ends at, from 1.
    pub line: u64,
    /// Offset of the opcode in the code.
    pub pc: u64,
    /// The opcode.
    pub opcode: Option<Opcode>,
    /// Depth of the frame.
    pub depth: Option<u64>,
    /// Gas that is left before it.
    pub gas: Option<u64>,
    /// Gas that it costs.
    pub gas_cost: Option<u64>,
    /// Stack before it, its top last.
    pub stack: Option<Vec<U256>>,
    /// Number of bytes of memory before it.
    pub memory_size: Option<u64>,
    /// Memory before it.
    pub memory: Option<Vec<u8>>,
    /// Refunds before it, in two's complement.
    pub refund: Option<u64>,
    /// Whether it says that something went wrong here.
    pub is_error: bool,
}

/// What another client says that it came to; `None` where it does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherSummary {
    /// Whether the run succeeded.
    pub pass: Option<bool>,
    /// Bytes that it returned.
    pub output: Option<Bytes>,
}

/// What another trace says next.
#[derive(Debug)]
pub enum Said<'a> {
    /// A step.
    Step(&'a OtherStep),
    /// What it came to; of an inner call, if more steps follow.
    Summary(OtherSummary),
}

/// Why another trace cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OtherError {
    /// The file cannot be read.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// It is no JSON, or a field is none that a trace has.
    #[error("line {line}: {problem}")]
    Json {
        /// Line at which reading ended, from 1.
        line: u64,
        /// What is wrong there.
        problem: String,
    },
    /// A node's answer that is an error.
    #[error("it is a node's answer that says: {0}")]
    Refused(String),
    /// There is nothing in it that would be a step.
    #[error("it has no steps: neither lines of EIP-3155 nor what debug_traceTransaction answers")]
    NoSteps,
    /// It tells what a run came to, and none of its steps.
    #[error("it says what the run came to, and has no steps: its node has kept none")]
    SummaryOnly,
    /// It has the traces of other transactions.
    #[error("it has no trace of the transaction {0}")]
    OtherTransactions(B256),
}

/// Reads a trace and gives `each` what it says, until that says that it is enough. Of an answer about the
/// transactions of a block, that about `transaction` is read, where it is known.
///
/// # Errors
///
/// [`OtherError`]; what was said before has been given.
pub fn read(
    reader: impl BufRead,
    transaction: Option<B256>,
    each: &mut dyn FnMut(Said<'_>) -> bool,
) -> Result<(), OtherError> {
    let mut source = Source::new(reader);
    let line = source.line();
    let mut sink = Sink::new(transaction, line.clone(), each);
    while source.at_value()? {
        let mut json = serde_json::Deserializer::from_reader(&mut source);
        let read = Value(&mut sink).deserialize(&mut json);
        if sink.is_enough() {
            return Ok(());
        }
        if let Err(error) = read {
            return Err(json_error(error, line.get()));
        }
    }
    if sink.has_anything() {
        return Ok(());
    }
    if let Some(refused) = sink.refused() {
        return Err(OtherError::Refused(refused));
    }
    Err(match transaction.filter(|_| sink.passed_over()) {
        Some(transaction) => OtherError::OtherTransactions(transaction),
        None => OtherError::NoSteps,
    })
}

/// What is wrong, where the line is known from elsewhere.
fn json_error(error: serde_json::Error, line: u64) -> OtherError {
    use serde_json::error::Category;
    let problem = match error.classify() {
        Category::Io => return OtherError::Read(error.into()),
        Category::Syntax => "this is not JSON".to_owned(),
        Category::Eof => "it ends in the middle".to_owned(),
        Category::Data => {
            let text = error.to_string();
            let problem = text.rsplit_once(" at line ").map_or(&*text, |(problem, _)| problem);
            problem.to_owned()
        }
    };
    OtherError::Json { line, problem }
}

#[cfg(test)]
mod tests;
