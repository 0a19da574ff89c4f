//! What an audit cannot do without, and what it then still finds.

use iso_evm_verifier::audit::{AuditOutcome, Missing, TreeKind, tree::tree};
use iso_evm_wire::{AccessWitness, records::SloadRecord};

use super::*;
use crate::harness::program::op;

fn kind(verdict: &AuditOutcome<TreeKind>) -> Option<TreeKind> {
    match verdict {
        AuditOutcome::Invalid(finding) => Some(finding.kind),
        _ => None,
    }
}

/// `call-tree`.
fn honest() -> Witness {
    let witness = fixture("call-tree");
    assert_eq!(tree(&witness), AuditOutcome::Valid);
    witness
}

#[test]
fn a_witness_without_messages_has_a_valid_tree() {
    let witness = Witness { messages: Vec::new(), ..honest() };
    assert_eq!(tree(&witness), AuditOutcome::Valid);
}

/// A precompile's input is missed only if nothing else is wrong. Without the code, or with other
/// bytes under its hash, no run comes to the call.
#[test]
fn inputs_of_precompiles() {
    let honest = honest();
    let open = Open::new(&honest);
    let (message, record) = open.with_outcome(Outcome::Precompile)[0];
    let (Record::Call(_, call), Record::Opening(opening)) =
        (&open.messages[message].1[record], &open.messages[message].1[0])
    else {
        panic!("a call in a message")
    };
    let hash = call.calldataHash;
    let missing = AuditOutcome::NotRun(Missing::Input { hash, message, record });

    let mut without = honest.clone();
    assert!(without.codes.remove(&opening.codeHash).is_some());
    assert_eq!(tree(&without), missing);
    without.codes.insert(opening.codeHash, Bytes::from_static(&[op::STOP]));
    assert_eq!(tree(&without), missing);

    let mut lie = Open::new(&without);
    let last = lie.messages.len() - 1;
    lie.messages[last].0.origin = Address::repeat_byte(1);
    assert_eq!(kind(&tree(&lie.close())), Some(TreeKind::Origin));
}

/// A message that is false before it calls a precompile, which the tree audit does not see, tells no
/// input; one that is false behind it does.
#[test]
fn a_message_that_is_false_before_the_call() {
    let honest = honest();
    let open = Open::new(&honest);
    let (message, record) = open.with_outcome(Outcome::Precompile)[0];
    let Record::Call(_, call) = &open.messages[message].1[record] else { panic!("a call") };
    let hash = call.calldataHash;
    let stray = Record::Sload(SloadRecord::default());

    let mut lie = open.clone();
    lie.messages[message].1.insert(record, stray.clone());
    let missing = Missing::Input { hash, message, record: record + 1 };
    assert_eq!(tree(&lie.close()), AuditOutcome::NotRun(missing));
    let text = missing.to_string();
    assert!(text.contains(&format!("no run of message {message} comes to its record")), "{text}");
    // What is false of the call itself is not looked at either.
    callee!(&mut lie.messages[message].1[record + 1], callee => callee.gasUsed += 1);
    assert_eq!(tree(&lie.close()), AuditOutcome::NotRun(missing));

    let mut lie = open.clone();
    let last = *open.with_outcome(Outcome::Precompile).last().expect("a call");
    lie.messages[last.0].1.push(stray);
    assert_eq!(tree(&lie.close()), AuditOutcome::Valid);
}

/// Behind what cannot be read nothing is known; what comes before it is.
#[test]
fn messages_and_records() {
    let honest = honest();
    for index in 0..honest.messages.len() {
        let mut unreadable = honest.clone();
        unreadable.messages[index] = b"no message".to_vec().into();
        assert_eq!(tree(&unreadable), AuditOutcome::NotRun(Missing::Message { message: index }));
        if index > 1 {
            let mut lie = Open::new(&honest);
            lie.messages[1].0.origin = Address::repeat_byte(1);
            let mut lie = lie.close();
            lie.messages[index] = b"no message".to_vec().into();
            assert_eq!(kind(&tree(&lie)), Some(TreeKind::Origin));
        }
        let message = honest.message(index).expect("a message");
        for record in 0..message.stateAccessList.len() {
            let mut message = message.clone();
            message.stateAccessList[record] =
                AccessWitness { opcode: 0x31, metadata: Bytes::from_static(&[1]) };
            let mut unreadable = honest.clone();
            unreadable.messages[index] = encode(&message).into();
            let missing = Missing::Record { message: index, record };
            assert_eq!(tree(&unreadable), AuditOutcome::NotRun(missing));
        }
        // a child without an opening record
        if index > 0 {
            let mut unreadable = honest.clone();
            let message = MessageWitness { stateAccessList: Vec::new(), ..message };
            unreadable.messages[index] = encode(&message).into();
            let missing = Missing::Record { message: index, record: 0 };
            assert_eq!(tree(&unreadable), AuditOutcome::NotRun(missing));
        }
    }
}
