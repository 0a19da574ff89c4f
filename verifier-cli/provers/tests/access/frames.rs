//! `FrameProver`: where a message begins and ends, what follows, which convicts nobody, and what does not.

use alloy_primitives::{B256, U256, keccak256};
use iso_evm_provers::{
    ClaimKind, Kind,
    proof::{Frame, question},
};
use iso_evm_verifier::audit::AccessKind;
use iso_evm_wire::{
    Fork, Rules,
    records::{FrameKind, Outcome, Record, ValueRecord},
};

use super::{
    answer::{Answer, Prover, ask},
    claim::{Commitment, Spoken},
    records::{CALL, CALLCODE, DELEGATECALL, STATICCALL, call, create, create2, with_root},
    world::{
        ABSENT, CODE, CODED, CONTEXT, DELEGATES, EMPTY, RICH, RIPEMD, World, delegation, word,
    },
    writes::lies,
};

/// A message with a record that opens another, as it is true.
#[derive(Clone)]
struct Opening {
    before: World,
    last: World,
    commitment: Commitment,
}

/// What the new account's code has as its hash, or what is returned.
const RETURNED: B256 = B256::repeat_byte(0x4e);

impl Opening {
    /// The record opens a message that does one thing and ends with a status.
    fn new(rules: Rules, before: World, record: &Record, status: u64, records: usize) -> Self {
        let mut entry = before.clone();
        entry.entered(rules, record);
        let mut last = entry.clone();
        if records > 0 {
            // Whatever it does: another account is touched, the third precompile too, and a message is opened.
            last.touch(EMPTY);
            last.touch(RIPEMD);
            last.messages += 1;
            last.logs = word(5);
        }
        let behind = Self::left(rules, &before, record, &last, status);
        let record = with_root(record, behind.instant().state_root);
        let first = Record::Value(0x42, ValueRecord { value: U256::from(2_000) });
        let instant = before.instant();
        let parent =
            Spoken::new(instant, &[first.clone(), record.clone()], &[instant, behind.instant()]);
        let child_records = vec![first; records];
        let mut instants = vec![entry.instant(); records];
        if let Some(instant) = instants.last_mut() {
            *instant = last.instant();
        }
        let mut child = Spoken::new(entry.instant(), &child_records, &instants);
        child.message.status = U256::from(status);
        child.message.returndataHash = RETURNED;
        let (kind, code_hash) = match &record {
            Record::Call(_, call) => {
                let who = if call.delegated { call.delegate } else { call.account };
                (FrameKind::Call, before.account(who).code_hash)
            }
            _ => (FrameKind::Create, B256::ZERO),
        };
        child.opens(kind, code_hash);
        child.message.stateRootLeave = child.message.stateRootEnter;
        if status == 1 {
            child.message.stateRootLeave = behind.instant().state_root;
            child.message.context = match &record {
                Record::Call(..) => CONTEXT,
                _ => World::new_address(&record),
            };
        }
        let commitment = Commitment::new(rules, vec![parent, child]);
        Self { before, last, commitment }
    }

    /// What is behind the record.
    fn left(rules: Rules, before: &World, record: &Record, last: &World, status: u64) -> World {
        if status != 1 {
            let mut inner = before.clone();
            inner.begun(rules, record);
            return last.undone(&inner);
        }
        let mut behind = World { depth: before.depth, ..last.clone() };
        if !matches!(record, Record::Call(..)) {
            let new = World::new_address(record);
            let mut holder = behind.account(new);
            holder.code_hash = RETURNED;
            behind.set(new, holder);
        }
        behind
    }

    fn proof(&self, question: U256) -> Frame {
        let commitment = &self.commitment;
        let records = commitment.messages[1].behind.len() as u64;
        let (behind, behind_path) = commitment.behind(0, 2);
        let nodes = [self.before.nodes(), self.last.nodes()].concat().into();
        Frame {
            question,
            place: commitment.place(0, 2),
            child: commitment.message(1),
            last: commitment.opened(1, records),
            behind,
            behindPath: behind_path,
            nodes,
        }
    }

    fn asked(&self, question: U256) -> Answer {
        ask(Prover::Frame, self.commitment.root(), &self.proof(question))
    }

    fn all_hold(&self) {
        for question in [question::ENTRY, question::RETURN, question::LEAVE] {
            self.asked(question).holds();
        }
        let code = self.asked(question::CODE);
        let opcode = self.commitment.messages[0].message.stateAccessList[2].opcode;
        if matches!(opcode, 0xf0 | 0xf5) { code.reverts() } else { code.holds() }
    }

