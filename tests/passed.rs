//! What calls pass: recorder, contract, native engine and tree audit hash the same of it, of every
//! precompile, at every length and with any gas; and nothing of what nobody reads.

use alloy_primitives::{Address, B256, U256, keccak256};
use iso_evm_hypervisor::{MessageVerdict, Mismatch, MismatchKind};
use iso_evm_wire::{
    Fork,
    records::{FrameKind, Outcome, Record},
};

use crate::harness::{
    audit,
    guest::{Guest, Run},
    parallel,
    program::{Program, op},
};

const LENGTHS: [usize; 17] =
    [0, 1, 64, 65, 95, 96, 97, 128, 129, 160, 161, 192, 193, 213, 214, 385, 1_000];
const GAS: [u64; 6] = [0, 20, 100, 600, 3_450, 46_000];

/// Memory that begins with these words, and goes on with others.
fn memory(head: &[U256]) -> Program {
    let mut program = Program::new();
    for (index, word) in head.iter().enumerate() {
        program = program.push(*word).push(32 * index).op([op::MSTORE]);
    }
    for index in head.len()..32 {
        program = program.push(index + 1).push(32 * index + 7).op([op::MSTORE]);
    }
    program
}

/// A `STATICCALL` on memory's start.
fn call(program: Program, to: Address, length: usize, gas: u64) -> Program {
    let program = program.push(0).push(0).push(length).push(0);
    program.push_address(to).push(gas).op([op::STATICCALL, op::POP])
}

fn address(number: u64) -> Address {
    Address::left_padding_from(&number.to_be_bytes())
}

/// Each precompile of some forks, by its number, on memory with this head.
fn guests() -> Vec<Guest> {
    let mut guests = Vec::new();
    let word = |length: u64| U256::from(length);
    let lengths = [
        [0, 0, 0],
        [0, 32, 0],
        [0, 900, 0],
        [1, 1, 1],
        [64, 40, 64],
        [0, 300, 1],
        [700, 1, 1],
        [1, 1, 700],
        [1, 1 << 40, 1],
        [u64::MAX, 0, 0],
    ];
    let modexps = lengths.map(|lengths| lengths.map(word).to_vec());
    let beyond = vec![U256::ZERO, U256::MAX, U256::ZERO];
    for (fork, last) in
        [(Fork::Istanbul, 9), (Fork::Berlin, 9), (Fork::Cancun, 10), (Fork::Osaka, 17)]
    {
        let p256 = (fork == Fork::Osaka).then_some(0x100);
        for number in (1..=last).chain(p256) {
            let heads = match number {
                5 => modexps.iter().cloned().chain([beyond.clone()]).collect(),
                // A signature with the parity where it must be; zeros are points at infinity.
                1 => vec![vec![U256::MAX, word(27), word(1), word(2)]],
                _ => vec![vec![], vec![U256::ZERO; 32]],
            };
            for (index, head) in heads.iter().enumerate() {
                let mut program = memory(head);
                for length in LENGTHS {
                    for gas in GAS {
                        program = call(program, address(number), length, gas);
                    }
                }
                let name = format!("{number:#x} head {index} {fork}");
                guests.push(Guest::new(name, fork, program.build()).gas(12_000_000));
            }
        }
    }
    guests
}

#[test]
fn every_precompile_at_every_length_with_any_gas() {
    parallel::check_all(&guests(), |guest| {
        let run = guest.record();
        guest.check_run(&run)?;
        let records = &run.guest().witness.stateAccessList[1..];
        let of = |access| match Record::decode(access) {
            Ok(Record::Call(_, call)) if call.outcome == Outcome::Precompile as u8 => Ok(()),
            other => Err(format!("{}: {other:?}", guest.name)),
        };
        assert_eq!(records.len(), LENGTHS.len() * GAS.len());
        records.iter().try_for_each(of)
    });
}

/// The verdict on a run whose first record behind the opening is changed so.
fn verdict(run: &Run, change: impl FnOnce(&mut Record)) -> MessageVerdict {
    let message = run.guest();
    let mut lie = message.witness.clone();
    let mut record = Record::decode(&lie.stateAccessList[1]).expect("a record");
    change(&mut record);
    lie.stateAccessList[1] = record.encode();
    audit::audit_as(run.rules, &lie, message).verdict
}

fn expected_zero(verdict: &MessageVerdict) -> bool {
    matches!(verdict, MessageVerdict::Mismatch(Mismatch { kind: MismatchKind::DataHash, expected, .. })
        if expected.is_zero())
}

/// The hash of more than decides is a false one.
#[test]
fn the_whole_input_is_not_what_decides() {
    let program = call(memory(&[]), Address::with_last_byte(1), 160, 3_000);
    let guest = Guest::new("ecrecover", Fork::Osaka, program.build());
    let run = guest.record();
    guest.check_run(&run).unwrap_or_else(|problem| panic!("{problem}"));
    let mut input = [0; 160];
    for index in 0..5 {
        let word = U256::from(index + 1).to_be_bytes::<32>();
        let end = input.len().min(32 * index + 39);
        input[32 * index + 7..end].copy_from_slice(&word[..end - 32 * index - 7]);
    }
    let with = |length: usize| {
        verdict(&run, |record| match record {
            Record::Call(_, call) => call.calldataHash = keccak256(&input[..length]),
            _ => panic!("a call"),
        })
    };
    assert_eq!(with(128), MessageVerdict::Valid);
    for length in [0, 127, 129, 160] {
        assert!(
            matches!(with(length), MessageVerdict::Mismatch(found) if found.kind == MismatchKind::DataHash)
        );
    }
}

/// What nobody reads has no hash, not even that of nothing.
#[test]
fn calldata_that_nobody_reads_has_no_hash() {
    let nobody = call(memory(&[]), Address::repeat_byte(0x5e), 100, 0);
    let value = memory(&[]).push(0).push(0).push(100).push(0).push(5_000);
    let value = value.push_address(Address::repeat_byte(0x5e)).push(0).op([op::CALL]);
    let create = memory(&[]).push(100).push(0).push(5_000).op([op::CREATE]);
    let create2 = memory(&[]).push(7).push(100).push(0).push(5_000).op([op::CREATE2]);
    for (name, program) in
        [("nobody", nobody), ("value", value), ("create", create), ("create2", create2)]
    {
        for fork in [Fork::Istanbul, Fork::Osaka] {
            let guest = Guest::new(name, fork, program.clone().build()).kind(FrameKind::Call);
            let run = guest.record();
            guest.check_run(&run).unwrap_or_else(|problem| panic!("{problem}"));
            for hash in [keccak256([]), B256::repeat_byte(1)] {
                let verdict = verdict(&run, |record| {
                    let found = match record {
                        Record::Call(_, call) => &mut call.calldataHash,
                        Record::Create(create) => &mut create.initcodeHash,
                        Record::Create2(create) => &mut create.initcodeHash,
                        _ => panic!("a call or a creation"),
                    };
                    assert!(found.is_zero(), "{name}");
                    *found = hash;
                });
                assert!(expected_zero(&verdict), "{name} {fork}: {verdict:?}");
            }
        }
    }
}
