//! Records of precompiles, held against revm's precompiles by all rules.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, hex, keccak256};
use alloy_sol_types::{SolError, sol};
use iso_evm_provers::{Kind, tree::Precompile};
use iso_evm_verifier::audit::TreeKind;
use iso_evm_wire::{
    Fork, MessageWitness, Rules,
    optimism::{Upgrade, precompiles::max_input},
    precompiles::revm_precompiles,
    records::{CallRecord, FrameKind, Outcome, Record},
};
use revm::primitives::hardfork::SpecId;

use crate::{
    claimed::{Claimed, Told, environment},
    host::{Host, holds, word},
    random::Random,
};

const ARTIFACT: &str = include_str!("../../contracts/artifacts/PrecompileProver.json");

sol! {
    #[derive(Debug, PartialEq, Eq)]
    error NoPrecompile();
    #[derive(Debug, PartialEq, Eq)]
    error NotTheInput(bytes32 expected, bytes32 found);
    #[derive(Debug, PartialEq, Eq)]
    error TooLittleGas(uint256 needed);
    #[derive(Debug, PartialEq, Eq)]
    error HostDiffers(uint256 number);
}

#[derive(Clone, Debug)]
struct Case {
    rules: Rules,
    number: u64,
    input: Vec<u8>,
    gas: u64,
    status: u8,
    gas_used: u64,
    output: Vec<u8>,
}

fn account(number: u64) -> Address {
    Address::left_padding_from(&number.to_be_bytes())
}

impl Case {
    /// What revm makes of it.
    fn true_of(rules: Rules, number: u64, input: Vec<u8>, gas: u64) -> Self {
        let precompile = revm_precompiles(rules).get(&account(number)).unwrap();
        let run = precompile.execute(&input, gas, 0).unwrap();
        let success = run.is_success() && run.gas_used <= gas;
        let (status, gas_used, output) =
            if success { (1, run.gas_used, run.bytes.to_vec()) } else { (0, gas, Vec::new()) };
        Self { rules, number, input, gas, status, gas_used, output }
    }

    fn proof(&self) -> (B256, Precompile) {
        let record = CallRecord {
            account: account(self.number),
            outcome: Outcome::Precompile as u8,
            calldataHash: keccak256(&self.input),
            gas: self.gas,
            gasUsed: self.gas_used,
            status: self.status,
            stateRoot: B256::repeat_byte(1),
            returndata: self.output.clone().into(),
            ..CallRecord::default()
        };
        let told =
            Told::new(MessageWitness::default(), FrameKind::Call, &[Record::Call(0xf1, record)]);
        let mut claimed = Claimed::new(vec![told]);
        claimed.environment = environment(self.rules);
        let proof = Precompile {
            transaction: claimed.in_block(),
            environment: claimed.environment(),
            message: claimed.message(0),
            record: claimed.record(0, 1),
            input: self.input.clone().into(),
        };
        (claimed.root(), proof)
    }

    fn said(&self, host: &Host) -> Result<(TreeKind, B256, B256), Bytes> {
        let (root, proof) = self.proof();
        let mismatch = host.prove(root, &proof).0?;
        let Some(Kind::Tree(kind)) = Kind::of_number(mismatch.kind.to()) else { panic!() };
        Ok((kind, mismatch.expected, mismatch.found))
    }
}

/// Bytes that make many of them succeed: zeros are a point at infinity; lengths for `MODEXP`; few rounds of `BLAKE2F`.
fn input(random: &mut Random, number: u64) -> Vec<u8> {
    let exact = match number {
        8 => [0, 192, 384],
        9 => [213; 3],
        0x0a => [192; 3],
        0x0b => [256; 3],
        0x0c => [160, 1_440, 0],
        0x0d => [512; 3],
        0x0e => [288, 576, 0],
        0x0f => [384, 768, 0],
        0x10 => [64; 3],
        0x11 => [128; 3],
        0x100 => [160; 3],
        _ => [0, 128, 96],
    };
    let length = match random.below(8) {
        0 => random.of(&exact) + 1,
        1 => random.below(1_500) as usize,
        _ => random.of(&exact),
    };
    let mut input = if random.below(3) == 0 { random.bytes(length) } else { vec![0; length] };
    if number == 0x0a && input.len() == 192 && random.below(2) == 0 {
        // The zero polynomial is zero everywhere.
        input.fill(0);
        (input[96], input[144]) = (0xc0, 0xc0);
        let sha256 = revm_precompiles(Fork::Prague.into()).get(&account(2)).unwrap();
        let hash = sha256.execute(&input[96..144], 1_000, 0).unwrap().bytes;
        input[..32].copy_from_slice(&hash);
        input[0] = 1;
    }
    if number == 5 {
        input = random.bytes(length.max(96));
        for start in [0, 32, 64] {
            let most = random.of(&[1, 2, 32, 33, 200, 1_024, 1_025, 1_100]);
            input[start..start + 32].fill(0);
            input[start + 30..start + 32]
                .copy_from_slice(&(random.below(most + 1) as u16).to_be_bytes());
            if random.below(30) == 0 {
                input[start + random.below(32) as usize] = 1;
            }
        }
        if random.below(3) == 0 {
            let end = input.len().min(160);
            input[96..end].fill(0);
        }
        input.truncate(random.of(&[0, 40, 96, 97, 128, 4_000]).min(input.len()));
    }
    if number == 9 && input.len() == 213 {
        input[..4].copy_from_slice(&(random.below(300) as u32).to_be_bytes());
        input[212] = random.below(3) as u8;
    }
    input
}

