use alloy_primitives::{U256, hex};

use super::super::{L1Block, Upgrade};

/// The transaction that op-geth's tests of fees are about, without a signature.
pub(super) const EMPTY_TX: [u8; 30] =
    hex!("dd80808094095e7baea6a6c7c4c2dfeb977efac326af552d878080808080");

/// Slots 1, 3, 5, 6, 7 and 8.
type Slots = [U256; 6];

/// What is read from slots.
fn read(upgrade: Upgrade, slots: Slots) -> L1Block {
    read_slots(upgrade, slots).0
}

/// What is read from slots, and which of them.
fn read_slots(upgrade: Upgrade, slots: Slots) -> (L1Block, Vec<u64>) {
    let mut read = Vec::new();
    let block = L1Block::read(upgrade, |slot: U256| {
        let number = slot.to();
        read.push(number);
        let place = [1, 3, 5, 6, 7, 8].iter().position(|known| *known == number);
        place.map(|place| slots[place]).ok_or(number)
    });
    (block.unwrap(), read)
}

fn number(value: u64) -> U256 {
    U256::from(value)
}

/// Slot 3, with a sequence number behind the scalars.
fn scalars(base_fee: u32, blob_base_fee: u32) -> U256 {
    (U256::from(base_fee) << 96) | (U256::from(blob_base_fee) << 64) | number(77)
}

/// Slot 8.
fn operator(footprint: u16, scalar: u32, constant: u64) -> U256 {
    (U256::from(footprint) << 96) | (U256::from(scalar) << 64) | number(constant)
}

/// The values of op-geth's `rollup_cost_test.go`.
fn op_geths() -> Slots {
    [
        number(1_000_000_000),
        scalars(2, 3),
        number(50),
        number(7_000_000),
        number(10_000_000),
        operator(400, 1_439_103_868, 1_256_417_826_609_331_460),
    ]
}

/// op-geth's `TestNewL1CostFunc` and its neighbours.
#[test]
fn a_data_fee_is_op_geths() {
    let fee = |upgrade, slots| read(upgrade, slots).data_fee(&EMPTY_TX).to::<u64>();
    for upgrade in Upgrade::ALL {
        let expected = match upgrade {
            Upgrade::Bedrock => 11_326_000_000_000,
            Upgrade::Regolith | Upgrade::Canyon => 3_710_000_000_000,
            Upgrade::Ecotone => 960_900,
            _ => 3_203_000,
        };
        assert_eq!(fee(upgrade, op_geths()), expected, "{upgrade}");
    }
}

#[test]
fn the_block_that_begins_ecotone_pays_as_before() {
    let [base_fee, _, overhead, scalar, blob_base_fee, fees] = op_geths();
    let unset = [base_fee, scalars(0, 0), overhead, scalar, U256::ZERO, fees];
    for upgrade in Upgrade::ALL.into_iter().filter(|upgrade| *upgrade >= Upgrade::Ecotone) {
        let (block, slots) = read_slots(upgrade, unset);
        assert_eq!(block.data_fee(&EMPTY_TX), number(3_710_000_000_000), "{upgrade}");
        assert_eq!(slots, L1Block::slots(upgrade), "{upgrade}");
        // A chain that takes nothing for data is no such block.
        let free = [base_fee, scalars(0, 0), overhead, scalar, blob_base_fee, fees];
        assert_eq!(read(upgrade, free).data_fee(&EMPTY_TX), U256::ZERO, "{upgrade}");
    }
}

#[test]
fn only_the_slots_that_are_needed_are_read() {
    let slots = |upgrade| read_slots(upgrade, op_geths()).1;
    for upgrade in Upgrade::ALL {
        let expected: &[u64] = match upgrade {
            Upgrade::Bedrock | Upgrade::Regolith | Upgrade::Canyon => &[1, 5, 6],
            Upgrade::Isthmus | Upgrade::Jovian => &[1, 3, 7, 8],
            _ => &[1, 3, 7],
        };
        assert_eq!(slots(upgrade), expected, "{upgrade}");
        assert!(expected.iter().all(|slot| L1Block::slots(upgrade).contains(slot)), "{upgrade}");
    }
    assert_eq!(L1Block::read(Upgrade::Jovian, Err), Err(number(1)));
}

