//! `--expect-…`: what a witness must be about, or it is not verified.

use alloy_primitives::B256;
use clap::Args;
use iso_evm_verifier::audit::anchors::{Expected, RootSource};
use iso_evm_wire::Rules;

/// What a witness must be about. Each is refused, with exit code 2, where the witness says
/// otherwise.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "What the witness must be about")]
pub(super) struct Expect {
    /// The transaction's hash; of an unsigned one the digest that reports give
    #[arg(long, value_name = "HASH")]
    expect_transaction: Option<B256>,
    /// The block's hash, which binds the transaction where the file proves that the block has it;
    /// without its header the digest that reports give
    #[arg(long, value_name = "HASH")]
    expect_block: Option<B256>,
    /// The state root before the transaction
    #[arg(long, value_name = "HASH")]
    expect_root: Option<B256>,
    /// The chain id
    #[arg(long, value_name = "N")]
    expect_chain: Option<u64>,
    /// The fork
    #[arg(long, value_name = "NAME", value_parser = super::rules)]
    expect_fork: Option<Rules>,
    /// What headers must prove of the state roots: parent (the root at entry is the parent's), block
    /// (the root at exit is the block's) or parent-and-block
    #[arg(long, value_name = "NAME", value_parser = source)]
    expect_source: Option<RootSource>,
    /// The digest of the ancestors' hashes that no header proves, as reports give it
    #[arg(long, value_name = "HASH")]
    expect_ancestors: Option<B256>,
}

impl Expect {
    pub(super) const fn expected(&self) -> Expected {
        Expected {
            chain_id: self.expect_chain,
            fork: self.expect_fork,
            block: self.expect_block,
            transaction: self.expect_transaction,
            root: self.expect_root,
            source: self.expect_source,
            ancestors: self.expect_ancestors,
        }
    }
}

/// A root's source by its name.
fn source(name: &str) -> Result<RootSource, UnknownSource> {
    let mut all = RootSource::ALL.into_iter();
    all.find(|source| source.name() == name).ok_or_else(|| UnknownSource(name.to_owned()))
}

/// A name that is no root's source.
#[derive(Clone, Debug, thiserror::Error)]
#[error("unknown source {0:?}: expected unproved, parent, block or parent-and-block")]
struct UnknownSource(String);
