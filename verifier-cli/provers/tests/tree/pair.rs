//! Records of calls and creations, and the messages that they open: true ones, and each field false once.

use alloy_primitives::{Address, B256, U256, keccak256};
use iso_evm_provers::{
    Kind,
    proof::{InMessage, InTransaction, Opened},
    tree::Pair,
};
use iso_evm_verifier::audit::TreeKind;
use iso_evm_wire::{
    MessageWitness, layout as fields,
    records::{CallRecord, Create2Record, CreateRecord, FrameKind, Outcome, Record},
    segment::layout,
};

use crate::{
    claimed::{Claimed, Told},
    host::{Host, holds, word},
};

const ARTIFACT: &str = include_str!("../../contracts/artifacts/PairProver.json");

const CONTEXT: Address = Address::repeat_byte(0xc0);
const ACCOUNT: Address = Address::repeat_byte(0xac);
const BEFORE: B256 = B256::repeat_byte(0x10);
const BEHIND: B256 = B256::repeat_byte(0x11);

/// A parent with one record, and the child that it opens.
#[derive(Clone)]
struct Case {
    claimed: Claimed,
    record: Record,
}

fn call(opcode: u8, value: u64, outcome: Outcome, status: u8) -> Record {
    let undone = outcome != Outcome::None && status != 1;
    Record::Call(
        opcode,
        CallRecord {
            account: ACCOUNT,
            value: U256::from(value),
            outcome: outcome as u8,
            calldataHash: keccak256(b"input"),
            gas: 1_000,
            gasUsed: 400,
            status,
            stateRoot: if undone { BEFORE } else { BEHIND },
            returndata: b"output".into(),
            ..CallRecord::default()
        },
    )
}

fn creation(salted: bool, status: u8) -> Record {
    let returndata = if status == 1 { Vec::new() } else { b"output".to_vec() };
    let (outcome, initcode, root) = (Outcome::Child as u8, keccak256(b"input"), BEHIND);
    if salted {
        Record::Create2(Create2Record {
            salt: B256::repeat_byte(5),
            value: U256::from(3),
            outcome,
            initcodeHash: initcode,
            gas: 1_000,
            gasUsed: 400,
            status,
            stateRoot: root,
            returndata: returndata.into(),
        })
    } else {
        Record::Create(CreateRecord {
            nonce: 0x1234,
            value: U256::from(3),
            outcome,
            initcodeHash: initcode,
            gas: 1_000,
            gasUsed: 400,
            status,
            stateRoot: root,
            returndata: returndata.into(),
        })
    }
}

impl Case {
    fn new(record: Record) -> Self {
        let parent = MessageWitness {
            stateRootEnter: BEFORE,
            origin: Address::repeat_byte(0x01),
            caller: Address::repeat_byte(0xca),
            to: CONTEXT,
            context: CONTEXT,
            callvalue: U256::from(77),
            gasPrice: U256::from(9),
            gasAvailable: U256::from(100_000),
            ..MessageWitness::default()
        };
        let (kind, status, child) = Self::child(&record, &parent);
        let child = MessageWitness {
            stateRootEnter: if Self::starts_at_root(&record) {
                BEFORE
            } else {
                B256::repeat_byte(0x12)
            },
            stateRootLeave: if status == 1 { BEHIND } else { BEFORE },
            origin: parent.origin,
            gasPrice: parent.gasPrice,
            gasAvailable: U256::from(1_000),
            gasUsed: U256::from(400),
            status: U256::from(status),
            returndataHash: keccak256(b"output"),
            callData: b"input".to_vec().into(),
            ..child
        };
        let parent = Told::new(parent, FrameKind::Call, std::slice::from_ref(&record));
        let child = Told::new(child, kind, &[]);
        Self { claimed: Claimed::new(vec![parent, child]), record }
    }

    fn starts_at_root(record: &Record) -> bool {
        match record {
            Record::Call(0xf1, call) => call.value.is_zero(),
            Record::Call(..) => true,
            _ => false,
        }
    }

