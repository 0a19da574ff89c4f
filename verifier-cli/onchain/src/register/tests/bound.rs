use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::SolError;
use iso_evm_wire::segment::{Section, layout};
use revm::bytecode::opcode::*;

use super::court::{Court, not_bound, said};
use crate::register::{NoArchive, NotProven, Part, Said};

/// A court whose machine comes to what the operator says.
fn agreeing() -> Court {
    let court = Court::new();
    let words = court.states[2].checkpoint().to_bytes();
    court.answering(false, &words)
}

fn put(input: &mut [u8], position: usize, word: U256) {
    input[position..position + 32].copy_from_slice(&word.to_be_bytes::<32>());
}

fn get(input: &[u8], position: usize) -> usize {
    U256::from_be_slice(&input[position..position + 32]).to()
}

#[test]
fn the_machine_is_given_the_input_to_the_byte() {
    let mut court = Court::new();
    court.machine = Bytes::from_static(&[
        CALLDATASIZE,
        PUSH0,
        PUSH0,
        CALLDATACOPY,
        CALLDATASIZE,
        PUSH0,
        KECCAK256,
        PUSH0,
        MSTORE,
        PUSH1,
        32,
        PUSH0,
        REVERT,
    ]);
    let segment = court.given();
    let input = segment.encode();
    let answered = |input: &[u8]| NotProven { answer: keccak256(input).to_vec().into() };
    assert_eq!(court.runs(&segment).output, answered(&input).abi_encode());
    // In any number of parts, some of them archived.
    let archive = Address::repeat_byte(0xa1);
    for cut in [1, 640, 1_000, 5_000, input.len() - 1] {
        let (head, tail) = input.split_at(cut);
        let (middle, end) = tail.split_at(tail.len() / 2);
        court.archives = vec![(archive, [&[0], middle].concat().into())];
        let data = |bytes: &[u8]| Part { archive: Address::ZERO, data: bytes.to_vec().into() };
        let parts = vec![data(head), Part { archive, data: Bytes::new() }, data(end), data(&[])];
        let sent = court.send(&court.advance(parts, court.proof(&segment), None));
        assert_eq!(sent.output, answered(&input).abi_encode(), "{cut}");
    }
}

#[test]
fn an_archive_is_believed_nothing() {
    let mut court = agreeing();
    let segment = court.given();
    let input = segment.encode();
    let archive = Address::repeat_byte(0xa1);
    let parts = || vec![Part { archive, data: Bytes::new() }];
    let advance = court.advance(parts(), court.proof(&segment), None);
    assert_eq!(court.send(&advance).output, NoArchive { archive }.abi_encode());
    court.archives = vec![(archive, [&[0], &input[..]].concat().into())];
    assert_eq!(said(&court.send(&advance)), Some(Said::Held));
    let mut other = input.to_vec();
    let stack = get(&input, layout::STACK_AT);
    other[stack] ^= 1;
    court.archives = vec![(archive, [&[0], &other[..]].concat().into())];
    assert_eq!(court.send(&advance).output, not_bound(Section::Stack));
}

#[test]
fn what_is_not_given_need_not_be() {
    let court = agreeing();
    let whole = court.given();
    assert_eq!(said(&court.runs(&whole)), Some(Said::Held));
    let mut less = whole.clone();
    (less.call_data, less.return_data, less.code) = (None, None, None);
    assert_eq!(said(&court.runs(&less)), Some(Said::Held));
    for pages in [vec![], vec![1], vec![3], vec![4], vec![1, 3], vec![3, 4], vec![1, 4]] {
        let mut less = whole.clone();
        less.pages = less.pages.given(&pages.iter().copied().collect());
        assert_eq!(said(&court.runs(&less)), Some(Said::Held), "{pages:?}");
    }
    for records in 0..whole.records.len() {
        let mut less = whole.clone();
        less.records.truncate(records);
        assert_eq!(said(&court.runs(&less)), Some(Said::Held), "{records}");
    }
}

