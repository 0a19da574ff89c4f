//! Reads a `witness.bin`: exactly the bytes that the writer makes of what was read.

use std::{borrow::Cow, collections::BTreeMap};

use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes, U256};

use super::{MAGIC, VERSION, messages};
use crate::{
    Rules,
    block::{Block, BlockHashes, header_fits, header_fits_any},
    container::{
        DepositReceipt, Inclusion, Needs, Receipt, ReceiptLogs, Roots, Witness,
        reader::{ContainerError, ContainerFault, Reader},
    },
    crypto::{Crypto, KeccakEach},
    open::{Opened, Read},
    protocol::Change,
    transaction::{Transaction, TransactionBody},
};

/// Reads the file. What is large in it is not copied, but shared with it.
pub(crate) fn decode(file: &Bytes, crypto: Crypto) -> Result<Opened<'static>, ContainerError> {
    let mut body = Reader::new(file, after_version(file)?);
    let mut fields = body.list("witness")?;
    if body.begins_with(&MAGIC) {
        return Err(body.fail("witness", ContainerFault::Several));
    }
    body.end("witness")?;
    let chain_id = fields.value("chain id")?;
    let rules = fields.choice("fork", Rules::of_number)?;
    let block = read_block(&mut fields, rules)?;
    let (ancestors, ancestors_at) = read_ancestors(&mut fields)?;
    let (block_hashes, block_hashes_at) = read_block_hashes(&mut fields)?;
    let (transaction, signed) = read_transaction(&mut fields, crypto)?;
    let receipt = read_receipt(&mut fields, transaction.body())?;
    let roots = read_roots(&mut fields)?;
    let held = Held { file, keccak256_each: crypto.keccak256_each };
    let messages = messages::read(&held, &mut fields)?;
    let codes = List::read(&mut fields, "codes", "code")?;
    let nodes = List::read(&mut fields, "nodes", "node")?;
    let (index, inclusion, inclusion_at) = read_inclusion(&mut fields)?;
    fields.end("witness")?;
    let [(codes, codes_at), (nodes, nodes_at), (inclusion, inclusion_nodes_at)] =
        held.by_hash([codes, nodes, inclusion])?;
    let inclusion = index.map(|index| Inclusion { index, nodes: inclusion });
    let inclusion_at = (inclusion_at, inclusion_nodes_at);
    let witness = Witness {
        chain_id,
        rules,
        block,
        ancestors,
        block_hashes,
        transaction,
        receipt,
        roots,
        messages,
        codes,
        nodes,
        inclusion,
    };
    let witness =
        Opened::new(Cow::Owned(witness), Some(Read { file: file.clone(), crypto, signed }));
    let needs = Needs::of(&witness);
    let ancestors = ancestors_at.get(needs.ancestors).map(|at| (*at, "ancestor"));
    let block_hashes = block_hashes_at.iter().zip(witness.block_hashes.keys());
    let mut block_hashes = block_hashes.filter(|(_, number)| !needs.block_hash(&witness, **number));
    let by_hash = [
        (codes_at, &witness.codes, &needs.codes, "code"),
        (nodes_at, &witness.nodes, &needs.nodes, "node"),
    ];
    let by_hash = by_hash.iter().find_map(|(at, held, needed, field)| {
        let mut both = at.iter().zip(held.keys());
        let (at, hash) = both.find(|(_, hash)| !needed.contains(*hash))?;
        Some((*at, *field, *hash))
    });
    // What was changed, or stands for other code.
    let lacking = needs.codes.iter().find(|hash| !witness.codes.contains_key(*hash));
    if let Some(((at, "code", hash), needed)) = by_hash.zip(lacking) {
        return Err(at.fail("code", ContainerFault::OtherCode { hash, needed: *needed }));
    }
    let by_hash = by_hash.map(|(at, field, _)| (at, field));
    let unused =
        ancestors.or_else(|| block_hashes.next().map(|(at, _)| (*at, "block hash"))).or(by_hash);
    if let Some((at, field)) = unused {
        return Err(at.fail(field, ContainerFault::Unused));
    }
    check_inclusion(&witness, &needs, &inclusion_at)?;
    Ok(witness)
}

/// Makes sure that what proves the inclusion hangs on a header, is whole, and is no more than that.
fn check_inclusion(
    witness: &Witness,
    needs: &Needs,
    (start, places): &(Reader<'_>, Places<'_>),
) -> Result<(), ContainerError> {
    let Some(inclusion) = &witness.inclusion else { return Ok(()) };
    if witness.block.header.is_none() {
        return Err(start.fail("inclusion", ContainerFault::Unused));
    }
    if needs.inclusion.is_none() {
        return Err(start.fail("inclusion", ContainerFault::Way));
    }
    let mut both = places.iter().zip(inclusion.nodes.keys());
    match both.find(|(_, hash)| !needs.on_the_way(hash)) {
        Some((at, _)) => Err(at.fail("inclusion node", ContainerFault::Unused)),
        None => Ok(()),
    }
}

