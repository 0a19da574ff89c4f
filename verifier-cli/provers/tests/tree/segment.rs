//! Segments, with machines that answer as a test likes.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use iso_evm_hypervisor::{MismatchKind, verdict::abi};
use iso_evm_provers::{
    Kind,
    tree::{self, Part},
};
use iso_evm_wire::{
    AccessWitness, MessageWitness,
    records::{FrameKind, OpeningRecord, Record},
    segment::{
        Checkpoint, Field, Head, Leaf, Pages, RecordTree, Segment, State, checkpoint::Number,
        layout,
    },
};
use revm::primitives::TxKind;

use crate::{
    claimed::{Claimed, Told},
    host::{Host, PROVER, code, holds, word},
};

const ARTIFACT: &str = include_str!("../../contracts/artifacts/SegmentProver.json");
const MACHINE: Address = Address::repeat_byte(0x3b);

sol! {
    #[derive(Debug, PartialEq, Eq)]
    struct Mismatch_ {
        uint256 kind;
        uint256 message;
        uint256 record;
        bytes32 expected;
        bytes32 found;
    }
    #[derive(Debug, PartialEq, Eq)]
    struct Step {
        uint256 outcome;
        uint256 based;
        bytes32 key;
        bytes32 start;
        bytes32 digest;
        uint256 gasUsed;
        Mismatch_ mismatch;
    }
    function step(bytes32 root, bytes calldata proof) external view returns (Step memory);
    #[derive(Debug, PartialEq, Eq)]
    error NotReached(bytes32 digest);
    #[derive(Debug, PartialEq, Eq)]
    error NotNext(uint256 gasUsed);
    #[derive(Debug, PartialEq, Eq)]
    error NotProven(bytes answer);
    #[derive(Debug, PartialEq, Eq)]
    error NotBound(uint256 section);
}

/// Code that returns or reverts with data, whatever it is called with.
fn stub(reverts: bool, data: &[u8]) -> Bytes {
    let [high, low] = u16::try_from(data.len()).unwrap().to_be_bytes();
    let end = if reverts { 0xfd } else { 0xf3 };
    let head = [0x61, high, low, 0x60, 12, 0x5f, 0x39, 0x61, high, low, 0x5f, end];
    [&head[..], data].concat().into()
}

/// A message of six records with checkpoints, and a state in its middle.
#[derive(Clone)]
struct Court {
    message: MessageWitness,
    claimed: Claimed,
    states: Vec<State>,
    segment: usize,
    machine: Bytes,
}

fn record(index: u8) -> AccessWitness {
    AccessWitness { opcode: 0x54, metadata: vec![index; 64 + usize::from(index)].into() }
}

impl Court {
    fn new() -> Self {
        let opening = OpeningRecord { kind: FrameKind::Call as u8, codeHash: B256::repeat_byte(3) };
        let mut records = vec![Record::Opening(opening.clone()).encode()];
        records.extend((1..=6).map(record));
        let message = MessageWitness {
            stateRootEnter: B256::repeat_byte(7),
            gasAvailable: U256::from(10_000),
            callData: vec![5; 100].into(),
            stateAccessList: records,
            ..MessageWitness::default()
        };
        let head = Head::of(&message).unwrap();
        let state = |gas_used: u64, record: u64| {
            let mut memory = vec![0; 5 * 4_096];
            (memory[4_096 + 17], memory[3 * 4_096]) = (9, 8);
            State {
                pc: gas_used / 10,
                gas_used,
                record,
                stack: vec![U256::from(gas_used), U256::MAX],
                memory,
                return_data: vec![4; 45].into(),
                state_root: B256::repeat_byte(2),
            }
        };
        let states = vec![State::initial(&head), state(1_000, 2), state(2_000, 5), state(3_000, 7)];
        let mut told = Told::new(message.clone(), FrameKind::Call, &[]);
        told.head = head;
        told.records = message.stateAccessList[1..]
            .iter()
            .map(iso_evm_wire::segment::records::to_bytes)
            .collect();
        told.instants = vec![told.instants[0]; 7];
        told.checkpoints = states[1..].iter().map(|state| Leaf::of(&state.checkpoint())).collect();
        Self {
            message,
            claimed: Claimed::new(vec![told]),
            states,
            segment: 1,
            machine: stub(false, &[]),
        }
    }

