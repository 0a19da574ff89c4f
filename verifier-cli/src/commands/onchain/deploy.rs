//! `iso-verify deploy`: puts the contracts on a chain.

use std::{collections::BTreeMap, fmt::Write};

use alloy_primitives::{Address, B256};
use clap::Args;
use iso_evm_batch::files;
use iso_evm_onchain::{
    deploy::{DeployError, Deployed, Deployments},
    outbox::Outbox,
};
use iso_evm_provers::{Prover, dispute::Windows};
use iso_evm_wire::Rules;
use serde::Serialize;

use super::{
    archives::{ContractArgs, WindowArgs},
    chain::{ChainArgs, JsonTransaction, mined},
};
use crate::{Exit, commands::say, error::CommandError};

/// Put factory, hypervisor, segment machine, live machine, provers and the contract for disputes on a chain,
/// those that are not there
#[derive(Debug, Args)]
pub(in crate::commands) struct Deploy {
    #[command(flatten)]
    chain: ChainArgs,
    /// The fork whose rules the guest runs under, as osaka or optimism/holocene [default: the last that
    /// is audited of the guest's chain: osaka, or optimism/jovian]
    #[arg(long, value_name = "NAME", value_parser = crate::commands::rules)]
    fork: Option<Rules>,
    #[command(flatten)]
    contracts: ContractArgs,
    #[command(flatten)]
    windows: WindowArgs,
    /// Deploy a deterministic deployer first, for a chain that has none
    #[arg(long, conflicts_with = "deployer")]
    new_deployer: bool,
    /// The addresses as JSON
    #[arg(long)]
    json: bool,
}

/// What a program reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    chain_id: u64,
    fork: Rules,
    sender: Address,
    deployer: Address,
    factory: Address,
    hypervisor: Address,
    hypervisor_code_hash: B256,
    machine: Address,
    machine_code_hash: B256,
    live: Address,
    provers: BTreeMap<&'static str, Address>,
    dispute: Address,
    transactions: Vec<JsonTransaction>,
}

impl Deploy {
    pub(in crate::commands) fn run(self) -> Result<Exit, CommandError> {
        let (chain, sender) = self.chain.open(true)?;
        let from = sender.address();
        let mut contracts = self.contracts.contracts(Some(from))?;
        contracts.windows = self.windows.windows();
        possible(&contracts.windows)?;
        let rules = self.fork.unwrap_or(contracts.schedule.family().newest());
        contracts.goes_by(rules).map_err(DeployError::from)?;
        let chain_id = chain.id_of(self.chain.named())?;
        chain.has_cancun()?;
        if self.new_deployer {
            contracts.deployer = from.create(chain.nonce(from)?);
            say(&format!("deployer: {}", contracts.deployer));
        }
        let deployments = Deployments::plan(&chain, &contracts, rules, self.new_deployer)?;
        say(&format!("disputes: about chain {}", contracts.schedule.chain_id()));
        let order = self.chain.order(&chain, chain_id, from, deployments.intents())?;
        let outbox = Outbox::new(&chain, &sender, order);
        let said = |deployed: &Deployed| match &deployed.transaction {
            Some(transaction) => mined(deployed.contract.name, transaction),
            None => say(&format!("{}: there already", deployed.contract.name)),
        };
        let deployed = deployments.send(&chain, &outbox, said)?;
        let text = if self.json {
            let at = |name: &str| {
                let found = deployed.iter().find(|deployed| deployed.contract.name == name);
                found.map(|deployed| deployed.contract.address).unwrap_or_default()
            };
            let [factory, hypervisor, machine, live, dispute] =
                ["factory", "hypervisor", "machine", "live", "dispute"].map(at);
            let provers = Prover::ALL.iter();
            let transactions = deployed.iter().filter_map(|deployed| {
                let transaction = deployed.transaction.as_ref()?;
                Some(JsonTransaction::new(deployed.contract.name, transaction))
            });
            let document = Document {
                chain_id,
                fork: rules,
                sender: from,
                deployer: contracts.deployer,
                factory,
                hypervisor,
                hypervisor_code_hash: contracts.hypervisor(rules).code_hash(),
                machine,
                machine_code_hash: contracts.machine(rules).code_hash(),
                live,
                provers: provers.map(|prover| (prover.name(), at(prover.contract()))).collect(),
                dispute,
                transactions: transactions.collect(),
            };
            let json = serde_json::to_string_pretty(&document)
                .expect("only numbers and strings, and strings as keys");
            format!("{json}\n")
        } else {
            human(contracts.deployer, &deployed)
        };
        files::print(text.as_bytes())?;
        Ok(Exit::Valid)
    }
}

/// Checks that the contract would take these windows.
fn possible(windows: &Windows) -> Result<(), CommandError> {
    let Windows { window, answer_period, .. } = *windows;
    if answer_period == 0 || window / ROUNDS < answer_period || window > MOST {
        return Err(CommandError::Windows { window, answer_period });
    }
    Ok(())
}

/// Answers that a window has room for, and the most seconds that it has: `Standings.sol`.
const ROUNDS: u64 = 4;
const MOST: u64 = 1 << 32;

fn human(deployer: Address, deployed: &[Deployed]) -> String {
    let mut text = format!("deployer         {deployer}\n");
    for Deployed { contract, .. } in deployed {
        let _ = writeln!(text, "{:<16} {}", contract.name, contract.address);
    }
    text
}
