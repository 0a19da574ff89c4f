//! A [`ChainBlock`]: a block as a node gives it, held against its own hash and roots.
//!
//! In the data's way this stands between the node and the replay.

use alloy_consensus::Header;
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::{B256, U256};
use alloy_trie::root::ordered_trie_root_encoded;
use iso_evm_rpc::RpcError;
use iso_evm_wire::{
    Rules,
    block::{Block, BlockFields},
    container::Inclusion,
    receipt::{self, Receipt},
    rules::Family,
    schedule,
    transaction::{
        DEPOSIT_TYPE, Transaction, TransactionDefaults, TransactionError, TransactionFields,
    },
};
use iso_evm_witness::{inclusion, input::sidecar::Sent};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Node, NodeError,
    answers::Named,
    fork,
    listed::Listed,
    parts::{check_root, reread},
    withdrawals,
};

/// The method that answers are blamed on.
pub(super) const METHOD: &str = "eth_getBlockByHash";

/// A block with all that its replay needs beside the state.
#[derive(Clone, Debug)]
pub struct ChainBlock {
    /// Id of the chain.
    pub chain_id: u64,
    /// The rules that the block goes by.
    pub rules: Rules,
    /// Hash of the block, which is its header's.
    pub hash: B256,
    /// The block's header, and what a run uses of it.
    pub block: Block,
    /// Header of the block.
    pub header: Header,
    /// The parent's header.
    pub parent: Header,
    /// The transactions, in order; the root in the header is theirs, unless some are unsigned or have sidecars.
    /// Then it is if `whole` says so.
    pub transactions: Vec<Transaction>,
    /// Hashes of the transactions. That of an unsigned one is what the node says.
    pub hashes: Vec<B256>,
    /// The transactions as the header's root has them (EIP-2718).
    pub encoded: Vec<Vec<u8>>,
    /// Whether the root in the header is the transactions'.
    pub whole: bool,
    /// Whether there is no such block yet: it is what would follow the parent, and its header is made up.
    pub supposed: bool,
    /// What became of them, with the root in the header; empty where the node does not say.
    pub receipts: Vec<Receipt>,
    /// Withdrawals, from Shanghai; the root in the header is theirs. The OP Stack has none.
    pub withdrawals: Vec<Withdrawal>,
}

impl Node {
    /// A block by its hash, with parent and receipts (`eth_getBlockByHash`, `eth_getBlockReceipts`
    /// or else `eth_getTransactionReceipt`). `asked` is what the user says, if anything.
    ///
    /// # Errors
    ///
    /// If the node does not have it, if it has transactions that its rules do not know, or if it is
    /// not what its hash says.
    pub fn block(&self, hash: B256, asked: Option<Rules>) -> Result<ChainBlock, NodeError> {
        let chain_id = self.chain_id()?;
        // What does not have the header's root is not kept: anybody can say it.
        let check = |answer: &Value| read(answer, hash, chain_id).and_then(Contents::wholly);
        let answer = self.wait(self.full_block(chain_id, hash, check))?;
        let contents = read(&answer, hash, chain_id)?;
        self.tell_unproved(&contents);
        let whole = contents.root.is_ok();
        let Contents { header, listed, withdrawals, .. } = contents;
        let number = header.number;
        let rules = fork::fork_of(self, chain_id, hash, &header, family(&listed), asked)?;
        refuse_deposits(rules, number, &listed)?;
        withdrawals::check_rules(rules, &header)?;
        let parent = self.wait(self.parent(chain_id, hash, header.parent_hash))?;
        let blobs = schedule::blob_params(rules, chain_id, number, header.timestamp);
        let fields = BlockFields::from(&header);
        let block = fields
            .into_block(rules.fork(), blobs)
            .map_err(|error| NodeError::Block { number, error })?;
        if block.header.is_none() {
            return Err(NodeError::Header { number, fork: rules });
        }
        let (mut transactions, mut hashes, mut encoded) = (Vec::new(), Vec::new(), Vec::new());
        for listed in listed {
            transactions.push(listed.transaction);
            hashes.push(listed.hash);
            encoded.push(listed.encoded);
        }
        let receipts = self.block_receipts(chain_id, hash, &header, &transactions, &hashes)?;
        Ok(ChainBlock {
            chain_id,
            rules,
            hash,
            block,
            header,
            parent,
            transactions,
            hashes,
            encoded,
            whole,
            supposed: false,
            receipts,
            withdrawals,
        })
    }

    /// Says which transactions nobody has signed, and where the header proves none.
    fn tell_unproved(&self, contents: &Contents) {
        let number = contents.header.number;
        let mut unsigned =
            contents.listed.iter().enumerate().filter(|(_, it)| it.sender_is_given());
        if let Some((index, first)) = unsigned.next() {
            let (from, more) = (first.transaction.from(), unsigned.count());
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            self.notice(format!(
                "block {number}: transaction {index}{more} is not signed by its sender, {from} as the \
                 node says, which nothing proves"
            ));
        }
        if contents.root.is_err() {
            let why = if contents.over_sidecars {
                ", which is over the sidecars of blobs too"
            } else {
                ""
            };
            self.notice(format!(
                "block {number}: its transactions do not have the root in its header{why}: none is \
                 proved to be in it"
            ));
        }
    }
}

