//! The segment machine itself behind its prover: a message that lies about its gas is convicted, with checkpoints in one
//! transaction and without in several.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use alloy_sol_types::SolValue;
use iso_evm_hypervisor::{
    Code, Cutting, EmitOptions, MessageVerdict, MismatchKind, NativeEngine, emit_segment,
};
use iso_evm_provers::{
    dispute::{advance_calldata, challenge_calldata, in_one_part, init_code, segment_prover},
    tree::{self, Part},
};
use iso_evm_wire::{
    Fork, MessageWitness, Schedule,
    encoding::encode,
    records::{FrameKind, OpeningRecord, Record},
    segment::{Cut, Head, Leaf},
};

use crate::{
    chain::Chain,
    claimed::{Claimed, Told},
    court::{ACTORS, CHALLENGER, Court, OPERATOR, windows},
};

const MACHINE: Address = Address::repeat_byte(0x3c);

/// PUSH1 200, JUMPDEST, PUSH1 1, SWAP1, SUB, DUP1, PUSH1 2, JUMPI, STOP
const CODE: [u8; 12] = [0x60, 200, 0x5b, 0x60, 1, 0x90, 0x03, 0x80, 0x60, 2, 0x57, 0x00];

fn message(gas_used: u64) -> MessageWitness {
    let opening = OpeningRecord { kind: FrameKind::Call as u8, codeHash: keccak256(CODE) };
    MessageWitness {
        gasAvailable: U256::from(100_000),
        gasUsed: U256::from(gas_used),
        stateAccessList: vec![Record::Opening(opening).encode()],
        status: U256::from(1),
        returndataHash: keccak256([]),
        ..MessageWitness::default()
    }
}

fn cut(engine: &NativeEngine, message: &MessageWitness) -> (MessageVerdict, Vec<Cutting>) {
    let (code, mut all) = (Code::new(Bytes::from(CODE.to_vec())), Vec::new());
    let calldata = encode(message).into();
    let verdict = engine.cut(&calldata, Some(&code), Cut::Stride(1_500), &mut |cut| all.push(cut));
    (verdict, all)
}

/// What is claimed of a block with this message, and these checkpoints.
fn claimed(message: &MessageWitness, checkpoints: Vec<Leaf>) -> Claimed {
    let mut told = Told::new(message.clone(), FrameKind::Call, &[]);
    told.head = Head::of(message).unwrap();
    told.checkpoints = checkpoints;
    Claimed::new(vec![told])
}

fn proof(claimed: &Claimed, cutting: &Cutting, place: usize) -> Bytes {
    let told = &claimed.messages[0];
    let leaf = |place: Option<usize>| {
        let found = place.and_then(|place| Some((place as u64, told.checkpoints.get(place)?)));
        found.map_or_else(tree::Leaf::default, |(place, leaf)| tree::Leaf {
            record: U256::from(leaf.record.0),
            gasUsed: U256::from(leaf.gas_used.0),
            digest: leaf.digest,
            path: told.leaves().prove(place..place + 1),
        })
    };
    let mut segment = cutting.segment.clone();
    segment.code = Some(CODE.to_vec().into());
    let mut message = claimed.message(0);
    message.head = Bytes::new();
    let proof = tree::Segment {
        transaction: claimed.in_block(),
        environment: claimed.environment(),
        message,
        machine: MACHINE,
        segment: U256::from(place),
        from: leaf(place.checked_sub(1)),
        to: leaf(Some(place)),
        records: Vec::new(),
        claimed: Bytes::new(),
        input: vec![Part { archive: Address::ZERO, data: segment.encode() }],
    };
    proof.abi_encode().into()
}

/// The contract with the provers of segments, and where that is.
fn court(machine: Bytes) -> (Court, Address) {
    let mut chain = Chain::new(&ACTORS);
    let mut machines = [B256::ZERO; 8];
    machines[7] = keccak256(&machine);
    chain.put(MACHINE, machine);
    let init = segment_prover(Fork::Istanbul.into(), &machines);
    let code = chain.send(OPERATOR, TxKind::Create, init, U256::ZERO).unwrap();
    let schedule = Schedule::parse(1, "osaka=0").unwrap();
    let init = init_code(&schedule, windows(0), &[keccak256(&code)], 0);
    chain.send(OPERATOR, TxKind::Create, init, U256::ZERO).unwrap();
    let court = Court { chain, at: OPERATOR.create(1), bond: U256::ZERO };
    (court, OPERATOR.create(0))
}

