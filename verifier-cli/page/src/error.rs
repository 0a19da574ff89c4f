//! Why a question has no answer, in words for a person.

use iso_evm_explain::artifacts::ArtifactsError;
use iso_evm_verifier::VerifyError;
use iso_evm_wire::container::{ContainerError, JsonError};
use iso_evm_witness::{
    ExecuteError,
    block_file::BlockFileError,
    execute::RunError,
    input::{Document, InputError, state_test::CaseError},
    prestate::PrestateError,
};

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// The question itself cannot be read: a fault of the page's.
    #[error("the question cannot be read: {0}")]
    Question(#[source] serde_json::Error),
    /// The input cannot be run.
    #[error("input: {0}")]
    Input(#[source] Box<InputError>),
    /// Something else than an input, for which there is another way.
    #[error("this is {document}: {advice}")]
    Document {
        /// What it is.
        document: Box<Document>,
        /// What can be done about it.
        advice: &'static str,
    },
    /// Neither a witness nor anything that could be an input.
    #[error("this is neither a witness.bin nor JSON")]
    Nothing,
    /// The block cannot be replayed.
    #[error("block: {0}")]
    Block(#[source] Box<BlockFileError>),
    /// A block without this transaction.
    #[error("there is no transaction {index}: the number of transactions is {count}")]
    NoTransaction {
        /// Index that was asked for.
        index: usize,
        /// Number of transactions in the block.
        count: usize,
    },
    /// A state test without this case.
    #[error(
        "there is no case {index}: the number of cases under forks that are audited is {count}"
    )]
    NoCase {
        /// Index that was asked for.
        index: usize,
        /// Number of cases in the file.
        count: usize,
    },
    /// The case of a state test cannot be run.
    #[error("state test: {0}")]
    Case(#[source] Box<CaseError>),
    /// A witness without this message.
    #[error("there is no message {index}: the number of messages is {count}")]
    NoMessage {
        /// Index that was asked for.
        index: usize,
        /// Number of messages in the witness.
        count: usize,
    },
    /// The transaction cannot be run.
    #[error("transaction: {0}")]
    Execute(#[source] Box<ExecuteError>),
    /// A file is not what a Solidity compiler puts out.
    #[error(transparent)]
    Artifacts(#[from] ArtifactsError),
    /// The bytes are no witness.
    #[error("witness: {0}")]
    Container(#[from] ContainerError),
    /// The fields make no witness.
    #[error("witness: {0}")]
    Json(#[from] JsonError),
    /// The fields make a witness that no reader takes: its writer would have left something out, or a
    /// code or node does not stand under its hash.
    #[error("no reader takes this witness: {0}")]
    Unreadable(#[source] ContainerError),
    /// There is no verdict.
    #[error("{0}")]
    Verify(#[source] Box<VerifyError>),
}

macro_rules! boxed {
    ($($variant:ident: $error:ty,)+) => {
        $(impl From<$error> for PageError {
            fn from(error: $error) -> Self {
                Self::$variant(Box::new(error))
            }
        })+
    };
}

boxed! {
    Input: InputError,
    Block: BlockFileError,
    Case: CaseError,
    Execute: ExecuteError,
    Verify: VerifyError,
}

impl From<PrestateError> for PageError {
    fn from(error: PrestateError) -> Self {
        ExecuteError::from(error).into()
    }
}

impl From<RunError<PrestateError>> for PageError {
    fn from(error: RunError<PrestateError>) -> Self {
        match error {
            RunError::Database(error) => error.into(),
            RunError::Execute(error) => Self::Execute(error),
        }
    }
}
