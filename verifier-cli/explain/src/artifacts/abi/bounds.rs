//! How much is read of what others have encoded. In ABI encoding many elements may point at the same bytes, so
//! that a few kilobytes stand for gigabytes; and a type may say that it has a billion elements. What would take
//! too much room is not read.

use alloy_dyn_abi::DynSolType;
use serde_json::value::RawValue;

/// Words that values may take, whatever they share: 8 MiB.
const WORDS: usize = 1 << 18;

/// Words that a type may take by itself, before there are data.
const HEAD: usize = 1 << 14;

/// Arrays and structs in one another.
const DEPTH: usize = 12;

/// Bytes of an item of an ABI, and of brackets in it: real ones have thousands and a few.
const ITEM: usize = 1 << 18;

const WORD: usize = 32;

/// Whether an item of an ABI can be looked at: no type in it is an array of arrays of arrays without end.
pub(super) fn is_sane(item: &RawValue) -> bool {
    let text = item.get();
    let brackets = |text: &str| text.bytes().filter(|byte| matches!(byte, b'[' | b'(')).count();
    text.len() <= ITEM && text.split('"').all(|string| brackets(string) <= DEPTH)
}

/// Whether data are of these types as far as their length goes, and take no more room than they may.
pub(super) fn is_readable(types: &[DynSolType], data: &[u8]) -> bool {
    types.iter().try_fold(0_usize, |sum, kind| leaves(kind, DEPTH)?.checked_add(sum)).is_some_and(
        |words| {
            let mut walk = Walk { data, left: WORDS };
            words <= HEAD && walk.sequence(types.iter(), 0, DEPTH).is_some()
        },
    )
}

/// Words of a type, one for what has any length; none if it is too deep.
fn leaves(kind: &DynSolType, depth: usize) -> Option<usize> {
    let depth = depth.checked_sub(1)?;
    match kind {
        DynSolType::Array(kind) => leaves(kind, depth)?.checked_add(1),
        DynSolType::FixedArray(kind, count) => leaves(kind, depth)?.checked_mul(*count),
        DynSolType::Tuple(kinds) => {
            kinds.iter().try_fold(0_usize, |sum, kind| leaves(kind, depth)?.checked_add(sum))
        }
        _ => Some(1),
    }
}

/// Words where a value is written down, or the place where it is.
fn head(kind: &DynSolType) -> usize {
    match kind {
        _ if is_dynamic(kind) => 1,
        DynSolType::FixedArray(kind, count) => head(kind).saturating_mul(*count),
        DynSolType::Tuple(kinds) => kinds.iter().map(head).fold(0, usize::saturating_add),
        _ => 1,
    }
}

fn is_dynamic(kind: &DynSolType) -> bool {
    match kind {
        DynSolType::Bytes | DynSolType::String | DynSolType::Array(_) => true,
        DynSolType::FixedArray(kind, _) => is_dynamic(kind),
        DynSolType::Tuple(kinds) => kinds.iter().any(is_dynamic),
        _ => false,
    }
}

struct Walk<'a> {
    data: &'a [u8],
    /// Words that may still be taken.
    left: usize,
}

impl Walk<'_> {
    /// Values one after the other, which point from where they begin.
    fn sequence<'k>(
        &mut self,
        kinds: impl Iterator<Item = &'k DynSolType>,
        base: usize,
        depth: usize,
    ) -> Option<()> {
        let mut at = base;
        for kind in kinds {
            self.value(kind, base, at, depth)?;
            at = at.checked_add(head(kind).checked_mul(WORD)?)?;
        }
        Some(())
    }

    fn value(&mut self, kind: &DynSolType, base: usize, at: usize, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        if !is_dynamic(kind) {
            let words = head(kind);
            self.take(words)?;
            return self.has(at, words.checked_mul(WORD)?);
        }
        self.take(1)?;
        let start = base.checked_add(self.number(at)?)?;
        match kind {
            DynSolType::Array(kind) => {
                let count = self.number(start)?;
                let base = start.checked_add(WORD)?;
                // Elements without length: the library takes none, however many there are said to be.
                if head(kind) == 0 {
                    return Some(());
                }
                self.has(base, head(kind).checked_mul(count)?.checked_mul(WORD)?)?;
                self.sequence((0..count).map(|_| &**kind), base, depth)
            }
            DynSolType::FixedArray(kind, count) => {
                self.sequence((0..*count).map(|_| &**kind), start, depth)
            }
            DynSolType::Tuple(kinds) => self.sequence(kinds.iter(), start, depth),
            // Bytes or a string.
            _ => {
                let length = self.number(start)?;
                self.take(length / WORD + 1)?;
                self.has(start.checked_add(WORD)?, length)
            }
        }
    }

    fn take(&mut self, words: usize) -> Option<()> {
        self.left = self.left.checked_sub(words)?;
        Some(())
    }

    fn has(&self, at: usize, length: usize) -> Option<()> {
        (at.checked_add(length)? <= self.data.len()).then_some(())
    }

    /// A place or a length: no more than there are data.
    fn number(&self, at: usize) -> Option<usize> {
        let word = self.data.get(at..at.checked_add(WORD)?)?;
        let (high, low) = word.split_at(WORD - size_of::<u64>());
        let number = u64::from_be_bytes(low.try_into().ok()?);
        let number = usize::try_from(number).ok().filter(|number| *number <= self.data.len());
        number.filter(|_| high.iter().all(|byte| *byte == 0))
    }
}

