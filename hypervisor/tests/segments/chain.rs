//! Each segment leads to the start of the next, and the last to the whole's verdict.

use iso_evm_hypervisor::{MessageVerdict, SegmentVerdict};
use iso_evm_wire::segment::{Checkpoint, Cut, Head};

use crate::{
    program::{Guest, fixtures, guests},
    whole::of_segment,
};

/// Cuts a guest, and judges each segment; the number of segments.
pub(crate) fn follow(name: &str, guest: &Guest, cut: Cut) -> usize {
    let whole = guest.audit();
    let (verdict, cuttings) = guest.cut(cut);
    assert_eq!(verdict, whole, "{name}");
    let count = cuttings.len();
    let Some(head) = Head::of(&guest.message) else {
        assert_eq!(count, 0, "{name}");
        return 0;
    };
    assert!(count > 0, "{name}");
    let mut start = Checkpoint::initial(&head);
    for (index, cutting) in cuttings.into_iter().enumerate() {
        let segment = cutting.segment;
        let what = format!("{name}, {cut:?}, segment {index} of {count}");
        assert_eq!(segment.start, start, "{what}");
        assert_eq!(segment.pages.hash(), start.memory_hash, "{what}");
        assert_eq!(segment.end, cutting.end.map(|end| end.gas_used.0), "{what}");
        assert_eq!(cutting.end.is_none(), index + 1 == count, "{what}");
        let said = guest.engine.segment(&segment, guest.code.as_ref());
        match cutting.end {
            Some(end) => {
                assert_eq!(said, SegmentVerdict::Reached(Box::new(end)), "{what}");
                start = end;
            }
            None => assert_eq!(said, of_segment(&whole, &guest.message, &segment), "{what}"),
        }
    }
    count
}

#[test]
fn segments_of_a_message_follow_each_other_whatever_the_stride() {
    let counts = [1, 10, 1_000, u64::MAX].map(|stride| {
        let guests = guests();
        assert!(guests.iter().all(|guest| guest.audit() == MessageVerdict::Valid));
        guests.iter().map(|guest| follow("program", guest, Cut::Stride(stride))).sum::<usize>()
    });
    assert!(counts[0] > 1_000 && counts[3] == 3, "{counts:?}");
}

#[test]
fn segments_of_a_message_follow_each_other_within_bounds() {
    for guest in guests() {
        follow("program", &guest, Cut::default());
    }
}

#[test]
fn segments_of_every_fixture_follow_each_other() {
    let mut count = 0;
    for (name, guest) in fixtures() {
        count += follow(&name, &guest, Cut::Stride(7));
        follow(&name, &guest, Cut::default());
    }
    assert!(count > 5_000, "{count}");
}

/// A stride takes the first boundary behind it, and no other: a boundary does not depend on where the
/// message was cut before.
#[test]
fn a_stride_ends_at_the_first_boundary_behind_it() {
    for guest in guests() {
        let ends = |stride| {
            let (_, cuttings) = guest.cut(Cut::Stride(stride));
            cuttings.iter().filter_map(|cutting| cutting.end).collect::<Vec<_>>()
        };
        let all = ends(1);
        for stride in [2, 5, 97, 3_000] {
            let (mut last, mut wanted) = (0, Vec::new());
            for end in &all {
                if end.gas_used.0 >= last + stride {
                    wanted.push(*end);
                    last = end.gas_used.0;
                }
            }
            assert_eq!(ends(stride), wanted, "stride {stride}");
        }
    }
}

/// The contract's jump goes on behind the `JUMPDEST`: there is no boundary between the two.
#[test]
fn no_segment_ends_between_a_jump_and_where_it_leads() {
    let guest = &guests()[0];
    let (_, cuttings) = guest.cut(Cut::Stride(1));
    let costs = cuttings.iter().filter_map(|cutting| {
        let end = cutting.end?;
        Some((
            cutting.segment.start.pc.0,
            end.pc.0,
            end.gas_used.0 - cutting.segment.start.gas_used.0,
        ))
    });
    // JUMPI and JUMPDEST, JUMP and JUMPDEST.
    let jumps: Vec<_> = costs.filter(|(from, to, _)| to < from || to - from == 2).collect();
    assert!(jumps.iter().any(|(.., gas)| *gas == 11), "{jumps:?}");
    assert!(jumps.iter().any(|(.., gas)| *gas == 9), "{jumps:?}");
}

/// Code that the segment carries and code that is archived are the same to it.
#[test]
fn a_segment_runs_the_code_that_it_carries() {
    for guest in fixtures().into_iter().map(|(_, guest)| guest).take(8) {
        let Some(code) = &guest.code else { continue };
        let (_, cuttings) = guest.cut(Cut::Stride(50));
        for cutting in cuttings {
            let archived = guest.engine.segment(&cutting.segment, Some(code));
            let mut segment = cutting.segment;
            segment.code = Some(guest.bytes.clone());
            assert_eq!(guest.engine.segment(&segment, None), archived);
        }
    }
}