#[test]
fn a_section_that_is_not_what_the_hashes_say_decides_nothing() {
    let court = agreeing();
    let segment = court.given();
    let proof = court.proof(&segment);
    let input = segment.encode();
    let size = U256::from(input.len());
    let at = |position| get(&input, position);
    let refused = |section: Section, what: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut other = input.to_vec();
        change(&mut other);
        assert_ne!(other, input, "{what}");
        assert_eq!(court.tries(&other, &proof).output, not_bound(section), "{what}");
    };
    // A byte of each.
    for (section, from, length) in [
        (Section::Words, 0, 20),
        (Section::Words, layout::START, 32),
        (Section::Records, layout::RECORDS, at(layout::RECORDS_END) - layout::RECORDS),
        (Section::Stack, at(layout::STACK_AT), 64),
        (Section::CallData, at(layout::CALL_DATA_AT), 132),
        (Section::ReturnData, at(layout::RETURN_DATA_AT), 45),
        (Section::PageData, at(layout::PAGE_DATA_AT), 3 * 4_096),
    ] {
        for position in (from..from + length).step_by(1 + length / 40) {
            refused(section, "a byte", &|input| input[position] ^= 1);
        }
    }
    // The list of pages: hashes, indices, its end.
    let list = at(layout::PAGES_AT);
    refused(Section::PageData, "a hash", &|input| input[list + 40] ^= 1);
    refused(Section::Pages, "an index", &|input| input[list + 31] ^= 4);
    refused(Section::Pages, "an end too soon", &|input| input[list + 64..list + 96].fill(0xff));
    refused(Section::PageData, "no end", &|input| input[list + 192] = 0);
    // Where sections stand.
    for (section, word) in [
        (Section::Stack, layout::STACK_AT),
        (Section::CallData, layout::CALL_DATA_AT),
        (Section::ReturnData, layout::RETURN_DATA_AT),
        (Section::Code, layout::CODE_AT),
        (Section::Code, layout::CODE_SIZE),
        (Section::Pages, layout::PAGES_AT),
        (Section::PageData, layout::PAGE_DATA_AT),
        (Section::Withheld, layout::WITHHELD_AT),
        (Section::Records, layout::RECORDS_END),
    ] {
        let far = [size + U256::ONE, U256::MAX, U256::MAX - U256::from(63), U256::ONE << 255];
        for place in far {
            refused(section, "far away", &|input| put(input, word, place));
        }
    }
    for end in [0, layout::RECORDS - 1, layout::RECORDS + 1, layout::RECORDS + 95] {
        refused(Section::Records, "records' end", &|input| {
            put(input, layout::RECORDS_END, U256::from(end));
        });
    }
    for length in [U256::MAX, U256::MAX - U256::from(95), U256::from(1 << 20), U256::ONE << 255] {
        refused(Section::Records, "a record's length", &|input| {
            put(input, layout::RECORDS + 64, length);
        });
    }
    // Flags that are neither; and all that are 0 want their pages.
    let flags = U256::from(at(layout::PAGE_DATA_AT));
    refused(Section::PageData, "one page less", &|input| {
        let data = flags + U256::from(4_096);
        put(input, layout::PAGE_DATA_AT, data);
    });
    refused(Section::Withheld, "another flag", &|input| {
        input.extend([0, 2]);
        let at = input.len() - 2;
        put(input, layout::WITHHELD_AT, U256::from(at));
    });
}

/// The machine takes a flag at its word, and would list a page that is zero by another's hash.
#[test]
fn a_page_that_is_not_listed_is_not_withheld() {
    let court = agreeing();
    let segment = court.given();
    let (input, proof) = (segment.encode(), court.proof(&segment));
    // Pages 1, 3 and 4 are listed.
    for page in [0, 2, 5, 6, 31, 32, 33, 64, 100] {
        let other = [&input[..], &vec![0; page], &[1]].concat();
        assert_eq!(court.tries(&other, &proof).output, not_bound(Section::Withheld), "{page}");
        let more = [&other[..], &[0; 70]].concat();
        assert_eq!(court.tries(&more, &proof).output, not_bound(Section::Withheld), "{page}");
    }
    for (flags, listed) in [(&[0, 1][..], vec![1]), (&[0, 1, 0, 1], vec![1, 3]), (&[0; 99], vec![])]
    {
        let given = [1, 3, 4].into_iter().filter(|page| !listed.contains(page)).collect();
        let mut segment = segment.clone();
        segment.pages = segment.pages.given(&given);
        let written = segment.encode();
        let without = written.len() - segment.pages.withheld().len();
        let other = [&written[..without], flags].concat();
        assert_eq!(said(&court.tries(&other, &proof)), Some(Said::Held), "{flags:?}");
        let one = [&other[..], &vec![0; 40 - flags.len().min(40)], &[1]].concat();
        assert_eq!(court.tries(&one, &proof).output, not_bound(Section::Withheld), "{flags:?}");
    }
}

#[test]
fn an_input_that_is_cut_short_decides_nothing() {
    let court = agreeing();
    let segment = court.given();
    let (input, proof) = (segment.encode(), court.proof(&segment));
    for size in (0..input.len()).step_by(61).chain(input.len() - 40..input.len()) {
        let sent = court.tries(&input[..size], &proof);
        assert!(!sent.success && sent.output.len() == 36, "{size}: {}", sent.output);
        assert_eq!(sent.output[..4], crate::register::NotBound::SELECTOR, "{size}");
    }
}

#[test]
fn records_of_another_place_are_not_the_next() {
    let court = agreeing();
    let segment = court.given();
    let all = &court.message.stateAccessList;
    let tree = iso_evm_wire::segment::RecordTree::of(&court.message);
    for (from, to) in [(1, 3), (3, 4), (3, 7), (1, 7)] {
        let mut other = segment.clone();
        other.records = all[from..to].to_vec();
        for proof in [tree.prove(from as u64..to as u64), tree.prove(2..2 + (to - from) as u64)] {
            let sent = court.tries(&other.encode(), &proof);
            assert_eq!(sent.output, not_bound(Section::Records), "{from}..{to}");
        }
    }
    // A record more than there are; a proof that is too long or too short.
    let mut more = segment.clone();
    more.records.push(all[6].clone());
    assert_eq!(court.tries(&more.encode(), &[]).output, not_bound(Section::Records));
    let proof = court.proof(&segment);
    for proof in [&proof[1..], &[&proof[..], &[B256::ZERO]].concat()] {
        assert_eq!(court.tries(&segment.encode(), proof).output, not_bound(Section::Records));
    }
}
