//! A block of Ethereum with its execution witness, as stateless clients exchange them: the block as a
//! node returns it, and what `debug_executionWitness` answers.
//!
//! In the data's way this is the first of the two shapes that a [`BlockFile`] is made of.

use alloy_consensus::{Header, Transaction as _};
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::B256;
use alloy_trie::root::{ordered_trie_root, ordered_trie_root_encoded};
use iso_evm_wire::{
    Rules,
    block::{BlockFields, header_fits, likely_rules},
    json,
    quantity::Number,
    rules::Family,
    schedule,
    transaction::{Transaction, TransactionDefaults, TransactionFields},
};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::{
    BlockFile, BlockFileError, Head, RootField,
    given::Given,
    preimages::{self, Preimages, header_rlp},
};
use crate::input::{
    Answer,
    object::{Exactly, Object},
};

/// `{"block", "witness", "chainId"}`, or `{"blocks": […], "witness", "network"}`. What a node returns
/// can be its whole answer, with the part as its `result`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WitnessFile {
    block: Option<Answer<GivenBlock>>,
    blocks: Option<Vec<Answer<GivenBlock>>>,
    witness: Option<Answer<ExecutionWitness>>,
    #[serde(alias = "chain_id")]
    chain_id: Option<Number>,
    #[serde(default)]
    network: Value,
}

/// A block, whose header's fields stand beside its lists or in an object of their own, and the lists in
/// another.
struct GivenBlock {
    fields: BlockFields,
    lists: Lists,
}

#[derive(Deserialize)]
struct Lists {
    transactions: Option<Vec<Given<TransactionFields>>>,
    withdrawals: Option<Vec<Withdrawal>>,
}

impl<'de> Deserialize<'de> for GivenBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Integers of any length, to their last digit.
        let fields = Object::deserialize(deserializer)?.into_fields();
        let mut fields = fields.map_err(de::Error::custom)?;
        let header = fields.remove("header").filter(|header| !header.is_null());
        let body = fields.remove("body").filter(|body| !body.is_null());
        let lists = body.unwrap_or_else(|| {
            let lists = ["transactions", "withdrawals"];
            let taken = lists.map(|list| Some((list.to_owned(), fields.remove(list)?)));
            Value::Object(taken.into_iter().flatten().collect())
        });
        let header = header.unwrap_or(Value::Object(fields));
        Ok(Self {
            fields: json::read_value(header).map_err(de::Error::custom)?,
            lists: json::read_value(lists).map_err(de::Error::custom)?,
        })
    }
}

/// What `debug_executionWitness` answers. Its `keys` are those of the trie, hashed or not: the nodes
/// are enough.
#[derive(Deserialize)]
struct ExecutionWitness {
    state: Option<Preimages>,
    codes: Option<Preimages>,
    headers: Option<Vec<Given<Exactly<BlockFields>>>>,
}

impl WitnessFile {
    /// The block, all checked that can be without a run. `asked` are the rules that the user says.
    pub(super) fn into_block(self, asked: Option<Rules>) -> Result<BlockFile, BlockFileError> {
        let mut blocks = self.blocks.unwrap_or_default();
        blocks.extend(self.block);
        let [Answer(block)] = <[_; 1]>::try_from(blocks)
            .map_err(|blocks: Vec<_>| BlockFileError::Blocks(blocks.len()))?;
        let Answer(witness) = self.witness.ok_or(BlockFileError::Missing("witness"))?;
        let GivenBlock { fields, lists } = block;
        let header = fields.into_header().map_err(BlockFileError::Header)?;
        let given = lists.transactions.ok_or(BlockFileError::Missing("transactions"))?;
        let said = self.chain_id.and_then(|Number(id)| u64::try_from(id).ok());
        let chain_id = said.or_else(|| chain_of(&self.network)).or_else(|| first_chain(&given));
        let chain_id = chain_id.ok_or(BlockFileError::NoChain)?;
        let transactions = transactions(given, chain_id)?;
        let family = match transactions.iter().any(|it| it.body().is_deposit()) {
            true => Family::Optimism,
            false => Family::Ethereum,
        };
        let rules = rules_of(&header, chain_id, family, asked)?;
        let withdrawals = lists.withdrawals.unwrap_or_default();
        check_lists(&header, rules, &transactions, &withdrawals)?;

        let Preimages(mut preimages) = witness.state.unwrap_or_default();
        preimages.extend(witness.codes.unwrap_or_default().0);
        let mut headers = Preimages::default();
        for (index, given) in witness.headers.unwrap_or_default().into_iter().enumerate() {
            headers.add(header_rlp(given, index)?);
        }
        let parent = preimages::header(&headers.0, header.parent_hash)
            .ok_or(BlockFileError::Parent(header.parent_hash))?;
        let ancestors = preimages::ancestors(&headers.0, &header, &parent)?;
        let head = Head::Whole(Box::new(header));
        Ok(BlockFile {
            rules,
            chain_id,
            head,
            parent,
            ancestors,
            transactions,
            withdrawals,
            preimages,
        })
    }
}

/// The chain that a file names: by number or name, itself or in what stands around it.
fn chain_of(network: &Value) -> Option<u64> {
    match network {
        Value::Number(number) => number.as_u64(),
        Value::String(name) => match name.to_ascii_lowercase().as_str() {
            "mainnet" | "ethereum" => Some(schedule::MAINNET),
            "holesky" => Some(17_000),
            "hoodi" => Some(560_048),
            "sepolia" => Some(11_155_111),
            name => Number::parse(name).and_then(|number| u64::try_from(number).ok()),
        },
        Value::Object(around) => around.values().find_map(chain_of),
        _ => None,
    }
}

