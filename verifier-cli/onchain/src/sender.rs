//! Who sends transactions: a key of one's own, or an account that the node holds.
//!
//! A key is in no message, no log and no debug output.

use std::fmt;

use alloy_primitives::Address;
use alloy_signer_local::PrivateKeySigner;

/// An account that sends transactions, and how they are signed.
#[derive(Clone)]
pub enum Sender {
    /// A key of our own.
    Key {
        /// The key that signs.
        signer: PrivateKeySigner,
    },
    /// An account of the node's.
    Unlocked {
        /// The account that the node signs for.
        address: Address,
    },
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Key { .. } => "Key",
            Self::Unlocked { .. } => "Unlocked",
        };
        f.debug_struct(name).field("address", &self.address()).finish_non_exhaustive()
    }
}

impl Sender {
    /// The account that sends.
    pub const fn address(&self) -> Address {
        match self {
            Self::Key { signer } => signer.address(),
            Self::Unlocked { address } => *address,
        }
    }
}
