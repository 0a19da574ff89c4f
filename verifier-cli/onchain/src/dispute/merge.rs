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
    let from = first.first().min(second.first());
    Pages::new(first.list().iter().map(with_bytes).collect()).from(from)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;
    use iso_evm_hypervisor::{Code, MessageVerdict, NativeEngine, SegmentVerdict};
    use iso_evm_wire::{Opened, segment::Cut};
    use iso_evm_witness::{Input, record};

    use super::*;

    #[test]
    fn what_is_joined_leads_where_its_parts_lead() {
        // From the calldata's number down: writes to a page of its own and reads it; then CALLDATACOPY
        // to a page, and RETURN of it.
        let code = hex!(
            "5f355b80611000028052806110000251506001900380600257" "60205f612000376020612000f3"
        );
        let input = format!(
            r#"{{"fork": "osaka", "transaction": {{"from": "0x1111111111111111111111111111111111111111",
            "to": "0x2222222222222222222222222222222222222222", "gas": "0xf4240", "input": "0x{:064x}"}},
            "prestate": {{"0x2222222222222222222222222222222222222222": {{"code": "{}"}}}}}}"#,
            9,
            hex::encode_prefixed(code)
        );
        let input = Input::parse(input.as_bytes(), None).unwrap();
        let witness = record(&input.execution).unwrap().witness(&input);
        let opened = Opened::of(&witness);
        let code = Code::new(opened.code(0).unwrap().clone());
        let native = NativeEngine::new(witness.rules);
        let mut parts = Vec::new();
        let verdict =
            native.cut(&witness.messages[0].bytes(), Some(&code), Cut::Stride(7), &mut |part| {
                parts.push(part);
            });
        assert_eq!(verdict, MessageVerdict::Valid);
        assert!(parts.len() > 20 && parts.last().unwrap().segment.pages.list().len() > 5);
        for first in 0..parts.len() {
            let mut joined = parts[first].segment.clone();
            for part in &parts[first + 1..] {
                joined = merged(&joined, &part.segment);
                let expected = match part.end {
                    Some(end) => SegmentVerdict::Reached(Box::new(end)),
                    None => SegmentVerdict::Message(MessageVerdict::Valid),
                };
                assert_eq!(native.segment(&joined, Some(&code)), expected, "{first}");
            }
        }
    }
}
