//! Lies about what follows from the transaction: its top message and its end.

use alloy_primitives::{Address, B256, Bloom, Log, TxKind, U256, hex, keccak256};
use iso_evm_wire::{
    Fork, MessageWitness,
    records::{FrameKind, OpeningRecord, Record},
};

use super::{
    super::recorded::{CONTRACT, OTHER, Setup, legacy, sender},
    Kind, Lies, call, changed,
};

pub(super) fn add(lies: &mut Lies) {
    message(lies);
    creation(lies);
    end(lies);
}

/// Lies about the top message.
fn message(lies: &mut Lies) {
    let (honest, _) = call().record();
    let (plain, _) = Setup::new(Fork::Shanghai, legacy(OTHER.into(), 1, [])).record();
    let none = changed(&honest, |lie| lie.messages.clear());
    lies.add(Kind::Message, "none where code runs", none, [1_u8, 0]);
    let one = changed(&plain, |lie| lie.messages = honest.messages.clone());
    lies.add(Kind::Message, "one where none runs", one, [0_u8, 1]);
    let (collision, _) = Setup::new(Fork::Shanghai, legacy(TxKind::Create, 0, []))
        .code(sender().address().create(3), hex!("00"))
        .record();
    let one = changed(&collision, |lie| lie.messages = honest.messages.clone());
    lies.add(Kind::Message, "one where a creation collides", one, [0_u8, 1]);

    let (from, other) = (sender().address(), Address::repeat_byte(9));
    let kind = |message: &mut MessageWitness| {
        let Ok(Record::Opening(opening)) = Record::decode(&message.stateAccessList[0]) else {
            unreachable!()
        };
        let kind = FrameKind::Create as u8;
        message.stateAccessList[0] = Record::Opening(OpeningRecord { kind, ..opening }).encode();
    };
    lies.add_top(Kind::Kind, &honest, kind, [0_u8, 4]);
    lies.add_top(Kind::Origin, &honest, |message| message.origin = other, [from, other]);
    let price = [U256::from(12), U256::from(13)];
    lies.add_top(Kind::GasPrice, &honest, |message| message.gasPrice = price[1], price);
    lies.add_top(Kind::Caller, &honest, |message| message.caller = other, [from, other]);
    lies.add_top(Kind::To, &honest, |message| message.to = other, [CONTRACT, other]);
    lies.add_top(Kind::Context, &honest, |message| message.context = other, [CONTRACT, other]);
    let value = [U256::from(11), U256::from(12)];
    lies.add_top(Kind::Value, &honest, |message| message.callvalue = value[1], value);
    let data = [&hex!("aabb")[..], &hex!("aabc")];
    let hashes = data.map(keccak256);
    lies.add_top(
        Kind::Calldata,
        &honest,
        |message| message.callData = data[1].to_vec().into(),
        hashes,
    );
    let gas = [U256::from(200_000 - 21_032), U256::from(200_000)];
    lies.add_top(Kind::Gas, &honest, |message| message.gasAvailable = gas[1], gas);
    lies.add_top(Kind::Static, &honest, |message| message.isStatic = true, [false, true]);
    let (right, wrong) = (honest.message(0).unwrap().stateRootEnter, B256::repeat_byte(1));
    lies.add_top(
        Kind::StateRootEnter,
        &honest,
        |message| message.stateRootEnter = wrong,
        [right, wrong],
    );
}

/// Lies about a creation's message.
fn creation(lies: &mut Lies) {
    let setup = Setup::new(Fork::Shanghai, legacy(TxKind::Create, 0, hex!("00")));
    let (honest, _) = setup.record();
    let (new, other) = (sender().address().create(3), sender().address().create(4));
    lies.add_top(Kind::Context, &honest, |message| message.context = other, [new, other]);
    lies.add_top(Kind::To, &honest, |message| message.to = new, [Address::ZERO, new]);
}

/// Lies about the end.
fn end(lies: &mut Lies) {
    let (honest, recording) = call().record();
    let failed = changed(&honest, |lie| lie.receipt.success = false);
    lies.add(Kind::Status, "failed", failed, [true, false]);
    let used = recording.gas_used;
    let less = changed(&honest, |lie| lie.receipt.gas_used -= 1);
    lies.add(Kind::GasUsed, "one less", less, [used, used - 1]);
    let logs = |change: &dyn Fn(&mut Vec<Log>)| {
        changed(&honest, |lie| change(&mut lie.receipt.logs.as_mut().unwrap().logs))
    };
    let short = logs(&|logs| drop(logs.pop()));
    lies.add(Kind::Logs, "one less", short, [2_u8, 1]);
    let moved = logs(&|logs| logs[1].address = OTHER);
    lies.add(Kind::Logs, "another's", moved, [CONTRACT, OTHER]);
    let word = |bloom: Bloom| keccak256(bloom);
    let bloom = honest.receipt.logs.as_ref().unwrap().bloom;
    let mut other = bloom;
    other[0] ^= 1;
    let wrong = changed(&honest, |lie| lie.receipt.logs.as_mut().unwrap().bloom = other);
    lies.add(Kind::Bloom, "a bit", wrong, [word(bloom), word(other)]);
    let (leave, other) = (honest.roots.leave, B256::repeat_byte(1));
    let wrong = changed(&honest, |lie| lie.roots.leave = other);
    lies.add(Kind::StateRootLeave, "another root", wrong, [leave, other]);
}
