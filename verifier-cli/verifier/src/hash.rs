//! keccak256 as the auditing side computes it: one string with `sha3`, many in vectors. `specs/09-container.md`,
//! `specs/12-audits.md`, section Hashes and the signer.
//!
//! In the data's way this stands beside the container: it names `witness.bin` and the transaction
//! in the report, and says again which code stands under which hash.

use alloy_primitives::{B256, KECCAK256_EMPTY};
use iso_evm_wire::{CallData, Crypto, Witness, keccak};
use sha3::{Digest, Keccak256};

use crate::audit::signer;

/// The functions by which the auditing side has a witness read: what they did it need not do again.
pub const CRYPTO: Crypto = Crypto { keccak256_each, signer };

/// keccak256 of each of these.
// It is known by its address too (`Opened::is_hashed_by`), of which there is one.
#[inline(never)]
pub fn keccak256_each(all: &[&[u8]]) -> Vec<B256> {
    let hashes = hash_each(all);
    for (bytes, hash) in all.iter().zip(&hashes) {
        tracing::trace!(length = bytes.len(), %hash, "hashed");
    }
    hashes
}

/// keccak256 of bytes.
pub fn keccak256(bytes: &[u8]) -> B256 {
    if bytes.is_empty() {
        return KECCAK256_EMPTY;
    }
    let hash = B256::new(Keccak256::digest(bytes).into());
    tracing::trace!(length = bytes.len(), %hash, "hashed");
    hash
}

/// keccak256 of calldata, which is not put together for it.
pub(crate) fn call_data_hash(call_data: &CallData) -> B256 {
    match call_data.pieces() {
        [whole] => keccak256(whole),
        pieces => {
            let mut hasher = Keccak256::new();
            pieces.iter().for_each(|piece| hasher.update(piece));
            let hash = B256::new(hasher.finalize().into());
            tracing::trace!(length = call_data.len(), %hash, "hashed");
            hash
        }
    }
}

/// keccak256 of each of these, trie nodes that an audit writes, of states that it comes through. They may have
/// been there before, as after a call that is undone.
pub(crate) fn hash_each_written(nodes: &[&[u8]]) -> Vec<B256> {
    for node in nodes {
        tracing::trace!(length = node.len(), "node hashed");
    }
    hash_each(nodes)
}

fn hash_each(all: &[&[u8]]) -> Vec<B256> {
    keccak::keccak256_each(all, |one| B256::new(Keccak256::digest(one).into()))
}

/// keccak256 of a `witness.bin` that is in memory.
pub(crate) fn file_hash(file: &[u8]) -> B256 {
    let hash = B256::new(Keccak256::digest(file).into());
    tracing::trace!(%hash, "witness hashed");
    hash
}

/// keccak256 of a witness's `witness.bin`, which need not be in memory for it.
pub fn witness_hash(witness: &Witness) -> B256 {
    let mut hasher = Keccak256::new();
    witness.encode_to(&mut |piece| hasher.update(piece));
    let hash = B256::new(hasher.finalize().into());
    tracing::trace!(%hash, "witness hashed");
    hash
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{b256, hex};

    use super::*;

    #[test]
    fn the_hash_of_nothing_is_the_hash_of_nothing() {
        assert_eq!(KECCAK256_EMPTY, B256::new(Keccak256::digest([]).into()));
        assert_eq!(keccak256(&[]), KECCAK256_EMPTY);
    }

    /// Lengths around one block and two (136 bytes each), where padding goes wrong first. The
    /// hashes are those of a Keccak written for this table, which gives SHA3-256 too if the
    /// padding's first byte is 6.
    #[test]
    fn a_hash_of_input_around_a_block_is_the_known_one() {
        let bytes: Vec<u8> = (0..=255).cycle().take(600).collect();
        for (length, hash) in [
            (0, hex!("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")),
            (1, hex!("bc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a")),
            (135, hex!("cbdfd9dee5faad3818d6b06f95a219fd290b0e1706f6a82e5a595b9ce9faca62")),
            (136, hex!("7ce759f1ab7f9ce437719970c26b0a66ff11fe3e38e17df89cf5d29c7d7f807e")),
            (137, hex!("ac73d4fae68b8453f764007c1a20ce95994187861f0c3227a3a8e99a73a3b1db")),
            (271, hex!("7c974895b2a88303ff2dc6b58f438ceb0b298cac91099ac0539cc0f477506191")),
            (272, hex!("fdf2ec49e749960d3c8521a0219af8d03e30e2b3bf19bd16150ee0eaf133d66e")),
            (600, hex!("5acc1dda19156ed2dca4a480ea7a4be0a594829dc32365f99780a39fbf7ee49b")),
        ] {
            assert_eq!(keccak256(&bytes[..length]), B256::new(hash), "{length} bytes");
        }
        assert_eq!(
            keccak256(b"Transfer(address,address,uint256)"),
            b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
        );
    }
}
