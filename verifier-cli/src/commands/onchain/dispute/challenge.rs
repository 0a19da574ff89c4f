//! `iso-verify challenge`: convicts an operator of what is false in his commitment.

use std::path::PathBuf;

use alloy_primitives::{Address, B256, U256};
use clap::Args;
use iso_evm_batch::ItemError;
use iso_evm_explain::{open, told};
use iso_evm_hypervisor::Engine;
use iso_evm_onchain::{
    contracts::WINDOWS,
    dispute::{Conviction, DisputeError, Disputes, Standing, Told},
    host::UNLIMITED,
};
use iso_evm_provers::{
    Accused, Court, Fault, NoFault, Prover,
    dispute::{Windows, id_of},
};
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, claim},
    hash::keccak256,
    transaction_hash::encode,
    verify::{ClaimKind, EngineKind, FalseClaim, Options, Verdict, verify_opened},
};
use iso_evm_wire::Opened;

use super::{
    AtHand, Desk,
    desk::{Mined, Place},
    file::{Named, engine, gas_limit},
    report::{Outcome, of_told},
};
use crate::{
    Exit,
    commands::{
        onchain::{
            archives::DisputeArgs,
            chain::{ChainArgs, SOMEBODY},
        },
        say,
    },
    error::CommandError,
    report::{
        found,
        text::{counted, thousands},
    },
    terminal,
};

/// Convict an operator: find what is false in what he committed to, prove it to the contract for disputes
#[derive(Debug, Args)]
#[command(
    after_help = "FILE is what the operator committed to: a false witness, or the claim that he published \
                  (claim.json, as `commit` writes it); a claim is held against a witness of one's own, --witness. \
                  Exit codes: 0 nothing is false, 1 convicted (with --dry-run: can be), 2 unusable input or usage, \
                  3 not all could be checked, or what is false can be proved to no contract."
)]
pub(in crate::commands) struct Challenge {
    /// The operator's witness.bin, INPUT.json or claim.json, or the folder of a block's witnesses; `-` for stdin
    file: PathBuf,
    /// A true witness of the transaction that a claim is held against, or the folder of a block's
    #[arg(long, value_name = "PATH")]
    witness: Option<PathBuf>,
    #[command(flatten)]
    chain: ChainArgs,
    #[command(flatten)]
    dispute: DisputeArgs,
    /// Whose commitment it is [default: the account that sends]
    #[arg(long, value_name = "ADDR")]
    operator: Option<Address>,
    /// Send nothing: say what would be proved, what the prover on the chain says to it, and what it takes; without
    /// a node, in memory alone
    #[arg(long)]
    dry_run: bool,
    /// What became of it as JSON
    #[arg(long)]
    json: bool,
}

impl Challenge {
    pub(in crate::commands) fn run(self) -> Result<Exit, CommandError> {
        let at_hand = AtHand::open(&self.file)?;
        let own = self.witness.as_deref().map(AtHand::open).transpose()?;
        if own.as_ref().is_some_and(AtHand::is_claim) {
            let (option, command) = ("--witness", "a claim, which proves nothing");
            return Err(CommandError::Meaningless { option, command });
        }
        if own.is_none() && at_hand.is_claim() {
            return Err(CommandError::Needs { option: "a claim", needed: "--witness" });
        }
        let options = Judging { dry_run: self.dry_run, json: self.json, mined: Vec::new() };
        let own = own.as_ref();
        if self.dry_run && !self.chain.has_node() {
            // In memory alone.
            let sender = SOMEBODY;
            let disputes = self.dispute.disputes(at_hand.rules(), sender)?;
            let bench = Bench { desk: None, disputes: &disputes, windows: WINDOWS, sender };
            let operator = self.operator.unwrap_or(sender);
            return judged(&bench, &at_hand, own, operator, options);
        }
        let desk = Desk::open(&self.chain, self.dispute, at_hand.rules(), self.dry_run)?;
        let operator = self.operator.unwrap_or_else(|| desk.sender());
        judged(&Bench::of(&desk), &at_hand, own, operator, options)
    }
}