    /// The prover that knows this machine by its rules.
    fn host(&self) -> Host {
        let mut machines = [B256::repeat_byte(0x99); 9];
        machines[7] = keccak256(&self.machine);
        let arguments = (0_u64, machines).abi_encode_params();
        let init = [&code(ARTIFACT, "bytecode")[..], &arguments].concat();
        let deployed =
            Host::of_code(Bytes::new()).call(TxKind::Create, init.into()).result.unwrap();
        Host::of_code(deployed).with(MACHINE, self.machine.clone())
    }

    fn told(&mut self) -> &mut Told {
        &mut self.claimed.messages[0]
    }

    fn answering(mut self, reverts: bool, data: &[u8]) -> Self {
        self.machine = stub(reverts, data);
        self
    }

    /// From a state on, to a place or the message's end.
    fn from(&self, state: &State, end: Option<u64>) -> Segment {
        Segment {
            head: self.claimed.messages[0].head.clone(),
            start: state.checkpoint(),
            end,
            records: self.message.stateAccessList[state.record as usize..].to_vec(),
            stack: state.stack.clone(),
            pages: Pages::of(&state.memory),
            call_data: Some(self.message.callData.clone()),
            return_data: Some(state.return_data.clone()),
            code: Some(vec![0x5b; 77].into()),
        }
    }

    fn given(&self) -> Segment {
        let end = self.states.get(self.segment + 1).map(|state| state.gas_used);
        self.from(&self.states[self.segment], end)
    }

    fn proof(&self, segment: &Segment, claimed: Option<&Checkpoint>) -> tree::Segment {
        let told = &self.claimed.messages[0];
        let leaves = told.leaves();
        let at = |place: Option<usize>| match place
            .and_then(|place| Some((place, told.checkpoints.get(place)?)))
        {
            Some((place, leaf)) => tree::Leaf {
                record: U256::from(leaf.record.0),
                gasUsed: U256::from(leaf.gas_used.0),
                digest: leaf.digest,
                path: leaves.prove(place as u64..place as u64 + 1),
            },
            None => tree::Leaf::default(),
        };
        let start = segment.start.record.0;
        let records =
            RecordTree::of(&self.message).prove(start..start + segment.records.len() as u64);
        let mut message = self.claimed.message(0);
        message.head = Bytes::new();
        tree::Segment {
            transaction: self.claimed.in_block(),
            environment: self.claimed.environment(),
            message,
            machine: MACHINE,
            segment: U256::from(self.segment),
            from: at(self.segment.checked_sub(1)),
            to: at(Some(self.segment)),
            records,
            claimed: claimed.map(Checkpoint::to_bytes).unwrap_or_default().into(),
            input: vec![Part { archive: Address::ZERO, data: segment.encode() }],
        }
    }

    fn says(&self, segment: &Segment, claimed: Option<&Checkpoint>) -> Result<MismatchKind, Bytes> {
        let said = self.host().prove(self.claimed.root(), &self.proof(segment, claimed)).0?;
        let Some(Kind::Execution(kind)) = Kind::of_number(said.kind.to()) else {
            panic!("{said:?}")
        };
        Ok(kind)
    }

    fn steps(&self, segment: &Segment) -> Result<Step, Bytes> {
        let proof = self.proof(segment, None).abi_encode().into();
        let call = stepCall { root: self.claimed.root(), proof };
        let answer = self.host().call(TxKind::Call(PROVER), call.abi_encode().into());
        answer.result.map(|data| stepCall::abi_decode_returns(&data).unwrap())
    }
}

fn not_proven(answer: &[u8]) -> Bytes {
    NotProven { answer: answer.to_vec().into() }.abi_encode().into()
}

