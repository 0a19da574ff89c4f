//! One lie at a time: every fact of every record of the inputs in `fixtures/`, every root. The access
//! audit names each by its own kind, message and record.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, U256};
use iso_evm_verifier::audit::{
    AccessKind as Kind, AuditOutcome, Missing, TransactionKind,
    replay::{access, transaction},
};
use iso_evm_wire::{
    MessageWitness, Witness, encoding,
    records::{FrameKind, Outcome, Record},
};

use super::witness;
use crate::{harness::parallel, replay::NAMES};

/// A record that says something else, and what the audit must say of it.
type Lie = (Kind, Record);

/// A word that differs from this one.
fn other(word: B256) -> B256 {
    let mut other = word;
    other[31] ^= 1;
    other
}

/// Another root, and not the one that means none.
fn other_root(root: B256) -> B256 {
    let mut other = root;
    other[0] ^= 0x80;
    if other.is_zero() { B256::repeat_byte(1) } else { other }
}

/// Changes fields of a copy: `lies!(list, record, Record::Sload(record), Cold => |r| r.cold ^= true)`.
macro_rules! lies {
    ($record:expr, $make:expr, $($kind:ident => |$field:ident| $change:expr),+ $(,)?) => {
        vec![$({
            let mut $field = $record.clone();
            $change;
            (Kind::$kind, $make($field))
        }),+]
    };
}

/// All lies about a record's facts.
fn lies(record: &Record) -> Vec<Lie> {
    let mut lies = match record {
        Record::Opening(opening) => {
            let kind = FrameKind::from_number(opening.kind);
            if kind.is_some_and(FrameKind::is_create) {
                return Vec::new();
            }
            lies!(opening, Record::Opening, CodeHash => |r| r.codeHash = other(r.codeHash))
        }
        Record::Balance(record) => lies!(record, Record::Balance,
            Cold => |r| r.cold ^= true,
            Balance => |r| r.balance ^= U256::ONE,
        ),
        Record::Extcodesize(record) => lies!(record, Record::Extcodesize,
            Cold => |r| r.cold ^= true,
            CodeSize => |r| r.size ^= U256::ONE,
        ),
        Record::Extcodehash(record) => lies!(record, Record::Extcodehash,
            Cold => |r| r.cold ^= true,
            CodeHash => |r| r.codeHash = other(r.codeHash),
        ),
        Record::Extcodecopy(record) => lies!(record, Record::Extcodecopy,
            Cold => |r| r.cold ^= true,
            Code => |r| {
                let mut code = r.code.to_vec();
                match code.first_mut() {
                    Some(byte) => *byte ^= 1,
                    None => code.push(0),
                }
                r.code = code.into();
            },
        ),
        Record::Blockhash(record) => {
            lies!(record, Record::Blockhash, BlockHash => |r| r.hash = other(r.hash))
        }
        Record::Value(opcode @ 0x47, record) => {
            lies!(record, |r| Record::Value(*opcode, r), Balance => |r| r.value ^= U256::ONE)
        }
        Record::Value(opcode, record) => {
            lies!(record, |r| Record::Value(*opcode, r), Block => |r| r.value ^= U256::ONE)
        }
        Record::Blobhash(record) => {
            lies!(record, Record::Blobhash, Block => |r| r.hash = other(r.hash))
        }
        Record::Sload(record) => lies!(record, Record::Sload,
            Cold => |r| r.cold ^= true,
            Value => |r| r.value = other(r.value),
        ),
        Record::Sstore(record) => lies!(record, Record::Sstore,
            Cold => |r| r.cold ^= true,
            Original => |r| r.original = other(r.original),
            Current => |r| r.current = other(r.current),
        ),
        Record::Tload(record) => {
            lies!(record, Record::Tload, Transient => |r| r.value = other(r.value))
        }
        Record::Tstore(_) | Record::Log(_) => Vec::new(),
        Record::Call(opcode, record) => lies!(record, |r| Record::Call(*opcode, r),
            Cold => |r| r.cold ^= true,
            Empty => |r| r.empty ^= true,
            Delegate => |r| r.delegated ^= true,
            Delegate => |r| r.delegate = Address::from_word(other(r.delegate.into_word())),
            DelegateCold => |r| r.delegateCold ^= true,
        ),
        Record::Create(record) => lies!(record, Record::Create, Nonce => |r| r.nonce ^= 1),
        Record::Create2(_) => Vec::new(),
        Record::Selfdestruct(record) => lies!(record, Record::Selfdestruct,
            Cold => |r| r.cold ^= true,
            Empty => |r| r.empty ^= true,
            Balance => |r| r.balance ^= U256::ONE,
        ),
    };
    lies.extend(root(record).map(|lie| (Kind::StateRoot, lie)));
    lies.extend(outcomes(record).into_iter().map(|lie| (Kind::Outcome, lie)));
    lies
}

