//! `iso-verify submit`: has messages audited on a chain.

mod report;

use std::path::PathBuf;

use alloy_primitives::{Address, U64};
use clap::Args;
use iso_evm_batch::{ItemError, files};
use iso_evm_hypervisor::Engine;
use iso_evm_onchain::{
    outbox::Outbox,
    plan::{Checkpoints, Plan, Route},
    submit::Submission,
};
use iso_evm_verifier::verify::{AuditVerdict, EngineKind, Options, Verdict, verify_opened};
use iso_evm_wire::Opened;

use self::report::{Document, gas_used, human, on_a_chain, row};
use super::{
    archives::ContractArgs,
    chain::{ChainArgs, mined},
    proved::proved,
};
use crate::{
    Exit,
    commands::{say, segments::read_claims, verify::open},
    error::CommandError,
};

/// Have messages audited on a chain: archive the code that is missing, send the audits, read the
/// verdicts
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("where").args(["register", "hypervisor"]).required(true)))]
pub(in crate::commands) struct Submit {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    #[command(flatten)]
    chain: ChainArgs,
    /// The register that is to write down what is fraud
    #[arg(long, value_name = "ADDR")]
    register: Option<Address>,
    /// The hypervisor, straight: a message that does not fit goes to the segment machine
    #[arg(long, value_name = "ADDR")]
    hypervisor: Option<Address>,
    /// The segment machine [default: at its deterministic address]
    #[arg(long, value_name = "ADDR")]
    machine: Option<Address>,
    /// Whose commitment it is [default: the account that sends]
    #[arg(long, value_name = "ADDR", requires = "register")]
    operator: Option<Address>,
    /// Commit to the messages first, as the account that sends; the witness must be valid by all four
    /// audits
    #[arg(long, requires = "register")]
    commit: bool,
    /// Commit though an audit came to no verdict; never to what is false
    #[arg(long, requires = "commit")]
    commit_unproved: bool,
    /// The operator committed to the messages alone, and to no checkpoints
    #[arg(long, requires = "register")]
    no_checkpoints: bool,
    /// The checkpoints that the operator committed to, as `iso-verify checkpoints` writes them, or their
    /// leaves [default: those of the cut made here]
    #[arg(long, value_name = "FILE", requires = "register", conflicts_with = "no_checkpoints")]
    checkpoints: Option<PathBuf>,
    /// Only these segments, from 0 [default: the first that convicts, or all]
    #[arg(long, value_name = "K", value_delimiter = ',')]
    segment: Vec<u64>,
    /// Go on from where the machine has come to, in as many transactions as it takes; without
    /// --checkpoints of a commitment to the message alone
    #[arg(long, requires = "register")]
    resume: bool,
    /// Only this message [default: all]
    #[arg(long, value_name = "N")]
    message: Option<usize>,
    /// Call instead of sending: nothing is spent, nothing stays
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    contracts: ContractArgs,
    /// What became of the messages as JSON
    #[arg(long)]
    json: bool,
}

impl Submit {
    pub(in crate::commands) fn run(self) -> Result<Exit, CommandError> {
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
        let one = indices.len() == 1;
        let checkpoints = self.checkpoints(one)?;
        let only = match &self.segment[..] {
            [] => None,
            _ if !one => return Err(needs_message("--segment")),
            segments => Some(segments.to_vec()),
        };
        let (chain, sender) = self.chain.open(!dry_run)?;
        self.audit(&witness)?;
        let mut plan = Plan::new(self.contracts.contracts(Some(sender.address()))?, witness.rules);
        if let Some(hypervisor) = self.hypervisor {
            plan = plan.with_hypervisor(hypervisor);
        }
        if let Some(machine) = self.machine {
            plan = plan.with_machine(machine);
        }
        let operator = self.operator.unwrap_or_else(|| sender.address());
        let route = match self.register {
            Some(register) => Route::Register { register, operator },
            None => Route::Hypervisor,
        };
        let submission = Submission {
            chain: &chain,
            plan: &plan,
            sender: &sender,
            route,
            commit: self.commit,
            checkpoints,
            only,
            resume: self.resume,
        };
        let chain_id = chain.id_of(self.chain.named())?;
        chain.has_cancun()?;
        submission.check()?;
        let outbox = if dry_run {
            None
        } else {
            let intents = submission.intents(&witness, indices.clone())?;
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
                hypervisor: self.hypervisor,
                machine: plan.machine().address,
                register: self.register,
                operator: self.register.map(|_| operator),
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

    /// Has all four audits run here, says what they find, and refuses to commit to what they do not
    /// prove.
    fn audit(&self, witness: &Opened<'_>) -> Result<(), CommandError> {
        let file = || files::name(&self.file);
        let options = Options { engine: EngineKind::Native, ..Options::default() };
        let report = verify_opened(&Engine::new(witness.rules), witness, &options)
            .map_err(|error| ItemError::Verify { file: file(), error: Box::new(error) })?;
        if self.commit {
            proved(&report, self.commit_unproved)?;
        }
        for finding in &report.findings {
            say(&format!("note: false by the audits here: {finding}"));
        }
        for not_run in report.not_run.iter().filter(|not_run| not_run.check.is_none()) {
            say(&format!("note: {not_run}"));
        }
        let unseen = report.audits.execution == AuditVerdict::Valid;
        if unseen && report.verdict() == Verdict::Invalid && self.register.is_some() {
            say(
                "note: the register does not see that: its machine runs the execution audit alone, and \
                 convicts nobody of it",
            );
        }
        Ok(())
    }

    /// What the operator committed to.
    fn checkpoints(&self, one: bool) -> Result<Checkpoints, CommandError> {
        match &self.checkpoints {
            Some(_) if !one => Err(needs_message("--checkpoints")),
            Some(file) => Ok(Checkpoints::Given(read_claims(file)?)),
            None if self.no_checkpoints || self.resume => Ok(Checkpoints::None),
            None => Ok(Checkpoints::Cut),
        }
    }
}

fn needs_message(option: &'static str) -> CommandError {
    CommandError::Needs { option, needed: "--message" }
}
