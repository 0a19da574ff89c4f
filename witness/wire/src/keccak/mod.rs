//! keccak256 of many byte strings that do not depend on each other, several at a time.
//! `specs/12-audits.md`, section Hashes and the signer.
//!
//! In the data's way this stands beside everything that is known by its hash: the nodes of a trie, the codes
//! and nodes of a container. Where the processor has no vectors of four words, each is hashed by whoever hashes
//! one.

#[cfg(target_arch = "x86_64")]
use std::borrow::Cow;

use alloy_primitives::B256;

#[cfg(target_arch = "x86_64")]
mod lanes;
#[cfg(target_arch = "x86_64")]
mod permutation;
#[cfg(test)]
mod tests;

/// Bytes that keccak256 takes in at a time.
const BLOCK: usize = 136;

/// Computes keccak256 of bytes.
pub type Keccak256 = fn(&[u8]) -> B256;

/// keccak256 of each of the byte strings, in their order. A few are hashed by `one`, and all of them where the
/// processor cannot hash several at a time.
///
/// ```
/// use alloy_primitives::keccak256;
/// use iso_evm_wire::keccak::keccak256_each;
///
/// let words: Vec<&[u8]> = vec![b"nodes", b"of", b"one", b"trie"];
/// let hashes = keccak256_each(&words, |bytes| keccak256(bytes));
/// assert_eq!(hashes[3], keccak256("trie"));
/// ```
pub fn keccak256_each(inputs: &[&[u8]], one: Keccak256) -> Vec<B256> {
    #[cfg(target_arch = "x86_64")]
    if let Some(hash) = lanes::of_processor().filter(|_| inputs.len() > 1)
        && let Some(order) = order(inputs)
    {
        let mut hashes = vec![B256::ZERO; inputs.len()];
        // SAFETY: the processor has what the function is compiled for.
        unsafe { hash(inputs, &order, &mut hashes) };
        return hashes;
    }
    inputs.iter().map(|input| one(input)).collect()
}

/// The strings' places, the longest first, so that lanes end together; `None` if these are too many.
#[cfg(target_arch = "x86_64")]
fn order(inputs: &[&[u8]]) -> Option<Cow<'static, [u32]>> {
    /// A lane each: all begin at once.
    const FEW: &[u32] = &[0, 1, 2, 3];
    if let Some(few) = FEW.get(..inputs.len()) {
        return Some(few.into());
    }
    let mut order: Vec<u32> = (0..u32::try_from(inputs.len()).ok()?).collect();
    order.sort_by_key(|index| std::cmp::Reverse(inputs[*index as usize].len() / BLOCK));
    Some(order.into())
}

/// The last block of a string, of which fewer bytes are left.
#[cfg(target_arch = "x86_64")]
fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block[rest.len()] = 0x01;
    block[BLOCK - 1] |= 0x80;
    block
}
