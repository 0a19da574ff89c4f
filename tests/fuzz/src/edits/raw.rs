//! Edits of bytes, whatever they mean: of the encoding itself, and of parts of it.

use alloy_primitives::U256;
use arbitrary::{Result, Unstructured};

/// Bytes of a word.
pub(super) const WORD: usize = 32;

/// A word that means something somewhere.
pub(super) fn word(bytes: &[u8], old: U256, u: &mut Unstructured<'_>) -> Result<U256> {
    let small = |u: &mut Unstructured<'_>| u.int_in_range(0..=39_u8).map(U256::from);
    Ok(match u.int_in_range(0..=15)? {
        0 => U256::ZERO,
        1 => U256::ONE,
        2 => small(u)?,
        3 => old.wrapping_add(U256::ONE),
        4 => old.wrapping_sub(U256::ONE),
        5 => old.wrapping_add(U256::from(WORD)),
        6 => old.wrapping_sub(U256::from(WORD)),
        7 => old ^ (U256::ONE << u.int_in_range(0..=255_usize)?),
        8 => U256::MAX - small(u)?,
        9 => (U256::ONE << *u.choose(&[8_usize, 32, 64, 160, 255])?).wrapping_sub(small(u)?),
        10 => U256::from(bytes.len()),
        11 => U256::from_be_bytes(u.arbitrary::<[u8; WORD]>()?),
        12 => U256::from(u.arbitrary::<u32>()?),
        13 => U256::from(u.arbitrary::<u64>()?),
        _ => {
            let words = bytes.as_chunks::<WORD>().0;
            if words.is_empty() { old } else { U256::from_be_bytes(*u.choose(words)?) }
        }
    })
}

/// Another word in the place of one.
pub(super) fn edit_word(bytes: &mut [u8], u: &mut Unstructured<'_>) -> Result<()> {
    let words = bytes.len() / WORD;
    if words == 0 {
        return Ok(());
    }
    let at = u.choose_index(words)? * WORD;
    let old = U256::from_be_slice(&bytes[at..at + WORD]);
    let new = word(bytes, old, u)?;
    bytes[at..at + WORD].copy_from_slice(&new.to_be_bytes::<WORD>());
    Ok(())
}

/// A byte more, less, or another.
pub(super) fn spoil(bytes: &mut Vec<u8>, u: &mut Unstructured<'_>) -> Result<()> {
    let at = u.int_in_range(0..=bytes.len())?;
    match u.int_in_range(0..=3)? {
        0 => bytes.insert(at, u.arbitrary()?),
        1 if at < bytes.len() => drop(bytes.remove(at)),
        _ if at < bytes.len() => bytes[at] = u.arbitrary()?,
        _ => bytes.push(u.arbitrary()?),
    }
    Ok(())
}

/// Bytes that are cut off, put in, left out or turned.
pub(super) fn edit_layout(bytes: &mut Vec<u8>, u: &mut Unstructured<'_>) -> Result<()> {
    let at = u.int_in_range(0..=bytes.len())?;
    let at = if u.ratio(1, 3)? { at } else { at / WORD * WORD };
    match u.int_in_range(0..=5)? {
        0 => bytes.truncate(at),
        1 => drop(bytes.splice(at..at, [0; WORD])),
        2 => drop(bytes.drain(at..(at + WORD).min(bytes.len()))),
        3 => bytes.extend(std::iter::repeat_n(0, u.int_in_range(1..=64)?)),
        4 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << u.int_in_range(0..=7_u8)?;
            }
        }
        _ => spoil(bytes, u)?,
    }
    Ok(())
}
