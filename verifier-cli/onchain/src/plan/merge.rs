//! Segments that follow each other, as one. `specs/19-segments.md`, section Where it is cut: what is
//! merged is a segment too, as long as it fits.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use iso_evm_wire::segment::{Page, Pages, Segment};

/// A segment and the next one, as one: it starts where the first does and ends where the second does,
/// with what either needs.
pub(super) fn merged(first: &Segment, second: &Segment) -> Segment {
    let same_return_data = first.start.return_data_hash == second.start.return_data_hash;
    let later = second.return_data.clone().filter(|_| same_return_data);
    Segment {
        end: second.end,
        records: [&first.records[..], &second.records].concat(),
        pages: pages(&first.pages, &second.pages),
        call_data: first.call_data.clone().or_else(|| second.call_data.clone()),
        return_data: first.return_data.clone().or(later),
        code: first.code.clone().or_else(|| second.code.clone()),
        ..first.clone()
    }
}

/// The pages at the first's start. One that only the second looks at is what it was: its hash says so.
fn pages(first: &Pages, second: &Pages) -> Pages {
    let later: BTreeMap<(u64, B256), &Page> =
        second.list().iter().map(|page| ((page.index, page.hash), page)).collect();
    let with_bytes = |page: &Page| {
        let mut page = page.clone();
        if page.bytes.is_none()
            && let Some(found) = later.get(&(page.index, page.hash))
        {
            page.bytes.clone_from(&found.bytes);
        }
        page
    };
    Pages::new(first.list().iter().map(with_bytes).collect())
}
