//! Precompiles, run again.

use alloy_primitives::{Address, Bytes};
use iso_evm_wire::{
    Rules,
    precompiles::{MODEXP, revm_precompiles},
    protocol::Change,
};
use revm::precompile::{Precompile, modexp};

/// Most bytes that the input of `MODEXP` may say its numbers have: it takes memory for all of them,
/// whether they are there or not. No gas below 2^28 pays for so many.
const MOST_BYTES: u64 = 1 << 30;

/// How a precompile ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Ended {
    /// 1 success, 0 failed.
    pub(in crate::audit) status: u8,
    /// Gas that it spent: all that it got, if it failed.
    pub(in crate::audit) gas_used: u64,
    /// Bytes that the precompile returned.
    pub(in crate::audit) output: Bytes,
}

/// The precompile at an address, by these rules.
pub(in crate::audit) fn at(rules: Rules, account: Address) -> Option<&'static Precompile> {
    revm_precompiles(rules).get(&account)
}

/// The address of a precompile's number.
fn number(number: u64) -> Address {
    Address::left_padding_from(&number.to_be_bytes())
}

/// Runs it. Time is in proportion to the gas that it spends, and so is memory. `None` if it cannot run
/// at all: numbers of `MODEXP` that no memory holds.
pub(in crate::audit) fn run(
    precompile: &Precompile,
    rules: Rules,
    input: &[u8],
    gas: u64,
) -> Option<Ended> {
    if *precompile.address() == number(MODEXP) && !modexp_fits(rules, input, gas) {
        return None;
    }
    let run = precompile.execute(input, gas, 0).ok()?;
    // More gas than there was is a failure, whatever else it says.
    let success = run.is_success() && run.gas_used <= gas;
    Some(if success {
        Ended { status: 1, gas_used: run.gas_used, output: run.bytes }
    } else {
        Ended { status: 0, gas_used: gas, output: Bytes::new() }
    })
}

/// Whether memory has room for a run of `MODEXP`: it fails at once for want of gas, or its numbers are
/// short enough. From Osaka on its own limit (EIP-7823) is low.
fn modexp_fits(rules: Rules, input: &[u8], gas: u64) -> bool {
    if rules.has(Change::ModexpLimit) {
        return true;
    }
    let mut fits = true;
    // With no gas it ends where its cost is known.
    let measured = modexp::run_inner::<_, false>(input, 0, 0, |base, exponent, modulus, head| {
        let cost = if rules.has(Change::ModexpPrice) {
            modexp::berlin_gas_calc(base, exponent, modulus, head)
        } else {
            modexp::byzantium_gas_calc(base, exponent, modulus, head)
        };
        let bytes = base.saturating_add(exponent).saturating_add(modulus);
        let empty = base == 0 && modulus == 0;
        fits = cost > gas || empty || bytes <= MOST_BYTES;
        u64::MAX
    });
    measured.is_err() && fits
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use alloy_primitives::{U256, keccak256};

    use iso_evm_wire::Fork;

    use super::*;

    #[test]
    fn each_fork_has_its_own_precompiles() {
        let last = [9, 9, 9, 9, 9, 0x0a, 0x11, 0x11];
        for (fork, last) in Fork::ALL.into_iter().zip(last) {
            for account in 0..0x120 {
                let there =
                    (1..=last).contains(&account) || fork == Fork::Osaka && account == 0x100;
                assert_eq!(
                    at(fork.into(), number(account)).is_some(),
                    there,
                    "{fork} {account:#x}"
                );
            }
        }
    }

    #[test]
    fn a_failed_precompile_takes_all_its_gas() {
        let identity = at(Fork::Cancun.into(), number(4)).unwrap();
        let input = [7; 33];
        let ended = Ended { status: 1, gas_used: 15 + 2 * 3, output: input.into() };
        assert_eq!(run(identity, Fork::Cancun.into(), &input, 1000), Some(ended));
        let ended = Ended { status: 0, gas_used: 20, output: Bytes::new() };
        assert_eq!(run(identity, Fork::Cancun.into(), &input, 20), Some(ended));
        // blake2f wants exactly 213 bytes (EIP-152)
        let blake2 = at(Fork::Istanbul.into(), number(9)).unwrap();
        let ended = Ended { status: 0, gas_used: 1000, output: Bytes::new() };
        assert_eq!(run(blake2, Fork::Istanbul.into(), &input, 1000), Some(ended));
    }

    /// As many rounds as its input says, if the gas is there.
    #[test]
    fn blake2f_runs_for_what_it_gets() {
        let blake2f = at(Fork::Istanbul.into(), number(9)).unwrap();
        let mut input = [0; 213];
        input[..4].fill(0xff);
        let failed = Ended { status: 0, gas_used: 1 << 29, output: Bytes::new() };
        assert_eq!(run(blake2f, Fork::Istanbul.into(), &input, 1 << 29), Some(failed));
        input[..4].copy_from_slice(&12_u32.to_be_bytes());
        let ended = run(blake2f, Fork::Istanbul.into(), &input, u64::MAX).unwrap();
        assert_eq!((ended.status, ended.gas_used), (1, 12));
    }

    fn modexp_input(base: u64, exponent: u64, modulus: u64) -> Vec<u8> {
        let lengths =
            [base, exponent, modulus].map(|length| U256::from(length).to_be_bytes::<32>());
        [lengths.as_flattened(), keccak256([]).as_slice()].concat()
    }

    /// Lengths that only the gas bounds are not taken at their word.
    #[test]
    fn modexp_does_not_eat_memory() {
        for fork in [Fork::Istanbul, Fork::Berlin, Fork::Prague] {
            let modexp = at(fork.into(), number(MODEXP)).unwrap();
            for (base, exponent, modulus) in [(1, 1 << 40, 1), (1 << 35, 1, 1), (1, 1, 1 << 35)] {
                let input = modexp_input(base, exponent, modulus);
                assert_eq!(run(modexp, fork.into(), &input, u64::MAX), None, "{fork}");
                // too little gas is not a matter of memory
                let failed = Ended { status: 0, gas_used: 1000, output: Bytes::new() };
                assert_eq!(run(modexp, fork.into(), &input, 1000), Some(failed), "{fork}");
            }
            // neither base nor modulus: the exponent is not looked at
            let ended = run(modexp, fork.into(), &modexp_input(0, 1 << 40, 0), u64::MAX).unwrap();
            assert_eq!((ended.status, ended.output.len()), (1, 0));
            assert_eq!(
                run(modexp, fork.into(), &modexp_input(1, 32, 1), 100_000).unwrap().status,
                1
            );
        }
        let osaka = at(Fork::Osaka.into(), number(MODEXP)).unwrap();
        let ended = run(osaka, Fork::Osaka.into(), &modexp_input(1, 1 << 40, 1), u64::MAX).unwrap();
        assert_eq!(ended.status, 0);
    }
}
