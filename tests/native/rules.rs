//! What the engines make of rules that have their fork's opcodes and other precompiles: those of the
//! OP Stack.

use std::ops::RangeInclusive;

use alloy_primitives::{Address, U256};
use iso_evm_hypervisor::{MessageVerdict, MismatchKind};
use iso_evm_wire::{
    Fork, MessageWitness, Rules,
    optimism::Upgrade,
    records::{CallRecord, Outcome, Record},
};
use iso_evm_witness::RecordedMessage;
use revm::bytecode::opcode as op;

use crate::harness::{audit, guest::Guest, parallel, program::Program};

/// `P256VERIFY`.
const P256VERIFY: u64 = 0x100;

/// The rules of an upgrade's: its precompiles but `P256VERIFY`, and what that costs, if it is there. From
/// the pages of the OP Stack's specification.
const UPGRADES: [(Upgrade, RangeInclusive<u64>, Option<u64>); 9] = [
    (Upgrade::Bedrock, 1..=9, None),
    (Upgrade::Regolith, 1..=9, None),
    (Upgrade::Canyon, 1..=9, None),
    (Upgrade::Ecotone, 1..=10, None),
    (Upgrade::Fjord, 1..=10, Some(3_450)),
    (Upgrade::Granite, 1..=10, Some(3_450)),
    (Upgrade::Holocene, 1..=10, Some(3_450)),
    (Upgrade::Isthmus, 1..=17, Some(3_450)),
    (Upgrade::Jovian, 1..=17, Some(3_450)),
];

/// A message that calls an account with a number, without input.
fn calling(rules: Rules, opcode: u8, number: u64) -> RecordedMessage {
    let to = Address::from_word(U256::from(number).into());
    let program = Program::new().push(0).push(0).push(0).push(0);
    let has_value = matches!(opcode, op::CALL | op::CALLCODE);
    let program = if has_value { program.push(0) } else { program };
    let code = program.push_address(to).push(200_000).op([opcode]).build();
    let guest = Guest::new(format!("{opcode:x} of {number:#x}"), rules, code);
    guest.record().guest().clone()
}

/// The record of the message's call, and its place.
fn call(message: &RecordedMessage) -> (usize, CallRecord) {
    let records = message.witness.stateAccessList.iter().enumerate();
    let mut calls = records.filter_map(|(index, access)| match Record::decode(access) {
        Ok(Record::Call(_, call)) => Some((index, call)),
        _ => None,
    });
    calls.next().expect("a call has a record")
}

/// The message with another outcome in its call's record.
fn with_outcome(message: &RecordedMessage, outcome: Outcome) -> MessageWitness {
    let mut lie = MessageWitness::clone(&message.witness);
    let (index, mut record) = call(message);
    record.outcome = outcome as u8;
    let opcode = lie.stateAccessList[index].opcode;
    lie.stateAccessList[index] = Record::Call(opcode, record).encode();
    lie
}

/// Each number around those that are precompiles somewhere: true to the specification it is valid for both
/// engines, and a lie is refuted by both.
#[test]
fn an_outcome_is_precompile_where_the_upgrade_has_one() {
    let mut cases = Vec::new();
    for (upgrade, numbers, price) in UPGRADES {
        for number in (1..=0x13).chain([0xff, P256VERIFY, P256VERIFY + 1]) {
            let there = numbers.contains(&number) || (number == P256VERIFY && price.is_some());
            cases.push((Rules::from(upgrade), number, there, price));
        }
    }
    // Ethereum's forks of the upgrades that have it, and the fork that has it too, at twice the price.
    for (fork, price) in [(Fork::Cancun, None), (Fork::Prague, None), (Fork::Osaka, Some(6_900))] {
        cases.push((fork.into(), P256VERIFY, price.is_some(), price));
    }
    parallel::check_all(&cases, |(rules, number, there, price)| {
        for opcode in [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL] {
            let message = calling(*rules, opcode, *number);
            let problem = |what: String| Err(format!("{rules}: {opcode:x} of {number:#x}: {what}"));
            let (_, record) = call(&message);
            let expected = if *there { Outcome::Precompile } else { Outcome::Nocode };
            if record.outcome != expected as u8 {
                return problem(format!("recorded as {}", record.outcome));
            }
            if let Some(price) = price.filter(|_| *number == P256VERIFY)
                && record.gasUsed != price
            {
                return problem(format!("costs {}", record.gasUsed));
            }
            let verdict = audit::audit_as(*rules, &message.witness, &message).verdict;
            if verdict != MessageVerdict::Valid {
                return problem(format!("{verdict:x?}"));
            }
            let lies: &[Outcome] =
                if *there { &[Outcome::Nocode, Outcome::Child] } else { &[Outcome::Precompile] };
            for lie in lies {
                let lie = with_outcome(&message, *lie);
                match audit::audit_as(*rules, &lie, &message).verdict {
                    MessageVerdict::Mismatch(found) if found.kind == MismatchKind::Outcome => {}
                    verdict => return problem(format!("a lie: {verdict:x?}")),
                }
            }
        }
        Ok(())
    });
}

/// A message of Fjord's is none of Ecotone's, nor the other way round, if it calls what only one of them has;
/// any other is one of both.
#[test]
fn a_call_of_p256_verify_tells_fjord_from_ecotone() {
    let [ecotone, fjord] = [Upgrade::Ecotone, Upgrade::Fjord].map(Rules::from);
    let outcome =
        |rules, message: &RecordedMessage| match audit::audit_as(rules, &message.witness, message)
            .verdict
        {
            MessageVerdict::Valid => None,
            MessageVerdict::Mismatch(mismatch) => Some(mismatch.kind),
            verdict => panic!("{rules}: {verdict:x?}"),
        };
    for (of, other) in [(ecotone, fjord), (fjord, ecotone), (Fork::Cancun.into(), fjord)] {
        let message = calling(of, op::STATICCALL, P256VERIFY);
        assert_eq!(outcome(of, &message), None, "{of}");
        assert_eq!(outcome(other, &message), Some(MismatchKind::Outcome), "{of} by {other}");
        let message = calling(of, op::STATICCALL, 2);
        assert_eq!([of, other].map(|rules| outcome(rules, &message)), [None, None], "{of}");
    }
}