/// The record with another root, if it has one.
fn root(record: &Record) -> Option<Record> {
    let mut lie = record.clone();
    let root = match &mut lie {
        Record::Sstore(record) => &mut record.stateRoot,
        Record::Call(_, record) => &mut record.stateRoot,
        Record::Create(record) => &mut record.stateRoot,
        Record::Create2(record) => &mut record.stateRoot,
        Record::Selfdestruct(record) => &mut record.stateRoot,
        _ => return None,
    };
    if root.is_zero() {
        return None;
    }
    *root = other_root(*root);
    Some(lie)
}

/// The record with every other outcome that the state refutes. What gas or depth decide is not the
/// state's.
fn outcomes(record: &Record) -> Vec<Record> {
    let decided = [Outcome::None as u8, Outcome::Depth as u8];
    let found = match record {
        Record::Call(_, record) => record.outcome,
        Record::Create(record) => record.outcome,
        Record::Create2(record) => record.outcome,
        _ => return Vec::new(),
    };
    if decided.contains(&found) {
        return Vec::new();
    }
    let others = Outcome::ALL.into_iter().map(|outcome| outcome as u8).chain([8, u8::MAX]);
    let others = others.filter(|outcome| *outcome != found && !decided.contains(outcome));
    let with = |outcome| {
        let mut lie = record.clone();
        match &mut lie {
            Record::Call(_, record) => record.outcome = outcome,
            Record::Create(record) => record.outcome = outcome,
            Record::Create2(record) => {
                record.outcome = outcome;
                // As the execution audit wants it of a creation that was refused.
                if [Outcome::Balance as u8, Outcome::Nonce as u8].contains(&outcome) {
                    record.initcodeHash = B256::ZERO;
                }
            }
            _ => {}
        }
        lie
    };
    others.map(with).collect()
}

/// A lie in its witness.
struct Case {
    name: String,
    witness: Witness,
    kind: Kind,
    message: usize,
    record: Option<usize>,
}

/// The witness with one message changed.
fn with(witness: &Witness, index: usize, message: &MessageWitness) -> Witness {
    let mut changed = witness.clone();
    changed.messages[index] = encoding::encode(message).into();
    changed
}

/// The lies about a message's records.
fn lies_in_records(name: &str, witness: &Witness, index: usize, cases: &mut Vec<Case>) {
    let message = witness.message(index).expect("it was recorded");
    for (at, access) in message.stateAccessList.iter().enumerate() {
        let record = Record::decode(access).expect("it was recorded");
        for (kind, lie) in lies(&record) {
            let mut changed = message.clone();
            changed.stateAccessList[at] = lie.encode();
            cases.push(Case {
                name: format!("{name}: message {index}, {kind} in record {at}: {lie:x?}"),
                witness: with(witness, index, &changed),
                kind,
                message: index,
                record: Some(at),
            });
        }
    }
}

