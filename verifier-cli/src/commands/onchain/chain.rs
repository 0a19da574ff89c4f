//! What commands share that ask a chain: the node, the chain and the fees that the user allows, who sends,
//! transactions as JSON writes them.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, B256, U64, U256};
use clap::Args;
use console::Term;
use iso_evm_batch::files::{self, STANDARD};
use iso_evm_onchain::{
    chain::Chain,
    deploy::DeployTransaction,
    fees::FeeCaps,
    keys::{self, KeySource, Password},
    outbox::{Intent, Order},
    sender::Sender,
};
use serde::Serialize;

use super::{consent::agree, money::wei};
use crate::{
    commands::{node::node_url, say},
    error::CommandError,
    report::text::thousands,
};

/// Which node, who sends, and on which terms
#[derive(Clone, Debug, Args)]
pub(super) struct ChainArgs {
    /// The node's JSON-RPC, by HTTP; otherwise $ETH_RPC_URL
    #[arg(long, value_name = "URL")]
    rpc_url: Option<String>,
    #[command(flatten)]
    terms: TermsArgs,
    /// Send without asking
    #[arg(long)]
    yes: bool,
}

/// Who sends, and on which terms
#[derive(Clone, Debug, Args)]
pub(in crate::commands) struct TermsArgs {
    /// The chain, by number or name; what is signed is for it alone. A node on this machine may say
    /// which it is
    #[arg(long, value_name = "ID", value_parser = chain_id)]
    chain: Option<u64>,
    #[command(flatten)]
    from: FromArgs,
    /// A file with the keystore's password; otherwise it is asked for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The most that is paid for a unit of gas, as 2gwei or in wei [default: 100gwei]
    #[arg(long, value_name = "AMOUNT", value_parser = wei)]
    max_fee_per_gas: Option<u128>,
    /// The most of it that is for the proposer [default: 5gwei]
    #[arg(long, value_name = "AMOUNT", alias = "max-priority-fee-per-gas", value_parser = wei)]
    max_priority_fee: Option<u128>,
}

/// Who sends
#[derive(Clone, Debug, Args)]
#[group(multiple = false)]
struct FromArgs {
    /// A file with the private key of the account that sends, in hex; `-` for stdin
    #[arg(long, value_name = "FILE")]
    private_key_file: Option<PathBuf>,
    /// A keystore file with that key, as `cast wallet`, geth and ethers write them
    #[arg(long, value_name = "FILE")]
    keystore: Option<PathBuf>,
    /// The account that sends, for which the node signs
    #[arg(long, value_name = "ADDR")]
    unlocked: Option<Address>,
}

/// A chain's number, by number or name.
fn chain_id(text: &str) -> Result<u64, String> {
    let chain: Result<alloy_chains::Chain, _> = text.parse();
    chain.map(|chain| chain.id()).map_err(|_| "neither a number nor a known name".to_owned())
}

/// Who looks, where nobody says who he is: like whoever sends, not the zero address.
pub(super) const SOMEBODY: Address = Address::repeat_byte(0x5e);

impl ChainArgs {
    /// Whether a chain is meant at all, by a command that does without one too.
    pub(in crate::commands) const fn is_given(&self) -> bool {
        self.rpc_url.is_some() || self.terms.from.is_given()
    }

    /// The node that is named.
    pub(super) fn node(&self) -> Option<&str> {
        self.rpc_url.as_deref()
    }

    /// The same at another node, or at none.
    pub(super) fn at(self, rpc_url: Option<String>) -> Self {
        Self { rpc_url, ..self }
    }

    /// Whether there is a node to ask.
    pub(super) fn has_node(&self) -> bool {
        node_url(self.rpc_url.as_deref()).is_some()
    }

    /// The node and who sends; nothing is asked yet. `signs`: whether anything may be sent, for which
    /// the chain must be named unless the node is on this machine, and who sends.
    pub(super) fn open(&self, signs: bool) -> Result<(Chain, Sender), CommandError> {
        let url = node_url(self.rpc_url.as_deref())
            .ok_or(CommandError::Needs { option: "a chain", needed: "--rpc-url" })?;
        let chain = Chain::at(&url)?;
        if signs {
            self.terms.names(&chain)?;
        }
        let sender = match self.terms.sender()? {
            Some(sender) => sender,
            // Who looks only need not say who he is.
            None if !signs => Sender::Unlocked { address: SOMEBODY },
            None => {
                let (option, needed) =
                    ("what is sent", "--private-key-file, --keystore or --unlocked");
                return Err(CommandError::Needs { option, needed });
            }
        };
        Ok((chain, sender))
    }

