//! A message by its segments: what the two engines say of each, and of all together, is what they
//! say of the whole.

use alloy_primitives::{B256, Bytes, U256, hex};
use iso_evm_hypervisor::{Code, Engine, MessageVerdict, NativeEngine, SegmentVerdict};
use iso_evm_wire::{
    encoding::decode,
    message::AccessWitness,
    segment::{Checkpoint, Cut, State, layout, records},
};

/// What was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Compared {
    /// Segments that both engines judged.
    pub(crate) segments: u64,
    /// Most host gas that one of them took.
    pub(crate) host_gas: u64,
}

/// Has both engines judge a message's segments: at most so many of them, spread over all.
///
/// # Panics
///
/// If anything differs.
pub(crate) fn check(
    hypervisor: &Engine,
    native: &NativeEngine,
    calldata: &Bytes,
    code: &Code,
    bytes: &[u8],
    cut: Cut,
) -> Compared {
    let whole = native.audit(calldata, Some(code));
    let mut compared = Compared::default();
    let mut before: Option<Checkpoint> = None;
    let mut last = None;
    let told = || {
        format!(
            "{} {cut:?}\ncode {}\nmessage {}",
            native.rules(),
            hex::encode(bytes),
            hex::encode(calldata)
        )
    };
    let verdict = native.cut(calldata, Some(code), cut, &mut |cutting| {
        let mut segment = cutting.segment;
        match before {
            None => {
                let initial = State::initial(&segment.head).checkpoint();
                assert_eq!(segment.start, initial, "{}", told());
            }
            Some(before) => assert_eq!(segment.start, before, "{}", told()),
        }
        // With the code in calldata, or archived, where other code can stand too.
        let is_its_own = B256::from(segment.head.word(layout::CODE_HASH)) == code.hash();
        let given = is_its_own && compared.segments.is_multiple_of(2);
        segment.code = given.then(|| Bytes::copy_from_slice(bytes));
        let audited = hypervisor.segment(&segment, Some(bytes), None);
        let alone = native.segment(&segment, Some(code));
        assert_eq!(
            audited.verdict,
            alone,
            "native {alone:x?}, segment {}: {}",
            compared.segments,
            told()
        );
        match cutting.end {
            Some(end) => {
                let reached = SegmentVerdict::Reached(Box::new(end));
                assert_eq!(alone, reached, "segment {}: {}", compared.segments, told());
                before = Some(end);
            }
            None => {
                let slice = segment.start.record.0;
                last = Some((alone, slice));
            }
        }
        compared.segments += 1;
        compared.host_gas = compared.host_gas.max(audited.host_gas);
    });
    assert_eq!(verdict, whole, "{}", told());
    if let Some((alone, slice)) = last {
        assert_eq!(in_whole(alone, calldata, slice), SegmentVerdict::Message(whole), "{}", told());
    }
    compared
}

/// What is said of a segment, with positions as they count in the whole message.
pub(crate) fn in_whole(verdict: SegmentVerdict, calldata: &[u8], slice: u64) -> SegmentVerdict {
    let SegmentVerdict::Message(MessageVerdict::Malformed { position }) = verdict else {
        return verdict;
    };
    if position == 0 || position == u64::MAX {
        return verdict;
    }
    let message = decode(calldata).expect("it has segments");
    let list = &message.stateAccessList;
    let before: usize =
        list[..slice as usize].iter().map(|record: &AccessWitness| records::size(record)).sum();
    let first = iso_evm_wire::layout::TUPLE
        + iso_evm_wire::layout::LIST_OFFSET
        + 32
        + 32 * list.len()
        + before;
    let position = U256::from(position).wrapping_sub(U256::from(layout::RECORDS));
    let position = position.wrapping_add(U256::from(first)).saturating_to();
    SegmentVerdict::Message(MessageVerdict::Malformed { position })
}
