//! What the segments of a message take: the transactions, their exact gas, and what each comes to.
//! `specs/14-chain.md`, section Cost.

use alloy_primitives::{B256, Bytes, keccak256};
use iso_evm_hypervisor::{Code, Inconclusive, MessageVerdict, SegmentVerdict};
use iso_evm_wire::{
    Opened,
    segment::{Cut, Segment},
};

use super::{Plan, SENDER, Step};
use crate::host::{Call, Host, UNLIMITED};

/// What a segment comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It leads to the next one, or to the message's end.
    Held,
    /// It is false.
    False(MessageVerdict),
    /// Nothing is decided.
    NotProven(SegmentVerdict),
}

impl Told {
    /// As a verdict on the message: what holds is valid as far as it goes.
    pub fn verdict(&self) -> MessageVerdict {
        match self {
            Self::Held => MessageVerdict::Valid,
            Self::False(verdict) | Self::NotProven(SegmentVerdict::Message(verdict)) => {
                verdict.clone()
            }
            Self::NotProven(SegmentVerdict::NotProven(_) | SegmentVerdict::Reached(_)) => {
                MessageVerdict::Inconclusive { reason: Inconclusive::Other }
            }
        }
    }
}

/// What a segment of a message takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentCost {
    /// Which of the message's segments it is.
    pub index: u64,
    /// The guest's gas at its start.
    pub from: u64,
    /// The gas that it ends at; none if it ends as the message does.
    pub to: Option<u64>,
    /// The digest of the checkpoint that it should lead to; none if it ends as the message does.
    pub end: Option<B256>,
    /// Number of records.
    pub records: usize,
    /// The transaction, to the segment machine.
    pub step: Step,
    /// What it comes to.
    pub told: Told,
}

impl Plan {
    /// The segments that a message is cut into, each with its code. `code` is what a chain has of it, where
    /// the witness does not hold it.
    pub fn cuts(&self, witness: &Opened<'_>, index: usize, code: Option<&Bytes>) -> Vec<Segment> {
        let bytes = witness.messages[index].bytes();
        let hash = witness.message(index).and_then(|message| message.code_hash());
        let code = witness.code(index).or(code).filter(|code| Some(keccak256(code)) == hash);
        let run = code.map(|code| Code::new(code.clone()));
        let mut cuts = Vec::new();
        let native = self.engine.native();
        native.cut_within(&bytes, run.as_ref(), Cut::default(), Some(UNLIMITED), &mut |part| {
            cuts.push(Segment { code: code.cloned(), ..part.segment });
        });
        cuts
    }

    /// What segments take that follow each other.
    pub fn segments(&self, cuts: &[Segment]) -> Vec<SegmentCost> {
        let host = Host::default().with(self.machine.address, &self.machine.code);
        let next = cuts.iter().skip(1).map(|cut| Some(cut.start.digest())).chain([None]);
        let each = (0..).zip(cuts.iter().zip(next));
        each.map(|(index, (cut, end))| {
            let data = cut.encode();
            let (step, sent) = Step::of(&host, &Call::new(SENDER, self.machine.address, &data));
            SegmentCost {
                index,
                from: cut.start.gas_used.0,
                to: cut.end,
                end,
                records: cut.records.len(),
                step,
                told: of_machine(sent.success, &sent.output, end),
            }
        })
        .collect()
    }
}

/// What a machine's answer says of a segment: that it leads to the next, or to the message's end.
pub(crate) fn of_machine(success: bool, data: &[u8], end: Option<B256>) -> Told {
    let answer = if success {
        SegmentVerdict::from_returned(data)
    } else {
        SegmentVerdict::from_reverted(data)
    };
    match answer {
        SegmentVerdict::Reached(reached) if Some(reached.digest()) == end => Told::Held,
        SegmentVerdict::Message(MessageVerdict::Valid) if end.is_none() => Told::Held,
        SegmentVerdict::Message(
            verdict @ (MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. }),
        ) => Told::False(verdict),
        SegmentVerdict::Reached(_) | SegmentVerdict::Message(MessageVerdict::Valid) => {
            Told::NotProven(SegmentVerdict::Message(MessageVerdict::Inconclusive {
                reason: Inconclusive::Other,
            }))
        }
        answer => Told::NotProven(answer),
    }
}
