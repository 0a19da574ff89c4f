//! Puts the contracts on a chain, those that are not there. `specs/14-chain.md`, section
//! Deployment.

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_witness::Fork;

use super::{
    chain::Chain,
    contracts::{Contracts, Deployment, deployer_initcode},
    host::GAS_CAP,
    plan::Plan,
    sender::Sender,
};
use crate::node::NodeError;

/// Why a contract is not there.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The node.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Nobody deploys by CREATE2.
    #[error(
        "there is no deterministic deployer at {deployer}: name another with --deployer, or have \
         one deployed with --new-deployer"
    )]
    NoDeployer {
        /// Where one was looked for.
        deployer: Address,
    },
    /// A transaction that did not do what it should have.
    #[error("{name}: {hash} did not deploy it to {address}")]
    NotDeployed {
        /// The contract.
        name: &'static str,
        /// The transaction.
        hash: B256,
        /// Where it should be.
        address: Address,
    },
    /// An account where a contract belongs.
    #[error("{name}: other code is at {address}")]
    Occupied {
        /// The contract.
        name: &'static str,
        /// Where it should be.
        address: Address,
    },
}

/// A contract that is on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// The contract.
    pub contract: Deployment,
    /// What put it there; none if it was there.
    pub transaction: Option<Transaction>,
}

/// A transaction that is on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Its hash.
    pub hash: B256,
    /// Gas, as was predicted.
    pub predicted: u64,
    /// Gas, as the receipt has it.
    pub gas_used: u64,
    /// Whether it succeeded.
    pub success: bool,
}

/// Deploys a deterministic deployer of our own, by a plain creation.
///
/// # Errors
///
/// If the node does not take the transaction, or it fails.
pub fn new_deployer(chain: &Chain, sender: &Sender) -> Result<Address, DeployError> {
    // A creation of 35 bytes costs less than this.
    let receipt = chain.mined(sender, None, deployer_initcode(), 200_000)?;
    let address = receipt.contract.unwrap_or_default();
    if !receipt.success || chain.code(address)?.is_empty() {
        let (name, hash) = ("deployer", receipt.hash);
        return Err(DeployError::NotDeployed { name, hash, address });
    }
    Ok(address)
}

/// Deploys factory, hypervisor, live machine and register, those that are not there, and says of
/// each when it is.
///
/// # Errors
///
/// If there is no deployer, the node does not take a transaction, or one does not deploy what it
/// should.
pub fn deploy(
    chain: &Chain,
    sender: &Sender,
    contracts: &Contracts,
    fork: Fork,
    said: impl Fn(&Deployed),
) -> Result<Vec<Deployed>, DeployError> {
    let deployer = contracts.deployer;
    let code = chain.code(deployer)?;
    if code.is_empty() {
        return Err(DeployError::NoDeployer { deployer });
    }
    let all = [
        contracts.factory(),
        contracts.hypervisor(fork),
        contracts.live(fork),
        contracts.register(),
    ];
    all.into_iter()
        .map(|contract| {
            let deployed = deploy_one(chain, sender, deployer, &code, contract)?;
            said(&deployed);
            Ok(deployed)
        })
        .collect()
}

fn deploy_one(
    chain: &Chain,
    sender: &Sender,
    deployer: Address,
    deployer_code: &Bytes,
    contract: Deployment,
) -> Result<Deployed, DeployError> {
    let Deployment { name, address, .. } = contract;
    let there = chain.code(address)?;
    if there == contract.code {
        return Ok(Deployed { contract, transaction: None });
    }
    if !there.is_empty() {
        return Err(DeployError::Occupied { name, address });
    }
    let step = Plan::deploy(&contract, deployer, deployer_code);
    // A deployer that is none in memory gets all there is.
    let limit = if step.fits_cap { step.gas_limit } else { GAS_CAP };
    let receipt = chain.mined(sender, Some(deployer), step.data, limit)?;
    if chain.code(address)? != contract.code {
        let hash = receipt.hash;
        return Err(DeployError::NotDeployed { name, hash, address });
    }
    let transaction = Transaction {
        hash: receipt.hash,
        predicted: step.gas,
        gas_used: receipt.gas_used,
        success: receipt.success,
    };
    Ok(Deployed { contract, transaction: Some(transaction) })
}
