//! Every field that a child shares with its parent, and every record that opens one or runs a
//! precompile: changed one at a time, each gives its own exact finding.

use std::{collections::BTreeSet, sync::Mutex};

use iso_evm_verifier::audit::{AuditOutcome, Finding, TreeKind, tree::tree};
use iso_evm_wire::{Fork, records::FrameKind};

use super::*;
use crate::harness::{
    guest::{CONTRACT, Guest},
    parallel,
    program::{Program, op},
};

const FIXTURES: [&str; 8] = [
    "call-tree",
    "create-and-create2",
    "creation-transaction",
    "deep-calls",
    "delegation-7702",
    "halts",
    "revert-with-data",
    "selfdestruct",
];

/// What must be found, and in which record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    kind: TreeKind,
    message: Option<usize>,
    record: Option<usize>,
}

impl Found {
    fn at(kind: TreeKind, (message, record): (usize, usize)) -> Self {
        Self { kind, message: Some(message), record: Some(record) }
    }
}

/// An honest witness and what is found in it once changed.
struct Lies {
    name: &'static str,
    honest: Open,
    seen: BTreeSet<TreeKind>,
    count: usize,
}

impl Lies {
    fn new(name: &'static str) -> Self {
        let witness = fixture(name);
        assert_eq!(tree(&witness), AuditOutcome::Valid, "{name}");
        Self { name, honest: Open::new(&witness), seen: BTreeSet::new(), count: 0 }
    }

    #[track_caller]
    fn check(&mut self, what: &str, found: Found, change: impl FnOnce(&mut Open)) {
        let mut lie = self.honest.clone();
        change(&mut lie);
        let name = self.name;
        match tree(&lie.close()) {
            AuditOutcome::Invalid(Finding {
                kind, message, record, expected, found: word, ..
            }) => {
                assert_eq!(Found { kind, message, record }, found, "{name}: {what}");
                assert_ne!(expected, word, "{name}: {what}");
            }
            verdict => panic!("{name}: {what}: {found:?} expected, found {verdict:?}"),
        }
        self.seen.insert(found.kind);
        self.count += 1;
    }
}