    /// Who runs as whom.
    fn child(record: &Record, parent: &MessageWitness) -> (FrameKind, u8, MessageWitness) {
        let of = |caller, to, context, value, is_static| MessageWitness {
            caller,
            to,
            context,
            callvalue: value,
            isStatic: is_static,
            ..MessageWitness::default()
        };
        match record {
            Record::Call(opcode, call) => {
                let to = if call.delegated { call.delegate } else { call.account };
                let (kind, child) = match opcode {
                    0xf1 => (FrameKind::Call, of(CONTEXT, to, ACCOUNT, call.value, false)),
                    0xf2 => (FrameKind::Callcode, of(CONTEXT, to, CONTEXT, call.value, false)),
                    0xf4 => (
                        FrameKind::Delegatecall,
                        of(parent.caller, to, CONTEXT, parent.callvalue, false),
                    ),
                    _ => (FrameKind::Staticcall, of(CONTEXT, to, ACCOUNT, U256::ZERO, true)),
                };
                (kind, call.status, child)
            }
            Record::Create(record) => {
                let account = CONTEXT.create(record.nonce);
                (
                    FrameKind::Create,
                    record.status,
                    of(CONTEXT, Address::ZERO, account, record.value, false),
                )
            }
            Record::Create2(record) => {
                let account = CONTEXT.create2(record.salt, record.initcodeHash);
                (
                    FrameKind::Create2,
                    record.status,
                    of(CONTEXT, Address::ZERO, account, record.value, false),
                )
            }
            _ => panic!("no callee"),
        }
    }

    fn pair(&self) -> Pair {
        let child = if self.claimed.messages.len() > 1 {
            self.claimed.message(1)
        } else {
            InTransaction::default()
        };
        Pair {
            transaction: self.claimed.in_block(),
            parent: self.claimed.message(0),
            record: self.claimed.record(0, 1),
            before: self.claimed.instant(0, 0),
            child,
            behind: self.claimed.instant(0, 1),
        }
    }

    /// The record's own fields, changed.
    fn rewrite(&mut self, word_: usize, value: B256) {
        let mut bytes = self.claimed.messages[0].records[0].clone();
        bytes[96 + 32 * word_..128 + 32 * word_].copy_from_slice(value.as_slice());
        self.claimed.messages[0].put_bytes(1, bytes);
    }

    fn set(&mut self, message: usize, position: usize, value: impl Into<U256>) {
        self.claimed.messages[message].head.set(position, value.into());
    }

    fn says(&self) -> Option<(TreeKind, B256, B256)> {
        let (said, _) = Host::new(ARTIFACT).prove(self.claimed.root(), &self.pair());
        match said {
            Ok(mismatch) => {
                assert_eq!((mismatch.message, mismatch.record), (U256::ZERO, U256::from(1)));
                let Some(Kind::Tree(kind)) = Kind::of_number(mismatch.kind.to()) else { panic!() };
                Some((kind, mismatch.expected, mismatch.found))
            }
            Err(error) => {
                assert_eq!(error, holds());
                None
            }
        }
    }
}

fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for status in [0, 1, 2] {
        for opcode in [0xf1, 0xf2, 0xf4, 0xfa] {
            let value = if opcode < 0xf4 { 3 } else { 0 };
            cases.push(Case::new(call(opcode, value, Outcome::Child, status)));
        }
        cases.push(Case::new(call(0xf1, 0, Outcome::Child, status)));
        cases.extend([false, true].map(|salted| Case::new(creation(salted, status))));
    }
    cases
}

#[test]
fn what_is_true_holds() {
    for case in all() {
        assert_eq!(case.says(), None, "{:?}", case.record);
    }
    // Delegated.
    let Record::Call(_, mut called) = call(0xf1, 0, Outcome::Child, 1) else { panic!() };
    (called.delegated, called.delegate) = (true, Address::repeat_byte(0xde));
    assert_eq!(Case::new(Record::Call(0xf1, called)).says(), None);
}