    /// The instants and roots are claimed otherwise, one at a time.
    fn none_other(&self) {
        let access = Kind::Access;
        let other = B256::repeat_byte(0x55);
        let entry = self.commitment.messages[1].entry;
        for lie in lies(&entry) {
            let mut told = self.clone();
            told.commitment.messages[1].entry = lie;
            let words = [entry.digest(), lie.digest()];
            told.asked(question::ENTRY).convicts(
                Kind::Claim(ClaimKind::Entry),
                [Some(1), None],
                words,
            );
        }
        let mut told = self.clone();
        told.commitment.messages[1].message.stateRootEnter = other;
        let words = [entry.state_root, other];
        told.asked(question::ENTRY).convicts(
            access(AccessKind::StateRootEnter),
            [Some(1), None],
            words,
        );

        let behind = self.commitment.messages[0].behind[1];
        for lie in lies(&behind) {
            let mut told = self.clone();
            told.commitment.messages[0].behind[1] = lie;
            let words = [behind.digest(), lie.digest()];
            told.asked(question::RETURN).convicts(
                Kind::Claim(ClaimKind::Instant),
                [Some(0), Some(2)],
                words,
            );
        }
        let mut told = self.clone();
        let record = &mut told.commitment.messages[0].message.stateAccessList[2];
        *record = with_root(&Record::decode(record).unwrap(), other).encode();
        let words = [behind.state_root, other];
        told.asked(question::RETURN).convicts(
            access(AccessKind::StateRoot),
            [Some(0), Some(2)],
            words,
        );

        let mut told = self.clone();
        let leave =
            std::mem::replace(&mut told.commitment.messages[1].message.stateRootLeave, other);
        told.asked(question::LEAVE).convicts(
            access(AccessKind::StateRootLeave),
            [Some(1), None],
            [leave, other],
        );
    }
}

fn world() -> World {
    World::new()
}

#[test]
fn calls() {
    let rules = Fork::Osaka.into();
    for opcode in [CALL, CALLCODE, DELEGATECALL, STATICCALL] {
        for (who, value) in [(CODED, 0), (CODED, 10), (DELEGATES, 7), (CONTEXT, 3), (RIPEMD, 1)] {
            for status in 0..3 {
                for records in 0..3 {
                    let record = call(&world(), rules, who, value, Outcome::Child);
                    let record = Record::Call(opcode, record);
                    let opening = Opening::new(rules, world(), &record, status, records);
                    opening.all_hold();
                    if who != CONTEXT && records != 1 {
                        opening.none_other();
                    }
                }
            }
        }
    }
}

#[test]
fn creations() {
    for fork in [Fork::Istanbul, Fork::Osaka] {
        for value in [0, 10] {
            for status in 0..3 {
                for records in 0..2 {
                    // The new account has a balance before, or nothing.
                    let mut world = world();
                    let records_of = [
                        Record::Create(create(&world, value, Outcome::Child)),
                        Record::Create2(create2(value, Outcome::Child)),
                    ];
                    let new = World::new_address(&records_of[0]);
                    let mut holder = world.account(new);
                    holder.balance = U256::from(4);
                    world.accounts.insert(new, holder);
                    for record in records_of {
                        let opening =
                            Opening::new(fork.into(), world.clone(), &record, status, records);
                        opening.all_hold();
                        opening.none_other();
                    }
                }
            }
        }
    }
}

#[test]
fn code_that_runs_is_the_accounts() {
    let rules = Fork::Osaka.into();
    for (who, runs) in [(CODED, CODE.to_vec()), (DELEGATES, CODE.to_vec()), (RICH, Vec::new())] {
        let record = Record::Call(CALL, call(&world(), rules, who, 0, Outcome::Child));
        let mut opening = Opening::new(rules, world(), &record, 1, 1);
        opening.asked(question::CODE).holds();
        let lie = keccak256(delegation());
        opening.commitment.messages[1].opens(FrameKind::Call, lie);
        let kind = Kind::Access(AccessKind::CodeHash);
        opening.asked(question::CODE).convicts(kind, [Some(1), Some(0)], [keccak256(runs), lie]);
    }
}

#[test]
fn only_what_opens_a_message_is_judged_and_only_by_its_own() {
    let rules = Fork::Osaka.into();
    let record = Record::Call(CALL, call(&world(), rules, CODED, 0, Outcome::Child));
    let opening = Opening::new(rules, world(), &record, 1, 2);
    // A record that opens none.
    let refused = Record::Call(CALL, call(&world(), rules, ABSENT, 0, Outcome::Nocode));
    let mut other = opening.clone();
    other.commitment.messages[0].message.stateAccessList[2] = refused.encode();
    for question in [question::ENTRY, question::CODE, question::RETURN] {
        other.asked(question).reverts();
        // Another message than the next one.
        let mut frame = opening.proof(question);
        frame.child = opening.commitment.message(0);
        ask(Prover::Frame, opening.commitment.root(), &frame).is_not_among(2);
    }
    // Another instant than the last one.
    for question in [question::RETURN, question::LEAVE] {
        let mut frame = opening.proof(question);
        frame.last = opening.commitment.opened(1, 1);
        ask(Prover::Frame, opening.commitment.root(), &frame).is_not_among(5);
    }
    let frame = opening.proof(U256::from(4));
    ask(Prover::Frame, opening.commitment.root(), &frame).reverts();
    // The rules are the block's.
    let mut frame = opening.proof(question::ENTRY);
    frame.place.environment.rules = U256::from(1);
    ask(Prover::Frame, opening.commitment.root(), &frame).is_not_among(6);
}
