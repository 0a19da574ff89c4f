//! What the segments of a message take: the transactions, their exact gas, and what each comes to.
//! `specs/14-chain.md`, section Cost.

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_hypervisor::{Inconclusive, MessageVerdict, SegmentVerdict};
use iso_evm_wire::{MessageWitness, Opened, segment::Segment};

use super::{
    ArchiveCost, Case, Checkpoints, Plan, Route, SENDER, Step, laid::Laid, merge::merged, step,
};
use crate::{
    host::{GAS_CAP, Host, MEMPOOL_LIMIT, Sent},
    register::{Advance, Said, key_of, said_of_returned, verdict_of_revert},
};

/// What calldata has beside a segment's input: envelope, head of the call, proofs.
const AROUND: usize = 4_096;

/// What a transaction comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The register says so.
    Said(Said),
    /// Nothing is decided.
    NotProven(SegmentVerdict),
}

impl Told {
    /// As a verdict on the message: what holds is valid as far as it goes.
    pub fn verdict(&self) -> MessageVerdict {
        match self {
            Self::Said(Said::Held | Said::Advanced(_)) => MessageVerdict::Valid,
            Self::Said(Said::Fraud(verdict))
            | Self::NotProven(SegmentVerdict::Message(verdict)) => verdict.clone(),
            Self::NotProven(SegmentVerdict::NotProven(_) | SegmentVerdict::Reached(_)) => {
                MessageVerdict::Inconclusive { reason: Inconclusive::Other }
            }
        }
    }

    /// Whether it convicts.
    pub const fn is_fraud(&self) -> bool {
        matches!(self, Self::Said(Said::Fraud(_)))
    }
}

/// What a part of a message takes, from a place to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentCost {
    /// The segment of the commitment that it is, or is in.
    pub index: u64,
    /// The guest's gas at its start.
    pub from: u64,
    /// The gas that it ends at; none if it ends as the message does.
    pub to: Option<u64>,
    /// Number of records.
    pub records: usize,
    /// Parts of its input that calldata has no room for.
    pub archives: Vec<ArchiveCost>,
    /// The transaction.
    pub step: Step,
    /// What it comes to.
    pub told: Told,
    /// The digest that it starts from, where a machine must have come to it before.
    pub reached: Option<B256>,
}

impl SegmentCost {
    /// Its transactions, in order, by what they do.
    pub fn steps(&self) -> impl Iterator<Item = (&'static str, &Step)> {
        let archives = self.archives.iter().map(|archive| ("archive", &archive.step));
        archives.chain([("segment", &self.step)])
    }

    /// Whether all its transactions can be sent.
    pub fn fits(&self) -> bool {
        self.steps().all(|(_, step)| step.fits())
    }
}

/// Where a part is judged, and by whom it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Court {
    /// By a register, or straight.
    pub route: Route,
    /// Account that sends, where it is known.
    pub sender: Option<Address>,
}

impl Plan {
    /// What all segments of the default cut take; nothing if the message has none.
    pub(super) fn segments(
        &self,
        witness: &Opened<'_>,
        index: usize,
        route: Route,
    ) -> Vec<SegmentCost> {
        let Ok(case) = self.case(witness, index, None, &Checkpoints::Cut) else {
            return Vec::new();
        };
        let court = Court { route, sender: None };
        (0..case.count()).flat_map(|segment| self.drive(&case, segment, 0, court)).collect()
    }

    /// A message as an operator committed to it. `code` is what a chain has of it, where the witness
    /// does not hold it.
    ///
    /// # Errors
    ///
    /// [`NoCase`](super::NoCase), if nobody can commit to it, or nobody has its code.
    pub fn case(
        &self,
        witness: &Opened<'_>,
        index: usize,
        code: Option<&Bytes>,
        checkpoints: &Checkpoints,
    ) -> Result<Case, super::NoCase> {
        let bytes = witness.messages[index].bytes();
        // With its calldata, which an opened message has beside its fields.
        let message = witness.message(index).map(|message| MessageWitness {
            callData: message.call_data().bytes(),
            ..message.fields().clone()
        });
        let code = witness.code(index).or(code);
        Case::new(self.engine.native(), &bytes, message.as_ref(), code, checkpoints)
    }

    /// The digests that a segment of the commitment can be gone on from: of the starts of all its parts
    /// but the first.
    pub fn places(&self, case: &Case, segment: u64) -> Vec<B256> {
        case.parts(segment).iter().skip(1).map(|part| part.start.digest()).collect()
    }

    /// What a digest is kept under that was reached in a segment of the commitment.
    pub fn key(&self, case: &Case, segment: u64) -> B256 {
        key_of(self.machine.code_hash(), case.commitment().hash(), segment)
    }