/// Where a commitment is judged: on a chain, or in memory alone.
pub(in crate::commands::onchain) struct Bench<'a> {
    desk: Option<&'a Desk<'a>>,
    disputes: &'a Disputes,
    windows: Windows,
    sender: Address,
}

impl<'a> Bench<'a> {
    /// On a chain.
    pub(in crate::commands::onchain) fn of(desk: &'a Desk<'a>) -> Self {
        let (disputes, windows, sender) = (&desk.disputes, desk.windows, desk.sender());
        Self { desk: Some(desk), disputes, windows, sender }
    }

    /// What has become of a commitment; in memory there is none.
    fn standing(&self, id: B256) -> Result<Standing, DisputeError> {
        let Some(desk) = self.desk else { return Ok(Standing::None) };
        Ok(self.disputes.commitment(&desk.chain, id)?.standing)
    }

    fn place(&self) -> Place {
        let (sender, dispute) = (self.sender, self.disputes.address());
        self.desk.map_or(Place { chain_id: None, sender, dispute }, Desk::place)
    }
}

/// How a commitment is judged.
pub(in crate::commands::onchain) struct Judging {
    /// Nothing is sent.
    pub(in crate::commands::onchain) dry_run: bool,
    /// For a program.
    pub(in crate::commands::onchain) json: bool,
    /// What was sent before, to commit.
    pub(in crate::commands::onchain) mined: Vec<Mined>,
}

/// Finds what is false in a commitment, and proves it to the contract.
pub(in crate::commands::onchain) fn judged(
    bench: &Bench<'_>,
    at_hand: &AtHand,
    own: Option<&AtHand>,
    operator: Address,
    Judging { dry_run, json, mut mined }: Judging,
) -> Result<Exit, CommandError> {
    let claimed = &at_hand.claimed;
    let root = claimed.root();
    let id = id_of(operator, root);
    let disputes = bench.disputes;
    let standing = bench.standing(id)?;
    let outcome = |standing, said| Outcome {
        at: bench.place(),
        operator,
        root: Some(root),
        id,
        standing,
        dry_run,
        conviction: None,
        asked: &[],
        mined: &[],
        said,
    };
    match standing {
        Standing::Convicted => {
            outcome(standing, format!("convicted already: {id} of {operator}")).print(json)?;
            return Ok(Exit::Invalid);
        }
        Standing::Final => return Err(DisputeError::Final { id }.into()),
        Standing::None if !dry_run => {
            return Err(DisputeError::NotCommitted { operator, root }.into());
        }
        Standing::None | Standing::Open => {}
    }
    let conviction = match looked_for(bench, at_hand, own, operator)? {
        Looked::Nothing(lacking) => {
            let said = match &lacking {
                None => format!("nothing is false in it: {id} of {operator}"),
                Some(why) => format!("nothing false was found in it ({why}): {id} of {operator}"),
            };
            Outcome { mined: &mined, ..outcome(standing, said) }.print(json)?;
            return Ok(if lacking.is_none() { Exit::Valid } else { Exit::Inconclusive });
        }
        Looked::Unproved(why) => {
            let said = format!("what is false can be proved to no contract: {why}");
            outcome(standing, said).print(json)?;
            return Ok(Exit::Inconclusive);
        }
        Looked::Proved(conviction) => *conviction,
    };
    let Some(desk) = bench.desk.filter(|_| !dry_run) else {
        let told = match bench.desk {
            Some(desk) => asked(desk, claimed, &conviction)?,
            None => Some(conviction.told),
        };
        let transaction = one_of_several(claimed, &conviction);
        return looked_at(&conviction, told, transaction, outcome(standing, String::new()), json);
    };
    there(desk, &conviction)?;
    mined.extend(desk.send(&conviction.acts)?);
    let told = mined.iter().find_map(|mined| disputes.convicted(&mined.receipt, id));
    let standing = bench.standing(id)?;
    let said = match &told {
        Some(told) => {
            let told = of_told(told, one_of_several(claimed, &conviction));
            format!("convicted: {id} of {operator}: {told}")
        }
        None => format!("not convicted: {id} of {operator}"),
    };
    let outcome =
        Outcome { conviction: Some(&conviction), mined: &mined, ..outcome(standing, said) };
    outcome.print(json)?;
    let is_convicted = told.is_some() && standing == Standing::Convicted;
    Ok(if is_convicted { Exit::Invalid } else { Exit::Inconclusive })
}

