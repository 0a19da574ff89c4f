use alloy_consensus::Header;
use alloy_eips::eip1559::BaseFeeParams;
use alloy_primitives::{B64, Bytes, hex};

use super::super::{
    BaseFeeError, BaseFeeParameters, Upgrade,
    base_fee::{extra_data, next_base_fee},
};

const CONFIG: BaseFeeParameters = BaseFeeParameters::OPTIMISM;

fn parent(base_fee: u64, gas_limit: u64, gas_used: u64, extra_data: &[u8]) -> Header {
    Header {
        number: 7,
        base_fee_per_gas: Some(base_fee),
        gas_limit,
        gas_used,
        blob_gas_used: Some(0),
        extra_data: Bytes::copy_from_slice(extra_data),
        ..Header::default()
    }
}

/// The base fee after a parent of the same upgrade.
fn next(upgrade: Upgrade, parent: &Header) -> Result<u64, BaseFeeError> {
    next_base_fee(parent, upgrade, upgrade, CONFIG)
}

fn params(denominator: u32, elasticity: u32) -> B64 {
    B64::from((u64::from(denominator) << 32) | u64::from(elasticity))
}

/// The extra data of a block with parameters of its payload.
fn extra(upgrade: Upgrade, denominator: u32, elasticity: u32, least: u64) -> Bytes {
    let least = (upgrade >= Upgrade::Jovian).then_some(least);
    extra_data(upgrade, Some(params(denominator, elasticity)), least, CONFIG).unwrap()
}

/// op-geth's `TestCalcBaseFeeOptimism`.
#[test]
fn before_holocene_the_configuration_decides() {
    for (used, bedrock, canyon) in [
        (5_000_000, 1_000_000_000, 1_000_000_000),
        (4_000_000, 996_000_000, 999_200_000),
        (10_000_000, 1_020_000_000, 1_004_000_000),
    ] {
        let parent = parent(1_000_000_000, 30_000_000, used, &[]);
        for upgrade in Upgrade::ALL.into_iter().filter(|upgrade| *upgrade < Upgrade::Holocene) {
            let expected = if upgrade < Upgrade::Canyon { bedrock } else { canyon };
            assert_eq!(next(upgrade, &parent), Ok(expected), "{upgrade} {used}");
        }
        // The first block of an upgrade: its own denominator, but the parent's extra data.
        let first = |before, upgrade| next_base_fee(&parent, before, upgrade, CONFIG);
        assert_eq!(first(Upgrade::Regolith, Upgrade::Canyon), Ok(canyon));
        assert_eq!(first(Upgrade::Granite, Upgrade::Holocene), Ok(canyon));
    }
}

/// op-geth's `TestCalcBaseFeeOptimismHolocene`.
#[test]
fn from_holocene_on_the_parents_extra_data_decides() {
    for (used, expected, denominator, elasticity) in [
        (15_000_000, 10_000_000, 10, 2),
        (10_000_000, 9_666_667, 10, 2),
        (20_000_000, 10_333_333, 10, 2),
        (3_000_000, 10_000_000, 2, 10),
        (1_000_000, 6_666_667, 2, 10),
        (30_000_000, 55_000_000, 2, 10),
    ] {
        for upgrade in [Upgrade::Holocene, Upgrade::Isthmus, Upgrade::Jovian] {
            let extra_data = extra(upgrade, denominator, elasticity, 0);
            let parent = parent(10_000_000, 30_000_000, used, &extra_data);
            assert_eq!(next(upgrade, &parent), Ok(expected), "{upgrade} {used}");
        }
    }
}

/// op-geth's `TestCalcBaseFeeJovian`.
#[test]
fn jovian_has_a_least_base_fee() {
    let least = 1_000_000_000;
    for (base_fee, used, least, expected) in [
        (1, 10_000_000, least, least),
        (1, 11_000_000, least, least),
        (2_000_000_000, 20_000_000, least, 2_040_000_000),
        (1_000_000_000, 9_000_000, least, least),
        (2_000_000_000, 9_000_000, least, 1_996_000_000),
        (1_000_000_000, 9_000_000, 0, 998_000_000),
    ] {
        let extra_data = extra(Upgrade::Jovian, 50, 3, least);
        let parent = parent(base_fee, 30_000_000, used, &extra_data);
        assert_eq!(next(Upgrade::Jovian, &parent), Ok(expected), "{base_fee} {used}");
    }
    // The first block of Jovian has a parent that names none.
    let parent = parent(1, 30_000_000, 9_000_000, &extra(Upgrade::Isthmus, 50, 3, 0));
    assert_eq!(next_base_fee(&parent, Upgrade::Isthmus, Upgrade::Jovian, CONFIG), Ok(1));
}

#[test]
fn a_footprint_counts_as_gas_from_jovian_on() {
    let of = |upgrade, footprint| {
        let extra_data = extra(upgrade, 8, 2, 0);
        let parent = Header {
            blob_gas_used: footprint,
            ..parent(1_000_000_000, 30_000_000, 5_000_000, &extra_data)
        };
        next(upgrade, &parent)
    };
    assert_eq!(of(Upgrade::Jovian, Some(20_000_000)), Ok(1_041_666_666));
    assert_eq!(of(Upgrade::Jovian, Some(4_999_999)), Ok(916_666_667));
    assert_eq!(of(Upgrade::Isthmus, Some(20_000_000)), Ok(916_666_667));
    assert_eq!(of(Upgrade::Isthmus, None), Ok(916_666_667));
    assert_eq!(of(Upgrade::Jovian, None), Err(BaseFeeError::NoFootprint(7)));
}

