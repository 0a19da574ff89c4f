//! `iso-verify ask`: asks an operator for an item of his commitment that he withholds.

use std::path::PathBuf;

use alloy_primitives::Address;
use clap::Args;
use iso_evm_onchain::dispute::{Asked, DisputeError, Standing};
use iso_evm_provers::{
    asks::Item,
    dispute::{Level, id_of},
};

use super::{AtHand, Desk, report::Outcome};
use crate::{
    Exit,
    commands::onchain::{archives::DisputeArgs, chain::ChainArgs},
    error::CommandError,
};

/// Ask an operator for an item of his commitment: he shows it in time, or is convicted
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 asked, 2 unusable input or usage.")]
pub(in crate::commands) struct Ask {
    /// What is known of the commitment: a witness.bin, INPUT.json or claim.json, or the folder of a
    /// block's witnesses; `-` for stdin
    file: PathBuf,
    /// What is asked for: header, ancestor, transaction, signed, step, message, checkpoint, record or instant
    #[arg(long, value_name = "NAME", value_parser = level)]
    item: Level,
    /// The transaction that it is in
    #[arg(long, value_name = "N", default_value_t = 0)]
    transaction: u64,
    /// The message that it is in
    #[arg(long, value_name = "N", default_value_t = 0)]
    message: u64,
    /// Its place; of a record, and the instant behind it, the record's index
    #[arg(long, value_name = "N", default_value_t = 0)]
    index: u64,
    #[command(flatten)]
    chain: ChainArgs,
    #[command(flatten)]
    dispute: DisputeArgs,
    /// Whose commitment it is
    #[arg(long, value_name = "ADDR")]
    operator: Address,
    /// What became of it as JSON
    #[arg(long)]
    json: bool,
}

fn level(name: &str) -> Result<Level, String> {
    let found = Level::ALL.iter().find(|level| level.name() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<_> = Level::ALL.iter().map(|level| level.name()).collect();
        format!("one of {} is expected", names.join(", "))
    })
}

impl Ask {
    pub(in crate::commands) fn run(self) -> Result<Exit, CommandError> {
        let at_hand = AtHand::open(&self.file)?;
        let desk = Desk::open(&self.chain, self.dispute, at_hand.rules(), false)?;
        let (claimed, operator) = (&at_hand.claimed, self.operator);
        let (root, id) = (claimed.root(), id_of(operator, claimed.root()));
        let commitment = desk.opened(operator, root)?;
        let item = Item {
            level: self.item,
            transaction: self.transaction,
            message: self.message,
            index: self.index,
        };
        let before = desk.disputes.question(&desk.chain, id, item.place())?;
        if !before.asker.is_zero() {
            let (asker, until) = (before.asker, before.until);
            return Err(DisputeError::AskedAlready { asker, until }.into());
        }
        let (until, time) = (commitment.asks_until, desk.chain.time()?);
        if time >= until {
            return Err(DisputeError::TooLate { until, time }.into());
        }
        let mut scene = desk.disputes.scene(iso_evm_provers::dispute::Windows {
            anchor: alloy_primitives::B256::ZERO,
            ..desk.windows
        });
        scene.commit(operator, alloy_primitives::B256::ZERO, claimed)?;
        let act = scene.ask(desk.sender(), id, claimed, item)?;
        let mined = desk.send(&[act])?;
        let known = desk.disputes.question(&desk.chain, id, item.place())?;
        let (asked, until) = ([Asked { item: Some(item), ..known }], known.until);
        let said = format!(
            "asked for {} {}: it must be shown until {until}, or {id} of {operator} is convicted",
            item.level.name(),
            item.index
        );
        let outcome = Outcome {
            at: desk.place(),
            operator,
            root: Some(root),
            id,
            standing: Standing::Open,
            dry_run: false,
            conviction: None,
            asked: &asked,
            mined: &mined,
            said,
        };
        outcome.print(self.json)?;
        Ok(Exit::Valid)
    }
}
