//! Which addresses are precompiles, by fork. Normative text: `specs/03-records.md`, section
//! Outcomes.

use alloy_primitives::U256;
use iso_evm_witness::Fork;

/// P256VERIFY (EIP-7951), from Osaka; no neighbour of the others.
pub(crate) const P256VERIFY: u64 = 0x100;

/// The last of those that stand in a row from `0x01` on.
pub(crate) fn last(fork: Fork) -> u64 {
    match fork {
        Fork::Istanbul | Fork::Berlin | Fork::London | Fork::Paris | Fork::Shanghai => 0x09,
        Fork::Cancun => 0x0a,
        Fork::Prague | Fork::Osaka => 0x11,
    }
}

/// Whether `account`, an address as a word, is a precompile.
pub(crate) fn contains(fork: Fork, account: U256) -> bool {
    let number = u64::try_from(account).unwrap_or(u64::MAX);
    (1..=last(fork)).contains(&number) || (fork >= Fork::Osaka && number == P256VERIFY)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;
    use revm::precompile::{PrecompileSpecId, Precompiles};

    use super::*;

    #[test]
    fn agrees_with_revm() {
        for fork in Fork::ALL {
            let theirs = Precompiles::new(PrecompileSpecId::from_spec_id(fork.spec_id()));
            for number in 0..0x1_000_u64 {
                let word = U256::from(number);
                let address = Address::from_word(word.into());
                assert_eq!(contains(fork, word), theirs.contains(&address), "{fork} {number}");
            }
        }
    }
}
