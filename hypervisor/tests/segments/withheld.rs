//! What a segment is given is needed, all of it; what it lacks is said.

use alloy_primitives::{Bytes, U256};
use iso_evm_hypervisor::{Cutting, Missing, SegmentVerdict};
use iso_evm_wire::segment::{Cut, Page, Pages, Segment};

use crate::program::{Guest, guests};

/// Takes something out of a segment, and says what it lacks then.
fn lacks(guest: &Guest, cutting: &Cutting, take: impl FnOnce(&mut Segment), missing: Missing) {
    let mut segment = cutting.segment.clone();
    take(&mut segment);
    let said = guest.engine.segment(&segment, guest.code.as_ref());
    assert_eq!(said, SegmentVerdict::NotProven(missing), "from {:?}", cutting.segment.start);
}

#[test]
fn nothing_that_a_segment_is_given_is_spare() {
    let mut taken = [0; 4];
    for guest in guests() {
        for stride in [1, 10, 1_000, u64::MAX] {
            let (_, cuttings) = guest.cut(Cut::Stride(stride));
            for cutting in &cuttings {
                let Segment { records, pages, call_data, return_data, .. } = &cutting.segment;
                for count in 0..records.len() {
                    let take = |segment: &mut Segment| segment.records.truncate(count);
                    lacks(&guest, cutting, take, Missing::Records);
                    taken[0] += 1;
                }
                for index in pages.list().iter().filter(|page| page.bytes.is_some()) {
                    let take = |segment: &mut Segment| {
                        let without = |page: &Page| Page {
                            bytes: page.bytes.clone().filter(|_| page.index != index.index),
                            ..page.clone()
                        };
                        let pages = segment.pages.list().iter().map(without).collect();
                        segment.pages = Pages::new(pages);
                    };
                    lacks(&guest, cutting, take, Missing::Memory);
                    taken[1] += 1;
                }
                if call_data.is_some() {
                    lacks(&guest, cutting, |segment| segment.call_data = None, Missing::CallData);
                    taken[2] += 1;
                }
                if return_data.is_some() {
                    let take = |segment: &mut Segment| segment.return_data = None;
                    lacks(&guest, cutting, take, Missing::ReturnData);
                    taken[3] += 1;
                }
            }
        }
    }
    assert!(taken.into_iter().all(|taken| taken > 1), "{taken:?}");
}

/// What a segment is given beyond its needs changes nothing.
#[test]
fn a_segment_with_everything_leads_to_the_same() {
    let guest = &guests()[0];
    let (_, cuttings) = guest.cut(Cut::Stride(1));
    // All of memory, and the return data, as the instructions before left them.
    let mut all = std::collections::BTreeMap::new();
    for cutting in &cuttings {
        for page in cutting.segment.pages.list() {
            if let Some(bytes) = &page.bytes {
                all.insert(page.hash, bytes.clone());
            }
        }
    }
    let mut given = 0;
    for cutting in cuttings.iter().step_by(7) {
        let mut segment = cutting.segment.clone();
        segment.call_data = Some(guest.message.callData.clone());
        let from = segment.start.record.0 as usize;
        segment.records = guest.message.stateAccessList[from..].to_vec();
        let full = |page: &Page| Page { bytes: all.get(&page.hash).cloned(), ..page.clone() };
        segment.pages = Pages::new(segment.pages.list().iter().map(full).collect());
        given += segment.pages.list().iter().filter(|page| page.bytes.is_some()).count();
        assert_eq!(
            guest.engine.segment(&segment, guest.code.as_ref()),
            guest.engine.segment(&cutting.segment, guest.code.as_ref()),
        );
    }
    assert!(given > 300, "{given}");
}

#[test]
fn code_of_another_hash_is_not_the_messages() {
    let guest = &guests()[0];
    let (_, cuttings) = guest.cut(Cut::Stride(1_000));
    for cutting in &cuttings {
        let other = Some(Bytes::from(vec![0x5b]));
        lacks(guest, cutting, |segment| segment.code = other, Missing::Code);
    }
}

/// The contract does an opcode's harmless work before it finds that gas or stack is too short: what
/// the opcode would look at is given, though it halts.
#[test]
fn what_a_halting_opcode_looks_at_is_given() {
    let mut guest = guests().remove(0);
    let (_, steps) = guest.cut(Cut::Stride(1));
    let given = |segment: &Segment| {
        let pages = segment.pages.list().iter().filter(|page| page.bytes.is_some());
        pages.map(|page| page.index).collect::<Vec<_>>()
    };
    let mut halted = 0;
    for step in &steps {
        let Segment { start, records, call_data, .. } = &step.segment;
        let pages = given(&step.segment);
        if !records.is_empty() || (pages.is_empty() && call_data.is_none()) {
            continue;
        }
        guest.message.gasAvailable = U256::from(start.gas_used.0 + 1);
        let (_, cuttings) = guest.cut(Cut::Stride(1));
        let last = &cuttings.last().unwrap().segment;
        assert_eq!((last.start.pc, given(last)), (start.pc, pages));
        assert_eq!(last.call_data, *call_data);
        halted += 1;
        if halted > 100 {
            break;
        }
    }
    assert!(halted > 50, "{halted}");
}

/// A fault that shows without what is missing is found without it.
#[test]
fn return_data_that_is_not_given_has_its_size() {
    let guest = &guests()[0];
    let (_, cuttings) = guest.cut(Cut::Stride(1));
    let mut sizes = 0;
    for cutting in &cuttings {
        let size = cutting.segment.start.return_data_size.0;
        if size == 0 || cutting.segment.return_data.is_some() {
            continue;
        }
        let end = cutting.end.unwrap();
        let said = guest.engine.segment(&cutting.segment, guest.code.as_ref());
        assert_eq!(said, SegmentVerdict::Reached(Box::new(end)));
        sizes += 1;
    }
    assert!(sizes > 20, "{sizes}");
}
