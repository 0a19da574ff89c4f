//! True claims, out of the project's own witnesses: no prover of this kind finds anything in them.

use std::fs;

use alloy_primitives::{Address, U256};
use iso_evm_provers::{
    proof::{InBlock, InMessage, InTransaction, Opened},
    tree::{Pair, Part, Shape},
};
use iso_evm_testing::fixtures;
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, claim},
};
use iso_evm_wire::{
    Opened as OpenedWitness, Witness,
    records::{Outcome, Record},
};

use crate::host::{Host, holds};

const PAIRS: &str = include_str!("../../contracts/artifacts/PairProver.json");
const SHAPES: &str = include_str!("../../contracts/artifacts/ShapeProver.json");

struct Told<'a>(&'a ClaimedBlock);

impl Told<'_> {
    fn in_block(&self) -> InBlock {
        InBlock {
            block_: (&self.0.claim).into(),
            transaction: (&self.0.transactions[0].claim).into(),
            index: U256::ZERO,
            path: self.0.tree.prove(0..1),
        }
    }

    fn message(&self, index: usize) -> InTransaction {
        let transaction = &self.0.transactions[0];
        let Some(told) = transaction.messages.get(index) else { return InTransaction::default() };
        InTransaction {
            message: (&told.claim).into(),
            index: U256::from(index),
            path: transaction.tree.prove(index as u64..index as u64 + 1),
            head: told.head.to_bytes().into(),
        }
    }

    fn record(&self, message: usize, index: usize) -> InMessage {
        let told = &self.0.transactions[0].messages[message];
        InMessage {
            index: U256::from(index),
            bytes_: told.records[index - 1].clone(),
            path: told.record_tree.prove(index as u64..index as u64 + 1),
        }
    }

    fn behind(&self, message: usize, index: usize) -> Option<Opened> {
        let told = &self.0.transactions[0].messages[message];
        let place = index as u64;
        let path = if index == 0 { Vec::new() } else { told.instants.tree.prove(place - 1..place) };
        Some(Opened { instant: told.behind(index)?.into(), index: U256::from(index), path })
    }
}

/// How many questions were asked of a witness.
fn asked(witness: &Witness, hosts: &[Host; 2]) -> [usize; 3] {
    let opened = OpenedWitness::of(witness);
    let subject = Subject::new(&opened);
    let Some(claimed) = claim(&subject, 1 << 28) else { return [0; 3] };
    let (root, told) = (claimed.root(), Told(&claimed));
    let asks = |host: &Host, proof: &Pair| assert_eq!(host.prove(root, proof).0, Err(holds()));
    let (mut pairs, mut children, mut shapes) = (0, 0, 0);
    for index in 0..witness.messages.len() {
        let message = opened.message(index).unwrap();
        let part = |data: &[u8]| Part { archive: Address::ZERO, data: data.to_vec().into() };
        let parts = message.call_data().pieces().iter().map(|piece| part(piece)).collect();
        let base = Shape {
            transaction: told.in_block(),
            message: told.message(index),
            ..Shape::default()
        };
        let whole = Shape { callData: parts, ..base.clone() };
        assert_eq!(hosts[1].prove(root, &whole).0, Err(holds()));
        for (place, record) in message.records().iter().enumerate().skip(1) {
            let step = message.records().len() / 100 + 1;
            let outcome = match record.as_ref().unwrap() {
                Record::Call(_, call) => call.outcome,
                Record::Create(create) => create.outcome,
                Record::Create2(create) => create.outcome,
                _ if place % step == 0 => {
                    let shape = Shape { record: told.record(index, place), ..base.clone() };
                    assert_eq!(hosts[1].prove(root, &shape).0, Err(holds()));
                    shapes += 1;
                    continue;
                }
                _ => continue,
            };
            let (Some(before), Some(behind)) =
                (told.behind(index, place - 1), told.behind(index, place))
            else {
                continue;
            };
            let child = before.instant.messages.to::<usize>();
            children += usize::from(outcome == Outcome::Child as u8);
            pairs += 1;
            asks(
                &hosts[0],
                &Pair {
                    transaction: told.in_block(),
                    parent: told.message(index),
                    record: told.record(index, place),
                    before,
                    child: told.message(child),
                    behind,
                },
            );
        }
    }
    // No message is left over.
    if let Some(first) = opened.message(0)
        && let Some(before) = told.behind(0, first.records().len() - 1)
    {
        let (transaction, parent) = (told.in_block(), told.message(0));
        asks(&hosts[0], &Pair { transaction, parent, before, ..Pair::default() });
    }
    [pairs, children, shapes]
}

#[test]
fn nothing_is_found_in_what_is_true() {
    let hosts = [Host::new(PAIRS), Host::new(SHAPES)];
    let mut sum = [0; 3];
    for entry in fs::read_dir(fixtures::own()).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with(".witness.bin") {
            continue;
        }
        let witness = Witness::decode(&fs::read(&path).unwrap()).unwrap();
        let more = asked(&witness, &hosts);
        eprintln!("{}: {more:?}", path.file_name().unwrap().to_string_lossy());
        for (sum, more) in sum.iter_mut().zip(more) {
            *sum += more;
        }
    }
    let [pairs, children, shapes] = sum;
    assert!(pairs > 100 && children > 50 && shapes > 200, "{pairs} {children} {shapes}");
}
