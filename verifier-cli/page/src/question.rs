//! Questions and answers, and who answers which.

use iso_evm_wire::Rules;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{PageError, calls, contract, fields, record, steps, story, trace, verify};

/// What the page asks; beside it stands a piece of bytes.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Question {
    /// Records the `INPUT.json`, one transaction of the block file, or one case of the state test, that
    /// stands beside it: the `witness.bin`.
    Record {
        /// The rules, where neither the file nor its chain tells.
        #[serde(default)]
        fork: Option<Rules>,
        /// Which transaction of a block file, or case of a state test.
        #[serde(default)]
        index: usize,
    },
    /// Runs the `INPUT.json` natively: the steps of its first frame.
    Trace {
        /// The rules, where neither the file nor its chain tells.
        #[serde(default)]
        fork: Option<Rules>,
    },
    /// Verifies the `witness.bin` by all four audits and both engines: the report, and what it says in
    /// words.
    Verify,
    /// The story of the `witness.bin`, with one message from within.
    Story {
        /// Index of the message; that at hand, if none is named.
        #[serde(default)]
        message: Option<usize>,
        /// What a Solidity compiler put out.
        #[serde(default)]
        artifacts: Vec<ArtifactFile>,
    },
    /// All of that as one HTML file, which stands beside the answer.
    Report {
        /// What a Solidity compiler put out.
        #[serde(default)]
        artifacts: Vec<ArtifactFile>,
    },
    /// How much is known from what a Solidity compiler put out.
    Artifacts {
        /// The files.
        artifacts: Vec<ArtifactFile>,
    },
    /// A message of the `witness.bin` step by step.
    Steps {
        /// Index of the message.
        message: usize,
    },
    /// What the emitted contract is called with for each message of the `witness.bin`, and what is on the
    /// chain then.
    Calls,
    /// The `witness.bin` as JSON.
    Fields,
    /// The `witness.bin` of that JSON, with something changed in it.
    Assemble,
    /// The emitted contracts of some rules.
    Contracts {
        /// The rules.
        fork: Rules,
    },
}

/// A file of what a Solidity compiler put out.
#[derive(Clone, Debug, Deserialize)]
pub struct ArtifactFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub json: String,
}

/// What comes back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// What is said.
    pub said: Value,
    /// Bytes beside it: a `witness.bin`.
    pub bytes: Vec<u8>,
}

impl From<Value> for Answer {
    fn from(said: Value) -> Self {
        Self { said, bytes: Vec::new() }
    }
}

/// Answers a question, given as JSON, with the bytes that stand beside it.
///
/// # Errors
///
/// [`PageError`], which says what cannot be used, and why.
pub fn ask(question: &[u8], bytes: &[u8]) -> Result<Answer, PageError> {
    match serde_json::from_slice(question).map_err(PageError::Question)? {
        Question::Record { fork, index } => record::record(bytes, fork, index),
        Question::Trace { fork } => trace::trace(bytes, fork).map(Answer::from),
        Question::Verify => verify::verify(bytes).map(Answer::from),
        Question::Story { message, artifacts } => {
            story::told(bytes, message, &artifacts).map(Answer::from)
        }
        Question::Report { artifacts } => story::report(bytes, &artifacts)
            .map(|html| Answer { said: json!({}), bytes: html.into_bytes() }),
        Question::Artifacts { artifacts } => story::known(&artifacts).map(Answer::from),
        Question::Steps { message } => steps::steps(bytes, message).map(Answer::from),
        Question::Calls => calls::calls(bytes).map(Answer::from),
        Question::Fields => {
            fields::fields(bytes).map(|text| Answer { said: json!({}), bytes: text.into_bytes() })
        }
        Question::Assemble => {
            fields::assemble(bytes).map(|bytes| Answer { said: json!({}), bytes })
        }
        Question::Contracts { fork } => Ok(contract::contracts(fork).into()),
    }
}
