//! Writes a `witness.bin`: item after item, in the order of `specs/09-container.md`.

use std::iter;

use alloy_primitives::Bytes;
use alloy_rlp::{Encodable, Header};

use super::{MAGIC, VERSION, messages::Messages};
use crate::{
    Rules,
    block::Block,
    container::{DepositReceipt, Inclusion, Receipt, Roots, Shared, Witness},
    protocol::Change,
    transaction::{Transaction, TransactionBody},
};

/// Writes a list of items, each given as a call that appends it.
macro_rules! list {
    ($out:expr, $($item:expr),+ $(,)?) => {{
        let mut payload = Vec::new();
        $($item.encode(&mut payload);)+
        write_list(&payload, $out);
    }};
}

fn write_list(payload: &[u8], out: &mut Vec<u8>) {
    Header { list: true, payload_length: payload.len() }.encode(out);
    out.extend_from_slice(payload);
}

/// Writes a list whose items are written by a function.
fn write_items<T>(
    items: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    write: impl Fn(T, &mut Vec<u8>),
) {
    let mut payload = Vec::new();
    items.into_iter().for_each(|item| write(item, &mut payload));
    write_list(&payload, out);
}

/// Gives the file to `sink`, piece by piece: nothing large is copied on the way.
pub(in crate::container) fn encode(witness: &Witness, sink: &mut dyn FnMut(&[u8])) {
    let mut fields = Vec::new();
    witness.chain_id.encode(&mut fields);
    witness.rules.number().encode(&mut fields);
    write_block(&witness.block, witness.rules, &mut fields);
    write_items(&witness.ancestors, &mut fields, |header, out| header.encode(out));
    write_items(&witness.block_hashes, &mut fields, |(number, hash), out| {
        list!(out, number, hash);
    });
    write_transaction(&witness.transaction, &mut fields);
    write_receipt(&witness.receipt, witness.transaction.body(), &mut fields);
    let Roots { enter, leave } = witness.roots;
    list!(&mut fields, enter, leave);

    let shared = Shared::of(&witness.messages);
    let messages = Messages::new(&witness.messages, &shared);
    let call_data = shared.entries().to_vec();
    let by_hash = [&witness.codes, &witness.nodes].map(|held| held.values().collect());
    let lists: Vec<Vec<&Bytes>> = iter::once(call_data).chain(by_hash).collect();
    let length = |list: &Vec<&Bytes>| {
        let payload_length = list.iter().map(|bytes| bytes.length()).sum();
        Header { list: true, payload_length }
    };
    let headers: Vec<_> = lists.iter().map(length).collect();
    let mut inclusion = Vec::new();
    write_inclusion(witness.inclusion.as_ref(), &mut inclusion);
    let payload_length = fields.len()
        + messages.length()
        + inclusion.len()
        + headers.iter().map(Header::length_with_payload).sum::<usize>();

    let mut start = MAGIC.to_vec();
    start.push(VERSION);
    Header { list: true, payload_length }.encode(&mut start);
    sink(&start);
    sink(&fields);
    messages.write(sink);
    for (header, list) in headers.iter().zip(lists) {
        let mut small = Vec::new();
        header.encode(&mut small);
        sink(&small);
        for bytes in list {
            write_bytes(bytes, sink);
        }
    }
    sink(&inclusion);
}

/// A byte string, which is not copied.
pub(super) fn write_bytes(bytes: &[u8], sink: &mut dyn FnMut(&[u8])) {
    // One byte below 0x80 is its own encoding.
    if bytes.length() > bytes.len() {
        let mut header = Vec::new();
        Header { list: false, payload_length: bytes.len() }.encode(&mut header);
        sink(&header);
    }
    sink(bytes);
}

/// What proves the inclusion; an empty list if there is nothing.
fn write_inclusion(inclusion: Option<&Inclusion>, out: &mut Vec<u8>) {
    let mut fields = Vec::new();
    if let Some(Inclusion { index, nodes }) = inclusion {
        index.encode(&mut fields);
        write_items(nodes.values(), &mut fields, |node, out| node.encode(out));
    }
    write_list(&fields, out);
}

/// The block: its header, or the fields of its rules and no others.
fn write_block(block: &Block, rules: Rules, out: &mut Vec<u8>) {
    let mut fields = Vec::new();
    match &block.header {
        Some(header) => header.encode(&mut fields),
        None => write_fields(block, rules, &mut fields),
    }
    if rules.has(Change::Blobs) {
        block.blob_base_fee.unwrap_or_default().encode(&mut fields);
    }
    write_list(&fields, out);
}

fn write_fields(block: &Block, rules: Rules, fields: &mut Vec<u8>) {
    block.number.encode(fields);
    block.timestamp.encode(fields);
    block.beneficiary.encode(fields);
    block.gas_limit.encode(fields);
    if rules.has(Change::Randomness) {
        block.prev_randao.unwrap_or_default().encode(fields);
    } else {
        block.difficulty.unwrap_or_default().encode(fields);
    }
    if rules.has(Change::BaseFee) {
        block.base_fee_per_gas.unwrap_or_default().encode(fields);
    }
    if rules.has(Change::Blobs) {
        block.excess_blob_gas.unwrap_or_default().encode(fields);
    }
}

fn write_transaction(transaction: &Transaction, out: &mut Vec<u8>) {
    let payload = Bytes::from(transaction.encode());
    if transaction.sender_is_given() {
        list!(out, payload, transaction.from());
    } else {
        list!(out, payload);
    }
}

fn write_receipt(receipt: &Receipt, body: &TransactionBody, out: &mut Vec<u8>) {
    let mut fields = Vec::new();
    receipt.success.encode(&mut fields);
    receipt.gas_used.encode(&mut fields);
    if body.is_deposit() {
        write_deposit(receipt.deposit, &mut fields);
    }
    if let Some(logs) = &receipt.logs {
        logs.bloom.encode(&mut fields);
        logs.logs.encode(&mut fields);
    }
    write_list(&fields, out);
}

/// What only a deposit's receipt tells; an empty list before Regolith.
fn write_deposit(deposit: Option<DepositReceipt>, out: &mut Vec<u8>) {
    let mut fields = Vec::new();
    if let Some(DepositReceipt { nonce, version }) = deposit {
        nonce.encode(&mut fields);
        if let Some(version) = version {
            version.encode(&mut fields);
        }
    }
    write_list(&fields, out);
}