/// The chain that the first transaction is for that says one.
fn first_chain(given: &[Given<TransactionFields>]) -> Option<u64> {
    given.iter().find_map(|given| match given {
        Given::Encoded(bytes) => Transaction::decode_whole(bytes).ok()?.body().chain_id(),
        Given::Fields(fields) => fields.chain(),
    })
}

/// The rules of a block: by its chain's schedule where that is known, else what was asked for, else by
/// the header's fields.
fn rules_of(
    header: &Header,
    chain_id: u64,
    family: Family,
    asked: Option<Rules>,
) -> Result<Rules, BlockFileError> {
    let number = header.number;
    let rules = match (schedule::scheduled(chain_id, number, header.timestamp), asked) {
        (Some(found), asked) => {
            let found = found.map_err(BlockFileError::Fork)?.rules;
            if let Some(asked) = asked.filter(|asked| *asked != found) {
                return Err(BlockFileError::Contradiction { asked, found });
            }
            found
        }
        (None, Some(asked)) => asked,
        (None, None) => match likely_rules(header, family)[..] {
            [rules] => rules,
            ref forks => {
                let names: Vec<_> = forks.iter().map(ToString::to_string).collect();
                let candidates =
                    if names.is_empty() { "none".to_owned() } else { names.join(" or ") };
                return Err(BlockFileError::RulesUnknown { chain_id, candidates });
            }
        },
    };
    if header_fits(header, rules.fork()) {
        Ok(rules)
    } else {
        Err(BlockFileError::HeaderFields { number, rules })
    }
}

fn transactions(
    given: Vec<Given<TransactionFields>>,
    chain_id: u64,
) -> Result<Vec<Transaction>, BlockFileError> {
    let read = |(index, given): (_, Given<TransactionFields>)| {
        let failed = |error| BlockFileError::Transaction { index, error };
        match given {
            Given::Encoded(bytes) if bytes.len() == B256::len_bytes() => {
                Err(BlockFileError::HashesAlone)
            }
            Given::Encoded(bytes) => super::transaction(index, &bytes, chain_id),
            Given::Fields(fields) => {
                fields.type_number().map_err(failed)?;
                let defaults = TransactionDefaults { chain_id, gas: 0, gas_price: 0 };
                let transaction = fields.into_transaction(defaults).map_err(failed)?;
                super::check(index, transaction, chain_id)
            }
        }
    };
    given.into_iter().enumerate().map(read).collect()
}

/// Makes sure that the header has the lists that the file gives.
fn check_lists(
    header: &Header,
    rules: Rules,
    transactions: &[Transaction],
    withdrawals: &[Withdrawal],
) -> Result<(), BlockFileError> {
    let encoded: Vec<_> = transactions.iter().map(Transaction::encode).collect();
    let found = ordered_trie_root_encoded(&encoded);
    let (field, expected) = (RootField::Transactions, header.transactions_root);
    if expected != found {
        return Err(BlockFileError::List { field, expected, found });
    }
    // On the OP Stack it is another root from Isthmus on, and binds no withdrawals.
    if rules.upgrade().is_some() {
        return if withdrawals.is_empty() { Ok(()) } else { Err(BlockFileError::Withdrawals) };
    }
    let Some(expected) = header.withdrawals_root else { return Ok(()) };
    let (field, found) = (RootField::Withdrawals, ordered_trie_root(withdrawals));
    if expected == found { Ok(()) } else { Err(BlockFileError::List { field, expected, found }) }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::U256;

    use super::*;

    /// As Python's `json` writes what a node said, with the header's fields in the block or apart.
    #[test]
    fn integers_of_any_length_are_read_to_their_last_digit() {
        let long = "100000000000000000000000000000000000000001";
        let (difficulty, lists) = (
            format!(r#""number": 5, "difficulty": {long}"#),
            format!(r#""transactions": [{{"nonce": 1, "value": {long}}}], "withdrawals": null"#),
        );
        let expected: U256 = long.parse().unwrap();
        for block in [
            format!("{{{difficulty}, {lists}}}"),
            format!("{{\"header\": {{{difficulty}}}, {lists}}}"),
            format!("{{\"header\": {{{difficulty}}}, \"body\": {{{lists}}}}}"),
        ] {
            let GivenBlock { fields, lists } = json::read(block.as_bytes()).unwrap();
            assert_eq!((fields.number, fields.difficulty), (Some(5), Some(expected)), "{block}");
            let Some([Given::Fields(transaction)]) = lists.transactions.as_deref() else {
                panic!("{block}")
            };
            assert_eq!((transaction.nonce, transaction.value), (Some(1), Some(expected)));
        }
        let header: Given<Exactly<BlockFields>> =
            json::read(format!("{{{difficulty}}}").as_bytes()).unwrap();
        let Given::Fields(header) = header else { panic!("fields") };
        assert_eq!(header.0.difficulty, Some(expected));
        let Err(error) =
            json::read::<GivenBlock>(br#"{"number": 5, "transactions": [{"value": true}]}"#)
        else {
            panic!("a value that is none")
        };
        assert!(error.to_string().starts_with("transactions[0]"), "{error}");
    }
}