impl ChainBlock {
    /// Makes sure that the header has the number that the block was asked for by: which hash a number
    /// has is the node's word.
    ///
    /// # Errors
    ///
    /// [`NodeError::OtherBlock`], if it has another.
    pub fn check_number(&self, asked: u64) -> Result<(), NodeError> {
        of_number(&self.header, asked)
    }

    /// The place of a transaction.
    ///
    /// # Errors
    ///
    /// If the block does not have it. Its hash binds what it has: whatever became of the chain since, it was
    /// not so when the node said it.
    pub fn position(&self, transaction: B256) -> Result<usize, NodeError> {
        let mut hashes = self.hashes.iter();
        let place = hashes.position(|hash| *hash == transaction);
        place.ok_or(NodeError::NotInBlock { transaction, block: self.hash })
    }

    /// Whether a transaction's sender is who the node says, and nothing proves it.
    pub(super) fn sender_is_given(&self, index: usize) -> bool {
        self.transactions.get(index).is_none_or(Transaction::sender_is_given)
    }

    /// What proves that the block has a transaction, and its receipt; none where the node's word is
    /// all there is for the transactions or the receipts, or for who sent this one: the block has
    /// other bytes of it than what its sender would sign.
    pub(super) fn inclusion(&self, index: usize) -> Option<Inclusion> {
        let proved = self.whole && self.receipts.len() == self.transactions.len();
        if !proved || self.sender_is_given(index) {
            return None;
        }
        let receipts = receipt::encoded(&self.receipts, &self.transactions);
        inclusion::prove(index, &self.encoded, &receipts)
    }
}

/// Makes sure that a header has the number that was asked for.
fn of_number(header: &Header, asked: u64) -> Result<(), NodeError> {
    match header.number {
        found if found == asked => Ok(()),
        found => Err(NodeError::OtherBlock { asked, found: U256::from(found) }),
    }
}

/// Whose rules a block goes by, as its transactions show: one of the OP Stack begins with a deposit.
fn family(listed: &[Listed]) -> Family {
    let deposit = listed.first().is_some_and(|first| first.transaction.body().is_deposit());
    if deposit { Family::Optimism } else { Family::Ethereum }
}

/// The same of a block that is not read whole.
pub(super) fn likely_family(answer: &Value) -> Family {
    let first = answer.get("transactions").and_then(|listed| listed.get(0));
    let kind = first.and_then(|first| first.get("type")).and_then(Value::as_str);
    let deposit = format!("{DEPOSIT_TYPE:#x}");
    if kind == Some(&*deposit) { Family::Optimism } else { Family::Ethereum }
}

/// Refuses deposits where the rules have none.
fn refuse_deposits(rules: Rules, number: u64, listed: &[Listed]) -> Result<(), NodeError> {
    if rules.family() == Family::Optimism {
        return Ok(());
    }
    let index = listed.iter().position(|listed| listed.transaction.body().is_deposit());
    let refuse = |index| {
        let error = TransactionError::NoDeposits(rules);
        Err(NodeError::Transaction { number, index, error })
    };
    index.map_or(Ok(()), refuse)
}

/// What a block holds.
struct Contents {
    header: Header,
    listed: Vec<Listed>,
    withdrawals: Vec<Withdrawal>,
    /// Whether the transactions have the root in the header. Only where some are unsigned they need
    /// not, or where it is the root of them with their sidecars.
    root: Result<(), NodeError>,
    /// Whether the root in the header is that of the transactions with their sidecars.
    over_sidecars: bool,
}

impl Contents {
    /// Whether its header proves all of it.
    fn wholly(self) -> Result<(), NodeError> {
        self.root
    }
}

/// The hash that an answer says it has.
pub(super) fn named(answer: &Value) -> Option<B256> {
    Named::deserialize(answer).ok().and_then(|named| named.hash)
}

/// The header of an answer, whose hash must be the one that was asked for.
pub(super) fn header(answer: &Value, hash: B256) -> Result<Header, NodeError> {
    let mut fields: BlockFields = reread(METHOD, answer)?;
    fields.hash = Some(hash);
    let number = fields.number.unwrap_or_default();
    fields.into_header().map_err(|error| NodeError::Block { number, error })
}

/// Header, transactions and withdrawals of an answer, each with the root that the header has.
fn read(answer: &Value, hash: B256, chain_id: u64) -> Result<Contents, NodeError> {
    let header = header(answer, hash)?;
    let number = header.number;
    if number == 0 {
        return Err(NodeError::Genesis);
    }
    let listed = transactions(answer, number, chain_id)?;
    let encoded: Vec<_> = listed.iter().map(|listed| &listed.encoded).collect();
    let root = ordered_trie_root_encoded(&encoded);
    let root = check_root(number, "transactions", header.transactions_root, root);
    let over_sidecars =
        root.is_err() && root_over_sidecars(answer, &listed) == Some(header.transactions_root);
    let root = match root {
        Err(error) if !over_sidecars && !listed.iter().any(Listed::sender_is_given) => {
            return Err(error);
        }
        root => root,
    };
    let withdrawals = withdrawals::read(answer, &header, family(&listed))?;
    Ok(Contents { header, listed, withdrawals, root, over_sidecars })
}