#[test]
fn a_message_that_lies_about_its_gas_is_convicted_in_one_transaction_or_in_several() {
    let machine = emit_segment(&EmitOptions::new(Fork::Osaka));
    let engine = NativeEngine::new(Fork::Osaka);
    let (mut court, prover) = court(machine.code.clone());
    let (verdict, _) = cut(&engine, &message(0));
    let MessageVerdict::Mismatch(mismatch) = verdict else { panic!("{verdict:?}") };
    assert_eq!(mismatch.kind, MismatchKind::GasUsed);
    let gas: u64 = U256::from_be_bytes(mismatch.expected.0).to();

    for lie in [0, 1] {
        let message = message(gas + lie);
        let (_, all) = cut(&engine, &message);
        assert!(all.len() > 3, "{}", all.len());
        let last = all.len() - 1;
        // Without checkpoints: one after the other.
        let bare = claimed(&message, Vec::new());
        let id = court.commits(OPERATOR, B256::ZERO, &bare).unwrap();
        let mut spent = 0;
        for (place, cutting) in all.iter().enumerate() {
            let data = advance_calldata(id, prover, in_one_part(proof(&bare, cutting, 0)));
            let said = court.chain.send(CHALLENGER, TxKind::Call(court.at), data, U256::ZERO);
            assert!(said.is_ok(), "{place}: {said:?}");
            spent += court.chain.gas;
        }
        assert_eq!(court.standing(id), if lie == 0 { 1 } else { 3 });
        eprintln!("{} segments without checkpoints: {spent} gas", all.len());
        // What nobody came to is gone on from by nobody.
        let other = claimed(&message, vec![Leaf::of(&all[0].end.unwrap())]);
        let id = court.commits(OPERATOR, B256::ZERO, &other).unwrap();
        let data = advance_calldata(id, prover, in_one_part(proof(&other, &all[2], 1)));
        assert!(court.chain.send(CHALLENGER, TxKind::Call(court.at), data, U256::ZERO).is_err());
        // With checkpoints: one.
        let leaves: Vec<_> = all.iter().filter_map(|cut| cut.end.as_ref().map(Leaf::of)).collect();
        let whole = claimed(&message, leaves.clone());
        let id = court.commits(OPERATOR, B256::ZERO, &whole).unwrap();
        for (place, cutting) in all.iter().enumerate() {
            let data =
                challenge_calldata(id, 0, prover, in_one_part(proof(&whole, cutting, place)));
            let said = court.chain.send(CHALLENGER, TxKind::Call(court.at), data, U256::ZERO);
            assert_eq!(said.is_ok(), lie == 1 && place == last, "{place}");
        }
        eprintln!("the last of them with checkpoints: {} gas", court.chain.gas);
        assert_eq!(court.standing(id), if lie == 0 { 1 } else { 3 });
    }
    // A checkpoint that is false, of a message that is true.
    let message = message(gas);
    let (_, all) = cut(&engine, &message);
    let mut leaves: Vec<_> = all.iter().filter_map(|cut| cut.end.as_ref().map(Leaf::of)).collect();
    leaves[1].digest = B256::repeat_byte(1);
    let whole = claimed(&message, leaves);
    let id = court.commits(OPERATOR, B256::ZERO, &whole).unwrap();
    for place in [0, 2, 3, 1] {
        let data =
            challenge_calldata(id, 0, prover, in_one_part(proof(&whole, &all[place], place)));
        let said = court.chain.send(CHALLENGER, TxKind::Call(court.at), data, U256::ZERO);
        assert_eq!(said.is_ok(), place == 1, "{place}");
    }
    assert_eq!(court.standing(id), 3);
}
