//! What the replay of a block of the OP Stack has beside: accounts that its rules look at and no
//! transaction names, the nonce in a deposit's receipt, the message passer's root in the header.
//!
//! In the data's way this stands beside the replay.

use alloy_primitives::{Address, B256};
use iso_evm_wire::{
    optimism::{
        Change, L1Block,
        predeploys::{BASE_FEE_VAULT, L1_BLOCK, L1_FEE_VAULT, MESSAGE_PASSER, OPERATOR_FEE_VAULT},
    },
    receipt::DepositReceipt,
};
use revm::Database;

use super::{Replay, Roots};
use crate::{ChainBlock, NodeError, ReplayError, parent::Wanted};

/// The accounts and slots that fees follow from and go to, and the message passer, which no trace of a
/// transaction tells: they are asked for at once.
pub(super) fn looked_at(block: &ChainBlock) -> Wanted {
    let Some(upgrade) = block.rules.upgrade() else { return Wanted::new() };
    let mut wanted = Wanted::new();
    if block.transactions.iter().any(|transaction| !transaction.body().is_deposit()) {
        let slots = L1Block::slots(upgrade).iter().map(|slot| slot_of(*slot)).collect();
        wanted.insert(L1_BLOCK, slots);
        let operator = upgrade.has(Change::OperatorFee).then_some(OPERATOR_FEE_VAULT);
        let vaults = [BASE_FEE_VAULT, L1_FEE_VAULT].into_iter().chain(operator);
        wanted.extend(vaults.map(|vault: Address| (vault, Default::default())));
    }
    if upgrade.has(Change::MessagePasserRoot) {
        wanted.entry(MESSAGE_PASSER).or_default();
    }
    wanted
}

fn slot_of(number: u64) -> B256 {
    B256::left_padding_from(&number.to_be_bytes())
}

impl Replay<'_> {
    /// Compares the nonce in the receipt of the next transaction, if it is a deposit, with its
    /// sender's: before Canyon it is in no encoding, and no root has it.
    pub(super) fn check_deposit(&mut self) -> Result<(), NodeError> {
        let (block, index) = (self.parent.block, self.done);
        let receipt = block.receipts.get(index).and_then(|receipt| receipt.deposit);
        let Some(DepositReceipt { nonce: expected, .. }) = receipt else { return Ok(()) };
        let sender = self.state.basic(self.transaction()?.from())?;
        let found = sender.map_or(0, |sender| sender.nonce);
        if found == expected {
            return Ok(());
        }
        let (number, error) =
            (block.header.number, ReplayError::DepositNonce { index, expected, found });
        Err(NodeError::Replay { number, error })
    }

    /// Compares the message passer's storage root with the header's withdrawals root, where that is
    /// what it is (`protocol/isthmus/exec-engine.html`) and the trie knows it.
    pub(super) fn check_message_passer(&self) -> Result<(), NodeError> {
        let block = self.parent.block;
        let expected = block.header.withdrawals_root;
        let expected = expected.filter(|_| block.rules.has_optimism(Change::MessagePasserRoot));
        let (Some(expected), Roots::Parent(trie)) = (expected, &self.roots) else { return Ok(()) };
        match trie.storage_root(MESSAGE_PASSER) {
            Ok(found) if found != expected => {
                let error = ReplayError::MessagePasser { expected, found };
                Err(NodeError::Replay { number: block.header.number, error })
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }
}