/// What proves the inclusion: the transaction's place, if there is anything, the nodes, and where all of it
/// stands.
fn read_inclusion<'a>(
    fields: &mut Reader<'a>,
) -> Result<(Option<u64>, List<'a>, Reader<'a>), ContainerError> {
    let start = *fields;
    let mut fields = fields.list("inclusion")?;
    if fields.is_empty() {
        return Ok((None, List::default(), start));
    }
    let index = fields.value("transaction's place")?;
    let nodes = List::read(&mut fields, "inclusion nodes", "inclusion node")?;
    fields.end("inclusion")?;
    Ok((Some(index), nodes, start))
}

/// What follows the magic and the version.
fn after_version(file: &[u8]) -> Result<&[u8], ContainerError> {
    let start = Reader::new(file, file);
    let rest = match file.strip_prefix(&MAGIC) {
        Some(rest) => rest,
        None if MAGIC.starts_with(file) => {
            return Err(start.fail("magic", ContainerFault::Truncated));
        }
        None => return Err(start.fail("magic", ContainerFault::Magic)),
    };
    let version = Reader::new(file, rest);
    match rest.split_first() {
        Some((&VERSION, rest)) => Ok(rest),
        Some((&found, _)) => {
            let expected = VERSION;
            Err(version.fail("version", ContainerFault::Version { expected, found }))
        }
        None => Err(version.fail("version", ContainerFault::Truncated)),
    }
}

fn read_block(fields: &mut Reader<'_>, rules: Rules) -> Result<Block, ContainerError> {
    let mut fields = fields.list("block")?;
    let mut block = if fields.is_list() {
        let at = fields;
        let header: Header = fields.value("block header")?;
        if !header_fits(&header, rules.fork()) {
            return Err(at.fail("block header", ContainerFault::Header));
        }
        Block::from_header(header, rules.fork(), None)
    } else {
        read_fields(&mut fields, rules)?
    };
    if rules.has(Change::Blobs) {
        block.blob_base_fee = Some(fields.value("block blob base fee")?);
    }
    fields.end("block")?;
    Ok(block)
}

fn read_fields(fields: &mut Reader<'_>, rules: Rules) -> Result<Block, ContainerError> {
    let mut block = Block {
        number: fields.value("block number")?,
        timestamp: fields.value("block timestamp")?,
        beneficiary: fields.value::<Address>("block beneficiary")?,
        gas_limit: fields.value("block gas limit")?,
        ..Block::default()
    };
    if rules.has(Change::Randomness) {
        block.prev_randao = Some(fields.value::<B256>("block randomness")?);
    } else {
        block.difficulty = Some(fields.value::<U256>("block difficulty")?);
    }
    if rules.has(Change::BaseFee) {
        block.base_fee_per_gas = Some(fields.value("block base fee")?);
    }
    if rules.has(Change::Blobs) {
        block.excess_blob_gas = Some(fields.value("block excess blob gas")?);
    }
    Ok(block)
}

/// Where the items of a list stand.
pub(super) type Places<'a> = Vec<Reader<'a>>;

fn read_ancestors<'a>(
    fields: &mut Reader<'a>,
) -> Result<(Vec<Header>, Places<'a>), ContainerError> {
    let mut items = fields.list("ancestors")?;
    let (mut headers, mut places) = (Vec::new(), Vec::new());
    while !items.is_empty() {
        let at = items;
        let header: Header = items.value("ancestor")?;
        if !header_fits_any(&header) {
            return Err(at.fail("ancestor", ContainerFault::Header));
        }
        headers.push(header);
        places.push(at);
    }
    Ok((headers, places))
}

fn read_block_hashes<'a>(
    fields: &mut Reader<'a>,
) -> Result<(BlockHashes, Places<'a>), ContainerError> {
    let mut items = fields.list("block hashes")?;
    let (mut hashes, mut places) = (BlockHashes::new(), Vec::new());
    while !items.is_empty() {
        let at = items;
        let mut item = items.list("block hash")?;
        let (number, hash) = (item.value("ancestor's number")?, item.value("ancestor's hash")?);
        item.end("block hash")?;
        if hashes.last_key_value().is_some_and(|(last, _)| *last >= number) {
            return Err(at.fail("block hash", ContainerFault::Order));
        }
        hashes.insert(number, hash);
        places.push(at);
    }
    Ok((hashes, places))
}