#[test]
fn the_operators_checkpoint_is_the_machines_or_false() {
    let court = Court::new();
    let truth = court.states[2].checkpoint();
    let segment = court.given();
    assert_eq!(
        court.clone().answering(false, &truth.to_bytes()).says(&segment, None),
        Err(holds())
    );
    for field in Field::ALL {
        let mut reached = truth;
        assert!(reached.set(*field, B256::with_last_byte(0x77)));
        let court = court.clone().answering(false, &reached.to_bytes());
        assert_eq!(court.says(&segment, None), Ok(MismatchKind::Checkpoint));
        assert_eq!(court.says(&segment, Some(&truth)), Ok(MismatchKind::of_field(*field)));
        assert_eq!(court.says(&segment, Some(&reached)), Ok(MismatchKind::Checkpoint));
    }
    for (record, gas_used, expected) in
        [(5, 2_001, MismatchKind::CheckpointGasUsed), (6, 2_000, MismatchKind::CheckpointRecord)]
    {
        let mut court = court.clone().answering(false, &truth.to_bytes());
        let leaf = &mut court.told().checkpoints[1];
        (leaf.record, leaf.gas_used) = (Number(record), Number(gas_used));
        let segment = Segment { end: Some(gas_used), ..segment.clone() };
        assert_eq!(court.says(&segment, None), Ok(expected));
    }
    // Gas grows from checkpoint to checkpoint, and there is no more than there is.
    for gas in [1_000, 999, 10_001] {
        let mut court = court.clone();
        court.told().checkpoints[1].gas_used = Number(gas);
        assert_eq!(court.says(&segment, None), Ok(MismatchKind::CheckpointGasUsed));
    }
}

#[test]
fn what_is_reached_is_told_and_convicts_nobody() {
    let court = Court::new();
    let middle = State { gas_used: 1_500, record: 3, ..court.states[1].clone() };
    let halfway = Segment { end: Some(1_499), ..court.given() };
    let advancing = court.clone().answering(false, &middle.checkpoint().to_bytes());
    let step = advancing.steps(&halfway).unwrap();
    assert_eq!(
        (step.outcome, step.based, step.gasUsed),
        (U256::from(1), U256::from(1), U256::from(1_500))
    );
    assert_eq!(
        (step.digest, step.start),
        (middle.checkpoint().digest(), court.states[1].checkpoint().digest())
    );
    assert_eq!(advancing.says(&halfway, None), Err(holds()));
    // From there on a prover alone says nothing.
    let other = Checkpoint { state_root: B256::ZERO, ..court.states[2].checkpoint() };
    let judging = court.clone().answering(false, &other.to_bytes());
    let on = court.from(&middle, Some(2_000));
    let digest = middle.checkpoint().digest();
    assert_eq!(judging.says(&on, None), Err(NotReached { digest }.abi_encode().into()));
    let judged = judging.steps(&on).unwrap();
    assert_eq!((judged.outcome, judged.based, judged.start), (U256::from(2), U256::ZERO, digest));
    // The machine is part of what names a place.
    assert_ne!(judged.key, step.key);
    let mut other = advancing.clone();
    other.told().checkpoints[2].digest = B256::ZERO;
    assert_ne!(other.steps(&halfway).unwrap().key, step.key);
    for end in [1_000, 2_001, 900] {
        let court = advancing.clone();
        let said = court.steps(&Segment { end: Some(end), ..halfway.clone() });
        assert_eq!(said.unwrap_err(), NotNext { gasUsed: U256::from(end) }.abi_encode());
    }
}

