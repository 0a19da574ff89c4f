//! What nodes answer, in what is taken of it: fields that are not looked at may be null, wrong or
//! missing.
//!
//! In the data's way this stands between the node's JSON and what is made of it.

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_rpc::Word;
use serde::{Deserialize, Serialize};

use super::NodeError;

/// What is taken of an answer to `eth_getProof` (EIP-1186): the trie nodes. The values beside them
/// are what the node says, and no proof.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountProof {
    /// The account that the proof is of; the question says it too.
    #[serde(default)]
    pub(super) address: Option<Address>,
    /// Nodes from the state root down.
    pub(super) account_proof: Vec<Bytes>,
    /// The account's storage root, as the node says.
    #[serde(default)]
    pub(super) storage_hash: Option<B256>,
    #[serde(default)]
    storage_proof: Option<Vec<SlotProof>>,
}

/// A slot of an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SlotProof {
    /// The slot's number; some nodes write it without leading zeros.
    #[serde(default)]
    pub(super) key: Option<Word>,
    /// Nodes from the storage root down.
    #[serde(default)]
    proof: Option<Vec<Bytes>>,
}

impl AccountProof {
    /// Notes what was asked for, so that the proof can be kept by itself.
    pub(super) fn name(&mut self, account: Address, slots: &[B256]) {
        self.address = Some(account);
        for (proof, slot) in self.storage_proof.iter_mut().flatten().zip(slots) {
            proof.key = Some(Word((*slot).into()));
        }
    }

    /// The proofs of the slots that were asked for.
    pub(super) fn slots(&self) -> &[SlotProof] {
        self.storage_proof.as_deref().unwrap_or_default()
    }

    /// The nodes of all its slots.
    pub(super) fn slot_nodes(&self) -> impl Iterator<Item = &Bytes> {
        self.slots().iter().flat_map(SlotProof::nodes)
    }

    /// All trie nodes, the account's and its slots'.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Bytes> {
        self.account_proof.iter().chain(self.slot_nodes()).cloned()
    }
}

impl SlotProof {
    fn nodes(&self) -> &[Bytes] {
        self.proof.as_deref().unwrap_or_default()
    }
}

/// What is taken of a transaction: where it is.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    /// None while it is pending.
    #[serde(default)]
    pub(super) block_hash: Option<B256>,
    /// The transaction's own; the question says it too.
    #[serde(default)]
    pub(super) hash: Option<B256>,
}

impl Place {
    /// The block that the transaction is in, if it is the one that was asked for, as far as the answer says.
    pub(super) fn block_of(self, asked: B256) -> Result<Option<B256>, NodeError> {
        match self.hash {
            Some(found) if found != asked => Err(NodeError::OtherTransaction { asked, found }),
            _ => Ok(self.block_hash),
        }
    }
}

/// What is taken of a block of which only its names are asked.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    pub(super) number: Option<Word>,
    /// None while it is pending.
    #[serde(default)]
    pub(super) hash: Option<B256>,
}

impl Named {
    /// The hash, if it is that of the block with this number: as far as the answer says. What the header
    /// says is looked at when the whole block is there.
    pub(super) fn hash_of(self, asked: u64) -> Result<Option<B256>, NodeError> {
        match self.number {
            Some(Word(found)) if found != U256::from(asked) => {
                Err(NodeError::OtherBlock { asked, found })
            }
            _ => Ok(self.hash),
        }
    }
}

/// What a receipt says that it is of.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Subject {
    #[serde(default)]
    pub(super) transaction_hash: Option<B256>,
    #[serde(default)]
    pub(super) block_hash: Option<B256>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_of_another_number_is_not_believed() {
        let named = |number: &str| {
            let json = format!(r#"{{"number": {number}, "hash": "{}"}}"#, B256::repeat_byte(7));
            serde_json::from_str::<Named>(&json).unwrap()
        };
        assert_eq!(named("\"0x5\"").hash_of(5).unwrap(), Some(B256::repeat_byte(7)));
        assert_eq!(named("null").hash_of(5).unwrap(), Some(B256::repeat_byte(7)));
        let error = named("\"0x4\"").hash_of(5).unwrap_err();
        assert_eq!(error.to_string(), "the node gave block 4 where block 5 was asked for");
    }

    #[test]
    fn another_transaction_than_was_asked_for_is_told_by_its_hash() {
        let [asked, other, block] = [1, 2, 3].map(B256::repeat_byte);
        let place = |hash| Place { block_hash: Some(block), hash };
        assert_eq!(place(Some(asked)).block_of(asked).unwrap(), Some(block));
        assert_eq!(place(None).block_of(asked).unwrap(), Some(block));
        let error = place(Some(other)).block_of(asked).unwrap_err().to_string();
        assert_eq!(error, format!("the node answered transaction {other} when asked for {asked}"));
    }

    #[test]
    fn fields_of_proofs_that_nobody_reads_may_be_null_or_missing() {
        for json in [
            r#"{"accountProof": ["0x01"], "storageProof": [{"key": "0x1", "value": null, "proof": ["0x02"]}]}"#,
            r#"{"address": null, "balance": null, "nonce": null, "codeHash": null, "storageHash": null,
                "accountProof": ["0x01"], "storageProof": [{"proof": ["0x02"]}]}"#,
        ] {
            let proof: AccountProof = serde_json::from_str(json).unwrap();
            let nodes: Vec<_> = proof.nodes().collect();
            assert_eq!(nodes, [Bytes::from_static(&[1]), Bytes::from_static(&[2])]);
        }
        let proof: AccountProof =
            serde_json::from_str(r#"{"accountProof": [], "storageProof": null}"#).unwrap();
        assert_eq!(proof.nodes().count(), 0);
    }
}