/// Checks that what is asked is on the chain.
fn there(desk: &Desk<'_>, conviction: &Conviction) -> Result<(), DisputeError> {
    let prover = desk.disputes.prover(conviction.prover);
    desk.chain.holds(prover.name, prover.address, &prover.code)?;
    if conviction.prover == Prover::Segment {
        let machine = desk.disputes.machine();
        desk.chain.holds("segment machine", machine.address, &machine.code)?;
    }
    Ok(())
}

/// What a prover on the chain says to the proof, without a transaction. A segment in parts no prover answers at once:
/// that is known by the run here.
fn asked(
    desk: &Desk<'_>,
    claimed: &ClaimedBlock,
    conviction: &Conviction,
) -> Result<Option<Told>, DisputeError> {
    there(desk, conviction)?;
    if conviction.acts.iter().any(|act| act.what == "advance") {
        return Ok(Some(conviction.told));
    }
    desk.disputes.asked(&desk.chain, conviction.prover, claimed.root(), &conviction.proof)
}

/// The transaction that convicts, where the block has more than one.
fn one_of_several(claimed: &ClaimedBlock, conviction: &Conviction) -> Option<usize> {
    conviction.transaction.filter(|_| claimed.claim.transactions.count > 1)
}

/// Says what a challenge would come to; `transaction` is the one that convicts, where there are several.
fn looked_at(
    conviction: &Conviction,
    told: Option<Told>,
    transaction: Option<usize>,
    outcome: Outcome<'_>,
    json: bool,
) -> Result<Exit, CommandError> {
    let gas: u64 = conviction.acts.iter().map(|act| act.step.gas).sum();
    let prover = conviction.prover;
    let said = match &told {
        Some(told) => format!(
            "can be convicted: {} of {}: {}\nby the {prover} prover: {} of proof, {} gas in {}; \
             nothing was sent",
            outcome.id,
            outcome.operator,
            of_told(told, transaction),
            counted(conviction.proof.len(), "byte"),
            thousands(U256::from(gas)),
            counted(conviction.acts.len(), "transaction"),
        ),
        None => format!("the {prover} prover on the chain does not say what it says here"),
    };
    let agrees = told == Some(conviction.told);
    Outcome { conviction: Some(conviction), said, ..outcome }.print(json)?;
    Ok(if agrees { Exit::Invalid } else { Exit::Inconclusive })
}

/// What was found false in a commitment.
enum Looked {
    /// Nothing; and what was not looked at, if not all was.
    Nothing(Option<String>),
    /// Something, and no contract takes a proof of it.
    Unproved(String),
    /// What convicts.
    Proved(Box<Conviction>),
}

/// Looks for what is false: beside witnesses of one's own, or by the audits of those that the claim is made of, one
/// after the other.
fn looked_for(
    bench: &Bench<'_>,
    at_hand: &AtHand,
    own: Option<&AtHand>,
    operator: Address,
) -> Result<Looked, CommandError> {
    let claimed = &at_hand.claimed;
    let witnesses = &own.unwrap_or(at_hand).witnesses;
    let mut lacking: Option<String> = None;
    for Named { name, witness } in witnesses {
        let engine = engine(witness);
        let subject = Subject::new(witness);
        let accused = Accused {
            subject: &subject,
            claimed,
            engine: &engine,
            machine: bench.disputes.machine().address,
            transaction: place(claimed, &subject),
            gas_limit: gas_limit(witness),
        };
        let found = if own.is_some() {
            audited(witness, &engine, name)?;
            of_claim(&accused)
        } else {
            of_audits(&accused, witness, &engine, name)?
        };
        match found {
            Found::Nothing(None) => {}
            Found::Nothing(Some(why)) => _ = lacking.get_or_insert(why),
            Found::False(faults, why) => {
                let (windows, sender) = (bench.windows, bench.sender);
                let found = bench.disputes.convict(windows, &accused, &faults, operator, sender)?;
                return Ok(found.map_or(Looked::Unproved(why), |it| Looked::Proved(Box::new(it))));
            }
        }
    }
    if own.is_some() && lacking.is_none() {
        lacking = not_looked_at(claimed, witnesses.len());
    }
    Ok(Looked::Nothing(lacking))
}

