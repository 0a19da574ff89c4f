//! [`Recording::witness`]: the container of a recording. `specs/09-container.md`.
//!
//! In the data's way this is the recorder's last stage: input and recording come in, and what goes
//! out is what `witness.bin` holds.

use iso_evm_wire::{
    Witness,
    container::{Receipt, Roots},
};

use crate::{Input, Recording};

impl Recording {
    /// The container of this recording of an input: only what its messages and its roots need is put
    /// in. The receipt is the input's where that has one, else it is what the run gave.
    pub fn witness(&self, input: &Input) -> Witness {
        let messages = self.messages.iter().map(|message| message.witness.stored());
        let execution = &input.execution;
        let own = || Receipt {
            success: self.success,
            gas_used: self.gas_used,
            logs: None,
            deposit: self.deposit,
        };
        let witness = Witness {
            chain_id: execution.chain_id,
            rules: execution.rules,
            block: input.block.clone(),
            ancestors: input.ancestors.clone(),
            block_hashes: execution.block_hashes.clone(),
            transaction: input.transaction.clone(),
            receipt: input.receipt.clone().unwrap_or_else(own),
            roots: Roots { enter: self.state_root_enter, leave: self.state_root_leave },
            messages: messages.collect(),
            codes: self.proof.codes.clone(),
            nodes: self.proof.nodes.clone(),
            inclusion: input.inclusion.clone(),
        };
        witness.only_needed()
    }
}
