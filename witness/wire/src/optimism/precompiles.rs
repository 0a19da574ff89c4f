//! What an upgrade changes about precompiles: how long an input some of them take, and that there is
//! `P256VERIFY`, at half the price that it has on Ethereum (EIP-7951). All else about them follows from the fork of Ethereum.
//!
//! Nobody could prove a longer input on L1. One that is longer halts the precompile: the call fails,
//! returns nothing and has used all its gas. (The specification says "reverts", and means this: all
//! clients take the gas.)

use super::{Change, Upgrade};
use crate::protocol::P256VERIFY;

/// The pairing of BN254, by its number (EIP-197).
const BN254_PAIRING: u64 = 0x08;
/// `BLS12_G1MSM`, by its number (EIP-2537).
const BLS12_G1MSM: u64 = 0x0c;
/// `BLS12_G2MSM`, by its number (EIP-2537).
const BLS12_G2MSM: u64 = 0x0e;
/// `BLS12_PAIRING_CHECK`, by its number (EIP-2537).
const BLS12_PAIRING_CHECK: u64 = 0x0f;

/// The changes that limit inputs, newest first: what each allows, in bytes.
///
/// - Jovian: <https://specs.optimism.io/protocol/jovian/exec-engine.html>
/// - Isthmus: <https://specs.optimism.io/protocol/isthmus/exec-engine.html#bls-precompiles>
/// - Granite: <https://specs.optimism.io/protocol/granite/exec-engine.html>
const LIMITS: [(Change, &[(u64, usize)]); 3] = [
    (
        Change::LowerLimits,
        &[
            (BN254_PAIRING, 427 * 192),
            (BLS12_G1MSM, 1_806 * 160),
            (BLS12_G2MSM, 968 * 288),
            (BLS12_PAIRING_CHECK, 408 * 384),
        ],
    ),
    (
        Change::BlsLimits,
        &[(BLS12_G1MSM, 3_211 * 160), (BLS12_G2MSM, 1_696 * 288), (BLS12_PAIRING_CHECK, 612 * 384)],
    ),
    (Change::PairingLimit, &[(BN254_PAIRING, 112_687)]),
];

/// The most bytes that a precompile takes, by its number, if the upgrade limits it.
///
/// ```
/// use iso_evm_wire::optimism::{Upgrade, precompiles::max_input};
///
/// assert_eq!(max_input(Upgrade::Granite, 0x08), Some(112_687));
/// assert_eq!(max_input(Upgrade::Granite, 0x02), None);
/// ```
pub fn max_input(upgrade: Upgrade, number: u64) -> Option<usize> {
    let limits = LIMITS.into_iter().filter(|(change, _)| upgrade.has(*change));
    let mut limits = limits.flat_map(|(_, limits)| limits);
    limits.find(|(limited, _)| *limited == number).map(|(_, bytes)| *bytes)
}

/// Whether the upgrade has a precompile that its fork of Ethereum has not: `P256VERIFY`, by its
/// number.
pub const fn adds(upgrade: Upgrade, number: u64) -> bool {
    number == P256VERIFY && upgrade.has(Change::P256Verify)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol;

    /// As the specification has them, and `op-revm` 20 and op-geth.
    #[test]
    fn a_limit_is_the_specifications() {
        use Upgrade::{Fjord, Granite, Holocene, Isthmus, Jovian};
        let bytes = |number| Upgrade::ALL.map(|upgrade| max_input(upgrade, number));
        let expected = |limits: &[(Upgrade, usize)]| {
            Upgrade::ALL.map(|upgrade| {
                limits.iter().find(|(limited, _)| *limited == upgrade).map(|(_, bytes)| *bytes)
            })
        };
        let pairing =
            [(Granite, 112_687), (Holocene, 112_687), (Isthmus, 112_687), (Jovian, 81_984)];
        assert_eq!(bytes(0x08), expected(&pairing));
        assert_eq!(bytes(0x0c), expected(&[(Isthmus, 513_760), (Jovian, 288_960)]));
        assert_eq!(bytes(0x0e), expected(&[(Isthmus, 488_448), (Jovian, 278_784)]));
        assert_eq!(bytes(0x0f), expected(&[(Isthmus, 235_008), (Jovian, 156_672)]));
        for number in (0..0x200).filter(|number| ![0x08, 0x0c, 0x0e, 0x0f].contains(number)) {
            assert_eq!(bytes(number), expected(&[]), "{number:#x}");
        }
        assert!(adds(Fjord, 0x100) && !adds(Upgrade::Ecotone, 0x100) && !adds(Fjord, 0x101));
    }

    /// What is limited or added is no other precompile of the fork.
    #[test]
    fn a_limited_precompile_is_there() {
        for upgrade in Upgrade::ALL {
            for number in 0..0x200 {
                let there = number != 0 && number <= protocol::last_precompile(upgrade.fork());
                assert!(there || max_input(upgrade, number).is_none(), "{upgrade} {number:#x}");
                assert!(!there || !adds(upgrade, number), "{upgrade} {number:#x}");
            }
        }
    }
}
