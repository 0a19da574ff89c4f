//! What `eth_getProof` returns, taken together: the nodes that are known of the state's tries.

use alloy_primitives::{B256, keccak256};
use alloy_rpc_types_eth::EIP1186AccountProofResponse;

use crate::proof::StateProof;

/// One of two fields that go together is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is missing: \"proofs\" and \"stateRoot\" go together")]
pub struct ProofError(pub &'static str);

/// The root and the nodes of all proofs, each once. What the answers say beside the nodes is not
/// looked at: the nodes say it too.
pub(super) fn state_proof(
    root: Option<B256>,
    proofs: Option<Vec<EIP1186AccountProofResponse>>,
) -> Result<Option<StateProof>, ProofError> {
    let (root, proofs) = match (root, proofs) {
        (Some(root), Some(proofs)) => (root, proofs),
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(ProofError("stateRoot")),
        (Some(_), None) => return Err(ProofError("proofs")),
    };
    let nodes = proofs.into_iter().flat_map(|proof| {
        let slots = proof.storage_proof.into_iter().flat_map(|slot| slot.proof);
        proof.account_proof.into_iter().chain(slots)
    });
    let nodes = nodes.map(|node| (keccak256(&node), node)).collect();
    Ok(Some(StateProof { root, nodes }))
}
