//! `iso-verify answer`: shows what somebody asked for.

use std::path::PathBuf;

use alloy_primitives::{Address, B256};
use clap::Args;
use iso_evm_onchain::dispute::{Asked, DisputeError};
use iso_evm_provers::{
    asks::Item,
    dispute::{Level, Windows, id_of},
};

use super::{AtHand, Desk, report::Outcome};
use crate::{
    Exit,
    commands::onchain::{archives::DisputeArgs, chain::ChainArgs},
    error::CommandError,
};

/// Show what was asked for of a commitment, in time
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 nothing is left to be shown, 2 unusable input or usage.")]
pub(in crate::commands) struct Answer {
    /// What was committed to: a witness.bin, INPUT.json or claim.json, or the folder of a
    /// block's witnesses; `-` for stdin
    file: PathBuf,
    #[command(flatten)]
    chain: ChainArgs,
    #[command(flatten)]
    dispute: DisputeArgs,
    /// Whose commitment it is [default: the account that sends]
    #[arg(long, value_name = "ADDR")]
    operator: Option<Address>,
    /// The block from which on questions are looked for
    #[arg(long, value_name = "N", default_value_t = 0)]
    from_block: u64,
    /// What became of it as JSON
    #[arg(long)]
    json: bool,
}

impl Answer {
    pub(in crate::commands) fn run(self) -> Result<Exit, CommandError> {
        let at_hand = AtHand::open(&self.file)?;
        let desk = Desk::open(&self.chain, self.dispute, at_hand.rules(), false)?;
        let claimed = &at_hand.claimed;
        let operator = self.operator.unwrap_or_else(|| desk.sender());
        let (root, id) = (claimed.root(), id_of(operator, claimed.root()));
        let commitment = desk.opened(operator, root)?;
        let questions = |desk: &Desk<'_>| desk.disputes.questions(&desk.chain, id, self.from_block);
        let time = desk.chain.time()?;
        let open = |asked: &&Asked| !asked.closed && time <= asked.until;
        let asked = questions(&desk)?;
        let found = asked.iter().filter(|asked| !asked.closed).count();
        if found as u64 != commitment.asked {
            return Err(DisputeError::Hidden { expected: commitment.asked, found }.into());
        }
        let late: Vec<u64> = asked
            .iter()
            .filter(|asked| !asked.closed && time > asked.until)
            .map(|asked| asked.until)
            .collect();
        let mut scene = desk.disputes.scene(Windows { anchor: B256::ZERO, ..desk.windows });
        scene.commit(operator, B256::ZERO, claimed)?;
        let behind = at_hand.behind();
        let (mut acts, mut lacking) = (Vec::new(), Vec::new());
        for question in asked.iter().filter(open) {
            let shown = question.item.and_then(|item| Some((item, item.answer(claimed, &behind)?)));
            let Some((item, shown)) = shown else {
                lacking.push(of(question));
                continue;
            };
            scene.ask(question.asker, id, claimed, item)?;
            acts.extend(scene.answer(desk.sender(), id, claimed, item, &shown)?);
        }
        let mined = desk.send(&acts)?;
        if !lacking.is_empty() {
            return Err(DisputeError::NotHeld { what: lacking.join("; ") }.into());
        }
        if let Some(until) = late.iter().min() {
            return Err(DisputeError::Silent { count: late.len(), until: *until }.into());
        }
        let asked = questions(&desk)?;
        let answered = mined.iter().filter(|mined| mined.what == "answer").count();
        let outcome = Outcome {
            at: desk.place(),
            operator,
            root: Some(root),
            id,
            standing: desk.disputes.commitment(&desk.chain, id)?.standing,
            dry_run: false,
            conviction: None,
            asked: &asked,
            mined: &mined,
            said: format!("{answered} shown, nothing is left to be shown: {id} of {operator}"),
        };
        outcome.print(self.json)?;
        Ok(Exit::Valid)
    }
}

/// What was asked for, in words.
fn of(asked: &Asked) -> String {
    let Some(Item { level, transaction, message, index }) = asked.item else {
        return asked.place.to_string();
    };
    let name = level.name();
    match level {
        Level::Header => name.to_owned(),
        Level::Ancestor | Level::Transaction => format!("{name} {index}"),
        Level::Signed => format!("the bytes of transaction {transaction}"),
        Level::Step | Level::Message => format!("{name} {index} of transaction {transaction}"),
        Level::Checkpoint | Level::Record | Level::Instant => {
            format!("{name} {index} of message {message} of transaction {transaction}")
        }
    }
}
