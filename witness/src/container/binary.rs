//! `witness.bin`: the magic `ISOW`, a version byte, and one RLP list. `specs/09-container.md`.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rlp::{Encodable, Header};

use super::{
    Receipt, RootSource, Roots, Witness,
    reader::{ContainerError, ContainerFault, Reader},
};
use crate::{Fork, block::Block, prestate::BlockHashes, transaction::Transaction};

/// The first bytes of every `witness.bin`.
pub const MAGIC: [u8; 4] = *b"ISOW";

/// The one version there is.
pub const VERSION: u8 = 1;

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

/// The file.
pub(super) fn encode(witness: &Witness) -> Vec<u8> {
    let mut fields = Vec::new();
    witness.chain_id.encode(&mut fields);
    witness.fork.number().encode(&mut fields);
    write_block(&witness.block, witness.fork, &mut fields);
    write_items(&witness.block_hashes, &mut fields, |(number, hash), out| {
        list!(out, number, hash);
    });
    let transaction = &witness.transaction;
    let payload = Bytes::from(transaction.encode());
    match transaction.signature() {
        Some(_) => list!(&mut fields, payload),
        None => list!(&mut fields, payload, transaction.from()),
    }
    list!(&mut fields, witness.receipt.success, witness.receipt.gas_used);
    let Roots { enter, leave, source } = witness.roots;
    list!(&mut fields, enter, leave, source as u8);
    write_items(&witness.messages, &mut fields, |message, out| message.encode(out));
    write_items(witness.codes.values(), &mut fields, |code, out| code.encode(out));
    let mut file = MAGIC.to_vec();
    file.push(VERSION);
    write_list(&fields, &mut file);
    file
}

/// The block's fields: those of its fork, no others.
fn write_block(block: &Block, fork: Fork, out: &mut Vec<u8>) {
    let mut fields = Vec::new();
    block.number.encode(&mut fields);
    block.timestamp.encode(&mut fields);
    block.beneficiary.encode(&mut fields);
    block.gas_limit.encode(&mut fields);
    match fork {
        Fork::Istanbul | Fork::Berlin | Fork::London => {
            block.difficulty.unwrap_or_default().encode(&mut fields);
        }
        _ => block.prev_randao.unwrap_or_default().encode(&mut fields),
    }
    if fork >= Fork::London {
        block.base_fee_per_gas.unwrap_or_default().encode(&mut fields);
    }
    if fork >= Fork::Cancun {
        block.excess_blob_gas.unwrap_or_default().encode(&mut fields);
        block.blob_base_fee.unwrap_or_default().encode(&mut fields);
    }
    write_list(&fields, out);
}

