//! A transaction that no block has: it is recorded on the state that it would meet, that after the newest
//! block, as the first of a block that would follow. `specs/15-node.md`, section Pending transactions.
//!
//! In the data's way this stands where the block stands otherwise. What the chain's rules derive from the
//! parent is derived; what its next proposer decides is taken from the parent, and said. Such a block has no
//! header: nothing in the witness passes for one.

use alloy_consensus::Header;
use alloy_eips::eip1559::{BaseFeeParams, INITIAL_BASE_FEE};
use alloy_primitives::{B256, U256, keccak256};
use iso_evm_wire::{
    Rules,
    block::BlockFields,
    optimism::base_fee::{BaseFeeParameters, next_base_fee},
    protocol::Change,
    rules::Family,
    schedule,
    transaction::{Transaction, TransactionDefaults, TransactionError, TransactionFields},
};
use iso_evm_witness::{ExecuteError, input::ParentBlobs};
use revm::context::result::InvalidTransaction;
use serde_json::Value;

use super::{
    ChainBlock, Node, NodeError, RecordedTransaction, Replay, block, fork, listed::Listed,
    parts::reread,
};

/// The method that tells of a transaction.
pub(super) const METHOD: &str = "eth_getTransactionByHash";

/// Seconds from one block to the next: a slot of Ethereum's, a block of the OP Stack's.
const fn period(family: Family) -> u64 {
    match family {
        Family::Ethereum => 12,
        Family::Optimism => 2,
    }
}

/// A transaction as a node lists one that waits. Whatever it is, what is answered must have the hash that was
/// asked for: no block's root stands behind it.
pub(super) fn waiting(chain_id: u64, hash: B256, answer: &Value) -> Result<Listed, NodeError> {
    let mut fields: TransactionFields = reread(METHOD, answer)?;
    if let Some(found) = fields.hash.replace(hash).filter(|found| *found != hash) {
        return Err(NodeError::OtherTransaction { asked: hash, found });
    }
    if let Some(found) = fields.chain().filter(|found| *found != chain_id) {
        return Err(NodeError::Chain { expected: found, found: chain_id });
    }
    let defaults = TransactionDefaults { chain_id, gas: 0, gas_price: 0 };
    let listed = Listed::read(fields, defaults).map_err(|error| match error {
        TransactionError::Hash { expected: found, .. } => {
            NodeError::OtherTransaction { asked: hash, found }
        }
        error => NodeError::Unmined { hash, error },
    })?;
    match keccak256(&listed.encoded) {
        found if found == hash => Ok(listed),
        found if !listed.sender_is_given() => {
            Err(NodeError::OtherTransaction { asked: hash, found })
        }
        _ if impersonated_hash(&listed) == hash => Ok(listed),
        _ => Err(NodeError::Unbound(hash)),
    }
}

/// The hash that anvil gives to a transaction in the name of an account whose key it does not have: that of
/// its bytes as nodes exchange them, and of the sender's address, which no signature tells.
fn impersonated_hash(listed: &Listed) -> B256 {
    const LIST: u8 = 0xc0;
    let bytes = &listed.encoded[..];
    // One of a type is exchanged as a string of bytes, an old one as the list that it is.
    let mut exchanged = match bytes.first() {
        Some(..LIST) => alloy_rlp::encode(bytes),
        _ => bytes.to_vec(),
    };
    exchanged.extend_from_slice(listed.transaction.from().as_slice());
    keccak256(exchanged)
}

/// Records a transaction on the state after the newest block.
pub(super) fn record(
    node: &Node,
    transaction: Transaction,
    hash: B256,
    asked: Option<Rules>,
) -> Result<RecordedTransaction, NodeError> {
    if transaction.body().is_deposit() {
        // It follows from what happened on the chain below, and is in the block that does so.
        return Err(NodeError::NoTransaction(hash));
    }
    let block = node.next_block(transaction, hash, asked)?;
    Replay::begin(node, &block)?.record().map_err(|error| behind_another(hash, error))
}

