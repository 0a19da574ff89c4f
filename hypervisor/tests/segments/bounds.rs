//! Where a message is cut by bounds: at the last boundary that keeps them all.

use std::collections::BTreeSet;

use iso_evm_hypervisor::{Cutting, Inconclusive, MessageVerdict};
use iso_evm_wire::{
    encoding::encode,
    segment::{Bounds, Cut, records},
};

use crate::{chain::follow, program::guests};

/// What segments of one instruction each, one behind the other, come to.
fn sum(cuttings: &[Cutting]) -> Bounds {
    let records = |cutting: &Cutting| cutting.segment.records.len() as u64;
    let bytes = |cutting: &Cutting| {
        cutting.segment.records.iter().map(|record| records::size(record) as u64).sum::<u64>()
    };
    let at_start: BTreeSet<u64> =
        cuttings[0].segment.pages.list().iter().map(|page| page.index).collect();
    let touched: BTreeSet<u64> = cuttings
        .iter()
        .flat_map(|cutting| cutting.segment.pages.list())
        .filter(|page| page.bytes.is_some() && at_start.contains(&page.index))
        .map(|page| page.index)
        .collect();
    Bounds {
        own_gas: cuttings.iter().map(|cutting| cutting.own_gas).sum(),
        records: cuttings.iter().map(records).sum(),
        record_bytes: cuttings.iter().map(bytes).sum(),
        pages: touched.len() as u64,
        span: 0,
    }
}

fn keeps(sum: &Bounds, bounds: &Bounds) -> bool {
    sum.own_gas <= bounds.own_gas
        && sum.records <= bounds.records
        && sum.record_bytes <= bounds.record_bytes
        && sum.pages <= bounds.pages
}

#[test]
fn a_message_is_cut_at_the_last_boundary_within_the_bounds() {
    let loose = Bounds {
        own_gas: u64::MAX,
        records: u64::MAX,
        record_bytes: u64::MAX,
        pages: u64::MAX,
        span: u64::MAX,
    };
    let all = [
        Bounds::HONEST,
        Bounds { own_gas: 1, ..loose },
        Bounds { own_gas: 100, ..loose },
        Bounds { own_gas: 3_001, ..loose },
        Bounds { records: 0, ..loose },
        Bounds { records: 1, ..loose },
        Bounds { records: 3, ..loose },
        Bounds { record_bytes: 700, ..loose },
        Bounds { pages: 0, ..loose },
        Bounds { pages: 1, ..loose },
        Bounds { pages: 2, ..loose },
    ];
    for guest in guests() {
        let (_, steps) = guest.cut(Cut::Stride(1));
        for bounds in all {
            let (_, cuttings) = guest.cut(Cut::Within(bounds));
            let mut first = 0;
            for cutting in &cuttings {
                let mut behind = first + 1;
                while behind < steps.len() && keeps(&sum(&steps[first..=behind]), &bounds) {
                    behind += 1;
                }
                let wanted = steps[behind - 1].end;
                assert_eq!(cutting.end, wanted, "{bounds:?} from {:?}", cutting.segment.start);
                assert_eq!(cutting.own_gas, sum(&steps[first..behind]).own_gas, "{bounds:?}");
                first = behind;
            }
            assert_eq!(first, steps.len(), "{bounds:?}");
            follow("program", &guest, Cut::Within(bounds));
        }
    }
}

/// Of a run that needs more gas than it is given, the segments until then are given.
#[test]
fn a_run_without_end_is_cut_until_its_gas_is_spent() {
    let mut guest = guests().remove(0);
    let (_, honest) = guest.cut(Cut::Stride(500));
    // The program, with any amount of gas and a limit.
    guest.message.gasAvailable = alloy_primitives::U256::from(u64::MAX);
    let mut ends = Vec::new();
    let verdict = guest.engine.cut_within(
        &encode(&guest.message).into(),
        guest.code.as_ref(),
        Cut::Stride(500),
        Some(2_000),
        &mut |cutting| ends.push(cutting.end),
    );
    assert_eq!(verdict, MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit });
    let honest: Vec<_> = honest.into_iter().map(|cutting| cutting.end).take(3).collect();
    assert_eq!(ends, honest);
}
