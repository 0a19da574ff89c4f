//! Segments at the edges of what the machine keeps, and of what it is given.

use alloy_primitives::{Bytes, U256};
use iso_evm_hypervisor::{Code, MessageVerdict, Missing, SegmentVerdict};
use iso_evm_wire::{
    Fork,
    encoding::encode,
    layout as wire,
    segment::{Cut, Pages, Segment, layout},
};

use crate::harness::{
    audit,
    guest::Guest,
    program::{Program, op},
    segments,
};

fn segments_of(guest: &Guest, stride: u64) -> (Vec<Segment>, Bytes) {
    let both = audit::engine(guest.rules);
    let run = guest.record();
    let message = run.guest();
    let calldata: Bytes = encode(&message.witness).into();
    let code = Code::new(message.code.clone());
    let mut list = Vec::new();
    let cut = Cut::Stride(stride);
    both.native.cut(&calldata, Some(&code), cut, &mut |cutting| list.push(cutting.segment));
    for segment in &mut list {
        segment.code = Some(message.code.clone());
    }
    (list, message.code.clone())
}

/// What both engines say, which is one thing.
fn both_say(guest: &Guest, segment: &Segment, code: &Bytes) -> SegmentVerdict {
    let both = audit::engine(guest.rules);
    let native = both.native.segment(segment, Some(&Code::new(code.clone())));
    assert_eq!(both.segment(segment, Some(code), None).verdict, native);
    native
}

/// The destinations in the last word of code are remembered behind each other: not in the lowest
/// word of a stack that is spilled.
#[test]
fn a_jump_into_the_last_word_of_code_leaves_a_deep_stack_alone() {
    let both = audit::engine(Fork::Osaka);
    for more in 0..128 {
        let code = Program::new().push(7).repeat(499 + more, [op::DUP1]);
        // Data that looks as if it reached over the destination, which is looked for then.
        let code = code.push(0x7f).op([op::POP]);
        let destination = code.len() + 6;
        let code = code.op([0x61]).op((destination as u16).to_be_bytes()).op([op::JUMP]);
        let code = code.op([0x60, 0xd2, op::JUMPDEST]).build();
        let guest = Guest::new(format!("{more} more"), Fork::Osaka, code);
        let run = guest.record();
        let message = run.guest();
        let calldata: Bytes = encode(&message.witness).into();
        let code = Code::new(message.code.clone());
        let cut = Cut::Stride(9);
        segments::check(both, &both.native, &calldata, &code, &message.code, cut);
    }
}

/// The gas for the words to hash runs out, or for memory to copy from, behind a page that is not given.
#[test]
fn a_page_is_looked_at_before_the_gas_for_the_rest_runs_out() {
    for (body, gas) in [
        (Program::new().push(64).push(0).op([op::KECCAK256]), 40),
        (Program::new().push(32).push(100_000).push(0).op([op::MCOPY]), 200),
    ] {
        let code = Program::new().push(1).push(0).op([op::MSTORE]).op(body.build()).build();
        let guest = Guest::new("short of gas", Fork::Osaka, code);
        let (mut list, code) = segments_of(&guest, 12);
        for left in 0..gas {
            let mut segment = list.remove(1);
            let used = segment.start.gas_used.0;
            segment.head.set(wire::GAS_AVAILABLE, U256::from(used + left));
            segment.end = None;
            let given = segment.clone();
            both_say(&guest, &given, &code);
            let mut pages = segment.pages.list().to_vec();
            pages.iter_mut().for_each(|page| page.bytes = None);
            segment.pages = Pages::new(pages);
            let said = both_say(&guest, &segment, &code);
            let halts = matches!(said, SegmentVerdict::Message(MessageVerdict::Mismatch(_)));
            assert!(halts || said == SegmentVerdict::NotProven(Missing::Memory), "{said:?}");
            list.insert(1, given);
        }
    }
}

/// All records are taken, and the slice holds one more.
#[test]
fn a_record_left_over_in_the_slice_is_malformed() {
    let code = Program::new().push(1).op([op::SLOAD, op::POP, op::STOP]).build();
    let guest = Guest::new("left over", Fork::Osaka, code);
    let (mut list, code) = segments_of(&guest, u64::MAX);
    let mut segment = list.remove(0);
    let again = segment.records[0].clone();
    segment.records.push(again);
    let position = (segment.encode().len() - 32 - 200) as u64;
    let said = both_say(&guest, &segment, &code);
    assert!(
        matches!(said, SegmentVerdict::Message(MessageVerdict::Malformed { position: at })
            if at > layout::RECORDS as u64 && at < position + 400),
        "{said:?}"
    );
}
