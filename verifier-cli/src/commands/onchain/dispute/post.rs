//! `iso-verify commit --rpc-url`: an operator stands by a claim.

use alloy_primitives::B256;
use clap::Args;
use iso_evm_batch::ItemError;
use iso_evm_onchain::dispute::{DisputeError, Standing};
use iso_evm_provers::dispute::id_of;
use iso_evm_verifier::verify::{EngineKind, Options, verify_opened};

use super::{
    AtHand, Desk,
    desk::Mined,
    file::{Named, engine},
    report::Outcome,
};
use crate::{
    Exit,
    commands::onchain::{archives::DisputeArgs, chain::ChainArgs, proved::proved},
    error::CommandError,
};

/// On a chain
#[derive(Debug, Args)]
pub(in crate::commands) struct Post {
    #[command(flatten)]
    chain: ChainArgs,
    #[command(flatten)]
    dispute: DisputeArgs,
    /// The commitment that this one goes on from [default: none]
    #[arg(long, value_name = "ID", default_value_t = B256::ZERO, hide_default_value = true)]
    parent: B256,
    /// Commit though an audit came to no verdict; never to what is false
    #[arg(long)]
    unproved: bool,
    /// Send nothing: say what would be sent
    #[arg(long)]
    dry_run: bool,
    /// What became of it as JSON
    #[arg(long)]
    json: bool,
}

impl Post {
    /// Whether the commitment is to be posted to a chain.
    pub(in crate::commands) const fn is_meant(&self) -> bool {
        self.chain.is_given() || self.dispute.is_given()
    }

    /// Whether what became of it is asked for as JSON.
    pub(in crate::commands) const fn is_json(&self) -> bool {
        self.json
    }

    /// The node that is named.
    pub(in crate::commands) fn node(&self) -> Option<&str> {
        self.chain.node()
    }

    /// The same at another node; none: nothing is to be posted, and no other option may say how.
    pub(in crate::commands) fn at(self, node: Option<String>) -> Result<Self, CommandError> {
        let chain = self.chain.at(node);
        let post = Self { chain, ..self };
        if post.is_meant() && post.chain.node().is_none() {
            let (option, needed) = ("what is committed to on a chain", "--l1-rpc-url");
            return Err(CommandError::Needs { option, needed });
        }
        Ok(post)
    }

    /// Commits to what is at hand, as the account that sends.
    pub(in crate::commands) fn run(self, at_hand: &AtHand) -> Result<Exit, CommandError> {
        provable(at_hand, self.unproved)?;
        let desk = Desk::open(&self.chain, self.dispute, at_hand.rules(), self.dry_run)?;
        let operator = desk.sender();
        let root = at_hand.claimed.root();
        let id = id_of(operator, root);
        let mined = posted(&desk, at_hand, self.parent, self.dry_run)?;
        let commitment = desk.disputes.commitment(&desk.chain, id)?;
        let said = match commitment.standing {
            Standing::None => format!("would commit to {root} as {operator}: {id}"),
            Standing::Open => format!(
                "{}: {id} of {operator}, to {root}; it can be convicted until {}",
                if mined.is_empty() { "committed to already" } else { "committed" },
                commitment.deadline
            ),
            Standing::Final => format!("final already: {id} of {operator}"),
            Standing::Convicted => format!("convicted already: {id} of {operator}"),
        };
        let outcome = Outcome {
            at: desk.place(),
            operator,
            root: Some(root),
            id,
            standing: commitment.standing,
            dry_run: self.dry_run,
            conviction: None,
            asked: &[],
            mined: &mined,
            said,
        };
        outcome.print(self.json)?;
        let is_convicted = commitment.standing == Standing::Convicted;
        Ok(if is_convicted { Exit::Invalid } else { Exit::Valid })
    }
}

/// Checks that the four audits say that all witnesses are true. A claim alone is taken at its word.
pub(in crate::commands::onchain) fn provable(
    at_hand: &AtHand,
    unproved: bool,
) -> Result<(), CommandError> {
    if at_hand.is_claim() && !unproved {
        return Err(CommandError::Unproved { why: "a claim alone proves nothing".to_owned() });
    }
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    for Named { name, witness } in &at_hand.witnesses {
        let report = verify_opened(&engine(witness), witness, &options)
            .map_err(|error| ItemError::Verify { file: name.clone(), error: Box::new(error) })?;
        proved(name, witness, &report, unproved)?;
    }
    Ok(())
}

/// Sends the commitment, unless it is there.
pub(in crate::commands::onchain) fn posted(
    desk: &Desk<'_>,
    at_hand: &AtHand,
    parent: B256,
    dry_run: bool,
) -> Result<Vec<Mined>, CommandError> {
    let (operator, claimed) = (desk.sender(), &at_hand.claimed);
    let id = id_of(operator, claimed.root());
    let standing = desk.disputes.commitment(&desk.chain, id)?.standing;
    if standing != Standing::None {
        return Ok(Vec::new());
    }
    desk.disputes.scheduled(&claimed.environment)?;
    desk.disputes.goes_on(&desk.chain, parent, operator)?;
    let act = desk.disputes.scene(desk.windows).commit(operator, parent, claimed)?;
    if !act.step.fits() {
        let (what, gas) = (act.what, act.step.gas);
        return Err(DisputeError::TooMuchGas { what, gas }.into());
    }
    if dry_run { Ok(Vec::new()) } else { desk.send(&[act]) }
}