/// Why a transaction is not recorded: by what it waits for, if it is that others of its sender's come first.
fn behind_another(hash: B256, error: NodeError) -> NodeError {
    let gap = match &error {
        NodeError::Execute { error, .. } => match **error {
            ExecuteError::InvalidTransaction(InvalidTransaction::NonceTooHigh { tx, state }) => {
                Some((tx, state))
            }
            _ => None,
        },
        _ => None,
    };
    match gap {
        Some((nonce, next)) => NodeError::Gap { hash, nonce, next },
        None => error,
    }
}

impl Node {
    /// A block after the newest, with this transaction for its only one.
    fn next_block(
        &self,
        transaction: Transaction,
        hash: B256,
        asked: Option<Rules>,
    ) -> Result<ChainBlock, NodeError> {
        let chain_id = self.chain_id()?;
        let (_, parent_hash) = self.tagged("latest")?;
        let check = |answer: &Value| block::header(answer, parent_hash).map(|_| ());
        let answer = self.wait(self.full_block(chain_id, parent_hash, check))?;
        let parent = block::header(&answer, parent_hash)?;
        let family = block::likely_family(&answer);
        let mut header = Header {
            number: parent.number.saturating_add(1),
            timestamp: parent.timestamp.saturating_add(period(family)),
            parent_hash,
            ..parent.clone()
        };
        let rules = fork::fork_of(self, chain_id, parent_hash, &header, family, asked)?;
        let number = header.number;
        let blobs = schedule::blob_params(rules, chain_id, number, header.timestamp);
        let has = |change| rules.has(change);
        header.base_fee_per_gas =
            has(Change::BaseFee).then(|| base_fee(&parent, rules)).transpose()?;
        header.difficulty = if has(Change::ProofOfStake) { U256::ZERO } else { parent.difficulty };
        let excess = match (rules.family(), parent.excess_blob_gas, parent.blob_gas_used) {
            (Family::Ethereum, Some(excess), Some(used)) => {
                let base_fee = parent.base_fee_per_gas.unwrap_or_default();
                ParentBlobs { excess, used, base_fee }.next_excess(blobs)
            }
            _ => 0,
        };
        header.excess_blob_gas = has(Change::Blobs).then_some(excess);
        let beacon_root = parent.parent_beacon_block_root.unwrap_or_default();
        header.parent_beacon_block_root = has(Change::BeaconRoot).then_some(beacon_root);
        let mut block = BlockFields::from(&header)
            .into_block(rules.fork(), blobs)
            .map_err(|error| NodeError::Block { number, error })?;
        block.header = None;
        self.tell_assumptions(hash, &header, rules);
        Ok(ChainBlock {
            chain_id,
            rules,
            hash: header.hash_slow(),
            block,
            encoded: vec![transaction.encode()],
            transactions: vec![transaction],
            hashes: vec![hash],
            header,
            parent,
            whole: false,
            supposed: true,
            receipts: Vec::new(),
            withdrawals: Vec::new(),
        })
    }

    /// Says on what it stands, and what nobody can know yet.
    fn tell_assumptions(&self, hash: B256, header: &Header, rules: Rules) {
        let Header { number, timestamp, .. } = *header;
        let parent = number.saturating_sub(1);
        let seconds = period(rules.family());
        self.notice(format!(
            "transaction {hash} is in no block yet: it is recorded on the state after block {parent}, \
             as the first of a block {number}"
        ));
        self.notice(format!(
            "assumed of block {number}: timestamp {timestamp}, {seconds} seconds after its parent's"
        ));
        let random = if rules.has(Change::ProofOfStake) { "prevRandao" } else { "difficulty" };
        let beacon = match rules.has(Change::BeaconRoot) {
            true => ", parentBeaconBlockRoot",
            false => "",
        };
        self.notice(format!(
            "assumed of block {number}: miner {}, gas limit {}, {random}{beacon} as in block {parent}",
            header.beneficiary, header.gas_limit
        ));
        if let Some(base_fee) = header.base_fee_per_gas {
            self.notice(format!(
                "base fee of block {number}: {base_fee} wei, as it follows from block {parent}"
            ));
        }
    }
}