#[test]
fn only_the_machines_two_errors_convict() {
    let court = Court::new();
    let mismatch = |kind: u64| {
        let (pc, record) = (U256::from(9), U256::from(4));
        let (expected, found) = (word(1), word(2));
        abi::Mismatch { kind: U256::from(kind), pc, record, expected, found }.abi_encode()
    };
    let segment = court.given();
    let told = court.clone().answering(true, &mismatch(19));
    assert_eq!(told.says(&segment, None), Ok(MismatchKind::Key));
    let said = told.host().prove(told.claimed.root(), &told.proof(&segment, None)).0.unwrap();
    assert_eq!((said.message, said.record), (U256::ZERO, U256::from(4)));
    assert_eq!((said.expected, said.found), (word(1), word(2)));
    // That the message ends before a gas of the challenger's says nothing.
    let absent = court.clone().answering(true, &mismatch(9));
    assert_eq!(absent.says(&segment, None), Ok(MismatchKind::CheckpointAbsent));
    let halfway = Segment { end: Some(1_499), ..segment.clone() };
    assert_eq!(absent.says(&halfway, None), Err(not_proven(&mismatch(9))));
    let malformed = abi::Malformed { position: U256::from(1_344) }.abi_encode();
    let said = court.clone().answering(true, &malformed);
    let said = said.host().prove(said.claimed.root(), &said.proof(&segment, None)).0.unwrap();
    assert_eq!((said.kind, said.found), (U256::from(194), word(1_344)));
    for (reverts, answer) in [
        (true, Vec::new()),
        (false, Vec::new()),
        (false, mismatch(19)),
        (true, [mismatch(19), vec![0]].concat()),
        (true, mismatch(19)[..163].to_vec()),
        (true, [&[1, 2, 3, 4][..], &mismatch(19)[4..]].concat()),
        (false, word(1).to_vec()),
        (true, word(1).to_vec()),
        (true, court.states[2].checkpoint().to_bytes()),
    ] {
        assert_eq!(
            court.clone().answering(reverts, &answer).says(&segment, None),
            Err(not_proven(&answer))
        );
    }
    // At the message's end the word 1 holds.
    let mut last = court.clone().answering(false, word(1).as_slice());
    last.segment = 3;
    assert_eq!(last.says(&last.given(), None), Err(holds()));
    assert_eq!(last.steps(&last.given()).unwrap().outcome, U256::ZERO);
}

#[test]
fn what_is_not_bound_decides_nothing() {
    let court = Court::new().answering(true, &abi::Malformed { position: U256::ZERO }.abi_encode());
    let segment = court.given();
    let (host, root) = (court.host(), court.claimed.root());
    let truth = court.proof(&segment, None);
    assert!(host.prove(root, &truth).0.is_ok());
    let input = segment.encode();
    let at = |word: usize| U256::from_be_slice(&input[word..word + 32]).to::<usize>();
    for (from, size) in [
        (0, 640),
        (layout::START, layout::END - layout::START),
        (layout::RECORDS, at(layout::RECORDS_END) - layout::RECORDS),
        (at(layout::STACK_AT), 64),
        (at(layout::CALL_DATA_AT), 132),
        (at(layout::RETURN_DATA_AT), 45),
        (at(layout::PAGES_AT), 160),
        (at(layout::PAGE_DATA_AT), 2 * 4_096),
    ] {
        for position in (from..from + size).step_by(1 + size / 20) {
            let mut other = input.to_vec();
            other[position] ^= 1;
            let mut proof = truth.clone();
            proof.input = vec![Part { archive: Address::ZERO, data: other.into() }];
            assert!(host.prove(root, &proof).0.is_err(), "{position}");
        }
    }
    let refused = |change: &dyn Fn(&mut tree::Segment)| {
        let mut proof = truth.clone();
        change(&mut proof);
        assert!(host.prove(root, &proof).0.is_err());
    };
    refused(&|proof| proof.machine = PROVER);
    refused(&|proof| proof.machine = Address::ZERO);
    refused(&|proof| proof.environment.rules = U256::from(6));
    refused(&|proof| proof.segment = U256::from(2));
    refused(&|proof| proof.to.digest = B256::ZERO);
    refused(&|proof| proof.from.path.push(B256::ZERO));
    refused(&|proof| proof.message.index = U256::from(1));
    refused(&|proof| proof.records.truncate(proof.records.len() - 1));
    refused(&|proof| proof.message.message.checkpoints.count = U256::from(4));
    eprintln!("a segment without its machine: {} gas", host.prove(root, &truth).1);
}
