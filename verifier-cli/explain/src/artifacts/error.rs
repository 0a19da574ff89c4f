//! Why a file is not taken as what a compiler has put out.

/// Why a file adds nothing to [`Artifacts`](super::Artifacts).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactsError {
    /// The file is not JSON.
    #[error("{name}: not JSON: {reason}")]
    NotJson {
        /// Name of the file.
        name: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// The file is JSON of another kind.
    #[error(
        "{name}: not an artifact: found {found}, expected the standard JSON output of solc, an artifact of \
         Foundry or Hardhat, or their build info"
    )]
    NotAnArtifact {
        /// Name of the file.
        name: String,
        /// What the file holds.
        found: String,
    },
    /// The compiler has put out errors, and no contract.
    #[error("{name}: the compiler put out no contract, but: {message}")]
    NotCompiled {
        /// Name of the file.
        name: String,
        /// First of the compiler's messages.
        message: String,
    },
}