#[cfg(test)]
mod tests {
    use alloy_dyn_abi::DynSolValue;
    use alloy_primitives::U256;

    use super::*;

    fn words(numbers: &[usize]) -> Vec<u8> {
        numbers.iter().flat_map(|number| U256::from(*number).to_be_bytes::<32>()).collect()
    }

    fn readable(kind: &str, data: &[u8]) -> bool {
        is_readable(&[DynSolType::parse(kind).unwrap()], data)
    }

    #[test]
    fn what_is_encoded_can_be_read() {
        let number = DynSolValue::Uint(U256::from(7), 256);
        let text = DynSolValue::String("a text that is longer than one word is".to_owned());
        let pair = DynSolValue::Tuple(vec![number.clone(), text.clone()]);
        let fixed = DynSolValue::FixedArray(vec![number.clone(); 3]);
        let values = vec![
            DynSolValue::Array(vec![pair.clone(), pair]),
            fixed.clone(),
            DynSolValue::Array(vec![fixed; 2]),
            DynSolValue::FixedArray(vec![text; 2]),
            number,
        ];
        let types: Vec<_> = values.iter().map(|value| value.as_type().unwrap()).collect();
        let data = DynSolValue::Tuple(values).abi_encode_sequence().unwrap();
        assert!(is_readable(&types, &data));
        assert!(!is_readable(&types, &data[..data.len() - 32]));
    }

    #[test]
    fn bytes_that_are_pointed_at_a_thousand_times_are_not_read() {
        let count = 2000;
        let mut data = words(&[32, count]);
        let at = count * 32;
        data.extend(words(&vec![at; count]));
        data.extend(words(&[100_000]));
        data.resize(data.len() + 100_000, 7);
        assert!(!readable("bytes[]", &data));
        // Once they are.
        let mut once = words(&[32, 1, 32, 100_000]);
        once.resize(once.len() + 100_000, 7);
        assert!(readable("bytes[]", &once));
    }

    #[test]
    fn a_type_with_a_billion_elements_takes_no_room() {
        for kind in ["uint256[1000000000]", "uint256[1000000000][]", "uint256[99999][99999]"] {
            assert!(!readable(kind, &words(&[32, 0])), "{kind}");
        }
        let number = usize::MAX / 2;
        assert!(!readable("uint256[]", &words(&[32, number])));
        assert!(!readable("bytes", &words(&[number])));
        let mut far = [0xff; 32];
        assert!(!readable("bytes", &far));
        far[0] = 0;
        assert!(!readable("bytes", &far));
    }

    #[test]
    fn types_within_types_have_an_end() {
        let json = |kind: &str| {
            let json = format!(r#"{{"type": "function", "inputs": [{{"type": "{kind}"}}]}}"#);
            is_sane(&serde_json::value::RawValue::from_string(json).unwrap())
        };
        assert!(json("uint256[][3][]"));
        assert!(!json(&format!("uint256{}", "[]".repeat(5000))));
        assert!(!json(&format!("{}uint256", "(".repeat(5000))));
        assert!(!readable(&format!("uint256{}", "[]".repeat(12)), &words(&[32, 0])));
    }
}
