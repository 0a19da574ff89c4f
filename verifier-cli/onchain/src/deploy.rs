//! Puts the contracts on a chain, those that are not there. `specs/14-chain.md`, section
//! Deployment.

use alloy_primitives::{Address, B256, U256};
use iso_evm_rpc::RpcError;
use iso_evm_wire::Rules;

use super::{
    chain::{Chain, HostReceipt},
    contracts::{Contracts, Deployment, OtherFamily, deployer_code, deployer_initcode},
    outbox::{Intent, Outbox},
    plan::{Plan, Step},
    send_error::SendError,
};

/// What a deterministic deployer of one's own is called where it is said.
const DEPLOYER: &str = "deployer";

/// Its creation, of 35 bytes, which costs less gas.
const CREATE: Intent = Intent { what: DEPLOYER, to: None, value: U256::ZERO, gas_limit: 200_000 };

/// Why a contract is not there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// The node gave no usable answer.
    #[error(transparent)]
    Node(#[from] RpcError),
    /// A transaction that is not sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// Rules that disputes would not know.
    #[error(transparent)]
    Family(#[from] OtherFamily),
    /// Nobody deploys by CREATE2.
    #[error("there is no deterministic deployer at {deployer}")]
    NoDeployer {
        /// Where a deployer was looked for.
        deployer: Address,
    },
    /// Code that deploys something else, or nothing.
    #[error(
        "the code at {deployer} is no deterministic deployer's: run here it does not deploy the \
         {name} to {address}"
    )]
    NotADeployer {
        /// Address of the code.
        deployer: Address,
        /// Name of the contract.
        name: &'static str,
        /// Address that the contract should have.
        address: Address,
    },
    /// A deployment that the chain does not take.
    #[error("{name}: its deployment takes {gas} gas, more than a transaction may have")]
    TooMuchGas {
        /// Name of the contract.
        name: &'static str,
        /// Gas that the deployment takes.
        gas: u64,
    },
    /// A transaction that did not do what it should have.
    #[error("{name}: {hash} did not deploy it to {address}")]
    NotDeployed {
        /// Name of the contract.
        name: &'static str,
        /// Hash of the transaction.
        hash: B256,
        /// Address that the contract should have.
        address: Address,
    },
    /// An account where a contract belongs.
    #[error("{name}: other code is at {address}")]
    Occupied {
        /// Name of the contract.
        name: &'static str,
        /// Address that the contract should have.
        address: Address,
    },
}

/// A contract that is on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// The contract that is there.
    pub contract: Deployment,
    /// What put it there; none if it was there.
    pub transaction: Option<DeployTransaction>,
}

/// A transaction that is on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeployTransaction {
    /// Hash of the transaction.
    pub hash: B256,
    /// Gas, as was predicted.
    pub predicted: u64,
    /// Gas, as the receipt has it.
    pub gas_used: u64,
    /// Whether the transaction succeeded.
    pub success: bool,
}

impl DeployTransaction {
    /// What a receipt says of a transaction that was to take so much gas.
    pub const fn new(receipt: &HostReceipt, predicted: u64) -> Self {
        let HostReceipt { hash, success, gas_used, .. } = *receipt;
        Self { hash, predicted, gas_used, success }
    }
}

/// What there is to deploy.
#[derive(Clone, Debug)]
pub struct Deployments {
    deployer: Address,
    /// Whether the deployer is to be deployed first.
    new_deployer: bool,
    /// The contracts, in order; what has to be sent for those that are not there.
    contracts: Vec<(Deployment, Option<Step>)>,
}

impl Deployments {
    /// Factory, hypervisor, segment machine, live machine, provers and disputes, as far as they are not there;
    /// `new_deployer` has a deterministic deployer of our own deployed first, where `contracts` say that it is.
    ///
    /// # Errors
    ///
    /// If disputes would not know the rules; if there is no deployer, or its code, run here, does not deploy; if there
    /// is other code where a contract belongs; if the node does not say.
    pub fn plan(
        chain: &Chain,
        contracts: &Contracts,
        rules: Rules,
        new_deployer: bool,
    ) -> Result<Self, DeployError> {
        contracts.goes_by(rules)?;
        let deployer = contracts.deployer;
        let code = if new_deployer { deployer_code() } else { chain.code(deployer)? };
        if code.is_empty() {
            return Err(DeployError::NoDeployer { deployer });
        }
        let machines = [
            contracts.factory(),
            contracts.hypervisor(rules),
            contracts.machine(rules),
            contracts.live(rules.fork()),
        ];
        let provers = contracts.provers();
        let dispute = contracts.dispute(&provers);
        let all = machines.into_iter().chain(provers).chain([dispute]);
        let planned = |contract: Deployment| {
            if there(chain, &contract)? {
                return Ok((contract, None));
            }
            let Deployment { name, address, .. } = contract;
            let Some(step) = Plan::deploy(&contract, deployer, &code) else {
                return Err(DeployError::NotADeployer { deployer, name, address });
            };
            if !step.fits_cap {
                return Err(DeployError::TooMuchGas { name, gas: step.gas });
            }
            Ok((contract, Some(step)))
        };
        let contracts = all.map(planned).collect::<Result<_, _>>()?;
        Ok(Self { deployer, new_deployer, contracts })
    }

    /// What has to be sent, in order.
    pub fn intents(&self) -> Vec<Intent> {
        let steps = self
            .contracts
            .iter()
            .filter_map(|(contract, step)| Some(Intent::of(contract.name, step.as_ref()?)));
        self.new_deployer.then_some(CREATE).into_iter().chain(steps).collect()
    }

    /// Deploys them, and says of each when it is there.
    ///
    /// # Errors
    ///
    /// If a transaction cannot be sent, or does not deploy what it should.
    pub fn send(
        self,
        chain: &Chain,
        outbox: &Outbox<'_>,
        said: impl Fn(&Deployed),
    ) -> Result<Vec<Deployed>, DeployError> {
        if self.new_deployer {
            let receipt = outbox.mined(&CREATE, deployer_initcode())?;
            let (name, hash, address) = (DEPLOYER, receipt.hash, self.deployer);
            if chain.code(address)? != deployer_code() {
                return Err(DeployError::NotDeployed { name, hash, address });
            }
        }
        let mut all = Vec::new();
        for (contract, step) in self.contracts {
            let transaction = match step {
                // Somebody else may have been faster.
                Some(step) if !there(chain, &contract)? => {
                    Some(deploy(chain, outbox, &contract, step)?)
                }
                _ => None,
            };
            let deployed = Deployed { contract, transaction };
            said(&deployed);
            all.push(deployed);
        }
        Ok(all)
    }
}

/// Whether a contract is there.
fn there(chain: &Chain, contract: &Deployment) -> Result<bool, DeployError> {
    let Deployment { name, address, .. } = *contract;
    let found = chain.code(address)?;
    if !found.is_empty() && found != contract.code {
        return Err(DeployError::Occupied { name, address });
    }
    Ok(!found.is_empty())
}

fn deploy(
    chain: &Chain,
    outbox: &Outbox<'_>,
    contract: &Deployment,
    step: Step,
) -> Result<DeployTransaction, DeployError> {
    let Deployment { name, address, .. } = *contract;
    let receipt = outbox.send(name, &step)?;
    if chain.code(address)? != contract.code {
        return Err(DeployError::NotDeployed { name, hash: receipt.hash, address });
    }
    Ok(DeployTransaction::new(&receipt, step.gas))
}
