//! `iso-verify challenge`: convicts an operator of what is false in his commitment.

use std::path::PathBuf;

use alloy_primitives::{Address, B256, U256};
use clap::Args;
use iso_evm_onchain::{
    contracts::WINDOWS,
    dispute::{Conviction, DisputeError, Disputes, Standing, Told},
};
use iso_evm_provers::{
    Prover,
    dispute::{Windows, id_of},
};
use iso_evm_verifier::claim::ClaimedBlock;

use super::{
    AtHand, Desk,
    desk::{Mined, Place},
    looked::{Looked, Parties, looked_for},
    report::{Outcome, of_told},
};
use crate::{
    Exit,
    commands::onchain::{
        archives::DisputeArgs,
        chain::{ChainArgs, SOMEBODY},
    },
    error::CommandError,
    report::text::{counted, thousands},
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
    let (windows, challenger) = (bench.windows, bench.sender);
    let parties = Parties { disputes, windows, operator, challenger };
    let conviction = match looked_for(parties, at_hand, own)? {
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