/// Blocks 26207959 and 26207960 of OP Sepolia.
#[test]
fn a_real_blocks_base_fee_is_the_next_headers() {
    let extra = extra_data(Upgrade::Holocene, Some(params(250, 6)), None, CONFIG).unwrap();
    assert_eq!(extra[..], hex!("00000000fa00000006"));
    let parent = parent(0x10e, 60_000_000, 0x20_9966, &extra);
    assert_eq!(next(Upgrade::Holocene, &parent), Ok(0x10e));
}

#[test]
fn a_change_is_alloys() {
    for (base_fee, limit, used, denominator, elasticity) in [
        (254, 60_000_000, 0, 250, 6),
        (0, 60_000_000, 60_000_000, 250, 6),
        (1 << 50, 30_000_000, 29_999_999, 8, 2),
        (1 << 50, 30_000_000, 0, 1, 1),
        (7, 30_000_001, 15_000_001, 3, 2),
    ] {
        let params = BaseFeeParams::new(denominator.into(), elasticity.into());
        let expected = params.next_block_base_fee(used, limit, base_fee);
        let extra_data = extra(Upgrade::Holocene, denominator, elasticity, 0);
        let parent = parent(base_fee, limit, used, &extra_data);
        assert_eq!(next(Upgrade::Holocene, &parent), Ok(expected));
    }
}

#[test]
fn what_has_no_base_fee_is_named() {
    let header = |extra_data: &[u8]| parent(100, 30_000_000, 1, extra_data);
    let none = Header { base_fee_per_gas: None, ..header(&[]) };
    assert_eq!(next(Upgrade::Bedrock, &none), Err(BaseFeeError::NoBaseFee(7)));
    for (upgrade, found) in [
        (Upgrade::Holocene, &hex!("")[..]),
        (Upgrade::Holocene, &hex!("00000000fa000000")),
        (Upgrade::Holocene, &hex!("01000000fa00000006")),
        (Upgrade::Isthmus, &hex!("01000000fa000000060000000000000000")),
        (Upgrade::Jovian, &hex!("00000000fa00000006")),
        (Upgrade::Jovian, &hex!("00000000fa000000060000000000000000")),
        (Upgrade::Jovian, &hex!("01000000fa00000006000000000000000000")),
    ] {
        let error = next(upgrade, &header(found)).unwrap_err();
        let found = Bytes::copy_from_slice(found);
        assert_eq!(error, BaseFeeError::ExtraData { number: 7, upgrade, found });
    }
    let error = next(Upgrade::Jovian, &header(&[7])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the extra data of the parent block 7 is 0x07, and not of jovian: 01, denominator and \
         elasticity of 4 bytes each, the least base fee of 8"
    );
    for zero in [hex!("000000000000000006"), hex!("00000000fa00000000")] {
        let error = next(Upgrade::Holocene, &header(&zero)).unwrap_err();
        assert!(matches!(error, BaseFeeError::Zero { .. }));
    }
    let narrow = Header { gas_limit: 5, ..header(&[]) };
    let error = BaseFeeError::NoTarget { gas_limit: 5, elasticity: 6 };
    assert_eq!(next(Upgrade::Canyon, &narrow), Err(error));
    assert_eq!(next(Upgrade::Canyon, &Header { gas_used: 0, ..narrow }), Ok(100));
    let huge = parent(u64::MAX, u64::MAX, u64::MAX, &hex!("000000000100000001"));
    assert_eq!(next(Upgrade::Holocene, &huge), Ok(u64::MAX));
    let huge = parent(u64::MAX, 1, u64::MAX, &hex!("000000000100000001"));
    assert!(matches!(next(Upgrade::Holocene, &huge), Err(BaseFeeError::TooBig(_))));
}

/// op-geth's `TestOptimismExtraData` and its neighbours.
#[test]
fn a_blocks_extra_data_is_its_payloads() {
    use Upgrade::{Granite, Holocene, Jovian};
    let set = Some(params(250, 6));
    let default = Some(B64::ZERO);
    let of = |upgrade, params, least| extra_data(upgrade, params, least, CONFIG);
    assert_eq!(of(Granite, None, None), Ok(Bytes::new()));
    for params in [set, default] {
        assert_eq!(of(Holocene, params, None).unwrap()[..], hex!("00000000fa00000006"));
        let jovian = of(Jovian, params, Some(1_000_000_000)).unwrap();
        assert_eq!(jovian[..], hex!("01000000fa00000006000000003b9aca00"));
    }
    let missing = |attribute, upgrade| Err(BaseFeeError::Missing { attribute, upgrade });
    let unexpected = |attribute, upgrade| Err(BaseFeeError::Unexpected { attribute, upgrade });
    assert_eq!(of(Granite, default, None), unexpected("eip1559Params", Granite));
    assert_eq!(of(Holocene, None, None), missing("eip1559Params", Holocene));
    assert_eq!(of(Holocene, set, Some(0)), unexpected("minBaseFee", Holocene));
    assert_eq!(of(Jovian, set, None), missing("minBaseFee", Jovian));
    for (denominator, elasticity) in [(0, 6), (250, 0)] {
        let error = of(Holocene, Some(params(denominator, elasticity)), None);
        let [denominator, elasticity] = [denominator, elasticity].map(u64::from);
        assert_eq!(error, Err(BaseFeeError::Zero { denominator, elasticity }));
    }
}

#[test]
fn parameters_are_a_configurations() {
    let json =
        r#"{"eip1559Elasticity": 6, "eip1559Denominator": 50, "eip1559DenominatorCanyon": 250}"#;
    assert_eq!(serde_json::from_str::<BaseFeeParameters>(json).unwrap(), CONFIG);
}
