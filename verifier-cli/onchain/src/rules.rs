//! Whether a chain has the rules that the contracts need: Cancun's. Asked before anything is spent,
//! of init code that uses them, in a call. `specs/14-chain.md`, section The host's rules.

use alloy_eips::BlockId;
use alloy_network::TransactionBuilder;
use alloy_primitives::{Bytes, TxKind};
use alloy_rpc_types_eth::{TransactionRequest, state::StateOverride};
use iso_evm_rpc::RpcError;
use revm::bytecode::opcode::*;

use super::chain::{CallAnswer, Chain};

/// What both init codes deploy.
const MARK: u8 = 0x15;

/// Init code that runs under Cancun's rules and later ones: `PUSH0` (EIP-3855), `MCOPY` (EIP-5656),
/// `TLOAD` (EIP-1153).
#[rustfmt::skip]
const CANCUN: [u8; 15] = [
    PUSH0, PUSH0, PUSH0, MCOPY, PUSH0, TLOAD, POP,
    PUSH1, MARK, PUSH0, MSTORE8, PUSH1, 1, PUSH0, RETURN,
];

/// Init code that runs under any rules.
const ANY: [u8; 10] = [PUSH1, MARK, PUSH1, 0, MSTORE8, PUSH1, 1, PUSH1, 0, RETURN];

/// Why a chain is no host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// The node gave no usable answer.
    #[error(transparent)]
    Node(#[from] RpcError),
    /// A chain with older rules.
    #[error(
        "the chain's rules are older than Cancun's, which the contracts need (PUSH0, MCOPY, TLOAD): \
         nothing was sent"
    )]
    BeforeCancun,
    /// A node that does not say.
    #[error(
        "the node does not run init code by eth_call, so that nobody knows whether the chain has \
         Cancun's rules: nothing was sent"
    )]
    Unknown,
}

impl Chain {
    /// Checks that the chain has Cancun's rules or later ones.
    ///
    /// # Errors
    ///
    /// [`RulesError`], if the chain has older rules, or the node does not say.
    pub fn has_cancun(&self) -> Result<(), RulesError> {
        if self.runs(&CANCUN)? {
            return Ok(());
        }
        let any = self.runs(&ANY)?;
        Err(if any { RulesError::BeforeCancun } else { RulesError::Unknown })
    }

    /// Whether init code deploys the mark.
    fn runs(&self, initcode: &'static [u8]) -> Result<bool, RpcError> {
        let initcode = Bytes::from_static(initcode);
        let request = TransactionRequest::default().with_kind(TxKind::Create).with_input(initcode);
        match self.call(&request, BlockId::latest(), &StateOverride::default()) {
            Ok(CallAnswer::Returned(code)) => Ok(code[..] == [MARK]),
            Ok(CallAnswer::Reverted(_) | CallAnswer::OutOfGas) => Ok(false),
            // Nodes have many words for an opcode that is none.
            Err(error) if error.is_refusal() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
