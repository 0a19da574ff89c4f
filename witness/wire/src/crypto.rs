//! [`Crypto`]: the functions by which a witness is read.
//!
//! In the data's way this stands beside the reader of the container. What stands in a file under a hash is
//! hashed as it is read, and the sender recovered: whoever verifies has both done by functions of its own,
//! and need not do again what they did.

use alloy_primitives::{Address, B256, Signature, keccak256};

use crate::{keccak, transaction::signer};

/// Computes keccak256 of each of many byte strings.
pub type KeccakEach = fn(&[&[u8]]) -> Vec<B256>;

/// Says who signed a hash; `None` if the signature is nobody's, or none that the chain takes (EIP-2).
pub type Signer = fn(B256, &Signature) -> Option<Address>;

/// The functions by which a witness is read.
#[derive(Clone, Copy, Debug)]
pub struct Crypto {
    /// Hashes what stands under a hash.
    pub keccak256_each: KeccakEach,
    /// Recovers the sender.
    pub signer: Signer,
}

/// This crate's own.
impl Default for Crypto {
    fn default() -> Self {
        let keccak256_each: KeccakEach = |all| keccak::keccak256_each(all, |one| keccak256(one));
        Self { keccak256_each, signer }
    }
}