/// The transaction, and the hash that its sender signed, if the sender is recovered.
fn read_transaction(
    fields: &mut Reader<'_>,
    crypto: Crypto,
) -> Result<(Transaction, Option<B256>), ContainerError> {
    let mut fields = fields.list("transaction")?;
    let at = fields;
    let bytes = fields.bytes("transaction")?;
    let transaction = if fields.is_empty() {
        Transaction::decode_whole_by(bytes, crypto.signer)
    } else {
        let from = fields.value("sender")?;
        fields.end("transaction")?;
        Transaction::decode_unsigned(from, bytes).map(|transaction| (transaction, None))
    };
    transaction.map_err(|error| at.fail("transaction", error))
}

fn read_receipt(
    fields: &mut Reader<'_>,
    body: &TransactionBody,
) -> Result<Receipt, ContainerError> {
    let mut fields = fields.list("receipt")?;
    let mut receipt = Receipt {
        success: fields.value("receipt status")?,
        gas_used: fields.value("receipt gas used")?,
        logs: None,
        deposit: None,
    };
    if body.is_deposit() {
        receipt.deposit = read_deposit(&mut fields)?;
    }
    if !fields.is_empty() {
        let bloom = fields.value("receipt bloom")?;
        receipt.logs = Some(ReceiptLogs { bloom, logs: fields.value("receipt logs")? });
    }
    fields.end("receipt")?;
    Ok(receipt)
}

/// What only a deposit's receipt tells.
fn read_deposit(fields: &mut Reader<'_>) -> Result<Option<DepositReceipt>, ContainerError> {
    let mut fields = fields.list("receipt of a deposit")?;
    if fields.is_empty() {
        return Ok(None);
    }
    let nonce = fields.value("receipt deposit nonce")?;
    let version = match fields.is_empty() {
        true => None,
        false => Some(fields.value("receipt deposit version")?),
    };
    fields.end("receipt of a deposit")?;
    Ok(Some(DepositReceipt { nonce, version }))
}

fn read_roots(fields: &mut Reader<'_>) -> Result<Roots, ContainerError> {
    let mut fields = fields.list("roots")?;
    let roots =
        Roots { enter: fields.value("root at entry")?, leave: fields.value("root at exit")? };
    fields.end("roots")?;
    Ok(roots)
}

/// The byte strings of a list that stand there under their hashes.
#[derive(Debug, Default)]
pub(super) struct List<'a> {
    /// Name of one of them.
    field: &'static str,
    strings: Vec<&'a [u8]>,
    places: Places<'a>,
}

impl<'a> List<'a> {
    pub(super) fn read(
        fields: &mut Reader<'a>,
        list: &'static str,
        field: &'static str,
    ) -> Result<Self, ContainerError> {
        let mut items = fields.list(list)?;
        let mut read = Self { field, ..Self::default() };
        while !items.is_empty() {
            read.places.push(items);
            read.strings.push(items.bytes(field)?);
        }
        Ok(read)
    }
}

/// Byte strings by their hashes, and where each stands.
type ByHash<'a> = (BTreeMap<B256, Bytes>, Places<'a>);

/// The file, and who hashes what stands in it under a hash.
pub(super) struct Held<'f> {
    pub(super) file: &'f Bytes,
    keccak256_each: KeccakEach,
}

impl Held<'_> {
    /// The byte strings of some lists by their hashes, which ascend in each, and where they stand. All are
    /// hashed together.
    pub(super) fn by_hash<'a, const N: usize>(
        &self,
        lists: [List<'a>; N],
    ) -> Result<[ByHash<'a>; N], ContainerError> {
        let strings: Vec<&[u8]> = lists.iter().flat_map(|list| &list.strings).copied().collect();
        let mut hashes = (self.keccak256_each)(&strings).into_iter();
        let mut all = [const { (BTreeMap::new(), Places::new()) }; N];
        for (list, (held, places)) in lists.into_iter().zip(&mut all) {
            let hashes: Vec<B256> = hashes.by_ref().take(list.strings.len()).collect();
            let disorder = hashes.windows(2).position(|pair| pair[0] >= pair[1]);
            if let Some(before) = disorder {
                return Err(list.places[before + 1].fail(list.field, ContainerFault::Order));
            }
            let strings = list.strings.iter().map(|bytes| self.file.slice_ref(bytes));
            *held = hashes.into_iter().zip(strings).collect();
            *places = list.places;
        }
        Ok(all)
    }
}
