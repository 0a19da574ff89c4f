//! What `iso-verify watch` watches of operators, as arguments: where they commit to blocks, what they publish, and on
//! which terms what is false is challenged. `specs/23-watch.md`, section Operators and challengers.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use alloy_primitives::U256;
use clap::Args;
use iso_evm_onchain::{chain::Chain, sender::Sender};
use iso_evm_watch::{Challenger, OperatorOptions, Settled, Watcher};

use super::seconds;
use crate::{
    commands::onchain::{DisputeArgs, TermsArgs, wei},
    error::CommandError,
};

/// What operators commit to
#[derive(Debug, Args)]
pub(super) struct Operators {
    /// The node of the chain where operators commit to blocks of this one: what they claim is held against what is
    /// recorded, and what is false in it is proved [default: none, no operator is watched]
    #[arg(long, value_name = "URL")]
    l1_rpc_url: Option<String>,
    /// The block of that chain from which on commitments are looked for; a database that has some is gone on with
    /// [default: as far back as one can be open]
    #[arg(long, value_name = "N")]
    l1_from: Option<u64>,
    /// The blocks that commitments are judged by: finalized, safe, or those that N others stand on
    #[arg(long, value_name = "WHICH", default_value_t, value_parser = Settled::from_str)]
    settled: Settled,
    /// The folder where the claims lie that operators publish, as `commit -o` writes them
    #[arg(long, value_name = "DIR")]
    claims: Option<PathBuf>,
    /// The folder that proofs of what is false are written into [default: beside the file of the database,
    /// watch.proofs]
    #[arg(long, value_name = "DIR")]
    proofs: Option<PathBuf>,
    /// Send what convicts an operator, without asking
    #[arg(long)]
    challenge: bool,
    /// The most that is spent on that in all, for as long as the database is there, as 1ether or in wei [default:
    /// without end]
    #[arg(long, value_name = "AMOUNT", value_parser = wei)]
    max_spend: Option<u128>,
    /// After how long a transaction that is not mined is sent with higher fees
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    bump_after: Duration,
    #[command(flatten)]
    terms: TermsArgs,
    #[command(flatten)]
    dispute: DisputeArgs,
}

impl Operators {
    /// Has the watcher watch operators too, if it is to. `beside` is a file that what is written lies beside.
    pub(super) fn watched(self, watcher: Watcher, beside: &Path) -> Result<Watcher, CommandError> {
        match self.options(beside)? {
            Some(options) => Ok(watcher.with_operators(options)?),
            None => Ok(watcher),
        }
    }

    /// What is to be watched of operators, if anything.
    fn options(self, beside: &Path) -> Result<Option<OperatorOptions>, CommandError> {
        self.alone()?;
        let Some(node) = self.l1_rpc_url else { return Ok(None) };
        let challenger = match self.challenge {
            true => Some(challenger(&self.terms, &node, (self.max_spend, self.bump_after))?),
            false => None,
        };
        let account = challenger.as_ref().map(|it| it.signer.address());
        let at = self.dispute.address();
        Ok(Some(OperatorOptions {
            node,
            at,
            contracts: self.dispute.into_contracts(account)?,
            from: self.l1_from,
            settled: self.settled,
            claims: self.claims,
            proofs: self.proofs.unwrap_or_else(|| beside.with_extension("proofs")),
            challenger,
        }))
    }

    /// Checks that nothing is said without what it is about.
    fn alone(&self) -> Result<(), CommandError> {
        let of_l1 = [
            (self.dispute.is_given(), "--dispute"),
            (self.l1_from.is_some(), "--l1-from"),
            (self.claims.is_some(), "--claims"),
            (self.proofs.is_some(), "--proofs"),
            (self.challenge, "--challenge"),
        ];
        if self.l1_rpc_url.is_none()
            && let Some((_, option)) = of_l1.into_iter().find(|(is_given, _)| *is_given)
        {
            return Err(CommandError::Needs { option, needed: "--l1-rpc-url" });
        }
        let of_challenge =
            [(self.max_spend.is_some(), "--max-spend"), (self.terms.is_given(), "who sends")];
        if !self.challenge
            && let Some((_, option)) = of_challenge.into_iter().find(|(is_given, _)| *is_given)
        {
            return Err(CommandError::Needs { option, needed: "--challenge" });
        }
        Ok(())
    }
}

/// Who challenges. What an account of the node's signs cannot be kept before it is sent: a key of one's own is needed.
fn challenger(
    terms: &TermsArgs,
    node: &str,
    (max_spend, bump_after): (Option<u128>, Duration),
) -> Result<Challenger, CommandError> {
    terms.names(&Chain::at(node)?)?;
    let Some(Sender::Key { signer }) = terms.sender()? else {
        let needed = "a key of one's own, --private-key-file or --keystore: what is signed is kept before it is sent";
        return Err(CommandError::Needs { option: "--challenge", needed });
    };
    Ok(Challenger {
        signer,
        chain_id: terms.named(),
        caps: terms.caps(),
        max_spend: max_spend.map(U256::from),
        bump_after,
    })
}
