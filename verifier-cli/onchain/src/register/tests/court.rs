//! A segment, and a register that holds a commitment to its message.

use alloy_primitives::{Address, B256, Bytes, U256, address};
use alloy_sol_types::SolError;
use iso_evm_wire::{
    AccessWitness, Fork, MessageWitness, Schedule,
    records::{FrameKind, OpeningRecord, Record},
    segment::{Checkpoint, Commitment, Head, Leaf, Pages, RecordTree, Segment, State},
};

use crate::{
    host::{Host, Sent},
    register::{
        self, Advance, NotBound, Part, Said, key_of, open_slot, reached_slot, said_of_returned,
    },
};

pub(super) const REGISTER: Address = address!("00000000000000000000000000000000000e9157");
pub(super) const MACHINE: Address = address!("0000000000000000000000000000000000003ac1");
pub(super) const OPERATOR: Address = address!("0000000000000000000000000000000000000b05");

/// Code that returns or reverts with data, whatever it is called with.
pub(super) fn stub(reverts: bool, data: &[u8]) -> Bytes {
    let [high, low] = u16::try_from(data.len()).unwrap().to_be_bytes();
    let end = if reverts { 0xfd } else { 0xf3 };
    // PUSH2 length, PUSH1 12, PUSH0, CODECOPY, PUSH2 length, PUSH0, RETURN or REVERT
    let head = [0x61, high, low, 0x60, 12, 0x5f, 0x39, 0x61, high, low, 0x5f, end];
    [&head[..], data].concat().into()
}

/// A message of six records, one of them longer than the others, and a state in its middle.
#[derive(Clone)]
pub(super) struct Court {
    pub(super) message: MessageWitness,
    pub(super) head: Head,
    pub(super) states: Vec<State>,
    pub(super) commitment: Commitment,
    pub(super) segment: u64,
    /// What the machine's code is.
    pub(super) machine: Bytes,
    /// The fork's code hash, if it is not the machine's.
    pub(super) expected: Option<B256>,
    pub(super) reached: Vec<(u64, B256)>,
    pub(super) open: bool,
    pub(super) archives: Vec<(Address, Bytes)>,
    pub(super) gas: Option<u64>,
}

fn record(index: u8) -> AccessWitness {
    // Lengths that are no multiple of a word, too.
    AccessWitness { opcode: 0x54, metadata: vec![index; 64 + usize::from(index)].into() }
}

impl Court {
    pub(super) fn new() -> Self {
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
            (memory[4_096 + 17], memory[3 * 4_096], memory[4 * 4_096 + 5]) = (9, 8, 7);
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
        let commitment = committed(&head, &states[1..]);
        Self {
            message,
            head,
            states,
            commitment,
            segment: 1,
            machine: stub(false, &[]),
            expected: None,
            reached: Vec::new(),
            open: true,
            archives: Vec::new(),
            gas: None,
        }
    }

    /// The same, held against the whole of a message's commitment without checkpoints.
    pub(super) fn bare() -> Self {
        let mut court = Self::new();
        court.commitment = committed(&court.head, &[]);
        court.segment = 0;
        court
    }

    /// The state that a segment of these checkpoints starts from.
    pub(super) fn start(&self) -> &State {
        &self.states[self.segment as usize]
    }

    /// The segment from its start to the next checkpoint, all given.
    pub(super) fn given(&self) -> Segment {
        let end = self.states.get(self.segment as usize + 1).map(|state| state.gas_used);
        self.from(self.start(), end)
    }

    /// A segment from a state, with all records that are left.
    pub(super) fn from(&self, state: &State, end: Option<u64>) -> Segment {
        Segment {
            head: self.head.clone(),
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

    pub(super) fn proof(&self, segment: &Segment) -> Vec<B256> {
        let start = segment.start.record.0;
        RecordTree::of(&self.message).prove(start..start + segment.records.len() as u64)
    }

    pub(super) fn hash(&self) -> B256 {
        self.expected.unwrap_or_else(|| alloy_primitives::keccak256(&self.machine))
    }

    pub(super) fn host(&self) -> Host {
        let (hash, schedule) = (self.hash(), Schedule::parse(1, "istanbul=0").unwrap());
        let mut slots = register::slots(&[hash], &schedule);
        let commitment = self.commitment.hash();
        if self.open {
            slots.push(open_slot(OPERATOR, commitment, Fork::Istanbul.into()));
        }
        for (segment, digest) in &self.reached {
            slots.push(reached_slot(key_of(hash, commitment, *segment), *digest));
        }
        Host::default()
            .with(REGISTER, &register::codes(&[hash], &schedule).1)
            .with(MACHINE, &self.machine)
            .with_all(&self.archives)
            .with_slots(REGISTER, slots)
    }

    pub(super) fn advance(
        &self,
        input: Vec<Part>,
        records: Vec<B256>,
        claimed: Option<&Checkpoint>,
    ) -> Bytes {
        let (commitment, segment) = (&self.commitment, self.segment);
        let (operator, machine) = (OPERATOR, MACHINE);
        Advance { operator, machine, commitment, segment, records, claimed, input }.calldata()
    }

    pub(super) fn send(&self, data: &Bytes) -> Sent {
        self.host().send(Address::ZERO, REGISTER, data, self.gas)
    }

    /// What becomes of an input, with a proof of its records.
    pub(super) fn tries(&self, input: &[u8], records: &[B256]) -> Sent {
        let part = Part { archive: Address::ZERO, data: input.to_vec().into() };
        self.send(&self.advance(vec![part], records.to_vec(), None))
    }

    /// What becomes of a segment.
    pub(super) fn runs(&self, segment: &Segment) -> Sent {
        self.tries(&segment.encode(), &self.proof(segment))
    }

    /// With a machine that answers this.
    pub(super) fn answering(mut self, reverts: bool, data: &[u8]) -> Self {
        self.machine = stub(reverts, data);
        self
    }
}

/// A commitment to these states.
pub(super) fn committed(head: &Head, states: &[State]) -> Commitment {
    let leaves = states.iter().map(|state| Leaf::of(&state.checkpoint())).collect();
    Commitment::new(head.hash(), leaves)
}

pub(super) fn said(sent: &Sent) -> Option<Said> {
    if sent.success { said_of_returned(&sent.output) } else { None }
}

pub(super) fn not_bound(section: iso_evm_wire::segment::Section) -> Bytes {
    NotBound { section: U256::from(section as u8) }.abi_encode().into()
}