/// The lies about a message's own roots.
fn lies_in_roots(name: &str, witness: &Witness, index: usize, cases: &mut Vec<Case>) {
    let message = witness.message(index).expect("it was recorded");
    let mut push = |kind, changed: MessageWitness| {
        let witness = with(witness, index, &changed);
        let name = format!("{name}: message {index}, {kind}");
        cases.push(Case { name, witness, kind, message: index, record: None });
    };
    let leave = other_root(message.stateRootLeave);
    push(Kind::StateRootLeave, MessageWitness { stateRootLeave: leave, ..message.clone() });
    // The top message's is the transaction audit's.
    if index > 0 {
        let enter = other_root(message.stateRootEnter);
        push(Kind::StateRootEnter, MessageWitness { stateRootEnter: enter, ..message });
    }
}

#[test]
fn every_lie_about_the_state_is_named() {
    let mut cases = Vec::new();
    for name in NAMES {
        let witness = witness(name);
        for index in 0..witness.messages.len() {
            lies_in_records(name, &witness, index, &mut cases);
            lies_in_roots(name, &witness, index, &mut cases);
        }
    }
    let kinds: BTreeSet<Kind> = cases.iter().map(|case| case.kind).collect();
    assert_eq!(kinds, Kind::ALL.iter().copied().collect(), "each kind has a lie");
    parallel::check_all(&cases, |case| match access(&case.witness) {
        AuditOutcome::Invalid(finding)
            if (finding.kind, finding.message, finding.record)
                == (case.kind, Some(case.message), case.record)
                && finding.expected != finding.found =>
        {
            Ok(())
        }
        outcome => Err(format!("{}: {outcome:?}", case.name)),
    });
}

#[test]
fn the_root_of_the_top_message_is_the_transactions() {
    let witness = witness("erc20-transfer");
    let mut message = witness.message(0).expect("it was recorded");
    let found = other_root(message.stateRootEnter);
    let expected = std::mem::replace(&mut message.stateRootEnter, found);
    let lie = with(&witness, 0, &message);
    assert_eq!(access(&lie), AuditOutcome::Valid);
    let AuditOutcome::Invalid(finding) = transaction(&lie) else { panic!("it is false") };
    assert_eq!(finding.kind, TransactionKind::StateRootEnter);
    assert_eq!((finding.expected, finding.found), (expected, found));
}

/// What is not there stops the walk, and is named.
#[test]
fn a_missing_node_code_or_ancestor_stops_the_walk_and_is_named() {
    let whole = witness("call-tree");
    let last = whole.messages.len() - 1;
    let cut = |change: fn(&mut Witness)| {
        let mut cut = whole.clone();
        change(&mut cut);
        access(&cut)
    };
    let child = cut(|witness| {
        witness.messages.pop();
    });
    assert!(matches!(child, AuditOutcome::NotRun(Missing::Child { .. })), "{child:?}");
    let parent = cut(|witness| witness.messages.push(witness.messages[0].clone()));
    assert_eq!(parent, AuditOutcome::NotRun(Missing::Parent { message: last + 1 }));
    let message = cut(|witness| witness.messages[3] = vec![1, 2, 3].into());
    assert_eq!(message, AuditOutcome::NotRun(Missing::Message { message: 3 }));
    let node = cut(|witness| witness.nodes.clear());
    assert!(matches!(node, AuditOutcome::NotRun(Missing::AccountNode { .. })), "{node:?}");
    let code = cut(|witness| witness.codes.clear());
    assert!(matches!(code, AuditOutcome::NotRun(Missing::Code { .. })), "{code:?}");
    let record = cut(|witness| {
        let mut message = witness.message(2).expect("it was recorded");
        message.stateAccessList[0].metadata = vec![7].into();
        *witness = with(witness, 2, &message);
    });
    assert_eq!(record, AuditOutcome::NotRun(Missing::Record { message: 2, record: 0 }));

    let mut block = witness("block-context");
    block.block_hashes.clear();
    let hash = access(&block);
    assert!(matches!(hash, AuditOutcome::NotRun(Missing::BlockHash { .. })), "{hash:?}");

    let mut plain = witness("plain-transfer");
    plain.messages.push(whole.messages[0].clone());
    assert_eq!(access(&plain), AuditOutcome::NotRun(Missing::Parent { message: 0 }));
}