    /// What a segment of the commitment takes from its part with this number on: as few transactions as
    /// hold it, which is one for each part at most.
    pub fn drive(&self, case: &Case, segment: u64, from: usize, court: Court) -> Vec<SegmentCost> {
        let parts = case.parts(segment);
        let (mut place, mut costs) = (from, Vec::<SegmentCost>::new());
        while let Some(left) = parts.get(place..).filter(|left| !left.is_empty()) {
            let run = |count: usize| {
                let joined = left[1..count]
                    .iter()
                    .fold(left[0].clone(), |joined, next| merged(&joined, next));
                self.part(case, segment, place, &joined, court)
            };
            let (count, cost) = most(left.len(), court, run);
            place += count;
            let ends = cost.told.is_fraud() || matches!(cost.told, Told::NotProven(_));
            costs.push(cost);
            if ends {
                break;
            }
        }
        costs
    }

    fn part(
        &self,
        case: &Case,
        index: u64,
        place: usize,
        segment: &Segment,
        court: Court,
    ) -> SegmentCost {
        let reached = (place > 0).then(|| segment.start.digest());
        let sender = court.sender.unwrap_or(SENDER);
        let machine = self.machine.address;
        let host = Host::default().with(machine, &self.machine.code);
        let (archives, step, told) = match court.route {
            Route::Hypervisor => {
                let (step, sent) = step(&host, sender, machine, segment.encode());
                let told = straight(&sent, segment, case);
                (Vec::new(), step, told)
            }
            Route::Register { register, operator } => {
                let commitment = case.commitment();
                let Laid { parts, archives } = self.laid(segment, MEMPOOL_LIMIT as usize - AROUND);
                let start = segment.start.record.0;
                let records = start..start + segment.records.len() as u64;
                let advance = Advance {
                    operator,
                    machine,
                    commitment,
                    segment: index,
                    records: case.records.prove(records),
                    claimed: case.claimed(index),
                    input: parts,
                };
                let reached = reached.map(|digest| (self.key(case, index), digest));
                let slots = self.open_slots(operator, commitment.hash(), reached);
                let host = archives
                    .iter()
                    .fold(self.court(register).with_slots(register, slots), |host, archive| {
                        host.with_all(&archive.parts)
                    });
                let host = host.with(machine, &self.machine.code);
                let (step, sent) = step(&host, sender, register, advance.calldata());
                (archives, step, told(&sent))
            }
        };
        SegmentCost {
            index,
            from: segment.start.gas_used.0,
            to: segment.end,
            records: segment.records.len(),
            archives,
            step,
            told,
            reached,
        }
    }
}

/// The most parts that one transaction holds, which is one at least, and what they take. `run` says what
/// a number of them takes.
fn most(left: usize, court: Court, run: impl Fn(usize) -> SegmentCost) -> (usize, SegmentCost) {
    let holds = |cost: &SegmentCost| cost.fits() && cost.archives.is_empty();
    let (mut count, mut cost) = (1, run(1));
    if court.route == Route::Hypervisor || !holds(&cost) {
        return (count, cost);
    }
    // As many as take as much each, or less; then one more at a time.
    let guess = usize::try_from(GAS_CAP / cost.step.gas.max(1)).unwrap_or(1);
    for tried in (2..=guess.min(left)).rev() {
        let more = run(tried);
        if holds(&more) {
            (count, cost) = (tried, more);
            break;
        }
    }
    while count < left && !cost.told.is_fraud() {
        let more = run(count + 1);
        if !holds(&more) {
            break;
        }
        (count, cost) = (count + 1, more);
    }
    (count, cost)
}

const OTHER: Told = Told::NotProven(SegmentVerdict::Message(MessageVerdict::Inconclusive {
    reason: Inconclusive::Other,
}));

/// What the register says.
fn told(sent: &Sent) -> Told {
    let said = if sent.success {
        said_of_returned(&sent.output).map(Told::Said)
    } else {
        verdict_of_revert(&sent.output).map(Told::NotProven)
    };
    said.unwrap_or(OTHER)
}

/// What a machine's own answer says of a segment: that it leads to the next, or to the message's end.
pub(crate) fn of_machine(success: bool, data: &[u8], end: Option<B256>) -> Told {
    let answer = if success {
        SegmentVerdict::from_returned(data)
    } else {
        SegmentVerdict::from_reverted(data)
    };
    match answer {
        SegmentVerdict::Reached(reached) if Some(reached.digest()) == end => Told::Said(Said::Held),
        SegmentVerdict::Message(MessageVerdict::Valid) if end.is_none() => Told::Said(Said::Held),
        SegmentVerdict::Message(
            verdict @ (MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. }),
        ) => Told::Said(Said::Fraud(verdict)),
        SegmentVerdict::Reached(_) | SegmentVerdict::Message(MessageVerdict::Valid) => OTHER,
        answer => Told::NotProven(answer),
    }
}

fn straight(sent: &Sent, segment: &Segment, case: &Case) -> Told {
    of_machine(sent.success, &sent.output, case.end_of(segment))
}
