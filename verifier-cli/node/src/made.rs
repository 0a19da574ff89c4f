//! Whether a chain makes the system calls that its fork has: a development node may have the contracts and
//! not call them. What such a call leaves is in the state after the block, and its header proves it.
//!
//! In the data's way this stands before the replay, which would stand on other roots than the chain.

use alloy_primitives::{Address, B256, keccak256};
use iso_evm_rpc::RpcError;
use iso_evm_witness::{proof::StateProof, state_root::StateTrie, system};

use super::{
    NodeError,
    parent::{Parent, leads},
};

impl Parent<'_> {
    /// Whether the state after the block, or after its parent where there is no such block yet, has what the call to this contract leaves. Where that is not
    /// proved, the call is made as the fork says.
    pub(super) fn makes_call_to(&self, contract: Address) -> Result<bool, NodeError> {
        let (header, at) = match self.block.supposed {
            true => (&self.block.parent, self.at()),
            false => (&self.block.header, self.block_at()),
        };
        let Some((slot, value)) = system::left_by(header, contract) else { return Ok(true) };
        if !self.known.borrow().proved {
            return Ok(true);
        }
        let slots = [B256::from(slot)];
        let check = |proof: &_| leads(header, contract, proof);
        let asked = self.node.proof(self.place(), at, contract, &slots, check);
        let proof = match self.node.wait(asked) {
            Ok(proof) => proof,
            Err(error)
                if error.is_lack() || matches!(error, NodeError::Rpc(RpcError::Offline { .. })) =>
            {
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        let nodes = proof.nodes().map(|node| (keccak256(&node), node)).collect();
        let after = StateTrie::from_proof(&StateProof { root: header.state_root, nodes });
        let made = after.storage(contract, slots[0]).map_or(true, |found| found == value);
        if !made {
            self.node.notice(format!(
                "eth_getProof: the state after block {} has nothing of the system call to {contract}: \
                 this chain does not make it",
                header.number
            ));
        }
        Ok(made)
    }
}