#[test]
fn each_field_of_a_child_that_is_false_is_told() {
    for case in all() {
        let create = !matches!(case.record, Record::Call(..));
        let at_root = Case::starts_at_root(&case.record);
        let mut words = vec![
            (layout::KIND, TreeKind::Kind),
            (fields::ORIGIN, TreeKind::Origin),
            (fields::GAS_PRICE, TreeKind::GasPrice),
            (fields::CALLER, TreeKind::Caller),
            (fields::TO, TreeKind::To),
            (fields::CONTEXT, TreeKind::Context),
            (fields::CALLVALUE, TreeKind::Value),
            (fields::GAS_AVAILABLE, TreeKind::Gas),
            (fields::IS_STATIC, TreeKind::Static),
            (layout::CALL_DATA_HASH, TreeKind::Calldata),
            (fields::STATUS, TreeKind::Status),
            (fields::GAS_USED, TreeKind::GasUsed),
        ];
        if create {
            words.push((layout::CODE_HASH, TreeKind::Calldata));
        }
        if at_root {
            words.push((fields::STATE_ROOT_ENTER, TreeKind::StateRoot));
        }
        let succeeded = case.claimed.messages[1].head.word(fields::STATUS) == U256::from(1);
        if !(create && succeeded) {
            words.push((fields::RETURNDATA_HASH, TreeKind::Returndata));
        }
        if succeeded {
            words.push((fields::STATE_ROOT_LEAVE, TreeKind::StateRoot));
        }
        for (position, kind) in words {
            let mut other = case.clone();
            let truth = other.claimed.messages[1].head.word(position);
            let lie = truth ^ U256::from(4);
            other.set(1, position, lie);
            let (said, expected, found) = other.says().unwrap_or_else(|| panic!("{kind:?}"));
            assert_eq!(said, kind, "{:?} {position}", case.record);
            let words = [B256::from(truth), lie.into()];
            // What came of it the child says.
            let ended = [TreeKind::Status, TreeKind::GasUsed, TreeKind::Returndata].contains(&kind)
                || position == fields::STATE_ROOT_LEAVE;
            assert_eq!([expected, found], if ended { [words[1], words[0]] } else { words });
        }
    }
}

/// What has no effect leaves the root where it was.
#[test]
fn what_has_no_effect_leaves_the_root() {
    let outcomes = [
        (Outcome::Depth, 0, true),
        (Outcome::Balance, 0, true),
        (Outcome::Nocode, 1, false),
        (Outcome::Precompile, 1, false),
        (Outcome::Precompile, 0, true),
        (Outcome::Child, 0, true),
        (Outcome::Child, 2, true),
        (Outcome::None, 0, false),
    ];
    for opcode in [0xf1, 0xf2, 0xf4, 0xfa] {
        for (outcome, status, undone) in outcomes {
            let in_place = matches!(opcode, 0xf2 | 0xf4)
                && matches!(outcome, Outcome::Nocode | Outcome::Precompile);
            let mut case = Case::new(call(opcode, 0, outcome, status));
            if outcome == Outcome::Depth {
                case.claimed.messages[0].instants[0].depth = 1024;
            }
            case.rewrite(12, BEFORE);
            assert_eq!(case.says(), None, "{opcode:x} {outcome:?}");
            case.rewrite(12, BEHIND);
            let told = (undone || in_place).then_some((TreeKind::StateRoot, BEFORE, BEHIND));
            assert_eq!(case.says(), told, "{opcode:x} {outcome:?}");
            // 0x03 may have been touched for good.
            for instant in &mut case.claimed.messages[0].instants {
                instant.ripemd_touched = true;
            }
            if matches!(outcome, Outcome::Child) || outcome == Outcome::Precompile && !in_place {
                assert_eq!(case.says(), None, "{opcode:x} {outcome:?}");
            }
        }
    }
}