/// What the chain took from a transaction of OP Mainnet's block 118024092, and from one of block
/// 124665056.
#[test]
fn a_data_fee_is_what_was_paid() {
    let ecotone = [
        number(47_036_678_951),
        scalars(1_368, 810_949),
        U256::ZERO,
        U256::ZERO,
        number(57_422_457_042),
        U256::ZERO,
    ];
    let transaction = hex!(
        "02f8b30a832253fc8402d11f39842c8a46398301388094dc6ff44d5d932cbd77b52e5612ba0529dc6226f180b8"
        "44a9059cbb000000000000000000000000d43e02db81f4d46cdf8521f623d21ea0ec7562a50000000000000000"
        "000000000000000000000000000000008ac7230489e80000c001a02947e24750723b48f886931562c55d9e07f8"
        "56d8e06468e719755e18bbc3a570a0784da9ce59fd7754ea5be6e17a86b348e441348cd48ace59d174772465ea"
        "dbd1"
    );
    let fee = read(Upgrade::Ecotone, ecotone).data_fee(&transaction);
    assert_eq!(fee, number(7_306_020_222_001));

    let fjord = [
        number(1_055_991_687),
        scalars(5_227, 1_014_213),
        U256::ZERO,
        U256::ZERO,
        number(1),
        U256::ZERO,
    ];
    let transaction = hex::decode(include_str!("op-mainnet-124665056-1.hex").trim()).unwrap();
    let fee = read(Upgrade::Fjord, fjord).data_fee(&transaction);
    assert_eq!(fee, number(0x05_bf1a_b43d));
}

#[test]
fn a_deposit_pays_nothing() {
    for upgrade in Upgrade::ALL {
        let block = read(upgrade, op_geths());
        for nothing in [&hex!("7efacade")[..], &[]] {
            assert_eq!(block.data_fee(nothing), U256::ZERO, "{upgrade}");
            assert_eq!(block.footprint(nothing), 0, "{upgrade}");
        }
    }
}

/// op-geth's `TestTotalRollupCostFunc`, by the specification's formulas.
#[test]
fn an_operator_fee_is_the_specifications() {
    let (scalar, constant) = (1_439_103_868_u128, 1_256_417_826_609_331_460_u128);
    for gas in [0, 1_618, 30_000_000, u64::MAX] {
        let scaled = u128::from(gas) * scalar;
        for upgrade in Upgrade::ALL {
            let expected = match upgrade {
                Upgrade::Isthmus => scaled / 1_000_000 + constant,
                Upgrade::Jovian => scaled * 100 + constant,
                _ => 0,
            };
            let fee = read(upgrade, op_geths()).operator_fee(gas);
            assert_eq!(fee, U256::from(expected), "{upgrade} {gas}");
        }
    }
}

/// `op-revm` 20: the greatest of everything, 103 bits.
#[test]
fn the_greatest_fees_do_not_overflow() {
    for upgrade in Upgrade::ALL {
        let block = read(upgrade, [U256::MAX; 6]);
        let fee = block.data_fee(&[2; 100]);
        assert!(fee > U256::from(1) << 216, "{upgrade}");
        assert!(block.operator_fee(u64::MAX).bit_len() <= 103, "{upgrade}");
    }
    let block = read(Upgrade::Jovian, [U256::MAX; 6]);
    assert_eq!(block.operator_fee(u64::MAX).bit_len(), 103);
}

/// A transaction of 100 bytes at least, in whole bytes, and no default: a scalar of zero is written
/// by nobody but a chain that wants it, or in the block that begins Jovian.
#[test]
fn a_footprint_is_the_specifications() {
    let footprint = |upgrade, scalar, encoded: &[u8]| {
        let mut slots = op_geths();
        slots[5] = operator(scalar, u32::MAX, u64::MAX) | (U256::MAX << 112);
        read(upgrade, slots).footprint(encoded)
    };
    assert_eq!(footprint(Upgrade::Jovian, 400, &EMPTY_TX), 40_000);
    assert_eq!(footprint(Upgrade::Jovian, 0, &EMPTY_TX), 0);
    assert_eq!(footprint(Upgrade::Isthmus, 400, &EMPTY_TX), 0);
    // 235 bytes and 8 of FastLZ's: 836.5 thousandths of it, less 42.5856
    let plain: Vec<u8> = (1..=235).collect();
    assert_eq!((243 * 836_500 - 42_585_600) / 1_000_000, 160);
    assert_eq!(footprint(Upgrade::Jovian, 7, &plain), 160 * 7);
    assert_eq!(footprint(Upgrade::Jovian, u16::MAX, &plain), 160 * 65_535);
}
