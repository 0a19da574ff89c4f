//! `iso-verify submit`: has a witness judged on a chain.

mod report;

use std::path::PathBuf;

use alloy_primitives::{Address, B256, U64};
use clap::Args;
use iso_evm_batch::{ItemError, files};
use iso_evm_hypervisor::Engine;
use iso_evm_onchain::{outbox::Outbox, plan::Plan, submit::Submission};
use iso_evm_verifier::verify::{AuditVerdict, EngineKind, Options, Verdict, verify_opened};
use iso_evm_wire::Opened;

use self::report::{Document, gas_used, human, on_a_chain, row};
use super::{
    archives::DisputeArgs,
    chain::{ChainArgs, mined},
    dispute::{AtHand, Bench, Desk, Judging, judged, posted, provable},
};
use crate::{
    Exit,
    commands::{say, verify::open},
    error::CommandError,
};

/// Have a witness judged on a chain: straight, message by message, by the execution audit alone; or in a dispute, where
/// all that is false convicts
#[derive(Debug, Args)]
#[command(
    group(clap::ArgGroup::new("where").args(["hypervisor", "dispute"]).required(true)),
    after_help = "With --hypervisor missing archives are made, the audits are sent, and the verdicts are read. With \
                  --dispute, `challenge` is run, with --commit behind `commit`. \
                  Exit codes: 0 valid, 1 invalid, 2 unusable input or usage, 3 inconclusive."
)]
pub(in crate::commands) struct Submit {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    #[command(flatten)]
    chain: ChainArgs,
    /// The hypervisor, straight: a message that does not fit goes to the segment machine
    #[arg(long, value_name = "ADDR")]
    hypervisor: Option<Address>,
    /// The segment machine [default: at its deterministic address]
    #[arg(long, value_name = "ADDR", requires = "hypervisor")]
    machine: Option<Address>,
    /// In a dispute: whose commitment it is [default: the account that sends]
    #[arg(long, value_name = "ADDR", requires = "dispute", conflicts_with = "commit")]
    operator: Option<Address>,
    /// In a dispute: commit to the witness first, as the account that sends; it must be valid by all four audits
    #[arg(long, requires = "dispute")]
    commit: bool,
    /// Commit though an audit came to no verdict; never to what is false
    #[arg(long, requires = "commit")]
    unproved: bool,
    /// Only these segments, from 0 [default: the first that is false, or all]
    #[arg(long, value_name = "K", value_delimiter = ',', requires = "hypervisor")]
    segment: Vec<u64>,
    /// Only this message [default: all]
    #[arg(long, value_name = "N", requires = "hypervisor")]
    message: Option<usize>,
    /// Archive code even where it is cheaper to send it beside the message: for audits to come
    #[arg(long, requires = "hypervisor")]
    archive: bool,
    /// Call instead of sending: nothing is spent, nothing stays
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    dispute: DisputeArgs,
    /// What became of it as JSON
    #[arg(long)]
    json: bool,
}

impl Submit {
    pub(in crate::commands) fn run(self) -> Result<Exit, CommandError> {
        match self.hypervisor {
            Some(hypervisor) => self.straight(hypervisor),
            None => self.disputed(),
        }
    }

    /// In a dispute.
    fn disputed(self) -> Result<Exit, CommandError> {
        let at_hand = AtHand::open(&self.file)?;
        if self.commit {
            provable(&at_hand, self.unproved)?;
        }
        let desk = Desk::open(&self.chain, self.dispute, at_hand.rules(), self.dry_run)?;
        let mined = if self.commit {
            posted(&desk, &at_hand, B256::ZERO, self.dry_run)?
        } else {
            Vec::new()
        };
        let operator = self.operator.unwrap_or_else(|| desk.sender());
        let options = Judging { dry_run: self.dry_run, json: self.json, mined };
        judged(&Bench::of(&desk), &at_hand, None, operator, options)
    }

    /// Straight to the hypervisor.
    fn straight(self, hypervisor: Address) -> Result<Exit, CommandError> {
        let witness = open(&self.file)?;
        let count = witness.messages.len();
        if count == 0 {
            return Err(CommandError::NoMessages { file: files::name(&self.file) });
        }
        let indices = match self.message {
            Some(index) if index >= count => {
                return Err(CommandError::NoMessage {
                    file: files::name(&self.file),
                    index,
                    count,
                });
            }
            Some(index) => index..index + 1,
            None => 0..count,
        };
        let dry_run = self.dry_run;
        let only = match &self.segment[..] {
            [] => None,
            _ if indices.len() != 1 => {
                return Err(CommandError::Needs { option: "--segment", needed: "--message" });
            }
            segments => Some(segments.to_vec()),
        };
        let (chain, sender) = self.chain.open(!dry_run)?;
        self.audit(&witness)?;
        let contracts = self.dispute.into_contracts(Some(sender.address()))?;
        let mut plan = Plan::new(contracts, witness.rules).with_hypervisor(hypervisor);
        if let Some(machine) = self.machine {
            plan = plan.with_machine(machine);
        }
        let submission = Submission {
            chain: &chain,
            plan: &plan,
            sender: &sender,
            messages: indices.clone(),
            only,
            archives: self.archive,
        };
        let chain_id = chain.id_of(self.chain.named())?;
        chain.has_cancun()?;
        submission.check()?;
        let outbox = if dry_run {
            None
        } else {
            let intents = submission.intents(&witness)?;
            let order = self.chain.order(&chain, chain_id, sender.address(), intents)?;
            Some(Outbox::new(&chain, &sender, order))
        };
        let mut submitted = Vec::new();
        for index in indices {
            let said = |what: &'static str, transaction: &_| {
                mined(&format!("message {index}: {what}"), transaction);
            };
            submitted.push(submission.submit(&witness, index, outbox.as_ref(), said)?);
        }
        let verdict = Verdict::of(submitted.iter().map(|message| (&message.verdict).into()));
        let text = if self.json {
            let document = Document {
                verdict: on_a_chain(verdict),
                chain_id,
                sender: sender.address(),
                hypervisor,
                machine: plan.machine().address,
                dry_run,
                gas_used: U64::from(gas_used(&submitted)),
                messages: submitted.iter().map(row).collect(),
            };
            let json = serde_json::to_string_pretty(&document)
                .expect("only numbers and strings, and strings as keys");
            format!("{json}\n")
        } else {
            human(&submitted, verdict, chain_id)
        };
        files::print(text.as_bytes())?;
        Ok(verdict.into())
    }

    /// Has all four audits run here, and says what they find: the hypervisor runs the execution audit alone.
    fn audit(&self, witness: &Opened<'_>) -> Result<(), CommandError> {
        let file = || files::name(&self.file);
        let options = Options { engine: EngineKind::Native, ..Options::default() };
        let report = verify_opened(&Engine::new(witness.rules), witness, &options)
            .map_err(|error| ItemError::Verify { file: file(), error: Box::new(error) })?;
        for finding in &report.findings {
            say(&format!("note: false by the audits here: {finding}"));
        }
        for not_run in report.not_run.iter().filter(|not_run| not_run.check.is_none()) {
            say(&format!("note: {not_run}"));
        }
        let unseen = report.audits.execution == AuditVerdict::Valid;
        if unseen && report.verdict() == Verdict::Invalid {
            say(
                "note: the hypervisor does not see that: it runs the execution audit alone; in a dispute it convicts",
            );
        }
        Ok(())
    }
}
