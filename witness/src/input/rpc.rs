//! The first shape: what a node's RPC returns, put side by side.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use alloy_rpc_types_eth::EIP1186AccountProofResponse;
use serde::Deserialize;

use super::{
    Input, InputError, agree,
    alloc::UniqueMap,
    ancestors,
    answer::Answer,
    diff::GivenPrestate,
    given_block::{self, GivenBlock, ReadBlock},
    given_receipt::{GivenReceipt, ReadReceipt},
    given_transaction::GivenTransaction,
    listed::listed_notes,
    note::Note,
    proofs,
    said::{At, Place, Whose},
};
use iso_evm_wire::{
    Rules,
    block::{Block, BlockFields},
    protocol::transaction_gas_cap,
    quantity::{self as number, Number},
    rules::Family,
    schedule::{self, Scheduled},
    transaction::{TransactionDefaults, TransactionError},
};

/// `{"fork", "chainId", "block", "ancestors", "blockHashes", "transaction", "prestate", "stateRoot", "proofs",
/// "receipt"}`. What a node returns can be its whole answer, with the part as its `result`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RpcInput {
    fork: Option<String>,
    #[serde(default, with = "number")]
    chain_id: Option<u64>,
    #[serde(default)]
    block: Answer<GivenBlock>,
    #[serde(default)]
    ancestors: Vec<Answer<GivenBlock>>,
    #[serde(default)]
    block_hashes: Answer<UniqueMap<Number, B256>>,
    transaction: Answer<GivenTransaction>,
    #[serde(default)]
    prestate: Option<Answer<GivenPrestate>>,
    state_root: Option<B256>,
    proofs: Option<Answer<Vec<Answer<EIP1186AccountProofResponse>>>>,
    receipt: Option<Answer<GivenReceipt>>,
}

