//! `iso-verify settle`: does what time has made due of a commitment.

use alloy_primitives::B256;
use clap::Args;
use iso_evm_onchain::dispute::Standing;
use iso_evm_wire::Rules;

use super::{Desk, report::Outcome};
use crate::{
    Exit,
    commands::onchain::{archives::DisputeArgs, chain::ChainArgs},
    error::CommandError,
};

/// Do what time has made due of a commitment: convict who was asked and is silent, or whose parent is convicted; make
/// final what nobody convicted; fetch what is owed
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 it is open or final, 1 it is convicted, 2 unusable input or usage, 3 there is none."
)]
pub(in crate::commands) struct Settle {
    /// The commitment, as `commit` and `challenge` name it
    id: B256,
    #[command(flatten)]
    chain: ChainArgs,
    #[command(flatten)]
    dispute: DisputeArgs,
    /// Any rules of the chain that disputes are about [default: the last that are audited of it]
    #[arg(long, value_name = "NAME", value_parser = crate::commands::rules)]
    fork: Option<Rules>,
    /// The block from which on questions are looked for
    #[arg(long, value_name = "N", default_value_t = 0)]
    from_block: u64,
    /// Send nothing: say what is due
    #[arg(long)]
    dry_run: bool,
    /// What became of it as JSON
    #[arg(long)]
    json: bool,
}

impl Settle {
    pub(in crate::commands) fn run(self) -> Result<Exit, CommandError> {
        let rules = match self.fork {
            Some(rules) => rules,
            None => self.dispute.newest()?,
        };
        let desk = Desk::open(&self.chain, self.dispute, rules, self.dry_run)?;
        let id = self.id;
        let due =
            desk.disputes.due(&desk.chain, &desk.windows, id, (desk.sender(), self.from_block))?;
        let mined = if self.dry_run { Vec::new() } else { desk.send(&due.acts)? };
        let (operator, root) = (due.commitment.operator, None);
        let standing = desk.disputes.commitment(&desk.chain, id)?.standing;
        let what: Vec<&str> = due.acts.iter().map(|act| act.what).collect();
        let said = match (standing, self.dry_run && !what.is_empty()) {
            (_, true) => format!("due: {}; nothing was sent", what.join(", ")),
            (Standing::None, _) => format!("there is no commitment {id}"),
            (Standing::Open, _) => open(&due),
            (Standing::Final, _) => format!("final: {id} of {operator}"),
            (Standing::Convicted, _) => format!("convicted: {id} of {operator}"),
        };
        let outcome = Outcome {
            at: desk.place(),
            operator,
            root,
            id,
            standing,
            dry_run: self.dry_run,
            conviction: None,
            asked: &due.asked,
            mined: &mined,
            said,
        };
        outcome.print(self.json)?;
        Ok(match standing {
            Standing::Open | Standing::Final => Exit::Valid,
            Standing::Convicted => Exit::Invalid,
            Standing::None => Exit::Inconclusive,
        })
    }
}

/// What one waits for.
fn open(due: &iso_evm_onchain::dispute::Due) -> String {
    let open = due.asked.iter().filter(|asked| !asked.closed);
    let wait = match open.map(|asked| asked.until).min() {
        Some(until) => format!("something is to be shown until {until}"),
        None if due.time < due.commitment.deadline => {
            format!("it can be convicted until {}", due.commitment.deadline)
        }
        None => "its parent is not final".to_owned(),
    };
    format!("open: {wait} (it is {})", due.time)
}
