//! Precompiled contracts: which accounts are, what they give ([`run`]), and what they give for the
//! calls in a message ([`Reruns`]).
//! `specs/03-records.md`, section Outcomes.

mod reruns;
mod run;

use alloy_primitives::{Address, U256};
use iso_evm_witness::Fork;

pub(crate) use reruns::own_gas;
pub(super) use reruns::{NotRerun, OfMessage, Reruns};
pub(super) use run::{Ended, at, run};

/// Whether an account is a precompiled contract of the fork.
pub(super) fn is_precompile(fork: Fork, account: Address) -> bool {
    let number: U256 = account.into_word().into();
    let last = match fork {
        Fork::Istanbul | Fork::Berlin | Fork::London | Fork::Paris | Fork::Shanghai => 0x09,
        // EIP-4844: the point evaluation
        Fork::Cancun => 0x0a,
        // EIP-2537: BLS12-381
        Fork::Prague | Fork::Osaka => 0x11,
    };
    // EIP-7951: secp256r1
    let is_p256 = fork >= Fork::Osaka && number == U256::from(0x100);
    is_p256 || (U256::ONE..=U256::from(last)).contains(&number)
}

#[cfg(test)]
mod tests {
    use revm::precompile::{PrecompileSpecId, Precompiles};

    use super::*;

    #[test]
    fn precompiles_of_each_fork_are_revms() {
        for fork in Fork::ALL {
            let revms = Precompiles::new(PrecompileSpecId::from_spec_id(fork.spec_id()));
            for number in 0..0x1000_u64 {
                let account = Address::from_word(U256::from(number).into());
                assert_eq!(
                    is_precompile(fork, account),
                    revms.contains(&account),
                    "{fork} {number}"
                );
            }
            assert!(revms.addresses().all(|account| is_precompile(fork, *account)));
        }
    }
}