impl RpcInput {
    /// The input, all checked, and what is to be said of it.
    pub(super) fn into_input(self, asked: Option<Rules>) -> Result<(Input, Vec<Note>), InputError> {
        let mut notes = Vec::new();
        let transaction = self.transaction.0.read(&mut notes)?;
        let ReadBlock { fields, listed } = self.block.0.read("block", &mut notes)?;
        let named = chain(self.chain_id, transaction.chain())?;
        let chain_id = named.unwrap_or(schedule::MAINNET);
        let rules = rules(self.fork.as_deref(), &fields, chain_id, asked)?;
        if named.is_none() {
            if rules.family() != Family::Ethereum {
                return Err(InputError::ChainUnknown(rules));
            }
            notes.push(Note::absent(
                "chainId",
                format!("{chain_id}, that of Ethereum's main chain,"),
            ));
        }
        let number = fields.number.unwrap_or_default();
        let timestamp = fields.timestamp.unwrap_or_default();
        let blobs = schedule::blob_params(rules, chain_id, number, timestamp);
        let block = fields.clone().into_block(rules.fork(), blobs)?;
        notes.extend(given_block::notes(&fields, &block, rules.fork()));
        check_schedule(rules, chain_id, &block)?;
        block.check_blob_base_fee(blobs)?;
        let mut before = Vec::new();
        for (index, Answer(ancestor)) in self.ancestors.into_iter().enumerate() {
            before.push(ancestor.read(&format!("ancestors[{index}]"), &mut notes)?.fields);
        }
        let ancestors = ancestors::headers(&block, before)?;
        let defaults = TransactionDefaults {
            chain_id,
            gas: block.gas_limit.min(transaction_gas_cap(rules.fork())),
            gas_price: block.base_fee_per_gas.unwrap_or_default().into(),
        };
        let (said, hash_given) = (transaction.said(), transaction.hash_given());
        let transaction = transaction.into_transaction(defaults, &mut notes)?;
        let hash = block.header.as_ref().map(|header| header.hash_slow()).or(fields.hash);
        let at = At { block: &block, hash, index: None, whose: Whose::File };
        notes.extend(said.of_a_transaction(&transaction, at));
        notes.extend(listed.root_notes(&fields, rules));
        let own = transaction.hash().or(hash_given);
        let place = Place {
            hash,
            number: block.number,
            timestamp: block.timestamp,
            index: 0,
            base_fee: block.base_fee_per_gas,
        };
        if let Some(list) = listed.read(own, Some(place)) {
            notes.extend(list.notes(&fields));
            let header = block.header.as_deref();
            notes.extend(header.and_then(|header| listed.size_note(header, &list)));
            let hash = transaction.hash();
            notes.extend(hash.and_then(|hash| listed_notes(&list.hashes(), hash, said.index())));
        }
        if let Some(own) = own {
            notes.extend(listed.transaction_notes(&transaction, own, place));
        }
        let receipt = self.receipt.map(|Answer(receipt)| receipt.read(&mut notes)).transpose()?;
        if let Some(ReadReceipt { said: of, itself, .. }) = &receipt {
            let at = At { index: said.index(), ..at };
            notes.extend(of.of_a_receipt(&transaction, own, at));
            notes.extend(itself.notes(own, at));
            if rules.family() == Family::Ethereum {
                notes.extend(itself.of_blobs(&transaction, &block));
            }
        }
        let numbers = self.block_hashes.0.0.iter().map(|(Number(number), _)| *number);
        notes.extend(ancestors::unused(numbers, block.number));
        let block_hashes: BTreeMap<u64, B256> = (self.block_hashes.0.0.into_iter())
            // BLOCKHASH answers zero for a number that no block can have.
            .filter_map(|(Number(number), hash)| Some((u64::try_from(number).ok()?, hash)))
            .collect();
        let block_hashes = ancestors::block_hashes(block_hashes, &block, &ancestors)?;
        let proofs = self.proofs.map(|Answer(proofs)| {
            proofs.into_iter().map(|Answer(proof)| proof).collect::<Vec<_>>()
        });
        let proofs = proofs::state_proof(self.state_root, proofs)?;
        if self.prestate.is_none() {
            notes.push(Note::absent("prestate", "a state without accounts"));
        }
        let prestate = self.prestate.unwrap_or_default();
        let (mut prestate, known) = prestate.0.into_prestate(&mut notes)?;
        if proofs.is_none() {
            // A tracer prints an account that does not exist as one that is empty. A proof tells
            // the two apart.
            prestate.retain(|_, account| !account.is_blank());
        }
        let mut input = Input::new(rules, chain_id, block, transaction, prestate, block_hashes)?;
        input.execution.proofs = proofs;
        input.ancestors = ancestors;
        input.receipt = receipt.map(|receipt| receipt.fields.into_receipt()).transpose()?;
        if let Some(known) = known.filter(|_| input.execution.proofs.is_none()) {
            known.check(&input.execution)?;
        }
        Ok((input, notes))
    }
}

/// The rules given, or those that follow from the chain's schedule.
fn rules(
    fork: Option<&str>,
    block: &BlockFields,
    chain_id: u64,
    asked: Option<Rules>,
) -> Result<Rules, InputError> {
    if let Some(name) = fork {
        return agree(asked, name.parse()?);
    }
    let place = block.number.zip(block.timestamp);
    let scheduled =
        place.and_then(|(number, timestamp)| schedule::scheduled(chain_id, number, timestamp));
    match (scheduled, asked) {
        (Some(scheduled), asked) => agree(asked, scheduled?.rules),
        (None, Some(asked)) => Ok(asked),
        (None, None) => Err(InputError::ForkUnknown(chain_id)),
    }
}

/// The chain that the file names, or the transaction.
fn chain(given: Option<u64>, of_transaction: Option<u64>) -> Result<Option<u64>, InputError> {
    match (given, of_transaction) {
        (Some(expected), Some(found)) if expected != found => {
            Err(TransactionError::Chain { expected, found }.into())
        }
        (given, of_transaction) => Ok(given.or(of_transaction)),
    }
}

/// Makes sure that a block with its header goes by the rules that its chain's schedule says, where that
/// is known: what the transaction audit would find false is not recorded. A block without a header
/// is no chain's.
fn check_schedule(given: Rules, chain_id: u64, block: &Block) -> Result<(), InputError> {
    let Some(header) = &block.header else { return Ok(()) };
    let number = header.number;
    match schedule::scheduled(chain_id, number, header.timestamp).transpose()? {
        Some(Scheduled { rules: found, .. }) if found != given => {
            Err(InputError::ForkSchedule { chain_id, number, given, found })
        }
        _ => Ok(()),
    }
}
