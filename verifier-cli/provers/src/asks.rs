//! What can be asked for of a commitment, and what answers it. Source: `contracts/Questions.sol`.
//!
//! In the data's way this stands between a claim that is at hand and the contract.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_sol_types::SolValue;
use iso_evm_verifier::claim::ClaimedBlock;
use iso_evm_wire::segment::merkle::Tree;

use crate::{
    dispute::{Level, Questions},
    proof::{InBlock, InTransaction, Message, Transaction},
};

/// An item of a claim, by what it hangs in and its place there. Of a record, and of the instant behind it, the
/// place is the record's index, which counts from 0 for the opening record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    /// What it is.
    pub level: Level,
    /// The transaction that it is in, where it is in one.
    pub transaction: u64,
    /// The message that it is in, where it is in one.
    pub message: u64,
    /// Its place.
    pub index: u64,
}

/// What a claim does not hold but the hashes of.
#[derive(Clone, Debug, Default)]
pub struct Behind {
    /// The bytes of the block's header.
    pub header: Option<Bytes>,
    /// The bytes of transactions, by their places in the block.
    pub signed: BTreeMap<u64, Bytes>,
}

/// An answer: the item's bytes, and the path that shows where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The bytes.
    pub data: Bytes,
    /// The path.
    pub path: Vec<B256>,
}

impl Item {
    /// What names it in the contract.
    pub fn place(self) -> B256 {
        let level = U256::from(self.level as u8);
        let [mut transaction, mut message] = [self.transaction, self.message];
        if self.level < Level::Signed {
            transaction = 0;
        }
        if self.level < Level::Checkpoint {
            message = 0;
        }
        keccak256(
            (level, U256::from(transaction), U256::from(message), U256::from(self.index))
                .abi_encode(),
        )
    }

    /// The question for it, out of a claim; none if the claim does not hold what it hangs in.
    pub fn question(self, claimed: &ClaimedBlock) -> Option<Questions::Question> {
        let mut transaction = InBlock { block_: (&claimed.claim).into(), ..InBlock::default() };
        let mut message = InTransaction::default();
        if self.level >= Level::Signed {
            let told = claimed.transaction(usize::try_from(self.transaction).ok()?)?;
            transaction.transaction = (&told.claim).into();
            transaction.index = U256::from(self.transaction);
            transaction.path = path(&claimed.tree, self.transaction);
            if self.level >= Level::Checkpoint {
                let inner = told.messages.get(usize::try_from(self.message).ok()?)?;
                message = InTransaction {
                    message: (&inner.claim).into(),
                    index: U256::from(self.message),
                    path: path(&told.tree, self.message),
                    head: inner.head.to_bytes().into(),
                };
            }
        }
        let level = U256::from(self.level as u8);
        // The same struct, as the contract's bindings have it.
        let words = ((level, transaction, message, U256::from(self.index)),).abi_encode_params();
        Questions::Question::abi_decode(&words).ok()
    }

    /// What answers the question; none if the claim does not hold it.
    pub fn answer(self, claimed: &ClaimedBlock, behind: &Behind) -> Option<Shown> {
        let shown = |data: Vec<u8>, path| Some(Shown { data: data.into(), path });
        let (index, place) = (self.index, usize::try_from(self.index).ok()?);
        let told = || claimed.transaction(usize::try_from(self.transaction).ok()?);
        let inner = || told()?.messages.get(usize::try_from(self.message).ok()?);
        match self.level {
            Level::Header => shown(behind.header.as_ref()?.to_vec(), Vec::new()),
            Level::Ancestor => {
                let hash = claimed.ancestors.get(place)?;
                shown(hash.to_vec(), path(&claimed.ancestors_tree, index))
            }
            Level::Transaction => {
                let words = Transaction::from(&claimed.transaction(place)?.claim).abi_encode();
                shown(words, path(&claimed.tree, index))
            }
            Level::Signed => shown(behind.signed.get(&self.transaction)?.to_vec(), Vec::new()),
            Level::Step => {
                let steps = &told()?.steps;
                shown(steps.digests.get(place)?.to_vec(), path(&steps.tree, index))
            }
            Level::Message => {
                let message = told()?.messages.get(place)?;
                let words = Message::from(&message.claim).abi_encode();
                shown([words, message.head.to_bytes()].concat(), path(&told()?.tree, index))
            }
            Level::Checkpoint => {
                let leaf = inner()?.checkpoints.get(place)?;
                let words = (U256::from(leaf.record.0), U256::from(leaf.gas_used.0), leaf.digest);
                shown(words.abi_encode(), path(&inner()?.checkpoint_tree, index))
            }
            Level::Record => {
                let bytes = inner()?.records.get(place.checked_sub(1)?)?;
                let tree = &inner()?.record_tree;
                shown(bytes.to_vec(), tree.prove(index..index + 1))
            }
            Level::Instant => {
                let instants = &inner()?.instants;
                let place = place.checked_sub(1)?;
                shown(instants.digests.get(place)?.to_vec(), path(&instants.tree, place as u64))
            }
        }
    }
}

fn path(tree: &Tree, place: u64) -> Vec<B256> {
    tree.prove(place..place + 1)
}
