//! A message cut into segments, and a segment on its own. Normative text: `specs/19-segments.md`.
//!
//! In the data's way: `cut` runs a message and gives its segments, `open` is one that has started,
//! `touched` its memory; `resume` runs one, `withheld` is what it is not given. `boundary` is what
//! both stand on: the places between two instructions, as the contract has them.

mod boundary;
mod cut;
mod open;
mod resume;
mod touched;
pub(super) mod withheld;

use alloy_primitives::Bytes;
use iso_evm_wire::{
    encoding::decode_shared,
    segment::{Checkpoint, Cut, Segment},
};

use self::{
    cut::Places,
    open::{Message, Open},
};
use super::{Code, NativeEngine, setup::Setup};
use crate::rules::{
    segment::SegmentVerdict,
    verdict::{Inconclusive, MessageVerdict},
};

/// A segment of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cutting {
    /// The segment, with what its run needs and no more; the code is for the caller to give.
    pub segment: Segment,
    /// The checkpoint that it leads to; none if it ends as the message does.
    pub end: Option<Checkpoint>,
    /// Gas that the guest's own opcodes spend in it, and what hashing the input of children costs.
    pub own_gas: u64,
}

impl NativeEngine {
    /// Cuts a message into segments: `each` is given them, in order, and what is returned is what
    /// [`Self::audit`] says of the whole.
    ///
    /// Each segment's end is the next one's start, and the last ends as the message does, be its
    /// claim true or false. Where the message is false before its first opcode, there is one segment,
    /// of which the same is said. There is none if a message has no [`Head`]: nobody can commit to it.
    ///
    /// Time and memory are bounded as in [`Self::audit`]; a segment that is given is not held.
    ///
    /// [`Head`]: iso_evm_wire::segment::Head
    ///
    /// ```
    /// use alloy_primitives::{Bytes, U256, hex, keccak256};
    /// use iso_evm_hypervisor::{Code, MessageVerdict, NativeEngine, SegmentVerdict};
    /// use iso_evm_wire::{Fork, MessageWitness, encoding::encode, segment::Cut};
    /// use iso_evm_wire::records::{FrameKind, OpeningRecord, Record};
    ///
    /// // PUSH1 2, PUSH1 3, ADD, STOP: 9 gas.
    /// let code = Code::new(Bytes::from(hex!("600260030100")));
    /// let opening = OpeningRecord { kind: FrameKind::Call as u8, codeHash: code.hash() };
    /// let claim = MessageWitness {
    ///     gasAvailable: U256::from(100),
    ///     gasUsed: U256::from(9),
    ///     stateAccessList: vec![Record::Opening(opening).encode()],
    ///     status: U256::from(1),
    ///     returndataHash: keccak256([]),
    ///     ..MessageWitness::default()
    /// };
    /// let (engine, mut segments) = (NativeEngine::new(Fork::Osaka), Vec::new());
    /// let calldata = encode(&claim).into();
    /// let verdict =
    ///     engine.cut(&calldata, Some(&code), Cut::Stride(5), &mut |cut| segments.push(cut));
    /// assert_eq!(verdict, MessageVerdict::Valid);
    /// // The first boundary at which 5 gas is used is before the ADD.
    /// let [first, second] = &segments[..] else { panic!("two segments") };
    /// let end = first.end.unwrap();
    /// assert_eq!((end.pc.0, end.gas_used.0, end.stack_height.0), (4, 6, 2));
    /// assert_eq!(second.segment.start, end);
    /// // Each is judged on its own.
    /// let first = engine.segment(&first.segment, Some(&code));
    /// assert_eq!(first, SegmentVerdict::Reached(Box::new(end)));
    /// let second = engine.segment(&second.segment, Some(&code));
    /// assert_eq!(second, SegmentVerdict::Message(MessageVerdict::Valid));
    /// ```
    pub fn cut(
        &self,
        calldata: &Bytes,
        code: Option<&Code>,
        cut: Cut,
        each: &mut dyn FnMut(Cutting),
    ) -> MessageVerdict {
        self.cut_within(calldata, code, cut, None, each)
    }

    /// [`Self::cut`] with a limit for messages that claim to have any amount of gas, as in
    /// [`Self::audit_within`]. A run that needs more is given without its last segment.
    pub fn cut_within(
        &self,
        calldata: &Bytes,
        code: Option<&Code>,
        cut: Cut,
        gas_limit: Option<u64>,
        each: &mut dyn FnMut(Cutting),
    ) -> MessageVerdict {
        self.cut_by(calldata, code, Places::By(cut), gas_limit, each)
    }

    /// [`Self::cut_within`] where somebody else has said at which amounts of gas, ascending: each cut is at
    /// the first boundary at which at least as much is used.
    pub fn cut_at(
        &self,
        calldata: &Bytes,
        code: Option<&Code>,
        gas: &[u64],
        gas_limit: Option<u64>,
        each: &mut dyn FnMut(Cutting),
    ) -> MessageVerdict {
        self.cut_by(calldata, code, Places::At(gas), gas_limit, each)
    }

    fn cut_by(
        &self,
        calldata: &Bytes,
        code: Option<&Code>,
        cut: Places<'_>,
        gas_limit: Option<u64>,
        each: &mut dyn FnMut(Cutting),
    ) -> MessageVerdict {
        let Some(message) = decode_shared(calldata).ok().and_then(Message::of) else {
            return self.audit_within(calldata, code, gas_limit);
        };
        let most = gas_limit.unwrap_or(u64::MAX);
        let verdict = match self.set_up(calldata, code) {
            Ok(setup) => cut::cut(&message, setup, self.rules.clone(), cut, most, each),
            Err(verdict) => {
                each(Open::initial(&message).last(&message, 0));
                Err(verdict)
            }
        };
        verdict.unwrap_or_else(of_whole)
    }

    /// Judges one segment, as the segment machine does: `code` is what is archived for its message,
    /// used if the segment does not carry the code.
    ///
    /// What stands in the segment is taken to be what the hashes of head and start say, code
    /// excepted. Of a start that no guest can be in nothing is said: inconclusive.
    ///
    /// Time is bounded by what of the message's `gasAvailable` is left, memory by the segment's
    /// length, the code's and what `gasAvailable` buys, at most 8 GiB.
    pub fn segment(&self, segment: &Segment, code: Option<&Code>) -> SegmentVerdict {
        self.segment_within(segment, code, None)
    }

    /// [`Self::segment`] with a limit for messages that claim to have any amount of gas: as much as
    /// the guest's own opcodes may spend in the segment, and its memory at the start may have cost.
    pub fn segment_within(
        &self,
        segment: &Segment,
        code: Option<&Code>,
        gas_limit: Option<u64>,
    ) -> SegmentVerdict {
        let judge = || {
            resume::check(&self.rules, segment, gas_limit)?;
            let setup = Setup::of_segment(segment, self.options.archive, code)?;
            resume::run(self.rules.clone(), setup, segment, gas_limit)
        };
        judge().unwrap_or_else(|verdict| verdict)
    }
}

/// What is said of a whole message, which is given everything.
pub(super) fn of_whole(verdict: SegmentVerdict) -> MessageVerdict {
    match verdict {
        SegmentVerdict::Message(verdict) => verdict,
        _ => MessageVerdict::Inconclusive { reason: Inconclusive::Other },
    }
}

impl From<MessageVerdict> for SegmentVerdict {
    fn from(verdict: MessageVerdict) -> Self {
        Self::Message(verdict)
    }
}