/// Reads the file.
pub(super) fn decode(file: &[u8]) -> Result<Witness, ContainerError> {
    let start = Reader::new(file, file);
    let rest = match file.strip_prefix(&MAGIC) {
        Some(rest) => rest,
        None if MAGIC.starts_with(file) => {
            return Err(start.fail("magic", ContainerFault::Truncated));
        }
        None => return Err(start.fail("magic", ContainerFault::Magic)),
    };
    let version = Reader::new(file, rest);
    let rest = match rest.split_first() {
        Some((&VERSION, rest)) => rest,
        Some((&found, _)) => {
            let expected = VERSION;
            return Err(version.fail("version", ContainerFault::Version { expected, found }));
        }
        None => return Err(version.fail("version", ContainerFault::Truncated)),
    };
    let mut body = Reader::new(file, rest);
    let mut fields = body.list("witness")?;
    body.end("witness")?;
    let chain_id = fields.value("chain id")?;
    let fork = fields.choice("fork", Fork::ALL)?;
    let block = read_block(&mut fields, fork)?;
    let block_hashes_at = fields;
    let block_hashes = read_block_hashes(&mut fields)?;
    let transaction = read_transaction(&mut fields)?;
    let mut receipt = fields.list("receipt")?;
    let receipt = {
        let facts = Receipt {
            success: receipt.value("receipt status")?,
            gas_used: receipt.value("receipt gas used")?,
            logs: None,
        };
        receipt.end("receipt")?;
        facts
    };
    let mut roots = fields.list("roots")?;
    let roots = {
        let facts = Roots {
            enter: roots.value("root at entry")?,
            leave: roots.value("root at exit")?,
            source: roots.choice("source of the roots", RootSource::ALL)?,
        };
        roots.end("roots")?;
        facts
    };
    let mut items = fields.list("messages")?;
    let mut messages = Vec::new();
    while !items.is_empty() {
        messages.push(Bytes::copy_from_slice(items.bytes("message")?));
    }
    let mut witness = Witness {
        chain_id,
        fork,
        block,
        ancestors: Vec::new(),
        block_hashes,
        transaction,
        receipt,
        roots,
        messages,
        codes: BTreeMap::new(),
        inputs: BTreeMap::new(),
        nodes: BTreeMap::new(),
    };
    let needs = witness.needs();
    if witness.block_hashes.keys().any(|number| !needs.block_hashes.contains_key(number)) {
        return Err(block_hashes_at.fail("block hashes", ContainerFault::Unused));
    }
    let mut codes = fields.list("codes")?;
    let mut last = None;
    while !codes.is_empty() {
        let at = codes;
        let code = Bytes::copy_from_slice(codes.bytes("code")?);
        let hash = keccak256(&code);
        if last >= Some(hash) {
            return Err(at.fail("code", ContainerFault::Order));
        }
        if !needs.codes.contains_key(&hash) {
            return Err(at.fail("code", ContainerFault::Unused));
        }
        last = Some(hash);
        witness.codes.insert(hash, code);
    }
    fields.end("witness")?;
    Ok(witness)
}

fn read_block(fields: &mut Reader<'_>, fork: Fork) -> Result<Block, ContainerError> {
    let mut fields = fields.list("block")?;
    let mut block = Block {
        number: fields.value("block number")?,
        timestamp: fields.value("block timestamp")?,
        beneficiary: fields.value::<Address>("block beneficiary")?,
        gas_limit: fields.value("block gas limit")?,
        ..Block::default()
    };
    if fork >= Fork::Paris {
        block.prev_randao = Some(fields.value::<B256>("block randomness")?);
    } else {
        block.difficulty = Some(fields.value::<U256>("block difficulty")?);
    }
    if fork >= Fork::London {
        block.base_fee_per_gas = Some(fields.value("block base fee")?);
    }
    if fork >= Fork::Cancun {
        block.excess_blob_gas = Some(fields.value("block excess blob gas")?);
        block.blob_base_fee = Some(fields.value("block blob base fee")?);
    }
    fields.end("block")?;
    Ok(block)
}

fn read_block_hashes(fields: &mut Reader<'_>) -> Result<BlockHashes, ContainerError> {
    let mut items = fields.list("block hashes")?;
    let mut hashes = BlockHashes::new();
    while !items.is_empty() {
        let at = items;
        let mut item = items.list("block hash")?;
        let (number, hash) = (item.value("ancestor's number")?, item.value("ancestor's hash")?);
        item.end("block hash")?;
        if hashes.last_key_value().is_some_and(|(last, _)| *last >= number) {
            return Err(at.fail("block hashes", ContainerFault::Order));
        }
        hashes.insert(number, hash);
    }
    Ok(hashes)
}

fn read_transaction(fields: &mut Reader<'_>) -> Result<Transaction, ContainerError> {
    let mut fields = fields.list("transaction")?;
    let at = fields;
    let bytes = fields.bytes("transaction")?;
    let transaction = if fields.is_empty() {
        Transaction::decode_signed(bytes)
    } else {
        let from = fields.value("sender")?;
        fields.end("transaction")?;
        Transaction::decode_unsigned(from, bytes)
    };
    transaction.map_err(|error| at.fail("transaction", error))
}
