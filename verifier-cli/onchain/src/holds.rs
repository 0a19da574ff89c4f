//! Whether contracts are what they should be: looked at before anything is sent.

use alloy_primitives::{Address, B256, Bytes, keccak256};
use iso_evm_rpc::RpcError;

use super::chain::Chain;

/// Why a contract is not what it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HoldsError {
    /// The node gave no usable answer.
    #[error(transparent)]
    Node(#[from] RpcError),
    /// An account without code.
    #[error("{what}: there is no code at {address}")]
    NoCode {
        /// What should be there.
        what: &'static str,
        /// Address that should have the code.
        address: Address,
    },
    /// An account with other code.
    #[error("{what}: the code hash at {address} should be {expected}, and is {found}")]
    OtherCode {
        /// What should be there.
        what: &'static str,
        /// Address that should have the code.
        address: Address,
        /// keccak256 of what should be there.
        expected: B256,
        /// keccak256 of what is.
        found: B256,
    },
}

impl Chain {
    /// Checks that an account holds this code.
    ///
    /// # Errors
    ///
    /// [`HoldsError`], if it does not, or the node does not say.
    pub fn holds(
        &self,
        what: &'static str,
        address: Address,
        code: &Bytes,
    ) -> Result<(), HoldsError> {
        let found = self.code(address)?;
        if found.is_empty() {
            return Err(HoldsError::NoCode { what, address });
        }
        if found != *code {
            let (expected, found) = (keccak256(code), keccak256(&found));
            return Err(HoldsError::OtherCode { what, address, expected, found });
        }
        Ok(())
    }
}