/// What of a claim nobody has looked at who holds so many of its transactions against witnesses; none if that is
/// nothing.
fn not_looked_at(claimed: &ClaimedBlock, transactions: usize) -> Option<String> {
    let block = &claimed.claim;
    let all = block.transactions.count == transactions as u64;
    let names_no_other = block.header.is_zero() && block.ancestors.count == 0;
    (!all || !names_no_other).then(|| {
        let count = counted(usize::try_from(block.transactions.count).unwrap_or(usize::MAX), "transaction");
        let others = if all { "" } else { "the others, " };
        format!("of {count} {transactions} as the witness says; {others}the header and the ancestors were not looked at")
    })
}

/// Where a claim has the transaction of one's witness; where it begins, if it has none.
fn place(claimed: &ClaimedBlock, subject: &Subject<'_>) -> usize {
    let hash = keccak256(&encode(&subject.hashes().witness().transaction));
    let found = claimed.transactions.iter().position(|told| told.claim.hash == hash);
    claimed.first + found.unwrap_or_default()
}

/// What is false.
enum Found {
    /// Nothing; and why not all was looked at, if so.
    Nothing(Option<String>),
    /// Proofs, the first to be tried first; and what is false, in words.
    False(Vec<Fault>, String),
}

/// What the audits find false in a witness.
fn of_audits(
    accused: &Accused<'_, '_>,
    witness: &Opened<'_>,
    engine: &Engine,
    name: &str,
) -> Result<Found, CommandError> {
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let mut report = verify_opened(engine, witness, &options)
        .map_err(|error| ItemError::Verify { file: name.to_owned(), error: Box::new(error) })?;
    report.look_for_causes(engine, witness, &options);
    let told = told(witness, &report);
    let Some(first) = told.first() else {
        let is_whole = report.verdict() == Verdict::Valid;
        return Ok(Found::Nothing((!is_whole).then(|| open(&report).join("; "))));
    };
    say(&format!("{name}: false:"));
    for line in found(&told, terminal::width().saturating_sub(2)) {
        say(&format!("  {line}"));
    }
    // A false fact first, then a false call: that a run goes elsewhere, or the transaction, may follow from these.
    let mut findings: Vec<&FalseClaim> = report.findings.iter().collect();
    findings.sort_by_key(|found| match found.kind {
        ClaimKind::Access(_) => 0,
        ClaimKind::Tree(_) => 1,
        ClaimKind::Transaction(_) => 3,
        _ => 2,
    });
    let faults = findings.into_iter().filter_map(|found| accused.fault(found)).collect();
    Ok(Found::False(faults, first.sentence()))
}

/// Says so if the witness that a claim is held against is false itself.
fn audited(own: &Opened<'_>, engine: &Engine, name: &str) -> Result<(), CommandError> {
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let report = verify_opened(engine, own, &options)
        .map_err(|error| ItemError::Verify { file: name.to_owned(), error: Box::new(error) })?;
    let told = told(own, &report);
    if !told.is_empty() {
        say(&format!("note: {name} is false by the audits here:"));
    }
    for line in found(&told, terminal::width().saturating_sub(2)) {
        say(&format!("  {line}"));
    }
    Ok(())
}

/// What is false in a claim, beside what one's own witness says.
fn of_claim(accused: &Accused<'_, '_>) -> Found {
    let Some(own) = claim(accused.subject, accused.gas_limit) else {
        return Found::Nothing(Some("nobody can commit to the witness".to_owned()));
    };
    // As much gas as it takes: what no transaction holds goes in parts.
    let mut court = Court::new(accused.engine).with_gas(UNLIMITED);
    match accused.convicting(&own, &mut court) {
        Ok(fault) => Found::False(vec![fault], String::new()),
        Err(NoFault::Alike) => Found::Nothing(None),
        Err(why) => Found::Nothing(Some(why.to_string())),
    }
}
