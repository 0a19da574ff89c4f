//! What an audit cannot do without, and what it then still finds.

use iso_evm_verifier::audit::{Missing, Outcome as Verdict, TreeKind, tree::tree};
use iso_evm_witness::{AccessWitness, Fork};

use super::*;
use crate::harness::{
    guest::Guest,
    program::{Program, op},
};

fn kind(verdict: &Verdict<TreeKind>) -> Option<TreeKind> {
    match verdict {
        Verdict::Invalid(finding) => Some(finding.kind),
        _ => None,
    }
}

/// `call-tree`.
fn honest() -> Witness {
    let witness = fixture("call-tree");
    assert_eq!(tree(&witness), Verdict::Valid);
    witness
}

#[test]
fn no_messages_no_tree() {
    let witness = Witness { messages: Vec::new(), ..honest() };
    assert_eq!(tree(&witness), Verdict::Valid);
}

/// A precompile's input is missed only if nothing else is wrong; other bytes under its hash are none.
#[test]
fn inputs_of_precompiles() {
    let honest = honest();
    let open = Open::new(&honest);
    let (message, record) = open.with_outcome(Outcome::Precompile)[0];
    let Record::Call(_, call) = &open.messages[message].1[record] else { panic!("a call") };
    let hash = call.calldataHash;
    let missing = Verdict::NotRun(Missing::Input { hash, message, record });

    let mut without = honest.clone();
    assert!(without.inputs.remove(&hash).is_some());
    assert_eq!(tree(&without), missing);
    without.inputs.insert(hash, Bytes::from_static(b"other"));
    assert_eq!(tree(&without), missing);

    let mut lie = Open::new(&without);
    let last = lie.messages.len() - 1;
    lie.messages[last].0.origin = Address::repeat_byte(1);
    assert_eq!(kind(&tree(&lie.close())), Some(TreeKind::Origin));
}

/// The empty input needs no place in the container.
#[test]
fn no_input_at_all() {
    let identity = Address::with_last_byte(4);
    let program = Program::new().push(0).push(0).push(0).push(0).push(0);
    let code = program.push_address(identity).push(1_000).op([op::CALL]).build();
    let execution = Guest::new("identity", Fork::Cancun, code).execution();
    let mut witness = witness_of(&execution, &record(&execution).expect("it runs"));
    witness.inputs.clear();
    assert_eq!(tree(&witness), Verdict::Valid);
    let mut lie = Open::new(&witness);
    let (message, record) = lie.with_outcome(Outcome::Precompile)[0];
    callee!(&mut lie.messages[message].1[record], callee => callee.gasUsed += 1);
    assert_eq!(kind(&tree(&lie.close())), Some(TreeKind::PrecompileGas));
}

/// Behind what cannot be read nothing is known; what comes before it is.
#[test]
fn messages_and_records() {
    let honest = honest();
    for index in 0..honest.messages.len() {
        let mut unreadable = honest.clone();
        unreadable.messages[index] = Bytes::from_static(b"no message");
        assert_eq!(tree(&unreadable), Verdict::NotRun(Missing::Message { message: index }));
        if index > 1 {
            let mut lie = Open::new(&honest);
            lie.messages[1].0.origin = Address::repeat_byte(1);
            let mut lie = lie.close();
            lie.messages[index] = Bytes::from_static(b"no message");
            assert_eq!(kind(&tree(&lie)), Some(TreeKind::Origin));
        }
        let message = decode(&honest.messages[index]).expect("a message");
        for record in 0..message.stateAccessList.len() {
            let mut message = message.clone();
            message.stateAccessList[record] =
                AccessWitness { opcode: 0x31, metadata: Bytes::from_static(&[1]) };
            let mut unreadable = honest.clone();
            unreadable.messages[index] = encode(&message).into();
            let missing = Missing::Record { message: index, record };
            assert_eq!(tree(&unreadable), Verdict::NotRun(missing));
        }
        // a child without an opening record
        if index > 0 {
            let mut unreadable = honest.clone();
            let message = MessageWitness { stateAccessList: Vec::new(), ..message };
            unreadable.messages[index] = encode(&message).into();
            let missing = Missing::Record { message: index, record: 0 };
            assert_eq!(tree(&unreadable), Verdict::NotRun(missing));
        }
    }
}
