//! Proofs that are changed in one byte: what was true is never false, and what was false is told as it
//! was, or not at all.

use alloy_primitives::B256;
use alloy_sol_types::SolValue;
use iso_evm_provers::proof::{Frame, Read, Write, question};
use iso_evm_wire::{
    Fork, Rules,
    records::{Outcome, Record},
};

use super::{
    answer::{Answer, Prover, ask_bytes},
    claim::{Commitment, Spoken},
    random::{Random, seeds},
    records::{CALL, call, sstore, with_root},
    world::{CODED, DELEGATES, World, word},
    writes::behind,
};

/// Changes a byte, or where the bytes end.
fn changed(random: &mut Random, proof: &[u8]) -> Vec<u8> {
    let mut proof = proof.to_vec();
    let place = random.below(proof.len());
    match random.below(8) {
        0 => proof.truncate(place),
        1 => proof.extend(random.bytes(64)),
        // Words that say where something is, or how long.
        2 => proof[place / 32 * 32..][..32].copy_from_slice(random.word().as_slice()),
        3 => proof[place / 32 * 32..][..32].fill(0),
        4 => proof[place / 32 * 32..][..32].fill(0xff),
        _ => proof[place] ^= 1 << random.below(8),
    }
    proof
}

/// Asks with many changes of a proof, and compares with what the proof itself is answered.
fn never_otherwise(prover: Prover, root: B256, proof: &impl SolValue) {
    let proof = proof.abi_encode();
    let Answer::Convicts(truth, gas) = ask_bytes(prover, root, proof.clone()) else {
        for seed in seeds(300) {
            let proof = changed(&mut Random::new(seed), &proof);
            ask_bytes(prover, root, proof).reverts();
        }
        return;
    };
    println!("{prover:?}: {gas} gas, {} bytes", proof.len());
    for seed in seeds(300) {
        let proof = changed(&mut Random::new(seed), &proof);
        if let Answer::Convicts(told, _) = ask_bytes(prover, root, proof) {
            assert_eq!(told.message, truth.message);
            assert_eq!(told.record, truth.record);
        }
    }
}

#[test]
fn what_is_changed_in_a_proof_convicts_nobody() {
    let rules: Rules = Fork::Osaka.into();
    let before = World::new();
    for lies in [false, true] {
        let record = Record::Sstore(sstore(&before, rules, 1, word(9)));
        let after = behind(&before, rules, &record).instant();
        let mut record = with_root(&record, after.state_root);
        if lies {
            record = with_root(&record, B256::repeat_byte(5));
        }
        let spoken = Spoken::new(before.instant(), &[record], &[after]);
        let commitment = Commitment::new(rules, vec![spoken]);
        let (behind, path) = commitment.behind(0, 1);
        let nodes = before.nodes().into();
        let write = Write { place: commitment.place(0, 1), behind, behindPath: path, nodes };
        never_otherwise(Prover::Write, commitment.root(), &write);

        let mut record = call(&before, rules, DELEGATES, 5, Outcome::Child);
        if lies {
            record.delegate = CODED.create(1);
        }
        let record = Record::Call(CALL, record);
        let mut entry = before.clone();
        entry.entered(rules, &record);
        let parent = Spoken::new(before.instant(), &[record], &[after]);
        let mut child = Spoken::new(entry.instant(), &[], &[]);
        if lies {
            child.entry.refund += 1;
        }
        let commitment = Commitment::new(rules, vec![parent, child]);
        let read =
            Read { place: commitment.place(0, 1), nodes: before.nodes().into(), ..Read::default() };
        never_otherwise(Prover::Read, commitment.root(), &read);
        let frame = Frame {
            question: question::ENTRY,
            place: commitment.place(0, 1),
            child: commitment.message(1),
            nodes: before.nodes().into(),
            ..Frame::default()
        };
        never_otherwise(Prover::Frame, commitment.root(), &frame);
    }
}