#[test]
fn a_call_is_refused_for_its_depth_where_it_is_deep() {
    let mut case = Case::new(call(0xf1, 0, Outcome::Child, 1));
    case.claimed.messages[0].instants[0].depth = 1024;
    assert_eq!(case.says(), Some((TreeKind::Depth, word(1), word(0))));
    case.claimed.messages[0].instants[0].depth = 1023;
    assert_eq!(case.says(), None);
    let mut case = Case::new(call(0xf1, 0, Outcome::Depth, 0));
    assert_eq!(case.says(), Some((TreeKind::Depth, word(0), word(1))));
    // Gas runs out before depth is looked at.
    case = Case::new(call(0xf1, 0, Outcome::None, 0));
    case.claimed.messages[0].instants[0].depth = 1024;
    assert_eq!(case.says(), None);
}

#[test]
fn there_is_a_message_for_each_record_and_a_record_for_each_message() {
    let mut case = Case::new(call(0xf1, 0, Outcome::Child, 1));
    case.claimed.messages.truncate(1);
    assert_eq!(case.says(), Some((TreeKind::ChildMissing, word(2), word(1))));
    // Left over.
    let case = Case::new(call(0xf1, 0, Outcome::Nocode, 1));
    let left = |case: &Case| {
        let pair = Pair {
            record: InMessage::default(),
            before: case.claimed.instant(0, 1),
            ..case.pair()
        };
        Host::new(ARTIFACT).prove(case.claimed.root(), &pair).0
    };
    let mismatch = left(&case).unwrap();
    assert_eq!(mismatch.kind, U256::from(Kind::Tree(TreeKind::ParentMissing).number()));
    assert_eq!((mismatch.message, mismatch.record), (U256::from(1), U256::MAX));
    assert_eq!((mismatch.expected, mismatch.found), (word(1), word(2)));
    let mut case = Case::new(call(0xf1, 0, Outcome::Child, 1));
    case.claimed.messages[0].instants[1].messages = 2;
    assert_eq!(left(&case), Err(holds()));
}

/// Whatever of a proof is another's decides nothing.
#[test]
fn what_is_not_the_operators_decides_nothing() {
    let mut case = Case::new(call(0xf1, 0, Outcome::Child, 1));
    case.set(1, fields::CALLER, U256::from(1));
    let (root, truth) = (case.claimed.root(), case.pair());
    let host = Host::new(ARTIFACT);
    assert!(host.prove(root, &truth).0.is_ok());
    let refused = |change: &dyn Fn(&mut Pair)| {
        let mut pair = truth.clone();
        change(&mut pair);
        assert_ne!(pair, truth);
        assert!(host.prove(root, &pair).0.is_err());
    };
    refused(&|pair| pair.transaction.block_.enter = B256::ZERO);
    refused(&|pair| pair.transaction.index = U256::from(2));
    refused(&|pair| pair.transaction.transaction.receipt = B256::ZERO);
    refused(&|pair| pair.transaction.path.truncate(1));
    refused(&|pair| pair.parent.index = U256::from(1));
    refused(&|pair| pair.child.index = U256::ZERO);
    refused(&|pair| pair.child = pair.parent.clone());
    refused(&|pair| pair.child.head = pair.parent.head.clone());
    refused(&|pair| pair.record.bytes_ = [&pair.record.bytes_[..], &[0]].concat().into());
    refused(&|pair| pair.record.index = U256::from(2));
    refused(&|pair| pair.before.instant.messages = U256::ZERO);
    refused(&|pair| pair.before = Opened { index: U256::from(1), ..pair.before.clone() });
    refused(&|pair| pair.before = pair.behind.clone());
    assert!(host.prove(B256::ZERO, &truth).0.is_err());
    for gas in [60_000, 80_000, 100_000] {
        assert!(host.clone().given(gas).prove(root, &truth).0.is_err());
    }
    let (_, gas) = host.prove(root, &truth);
    eprintln!("a pair: {gas} gas");
}
