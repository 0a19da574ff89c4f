//! Findings whose two words are read together: a pair of outcome and status against those that can be, and a receipt
//! against the block's, which differ in one field or another.

use alloy_primitives::{B256, U256};
use iso_evm_hypervisor::MismatchKind;
use iso_evm_verifier::{ClaimKind, audit::TransactionKind, verify::Words};
use iso_evm_wire::{Opened, records::Outcome};

use super::form::{Form, status};

/// What is said and what is true, where these are not read by themselves.
pub(super) fn both(witness: &Opened<'_>, kind: ClaimKind, words: Words) -> Option<[String; 2]> {
    match kind {
        ClaimKind::Execution(MismatchKind::Outcome) => outcomes(words),
        ClaimKind::Transaction(TransactionKind::BlockReceipt) => receipts(witness, words),
        _ => None,
    }
}

/// The contract tells a set of pairs, and the one that is none of them.
fn outcomes(Words { expected, found }: Words) -> Option<[String; 2]> {
    let [allowed, found] = [expected, found].map(|word| U256::from_be_bytes(word.0));
    // Whether it is a precompile's is told by the outcome alone.
    if allowed <= U256::from(Outcome::NAMES.len()) {
        return None;
    }
    let pair = |number: usize| {
        let outcome = Outcome::NAMES.get(number >> 2)?;
        Some(format!("{outcome} with {}", status(U256::from(number & 3))))
    };
    let allowed: Vec<_> =
        (0..Outcome::NAMES.len() << 2).filter(|bit| allowed.bit(*bit)).filter_map(pair).collect();
    let found = usize::try_from(found).ok().and_then(pair);
    let found = found.unwrap_or_else(|| "an outcome or a status that is none".to_owned());
    Some([found, allowed.join(" or ")])
}

/// Which field it is follows from the witness's own receipt. Types are the same where the transaction is the block's,
/// which is looked at before.
fn receipts(witness: &Opened<'_>, Words { expected, found }: Words) -> Option<[String; 2]> {
    let receipt = &witness.receipt;
    let is_truth = |word: B256| word <= B256::with_last_byte(1);
    let form = if found == B256::from(U256::from(receipt.gas_used)) {
        Form::Number("gas")
    } else if is_truth(found) && is_truth(expected) {
        Form::Truth("success", "failure")
    } else {
        return None;
    };
    Some([found, expected].map(|word| form.write(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_that_cannot_be_is_told_beside_those_that_can() {
        let pair = |outcome: Outcome, status: u64| (outcome as u64) << 2 | status;
        let bit = |pair: u64| U256::from(1) << pair;
        let allowed = bit(pair(Outcome::Nocode, 1)) | bit(pair(Outcome::Balance, 0));
        let words = |expected: U256, found: u64| Words {
            expected: expected.into(),
            found: U256::from(found).into(),
        };
        let [says, truth] = outcomes(words(allowed, pair(Outcome::Nocode, 2))).unwrap();
        assert_eq!(says, "nocode with revert");
        assert!(truth.contains("nocode with success") && truth.contains(" or "), "{truth}");
        assert!(truth.contains("balance with exceptional halt"), "{truth}");
        // A precompile's is told by its outcome.
        assert_eq!(outcomes(words(U256::from(Outcome::Precompile as u8), 3)), None);
    }
}
