use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use iso_evm_wire::segment::{Section, layout, records::to_bytes};

use super::court::{Court, OPERATOR, committed, not_bound};
use crate::register::{
    Canonical, NotAmong, NotOpen, Part, malformed_calldata, malformedCall, missizedCall,
};

fn not_among(place: u64) -> Vec<u8> {
    NotAmong { place: U256::from(place) }.abi_encode()
}

#[test]
fn a_record_that_is_none_is_fraud() {
    let mut court = Court::bare();
    let tree = |leaves: Vec<B256>| iso_evm_wire::segment::merkle::Tree::new(leaves);
    let good = to_bytes(&court.message.stateAccessList[2]);
    let mut offset = good.clone();
    offset[63] = 96;
    let mut length = good.clone();
    length[95] += 32;
    let mut huge = good.clone();
    huge[64..96].fill(0xff);
    let mut nearly = good.clone();
    nearly.pop();
    let bad: Vec<Vec<u8>> = vec![
        vec![],
        vec![1],
        good[..95].to_vec(),
        offset,
        length,
        huge,
        nearly,
        [&good[..], &[0; 32]].concat(),
    ];
    let leaf = |bytes: &[u8]| iso_evm_wire::segment::records::leaf(bytes);
    let records: Vec<Vec<u8>> = [vec![good.clone()], bad.clone()].concat();
    let tree = tree(records.iter().map(|bytes| leaf(bytes)).collect());
    court.head.set(layout::RECORDS_ROOT, tree.root().into());
    court.head.set(layout::RECORD_COUNT, U256::from(records.len() + 1));
    court.commitment = committed(&court.head, &[]);
    let send = |court: &Court, index: u64, record: &[u8], path: Vec<B256>| {
        let record = Bytes::from(record.to_vec());
        let (commitment, head) = (&court.commitment, &court.head);
        court.send(&malformed_calldata(OPERATOR, commitment, head, index, record, path))
    };
    for (index, record) in (1..).zip(&records) {
        let path = tree.prove(index - 1..index);
        let sent = send(&court, index, record, path.clone());
        assert_eq!(sent.success, index > 1, "{index}");
        assert!(sent.success || sent.output == Canonical {}.abi_encode());
        // Not another record, nor at another place.
        for (index, record) in [(index, &vec![7; 96]), (index % 9 + 1, record), (0, record)] {
            let sent = send(&court, index, record, path.clone());
            assert_eq!(sent.output, not_among(index));
        }
    }
    // Who has not committed to it does not answer for it.
    court.open = false;
    let sent = send(&court, 2, &records[1], tree.prove(1..2));
    assert_eq!(sent.output, NotOpen {}.abi_encode());
}

#[test]
fn a_head_without_its_tag_is_no_message() {
    let mut court = Court::bare();
    let call = |head: Vec<u8>| -> Bytes {
        let call = malformedCall {
            operator: OPERATOR,
            head: head.into(),
            checkpoints: U256::ZERO,
            checkpointsRoot: B256::ZERO,
            index: U256::ONE,
            record: Bytes::new(),
            path: Vec::new(),
        };
        call.abi_encode().into()
    };
    let sent = court.send(&call(court.head.to_bytes()));
    assert_eq!(sent.output, not_among(1));
    court.head.set(0, U256::from(1));
    court.commitment = committed(&court.head, &[]);
    assert!(court.send(&call(court.head.to_bytes())).success);
    let longer = [court.head.to_bytes(), vec![0; 32]].concat();
    let sent = court.send(&call(longer));
    assert_eq!(sent.output, not_bound(iso_evm_wire::segment::Section::Words));
}

/// A head that has the hash of other `callData` than it says the length of: its segments cannot be
/// run, or are run with a length that is made up, and nothing else convicts.
#[test]
fn a_length_that_call_data_has_not_is_fraud() {
    let truth = Court::bare();
    let data = truth.message.callData.clone();
    let call = |court: &Court, data: &[u8]| -> Bytes {
        let (whole, part) = (Address::ZERO, |data: &[u8]| data.to_vec().into());
        let (first, second) = data.split_at(data.len() / 2);
        let call = missizedCall {
            operator: OPERATOR,
            head: court.head.to_bytes().into(),
            checkpoints: U256::ZERO,
            checkpointsRoot: B256::ZERO,
            callData: vec![
                Part { archive: whole, data: part(first) },
                Part { archive: whole, data: part(second) },
            ],
        };
        call.abi_encode().into()
    };
    // Of a message that is one, nothing.
    assert_eq!(truth.send(&call(&truth, &data)).output, not_bound(Section::CallData));
    for size in [U256::ZERO, U256::from(99), U256::from(101), U256::MAX] {
        let mut court = Court::bare();
        court.head.set(layout::CALL_DATA_SIZE, size);
        court.commitment = committed(&court.head, &[]);
        // The segment itself is not bound.
        let segment = court.given();
        assert_eq!(court.runs(&segment).output, not_bound(Section::CallData), "{size}");
        let sent = court.send(&call(&court, &data));
        assert!(sent.success, "{size}");
        // Only with what the head has the hash of.
        for other in [&data[..99], &[&data[..], &[0]].concat(), &[]] {
            assert_eq!(court.send(&call(&court, other)).output, not_bound(Section::CallData));
        }
        court.open = false;
        assert_eq!(court.send(&call(&court, &data)).output, NotOpen {}.abi_encode());
    }
}