/// One change of a child's message.
type OfChild = (&'static str, TreeKind, fn(&mut MessageWitness));

const CHILD: [OfChild; 12] = [
    ("origin", TreeKind::Origin, |child| child.origin.0[0] ^= 1),
    ("gasPrice", TreeKind::GasPrice, |child| child.gasPrice ^= U256::ONE),
    ("caller", TreeKind::Caller, |child| child.caller.0[19] ^= 1),
    ("to", TreeKind::To, |child| child.to.0[0] ^= 1),
    ("context", TreeKind::Context, |child| child.context.0[0] ^= 1),
    ("callvalue", TreeKind::Value, |child| child.callvalue ^= U256::ONE),
    ("gasAvailable", TreeKind::Gas, |child| child.gasAvailable ^= U256::ONE),
    ("isStatic", TreeKind::Static, |child| child.isStatic = !child.isStatic),
    ("callData", TreeKind::Calldata, |child| {
        child.callData = [&child.callData[..], &[0]].concat().into();
    }),
    ("status", TreeKind::Status, |child| child.status ^= U256::ONE << 8),
    ("gasUsed", TreeKind::GasUsed, |child| child.gasUsed ^= U256::ONE << 64),
    ("kind", TreeKind::Kind, |_| {}),
];

/// The child's side of a pair.
fn child(lies: &mut Lies, index: usize, opener: (usize, usize), kind: FrameKind) {
    let creates = kind.is_create();
    let truth = lies.honest.messages[index].0.clone();
    for (field, found, change) in CHILD {
        lies.check(&format!("{field} of message {index}"), Found::at(found, opener), |lie| {
            change(&mut lie.messages[index].0);
            if let (TreeKind::Kind, Record::Opening(opening)) =
                (found, &mut lie.messages[index].1[0])
            {
                opening.kind ^= 1;
            }
        });
    }
    let found = Found::at(TreeKind::Returndata, opener);
    // A successful creation's is that of its code.
    if !(creates && truth.status == U256::ONE) {
        lies.check(&format!("returndataHash of message {index}"), found, |lie| {
            let hash = &mut lie.messages[index].0.returndataHash;
            *hash = flipped(*hash);
        });
    }
    let found = Found::at(TreeKind::StateRoot, opener);
    if truth.status == U256::ONE {
        lies.check(&format!("stateRootLeave of message {index}"), found, |lie| {
            let root = &mut lie.messages[index].0.stateRootLeave;
            *root = flipped(*root);
        });
    }
    let moves =
        kind == FrameKind::Call && !truth.callvalue.is_zero() && truth.caller != truth.context;
    if !creates && !moves {
        lies.check(&format!("stateRootEnter of message {index}"), found, |lie| {
            let root = &mut lie.messages[index].0.stateRootEnter;
            *root = flipped(*root);
        });
    }
    if creates {
        let found = Found::at(TreeKind::Calldata, opener);
        lies.check(&format!("codeHash of message {index}"), found, |lie| {
            if let Record::Opening(opening) = &mut lie.messages[index].1[0] {
                opening.codeHash = flipped(opening.codeHash);
            }
        });
        // The top message has nobody above it who says otherwise.
        // The first of its children shows it.
        if opener.0 == 0
            && let Some(first) = lies.honest.openers().into_iter().flatten().find(|at| at.0 == 0)
        {
            let found = Found::at(TreeKind::Static, first);
            lies.check(&format!("the parent of message {index} is static"), found, |lie| {
                lie.messages[0].0.isStatic = true;
            });
        }
    }
}

/// The record's side.
fn record_fields(lies: &mut Lies, index: usize, opener: (usize, usize)) {
    let (message, record) = opener;
    let truth = lies.honest.messages[message].1[record].clone();
    let mut field = |what: &str, kind, change: &dyn Fn(&mut Record)| {
        let what = format!("{what} of the record that opens message {index}");
        lies.check(&what, Found::at(kind, opener), |lie| {
            change(&mut lie.messages[message].1[record])
        });
    };
    field("gas", TreeKind::Gas, &|record| _ = callee!(record, callee => callee.gas ^= 1));
    field("gasUsed", TreeKind::GasUsed, &|record| {
        callee!(record, callee => callee.gasUsed ^= 1);
    });
    field("status", TreeKind::Status, &|record| {
        callee!(record, callee => callee.status = (callee.status + 1) % 3);
    });
    field("returndata", TreeKind::Returndata, &|record| {
        callee!(record, callee => {
            callee.returndata = [&callee.returndata[..], &[0]].concat().into()
        });
    });
    let status = callee!(&truth, callee => callee.status);
    match &truth {
        Record::Call(opcode, call) => {
            field("stateRoot", TreeKind::StateRoot, &|record| {
                callee!(record, callee => callee.stateRoot = flipped(callee.stateRoot));
            });
            field("calldataHash", TreeKind::Calldata, &|record| {
                if let Record::Call(_, call) = record {
                    call.calldataHash = flipped(call.calldataHash);
                }
            });
            let in_place = matches!(opcode, 0xf2 | 0xf4);
            if !(call.delegated && in_place) {
                let kind = if call.delegated { TreeKind::Context } else { TreeKind::To };
                field("account", kind, &|record| {
                    if let Record::Call(_, call) = record {
                        call.account.0[0] ^= 1;
                    }
                });
            }
            if call.delegated {
                field("delegate", TreeKind::To, &|record| {
                    if let Record::Call(_, call) = record {
                        call.delegate.0[0] ^= 1;
                    }
                });
                field("delegated", TreeKind::To, &|record| {
                    if let Record::Call(_, call) = record {
                        call.delegated = false;
                    }
                });
            }
            if matches!(opcode, 0xf1 | 0xf2) {
                field("value", TreeKind::Value, &|record| {
                    if let Record::Call(_, call) = record {
                        call.value ^= U256::ONE << 255;
                    }
                });
            }
            field("opcode", TreeKind::Kind, &|record| {
                if let Record::Call(opcode, _) = record {
                    *opcode = if *opcode == 0xf1 { 0xf2 } else { 0xf1 };
                }
            });
        }
        _ => {
            if status == Some(1) {
                field("stateRoot", TreeKind::StateRoot, &|record| {
                    callee!(record, callee => callee.stateRoot = flipped(callee.stateRoot));
                });
            }
            field("value", TreeKind::Value, &|record| match record {
                Record::Create(record) => record.value ^= U256::ONE,
                Record::Create2(record) => record.value ^= U256::ONE,
                _ => {}
            });
            field("nonce or salt", TreeKind::Context, &|record| match record {
                Record::Create(record) => record.nonce ^= 1,
                Record::Create2(record) => record.salt = flipped(record.salt),
                _ => {}
            });
            // the address by salt has it in it
            let by_nonce = matches!(truth, Record::Create(_));
            let kind = if by_nonce { TreeKind::Calldata } else { TreeKind::Context };
            field("initcodeHash", kind, &|record| match record {
                Record::Create(record) => record.initcodeHash = flipped(record.initcodeHash),
                Record::Create2(record) => record.initcodeHash = flipped(record.initcodeHash),
                _ => {}
            });
        }
    }
}

/// Records that open nothing.
fn others(lies: &mut Lies) {
    for at in lies.honest.with_outcome(Outcome::Precompile) {
        let (message, record) = at;
        let truth = lies.honest.messages[message].1[record].clone();
        let status = callee!(&truth, callee => callee.status);
        let mut field = |what: &str, kind, change: &dyn Fn(&mut Record)| {
            let what = format!("{what} of precompile's record {at:?}");
            lies.check(&what, Found::at(kind, at), |lie| {
                change(&mut lie.messages[message].1[record])
            });
        };
        field("status", TreeKind::PrecompileStatus, &|record| {
            callee!(record, callee => callee.status ^= 1);
        });
        field("gasUsed", TreeKind::PrecompileGas, &|record| {
            callee!(record, callee => callee.gasUsed ^= 1);
        });
        field("returndata", TreeKind::PrecompileOutput, &|record| {
            callee!(record, callee => {
                callee.returndata = [&callee.returndata[..], &[0]].concat().into()
            });
        });
        if status == Some(0) {
            field("stateRoot", TreeKind::StateRoot, &|record| {
                callee!(record, callee => callee.stateRoot = flipped(callee.stateRoot));
            });
        }
    }
    for at in lies.honest.with_outcome(Outcome::Balance) {
        let (message, record) = at;
        lies.check("refused for depth", Found::at(TreeKind::Depth, at), |lie| {
            let record = &mut lie.messages[message].1[record];
            callee!(record, callee => callee.outcome = Outcome::Depth as u8);
        });
        lies.check("another root, refused", Found::at(TreeKind::StateRoot, at), |lie| {
            let record = &mut lie.messages[message].1[record];
            callee!(record, callee => callee.stateRoot = flipped(callee.stateRoot));
        });
    }
}

/// Messages without records and records without messages.
fn structure(lies: &mut Lies) {
    let openers = lies.honest.openers();
    let count = openers.len();
    let left_over =
        |message| Found { kind: TreeKind::ParentMissing, message: Some(message), record: None };
    lies.check("one message more", left_over(count), |lie| {
        let last = lie.messages[count - 1].clone();
        lie.messages.push(last);
    });
    if let Some(Some(opener)) = openers.last().copied() {
        lies.check("one message less", Found::at(TreeKind::ChildMissing, opener), |lie| {
            lie.messages.pop();
        });
        // Where a call without effect comes after it, that shows that a root is left out.
        let later = &lies.honest.messages[opener.0].1[opener.1 + 1..];
        if later.iter().all(|record| outcome(record).is_none()) {
            lies.check("the record of the last message dropped", left_over(count - 1), |lie| {
                lie.messages[opener.0].1.remove(opener.1);
            });
        }
    }
}

#[test]
fn every_kind_is_found() {
    let seen = Mutex::new(BTreeSet::new());
    parallel::check_all(&FIXTURES, |name| {
        let mut lies = Lies::new(name);
        for (index, opener) in lies.honest.openers().into_iter().enumerate() {
            if let Some(opener) = opener {
                let Record::Opening(opening) = &lies.honest.messages[index].1[0] else {
                    return Err(format!("{name}: message {index} has no opening record"));
                };
                let kind = FrameKind::from_number(opening.kind).expect("a kind");
                child(&mut lies, index, opener, kind);
                record_fields(&mut lies, index, opener);
            }
        }
        others(&mut lies);
        structure(&mut lies);
        println!("{name}: {} lies", lies.count);
        seen.lock().expect("no thread panics with the lock").extend(lies.seen);
        Ok(())
    });
    let seen = seen.into_inner().expect("no thread panics with the lock");
    assert_eq!(seen, TreeKind::ALL.iter().copied().collect());
}

/// A call 1,024 frames down is refused for its depth, whatever else stands in its way.
#[test]
fn the_depth_is_the_one_reason() {
    const PLENTY: u64 = 1 << 58;
    let program = Program::new().push(0).push(0).push(0).push(0).push(0);
    let code = program.push_address(CONTRACT).op([0x5a, op::CALL]).build();
    let mut execution = Guest::new("down", Fork::Prague, code).gas(PLENTY).execution();
    execution.block.gas_limit = u64::MAX;
    execution.block.basefee = 0;
    execution.tx.gas_price = 0;
    execution.tx.gas_limit = 2 * PLENTY;
    let recording = record(&execution).expect("it runs");
    let honest = witness_of(&execution, &recording);
    assert_eq!(tree(&honest), AuditOutcome::Valid);
    let open = Open::new(&honest);
    let at = open.with_outcome(Outcome::Depth)[0];
    assert_eq!((open.messages.len(), at), (1025, (1024, 1)));
    for outcome in Outcome::ALL {
        let mut lie = open.clone();
        callee!(&mut lie.messages[at.0].1[at.1], callee => callee.outcome = outcome as u8);
        let verdict = tree(&lie.close());
        match outcome {
            // which is a claim about gas, the hypervisor's to refute
            Outcome::None | Outcome::Depth => assert_eq!(verdict, AuditOutcome::Valid),
            _ => {
                let AuditOutcome::Invalid(finding) = verdict else { panic!("{outcome:?}") };
                let found = (finding.kind, finding.message, finding.record);
                assert_eq!(found, (TreeKind::Depth, Some(at.0), Some(at.1)));
                assert_eq!(finding.expected, B256::with_last_byte(1));
                assert_eq!(finding.found, B256::ZERO);
            }
        }
    }
}