    /// The chain that the user names, which the node must be one of.
    pub(super) const fn named(&self) -> Option<u64> {
        self.terms.chain
    }

    /// What will be sent, said and agreed to.
    pub(super) fn order(
        &self,
        chain: &Chain,
        chain_id: u64,
        from: Address,
        intents: Vec<Intent>,
    ) -> Result<Order, CommandError> {
        let order = Order::new(chain, chain_id, from, &self.terms.caps(), intents)?;
        if !order.intents.is_empty() {
            agree(&order, chain.is_local(), self.yes)?;
        }
        Ok(order)
    }
}

impl TermsArgs {
    /// The chain that the user names.
    #[cfg(feature = "node")]
    pub(in crate::commands) const fn named(&self) -> Option<u64> {
        self.chain
    }

    /// Whether anything is said of who sends, or on which terms.
    #[cfg(feature = "node")]
    pub(in crate::commands) const fn is_given(&self) -> bool {
        let fees = self.max_fee_per_gas.is_some() || self.max_priority_fee.is_some();
        self.chain.is_some() || self.from.is_given() || self.password_file.is_some() || fees
    }

    /// Checks that the chain is named, unless its node is on this machine.
    pub(in crate::commands) fn names(&self, chain: &Chain) -> Result<(), CommandError> {
        if self.chain.is_none() && !chain.is_local() {
            let option = "a node that is not on this machine";
            return Err(CommandError::Needs { option, needed: "--chain" });
        }
        Ok(())
    }

    /// Who sends, if that is said.
    pub(in crate::commands) fn sender(&self) -> Result<Option<Sender>, CommandError> {
        self.from.sender(self.password_file.as_ref())
    }

    /// The most that is paid.
    pub(in crate::commands) fn caps(&self) -> FeeCaps {
        let default = FeeCaps::default();
        FeeCaps {
            max_fee_per_gas: self.max_fee_per_gas.unwrap_or(default.max_fee_per_gas),
            max_priority_fee: self.max_priority_fee.unwrap_or(default.max_priority_fee),
        }
    }
}

impl FromArgs {
    /// Whether it is said who sends.
    const fn is_given(&self) -> bool {
        let Self { private_key_file, keystore, unlocked } = self;
        private_key_file.is_some() || keystore.is_some() || unlocked.is_some()
    }

    fn sender(&self, password_file: Option<&PathBuf>) -> Result<Option<Sender>, CommandError> {
        if password_file.is_some() && self.keystore.is_none() {
            let (option, needed) = ("--password-file", "--keystore");
            return Err(CommandError::Needs { option, needed });
        }
        Ok(match (&self.private_key_file, &self.keystore, self.unlocked) {
            (Some(file), _, _) => Some(Sender::Key { signer: keys::raw(source(file))? }),
            (None, Some(file), _) => {
                // A broken keystore needs no password.
                keys::check(source(file))?;
                let password = match password_file {
                    Some(file) => Password::from_file(source(file))?,
                    None => asked(&files::name(file))?,
                };
                Some(Sender::Key { signer: keys::keystore(source(file), &password)? })
            }
            (None, None, Some(address)) => Some(Sender::Unlocked { address }),
            (None, None, None) => None,
        })
    }
}

/// What an argument names: a file, or stdin.
fn source(file: &Path) -> KeySource<'_> {
    if file.as_os_str() == STANDARD { KeySource::Stdin } else { KeySource::File(file) }
}

/// The password of a keystore, asked for on the terminal, where it is not shown.
fn asked(file: &str) -> Result<Password, CommandError> {
    let nobody = || CommandError::NoTerminal { file: file.to_owned() };
    let terminal = Term::stderr();
    if !terminal.is_term() {
        return Err(nobody());
    }
    let asked = terminal.write_str(&format!("password of {file}: "));
    let password = asked.and_then(|()| terminal.read_secure_line()).map_err(|_| nobody())?;
    Ok(Password::new(password))
}

/// A transaction that was sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonTransaction {
    what: &'static str,
    hash: B256,
    success: bool,
    predicted_gas: U64,
    gas_used: U64,
}

impl JsonTransaction {
    pub(super) fn new(what: &'static str, transaction: &DeployTransaction) -> Self {
        Self {
            what,
            hash: transaction.hash,
            success: transaction.success,
            predicted_gas: U64::from(transaction.predicted),
            gas_used: U64::from(transaction.gas_used),
        }
    }
}

/// Says that a transaction is mined.
pub(super) fn mined(what: &str, transaction: &DeployTransaction) {
    let gas = thousands(U256::from(transaction.gas_used));
    say(&format!("{what}: {}, {gas} gas", transaction.hash));
}