/// The root of transactions with the sidecars of their blobs, which is what anvil has in a header; none where
/// the answer has no sidecar, or one that it does not tell in full.
fn root_over_sidecars(answer: &Value, listed: &[Listed]) -> Option<B256> {
    let answers = answer.get("transactions").and_then(Value::as_array)?;
    let sent = answers
        .iter()
        .zip(listed)
        .map(|(answer, listed)| Some(Sent::of(answer.as_object()?, &listed.encoded)));
    let sent: Vec<Sent> = sent.collect::<Option<_>>()?;
    if !sent.iter().any(|sent| matches!(sent, Sent::WithSidecar(_))) {
        return None;
    }
    let encoded = sent.iter().zip(listed).map(|(sent, listed)| match sent {
        Sent::Alone => Some(listed.encoded.as_slice()),
        Sent::WithSidecar(bytes) => Some(bytes.as_slice()),
        Sent::Unread => None,
    });
    let encoded: Vec<&[u8]> = encoded.collect::<Option<_>>()?;
    Some(ordered_trie_root_encoded(&encoded))
}

fn transactions(answer: &Value, number: u64, chain_id: u64) -> Result<Vec<Listed>, NodeError> {
    let answers = answer.get("transactions").and_then(Value::as_array);
    let Some(answers) = answers else {
        let error = "no list of transactions".to_owned();
        return Err(RpcError::Answer { method: METHOD, error }.into());
    };
    if answers.iter().any(Value::is_string) {
        let error = "hashes alone, where transactions were asked for".to_owned();
        return Err(RpcError::Answer { method: METHOD, error }.into());
    }
    let read = |(index, answer)| {
        let fields: TransactionFields = reread(METHOD, answer)?;
        let refuse = |error| NodeError::Transaction { number, index, error };
        fields.type_number().map_err(refuse)?;
        if let Some(found) = fields.chain().filter(|found| *found != chain_id) {
            return Err(NodeError::Chain { expected: found, found: chain_id });
        }
        let defaults = TransactionDefaults { chain_id, gas: 0, gas_price: 0 };
        Listed::read(fields, defaults).map_err(refuse)
    };
    answers.iter().enumerate().map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A node can put the asked number beside another block's hash; the header has the hash.
    #[test]
    fn a_header_of_another_number_is_not_believed() {
        let header = Header { number: 4, ..Header::default() };
        assert!(of_number(&header, 4).is_ok());
        let error = of_number(&header, 5).unwrap_err().to_string();
        assert_eq!(error, "the node gave block 4 where block 5 was asked for");
    }

    /// anvil's root of a block with blobs is over the sidecars: the block is read, and nothing is proved by it.
    #[test]
    fn a_root_over_sidecars_is_taken_and_proves_nothing() {
        let fields = json!({"type": "0x3", "chainId": "0x1", "nonce": "0x0", "gas": "0x5208",
            "maxFeePerGas": "0x9", "maxPriorityFeePerGas": "0x0", "maxFeePerBlobGas": "0x1", "value": "0x0",
            "to": "0x3535353535353535353535353535353535353535", "input": "0x", "accessList": [],
            "blobVersionedHashes": [B256::repeat_byte(1)], "yParity": "0x0",
            "r": "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
            "s": "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
            "blobs": ["0x01"], "commitments": ["0x02"], "proofs": ["0x03"]});
        let given: TransactionFields = serde_json::from_value(fields.clone()).unwrap();
        let defaults = TransactionDefaults { chain_id: 1, gas: 0, gas_price: 0 };
        let mined = given.into_transaction(defaults).unwrap().encode();
        let Sent::WithSidecar(sent) = Sent::of(fields.as_object().unwrap(), &mined) else {
            panic!("a sidecar")
        };
        let read = |root: B256, fields: &Value| {
            let header = Header { number: 4, transactions_root: root, ..Header::default() };
            let mut answer = json!(BlockFields::from(&header));
            answer["transactions"] = json!([fields]);
            read(&answer, header.hash_slow(), 1)
        };
        let [of_mined, of_sent] = [&mined, &sent].map(|bytes| ordered_trie_root_encoded(&[bytes]));

        let contents = read(of_mined, &fields).unwrap_or_else(|error| panic!("{error}"));
        assert!(contents.root.is_ok() && !contents.over_sidecars);
        let contents = read(of_sent, &fields).unwrap_or_else(|error| panic!("{error}"));
        assert!(contents.root.is_err() && contents.over_sidecars);
        assert!(contents.wholly().is_err());
        // Not where it is another root, nor without the sidecar that makes it.
        let mut without = fields.clone();
        without.as_object_mut().unwrap().remove("proofs").unwrap();
        for (root, fields) in [(B256::repeat_byte(3), &fields), (of_sent, &without)] {
            let Err(error) = read(root, fields) else { panic!("another root") };
            assert!(error.to_string().contains("the root of its transactions is "), "{error}");
        }
    }
}
