//! Starts that no guest can be in: nothing is said of them, and nothing breaks.

use alloy_primitives::{Bytes, U256};
use iso_evm_hypervisor::{Inconclusive, MessageVerdict, SegmentVerdict};
use iso_evm_wire::segment::{Cut, PAGE_SIZE, Page, Pages, Segment, checkpoint::Number};

use crate::program::guests;

const NOTHING: SegmentVerdict =
    SegmentVerdict::Message(MessageVerdict::Inconclusive { reason: Inconclusive::Other });

/// Makes a start impossible.
type Change = Box<dyn Fn(&mut Segment)>;

#[test]
fn nothing_is_said_of_an_impossible_start() {
    let page = |index, bytes: Option<usize>| Page {
        index,
        hash: Default::default(),
        bytes: bytes.map(|length| vec![1; length].into()),
    };
    let pages = |segment: &mut Segment, pages: &[Page]| segment.pages = Pages::new(pages.to_vec());
    let starts: Vec<Change> = vec![
        Box::new(|segment| segment.start.pc = Number(u64::MAX)),
        Box::new(|segment| segment.start.pc = Number(1 << 24)),
        // Into the data of a PUSH.
        Box::new(|segment| segment.start.pc = Number(1)),
        Box::new(|segment| segment.start.gas_used = Number(u64::MAX)),
        Box::new(|segment| segment.start.stack_height = Number(3)),
        Box::new(|segment| {
            segment.stack = vec![U256::ONE; 1_025];
            segment.start.stack_height = Number(1_025);
        }),
        Box::new(|segment| segment.start.memory_size = Number(u64::MAX)),
        Box::new(|segment| segment.start.memory_size = Number(1 << 33)),
        Box::new(|segment| segment.start.memory_size = Number(1 << 22)),
        Box::new(|segment| segment.start.memory_size = Number(33)),
        Box::new(|segment| segment.call_data = Some(Bytes::from(vec![0; 7]))),
        Box::new(|segment| segment.return_data = Some(Bytes::from(vec![0; 7]))),
        Box::new(move |segment| pages(segment, &[page(u64::MAX, None)])),
        Box::new(move |segment| pages(segment, &[page(1 << 40, Some(PAGE_SIZE))])),
        Box::new(move |segment| pages(segment, &[page(0, Some(5))])),
        Box::new(move |segment| pages(segment, &[page(2, None), page(1, None)])),
        // Not zero behind the end of memory.
        Box::new(move |segment| pages(segment, &[page(9, Some(PAGE_SIZE))])),
    ];
    let guest = &guests()[0];
    let (_, cuttings) = guest.cut(Cut::Stride(10_000));
    for (number, start) in starts.iter().enumerate() {
        for cutting in &cuttings[1..] {
            let mut segment = cutting.segment.clone();
            start(&mut segment);
            let said = guest.engine.segment(&segment, guest.code.as_ref());
            assert_eq!(said, NOTHING, "start {number}");
        }
    }
}

/// A start behind the code stands on the zeros there, where a PUSH that is cut short leads.
#[test]
fn a_start_behind_the_code_stops() {
    use iso_evm_hypervisor::Code;
    let mut guest = guests().remove(1);
    guest.bytes = Bytes::from(vec![0x7f, 1]);
    guest.code = Some(Code::new(guest.bytes.clone()));
    let hash = guest.code.as_ref().unwrap().hash();
    let opening = iso_evm_wire::records::OpeningRecord { kind: 0, codeHash: hash };
    guest.message.stateAccessList[0] = iso_evm_wire::records::Record::Opening(opening).encode();
    guest.message.gasUsed = U256::from(3);
    guest.message.returndataHash = alloy_primitives::KECCAK256_EMPTY;
    assert_eq!(guest.audit(), MessageVerdict::Valid);
    assert_eq!(crate::chain::follow("cut short", &guest, Cut::Stride(1)), 2);
    let (_, cuttings) = guest.cut(Cut::Stride(1));
    let mut segment = cuttings[1].segment.clone();
    assert_eq!(segment.start.pc, Number(33));
    for pc in 1..40 {
        segment.start.pc = Number(pc);
        let said = guest.engine.segment(&segment, guest.code.as_ref());
        let valid = SegmentVerdict::Message(MessageVerdict::Valid);
        assert_eq!(said, if pc == 33 { valid } else { NOTHING }, "{pc}");
    }
}

/// A segment may spend as much as it is given, and its memory may have cost as much.
#[test]
fn a_segment_is_bounded_by_gas() {
    let guest = &guests()[0];
    let (_, cuttings) = guest.cut(Cut::Stride(2_000));
    let enough = MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit };
    for cutting in &cuttings {
        let said =
            |gas| guest.engine.segment_within(&cutting.segment, guest.code.as_ref(), Some(gas));
        let memory = cutting.segment.start.memory_size.0 / 32;
        let memory = 3 * memory + memory * memory / 512;
        let all = cutting.own_gas.max(memory);
        assert_eq!(said(all), guest.engine.segment(&cutting.segment, guest.code.as_ref()));
        assert_eq!(said(all - 1), SegmentVerdict::Message(enough.clone()));
    }
}