/// The base fee that follows from the parent (EIP-1559; the OP Stack has parameters of its own).
fn base_fee(parent: &Header, rules: Rules) -> Result<u64, NodeError> {
    match rules {
        Rules::Ethereum(_) => {
            let Some(base_fee) = parent.base_fee_per_gas else { return Ok(INITIAL_BASE_FEE) };
            let params = BaseFeeParams::ethereum();
            // No block of such a gas limit can have used gas.
            let has_target = u128::from(parent.gas_limit) >= params.elasticity_multiplier;
            Ok(if has_target {
                parent.next_block_base_fee(params).unwrap_or(base_fee)
            } else {
                base_fee
            })
        }
        Rules::Optimism(upgrade) => {
            let config = BaseFeeParameters::OPTIMISM;
            next_base_fee(parent, upgrade, upgrade, config)
                .map_err(|error| NodeError::BaseFee { number: parent.number, error })
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::b256;
    use serde_json::json;

    use super::*;

    /// The hash of EIP-155's example, signed by its author's key.
    const SIGNED: B256 = b256!("33469b22e9f636356c4160a87eb19df52b7412e8eac32a4a55ffe88ea8350788");

    fn signed() -> Value {
        json!({"type": "0x0", "nonce": "0x9", "gasPrice": "0x4a817c800", "gas": "0x5208",
            "to": "0x3535353535353535353535353535353535353535", "value": "0xde0b6b3a7640000",
            "input": "0x", "v": "0x25", "from": "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f",
            "r": "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
            "s": "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"})
    }

    /// As anvil 1.7 lists a transfer of 1 wei by an account that has no key: the sender is in its hash.
    #[test]
    fn an_impersonated_transaction_that_waits_is_the_one_of_its_hash_and_sender() {
        let hash = b256!("5fe82c47fdb67629fd3338749e7a459a3a6e7f7512872b14dde8ab74b1404202");
        let from = "0xabababababababababababababababababababab";
        let answer = json!({"type": "0x2", "chainId": "0x7a69", "nonce": "0x0", "gas": "0x5208",
            "value": "0x1", "hash": hash, "from": from, "input": "0x",
            "to": "0x1111111111111111111111111111111111111111", "gasPrice": "0x6392b1fa",
            "accessList": [], "maxFeePerGas": "0x6392b1fa", "maxPriorityFeePerGas": "0x3b9aca00",
            "v": "0x0", "yParity": "0x0", "r": "0x0", "s": "0x0"});
        let listed = waiting(31_337, hash, &answer).unwrap();
        assert!(listed.sender_is_given());
        assert_eq!(listed.transaction.from().to_string().to_lowercase(), from);
        for (field, value) in [
            ("value", json!("0x2")),
            ("from", json!("0xacacacacacacacacacacacacacacacacacacacac")),
            ("input", json!("0x00")),
        ] {
            let mut other = answer.clone();
            other[field] = value;
            let error = waiting(31_337, hash, &other).map(|_| ()).unwrap_err();
            assert!(matches!(error, NodeError::Unbound(of) if of == hash), "{field}: {error}");
        }
    }

    #[test]
    fn what_waits_has_the_hash_that_was_asked_for() {
        let with = |change: fn(&mut Value)| {
            let mut answer = signed();
            change(&mut answer);
            waiting(1, SIGNED, &answer)
        };
        assert_eq!(with(|_| ()).unwrap().hash, SIGNED);
        type Lie = (&'static str, fn(&mut Value));
        let lies: [Lie; 7] = [
            ("another value, with the signature", |it| it["value"] = json!("0x1")),
            ("another value, by whoever would have signed it", |it| {
                it["value"] = json!("0x1");
                it.as_object_mut().unwrap().remove("from");
            }),
            ("another sender and value", |it| {
                it["value"] = json!("0x1");
                it["from"] = json!("0x0101010101010101010101010101010101010101");
            }),
            ("no signature", |it| {
                for part in ["r", "s", "v"] {
                    it.as_object_mut().unwrap().remove(part);
                }
            }),
            ("a signature of zeros", |it| {
                for part in ["r", "s", "v"] {
                    it[part] = json!("0x0");
                }
            }),
            ("a signature that is none", |it| it["s"] = json!("0x0")),
            ("another hash beside it", |it| it["hash"] = json!(B256::ZERO)),
        ];
        for (name, lie) in lies {
            let Err(error) = with(lie) else { panic!("{name} is believed") };
            assert!(error.to_string().contains(&SIGNED.to_string()), "{name}: {error}");
        }
    }
}