#[test]
fn every_precompile_is_priced_and_run_as_revm_does() {
    let rounds = std::env::var("ISO_SEARCH").map_or(14, |rounds| rounds.parse().unwrap());
    let host = Host::new(ARTIFACT);
    let mut random = Random(0x1234_5678_9abc_def1);
    let (mut succeeded, mut failed, mut differs) = (BTreeSet::new(), BTreeSet::new(), 0);
    for rules in Rules::ALL {
        for number in rules.precompiles() {
            for _ in 0..rounds {
                let gas = random.of(&[0, 14, 200, 500, 3_000, 10_000, 60_000, 400_000, 900_000]);
                let gas = gas + random.below(100);
                let truth = Case::true_of(rules, number, input(&mut random, number), gas);
                match truth.said(&host) {
                    Err(error) if error == HostDiffers { number: U256::from(5) }.abi_encode() => {
                        assert_eq!(number, 5);
                        differs += 1;
                        continue;
                    }
                    said => assert_eq!(said, Err(holds()), "{truth:?}"),
                }
                if truth.status == 1 { &mut succeeded } else { &mut failed }.insert(number);
                let lie = Case { status: 1 - truth.status, ..truth.clone() };
                let words = (word(truth.status.into()), word(lie.status.into()));
                assert_eq!(
                    lie.said(&host),
                    Ok((TreeKind::PrecompileStatus, words.0, words.1)),
                    "{truth:?}"
                );
                let lie = Case { gas_used: truth.gas_used ^ 1, ..truth.clone() };
                let words = (word(truth.gas_used), word(lie.gas_used));
                assert_eq!(lie.said(&host), Ok((TreeKind::PrecompileGas, words.0, words.1)));
                let lie = Case { output: [&truth.output[..], &[0]].concat(), ..truth.clone() };
                let words = (keccak256(&truth.output), keccak256(&lie.output));
                assert_eq!(lie.said(&host), Ok((TreeKind::PrecompileOutput, words.0, words.1)));
            }
        }
    }
    assert_eq!(succeeded.len(), 18, "{succeeded:x?}");
    assert!(failed.len() >= 18, "{failed:x?}");
    eprintln!("{differs} that the host does not take");
}

/// Lengths around what the OP Stack limits.
#[test]
fn an_input_that_is_too_long_for_an_upgrade_fails() {
    let host = Host::new(ARTIFACT);
    for (upgrade, number) in Upgrade::ALL
        .into_iter()
        .flat_map(|upgrade| [8, 0x0c, 0x0e, 0x0f].map(|number| (upgrade, number)))
    {
        let Some(most) = max_input(upgrade, number) else { continue };
        let unit = match number {
            8 => 192,
            0x0c => 160,
            0x0e => 288,
            _ => 384,
        };
        for length in [most / unit * unit, (most / unit + 1) * unit] {
            let mut case = Case::true_of(upgrade.into(), number, vec![0; length], 1 << 30);
            assert_eq!(case.status, u8::from(length <= most));
            assert_eq!(case.said(&host), Err(holds()), "{upgrade} {number}");
            case.status ^= 1;
            assert_eq!(case.said(&host).unwrap().0, TreeKind::PrecompileStatus);
        }
    }
}

