//! A chain, who sends, and the disputes there.

use alloy_primitives::{Address, B256};
use iso_evm_onchain::{
    chain::{Chain, HostReceipt},
    deploy::DeployTransaction,
    dispute::{Act, Commitment, DisputeError, Disputes, Standing},
    outbox::{Intent, Outbox},
    sender::Sender,
};
use iso_evm_provers::dispute::{Windows, id_of};
use iso_evm_wire::Rules;

use crate::{
    commands::onchain::{
        archives::DisputeArgs,
        chain::{ChainArgs, mined},
    },
    error::CommandError,
};

/// Where a dispute is carried out.
pub(in crate::commands::onchain) struct Desk<'a> {
    args: &'a ChainArgs,
    pub(in crate::commands::onchain) chain: Chain,
    sender: Sender,
    pub(in crate::commands::onchain) chain_id: u64,
    pub(in crate::commands::onchain) disputes: Disputes,
    pub(in crate::commands::onchain) windows: Windows,
}

/// Where a dispute is, as reports say it; without a chain only in memory.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands::onchain) struct Place {
    pub(in crate::commands::onchain) chain_id: Option<u64>,
    pub(in crate::commands::onchain) sender: Address,
    pub(in crate::commands::onchain) dispute: Address,
}

/// A transaction that is mined.
pub(in crate::commands::onchain) struct Mined {
    pub(in crate::commands::onchain) what: &'static str,
    pub(in crate::commands::onchain) transaction: DeployTransaction,
    pub(in crate::commands::onchain) receipt: HostReceipt,
}

impl<'a> Desk<'a> {
    /// The contracts are looked at; nothing is sent yet.
    pub(in crate::commands::onchain) fn open(
        args: &'a ChainArgs,
        disputes: DisputeArgs,
        rules: Rules,
        dry_run: bool,
    ) -> Result<Self, CommandError> {
        let (chain, sender) = args.open(!dry_run)?;
        let disputes = disputes.disputes(rules, sender.address())?;
        let chain_id = chain.id_of(args.named())?;
        chain.has_cancun()?;
        let windows = disputes.check(&chain)?;
        Ok(Self { args, chain, sender, chain_id, disputes, windows })
    }

    /// The commitment of an operator's to a root, which must be open.
    pub(in crate::commands::onchain) fn opened(
        &self,
        operator: Address,
        root: B256,
    ) -> Result<Commitment, DisputeError> {
        let id = id_of(operator, root);
        let commitment = self.disputes.commitment(&self.chain, id)?;
        match commitment.standing {
            Standing::Open => Ok(commitment),
            Standing::None => Err(DisputeError::NotCommitted { operator, root }),
            Standing::Final => Err(DisputeError::Decided { id, standing: "final" }),
            Standing::Convicted => Err(DisputeError::Decided { id, standing: "convicted" }),
        }
    }

    /// Where it is.
    pub(in crate::commands::onchain) fn place(&self) -> Place {
        let (sender, dispute) = (self.sender(), self.disputes.address());
        Place { chain_id: Some(self.chain_id), sender, dispute }
    }

    /// Who sends.
    pub(in crate::commands::onchain) const fn sender(&self) -> Address {
        self.sender.address()
    }

    /// Says what will be sent, asks whether to, and sends it. What is archived already is not archived again. Each must
    /// succeed, or the next is not sent.
    pub(in crate::commands::onchain) fn send(
        &self,
        acts: &[Act],
    ) -> Result<Vec<Mined>, CommandError> {
        let acts = self.missing(acts)?;
        let intents = acts.iter().map(|act| Intent::of(act.what, &act.step)).collect();
        let order = self.args.order(&self.chain, self.chain_id, self.sender(), intents)?;
        let outbox = Outbox::new(&self.chain, &self.sender, order);
        let mut all = Vec::new();
        for act in acts {
            let receipt = outbox.send(act.what, &act.step)?;
            let transaction = DeployTransaction::new(&receipt, act.step.gas);
            mined(act.what, &transaction);
            if !receipt.success {
                let (what, hash) = (act.what, receipt.hash);
                return Err(DisputeError::Failed { what, hash }.into());
            }
            all.push(Mined { what: act.what, transaction, receipt });
        }
        Ok(all)
    }

    /// Those of which nothing is there yet: no archive, no digest that was come to.
    fn missing<'b>(&self, acts: &'b [Act]) -> Result<Vec<&'b Act>, CommandError> {
        let mut missing: Vec<&Act> = Vec::new();
        for act in acts {
            if let Some(reached) = act.reaches
                && self.disputes.is_reached(&self.chain, reached)?
            {
                continue;
            }
            if let Some((address, code)) = &act.makes {
                let twice = missing.iter().any(|other| other.makes == act.makes);
                if twice || self.chain.code(*address)? == *code {
                    continue;
                }
            }
            missing.push(act);
        }
        if missing.iter().any(|act| act.makes.is_some()) {
            let factory = self.disputes.factory();
            let held = self.chain.holds("archive factory", factory.address, &factory.code);
            held.map_err(DisputeError::from)?;
        }
        Ok(missing)
    }
}