fn signed() -> Vec<u8> {
    hex!(
        "0000000000000000000000000000000000000000000000000000000000000001"
        "3ed113b7883b4c590638379db0c21cda16742ed0255048bf433391d374bc21d1"
        "9c5680e8b3c8a4f349c6af0741efe3d07b6d1b5f069aeab6252f732502d35507"
        "8e533b6fa0bf7b4625bb30667c01fb607ef9f8b8a80fef5b300628703187b2a3"
        "73eb1dbde03318366d069f83a6f5900053c73633cb041b21c55e1a86c1f400b4"
    )
    .to_vec()
}

/// On a host that lacks a precompile, nothing is said of it: neither that it gives nothing.
#[test]
fn a_host_without_a_precompile_says_nothing() {
    for (rules, spec, number, input) in [
        (Rules::from(Fork::Osaka), SpecId::PRAGUE, 0x100, signed()),
        (Fork::Osaka.into(), SpecId::PRAGUE, 0x100, vec![0; 160]),
        (Fork::Prague.into(), SpecId::CANCUN, 0x0b, vec![0; 256]),
        (Fork::Prague.into(), SpecId::CANCUN, 0x10, vec![0; 64]),
        (Fork::Prague.into(), SpecId::CANCUN, 0x0f, vec![0; 384]),
    ] {
        let truth = Case::true_of(rules, number, input, 900_000);
        let differs: Bytes = HostDiffers { number: U256::from(number) }.abi_encode().into();
        let host = Host::new(ARTIFACT);
        assert_eq!(truth.said(&host), Err(holds()), "{number:x}");
        let lies = [
            Case { status: 0, gas_used: truth.gas, output: Vec::new(), ..truth.clone() },
            Case { output: vec![7], ..truth.clone() },
        ];
        for case in [truth].iter().chain(&lies) {
            assert_eq!(case.said(&host.clone().by(spec)), Err(differs.clone()), "{number:x}");
        }
        // What costs more than there is needs no host.
        let mut poor = Case::true_of(rules, number, vec![0; 384], 10);
        assert_eq!(poor.said(&host.clone().by(spec)), Err(holds()));
        poor.output = vec![1];
        let words = (KECCAK256_EMPTY, keccak256([1]));
        let told = (TreeKind::PrecompileOutput, words.0, words.1);
        assert_eq!(poor.said(&host.by(spec)), Ok(told));
    }
}

/// With any gas a true record holds or nothing is said, and it is never told that a precompile failed.
#[test]
fn too_little_gas_convicts_nobody() {
    let mut random = Random(77);
    for (number, input, gas) in [
        (1, Vec::new(), 3_000),
        (2, vec![7; 900], 5_000),
        (6, vec![0; 128], 150),
        (8, vec![0; 384], 200_000),
        (9, [&[0, 0, 0xff, 0][..], &[0; 209]].concat(), 100_000),
        (0x0c, vec![0; 320], 30_000),
        (0x100, signed(), 6_900),
    ] {
        let truth = Case::true_of(Fork::Osaka.into(), number, input, gas);
        assert_eq!(truth.status, 1, "{number}");
        let (root, proof) = truth.proof();
        let host = Host::new(ARTIFACT);
        let (_, used) = host.prove(root, &proof);
        let mut short = 0;
        for _ in 0..150 {
            let given = 21_000 + random.below(used + 2 * gas + 200_000);
            let said = host.clone().given(given).prove(root, &proof).0;
            let error = said.unwrap_err();
            short += usize::from(error != holds());
        }
        assert!(short > 0, "{number}");
    }
}

#[test]
fn what_is_no_precompile_or_another_input_is_not_judged() {
    let host = Host::new(ARTIFACT);
    let truth = Case::true_of(Fork::Osaka.into(), 4, vec![5; 40], 1_000);
    let case = Case { number: 0x12, ..truth.clone() };
    assert_eq!(case.said(&host), Err(NoPrecompile {}.abi_encode().into()));
    for (rules, number) in [(Fork::Prague, 0x100), (Fork::Shanghai, 0x0a), (Fork::Cancun, 0x0b)] {
        let case = Case { rules: rules.into(), number, ..truth.clone() };
        assert_eq!(case.said(&host), Err(NoPrecompile {}.abi_encode().into()), "{number}");
    }
    let (root, mut proof) = Case { output: vec![1], ..truth }.proof();
    proof.input = vec![5; 39].into();
    let (expected, found) = (keccak256([5; 40]), keccak256([5; 39]));
    assert_eq!(
        host.prove(root, &proof).0,
        Err(NotTheInput { expected, found }.abi_encode().into())
    );
}
