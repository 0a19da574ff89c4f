//! A dispute in memory: what each transaction takes, and what the contract says to it, before it is sent.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use iso_evm_provers::{
    ClaimedBlock, Fault, Prover,
    asks::{Item, Shown},
    dispute::{
        AuditDispute, Windows, announcement, challenge_calldata, commit_calldata, id_of, init_code,
    },
};
use iso_evm_wire::claim::{BlockClaim, items::TreeRoot};

use super::{DisputeError, Disputes, laid::Laid};
use crate::{
    host::{Call, Host, Sent, calldata_gas},
    plan::{Part, Step},
};

/// A transaction of a dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// What it does, in a word.
    pub what: &'static str,
    /// The transaction.
    pub step: Step,
    /// The archive that it makes, if it makes one: it is not sent where that is there.
    pub makes: Option<Part>,
    /// The digest that it comes to, and what that is kept under: it is not sent where that was reached already.
    pub reaches: Option<(B256, B256)>,
}

/// A dispute in memory, with all contracts and no commitment at first.
#[derive(Clone, Debug)]
pub struct Scene<'a> {
    disputes: &'a Disputes,
    windows: Windows,
    host: Host,
}

impl Disputes {
    /// A dispute in memory, by these windows.
    pub fn scene(&self, windows: Windows) -> Scene<'_> {
        let initcode = |windows| {
            let segments = Prover::Segment as usize;
            init_code(&self.contracts.schedule, windows, &self.hashes(), segments)
        };
        let mut host = Host::default()
            .with(self.machine.address, &self.machine.code)
            .with(self.factory.address, &self.factory.code)
            .with_created(self.address(), &initcode(windows));
        for prover in &self.provers {
            host = host.with(prover.address, &prover.code);
        }
        Scene { disputes: self, windows, host }
    }
}

impl Scene<'_> {
    /// What a transaction takes and does; what it did stays.
    pub(super) fn act(
        &mut self,
        what: &'static str,
        from: Address,
        value: U256,
        data: &Bytes,
    ) -> (Act, Sent) {
        let call = Call { from, to: self.disputes.address(), value, data };
        let (step, sent) = Step::of(&self.host, &call);
        self.host.keep(&call);
        (Act { what, step, makes: None, reaches: None }, sent)
    }

    /// What a call comes to, without its being made.
    pub(super) fn tried(&self, from: Address, data: &Bytes) -> (Step, Sent) {
        Step::of(&self.host, &Call::new(from, self.disputes.address(), data))
    }

    /// Puts archives in place.
    pub(super) fn place(&mut self, laid: &Laid) {
        for archive in &laid.archives {
            self.host = std::mem::take(&mut self.host).with_all(&archive.parts);
        }
    }

    /// The scene with archives in place.
    pub(super) fn with_archives(mut self, laid: &Laid) -> Self {
        self.place(laid);
        self
    }

    /// An operator commits to a claim, which goes on from a parent if that is not zero.
    ///
    /// # Errors
    ///
    /// If the contract does not take it.
    pub fn commit(
        &mut self,
        operator: Address,
        parent: B256,
        claimed: &ClaimedBlock,
    ) -> Result<Act, DisputeError> {
        let block = &claimed.claim;
        let mut known = parent;
        if !parent.is_zero() {
            // Whichever it is: one that ends where this one begins.
            let (enter, none) = (block.enter, TreeRoot::default());
            let before = BlockClaim {
                environment: block.environment,
                header: B256::repeat_byte(1),
                ancestors: none,
                transactions: none,
                enter,
                leave: enter,
            };
            self.host = self.disputes.scene(Windows { anchor: B256::ZERO, ..self.windows }).host;
            let data = commit_calldata(B256::ZERO, &before, &claimed.environment);
            self.act("commit", operator, self.windows.bond, &data);
            known = id_of(operator, before.root());
        }
        let data = commit_calldata(known, block, &claimed.environment);
        let (mut act, sent) = self.act("commit", operator, self.windows.bond, &data);
        if !sent.success {
            return Err(DisputeError::Refused { why: reason(&sent.output) });
        }
        let data = commit_calldata(parent, block, &claimed.environment);
        act.step.gas = act.step.gas + calldata_gas(&data).0 - calldata_gas(&act.step.data).0;
        act.step.data = data;
        Ok(act)
    }

    /// A challenge is announced, where there is a bond; and a block goes by.
    pub fn announce(&mut self, challenger: Address, id: B256, proof: &[u8]) -> Option<Act> {
        if self.windows.bond.is_zero() {
            return None;
        }
        let hash = announcement(challenger, id, proof);
        let data = AuditDispute::announceCall { hash }.abi_encode().into();
        let (act, _) = self.act("announce", challenger, U256::ZERO, &data);
        self.host.next_block();
        Some(act)
    }

    /// A proof is given to the contract, announced and archived where it must be: the transactions, and what the
    /// contract says.
    pub fn challenge(&mut self, challenger: Address, id: B256, fault: &Fault) -> (Vec<Act>, Sent) {
        let laid = self.disputes.laid(&fault.proof);
        self.place(&laid);
        let announced = self.announce(challenger, id, &fault.proof);
        let at = self.disputes.prover(fault.prover).address;
        let data = challenge_calldata(id, fault.prover as usize, at, laid.parts.clone());
        let (act, sent) = self.act("challenge", challenger, U256::ZERO, &data);
        (announced.into_iter().chain(archived(&laid)).chain([act]).collect(), sent)
    }

    /// Somebody asks for an item of a claim that the scene has.
    ///
    /// # Errors
    ///
    /// If the claim has none, or the contract does not hear it.
    pub fn ask(
        &mut self,
        asker: Address,
        id: B256,
        claimed: &ClaimedBlock,
        item: Item,
    ) -> Result<Act, DisputeError> {
        let question = item.question(claimed).ok_or(DisputeError::NoItem)?;
        let data = AuditDispute::askCall { id, question }.abi_encode().into();
        let (act, sent) = self.act("ask", asker, self.windows.deposit, &data);
        if AuditDispute::NoItem::abi_decode(&sent.output).is_ok() {
            return Err(DisputeError::NoItem);
        }
        if sent.success {
            Ok(act)
        } else {
            Err(DisputeError::Refused { why: reason(&sent.output) })
        }
    }

    /// Somebody shows an item that was asked for: the transactions, archives first.
    ///
    /// # Errors
    ///
    /// If it is not the item, or no transaction holds it.
    pub fn answer(
        &mut self,
        answerer: Address,
        id: B256,
        claimed: &ClaimedBlock,
        item: Item,
        shown: &Shown,
    ) -> Result<Vec<Act>, DisputeError> {
        let question = item.question(claimed).ok_or(DisputeError::NoItem)?;
        let laid = self.disputes.laid(&shown.data);
        let (parts, path) = (laid.parts.clone(), shown.path.clone());
        let data = AuditDispute::answerCall { id, question, parts, path }.abi_encode().into();
        self.place(&laid);
        let (act, sent) = self.act("answer", answerer, U256::ZERO, &data);
        if !sent.success {
            return Err(DisputeError::Refused { why: reason(&sent.output) });
        }
        fits(&act)?;
        Ok(archived(&laid).chain([act]).collect())
    }
}

/// The archives of bytes that came in parts.
pub(super) fn archived(laid: &Laid) -> impl Iterator<Item = Act> {
    laid.archives.iter().map(|archive| Act {
        what: "archive",
        step: archive.step.clone(),
        makes: archive.parts.first().cloned(),
        reaches: None,
    })
}

/// Checks that a transaction can be sent.
pub(super) fn fits(act: &Act) -> Result<(), DisputeError> {
    if !act.step.fits_cap {
        return Err(DisputeError::TooMuchGas { what: act.what, gas: act.step.gas });
    }
    if !act.step.fits_mempool {
        return Err(DisputeError::TooManyBytes { bytes: act.step.data.len() });
    }
    Ok(())
}

/// What the contract reverted with, in a word.
pub(super) fn reason(output: &[u8]) -> String {
    use alloy_sol_types::SolInterface;
    use iso_evm_provers::dispute::AuditDispute::AuditDisputeErrors as Errors;
    let Ok(error) = Errors::abi_decode(output) else {
        return "it reverted without a reason that is known".to_owned();
    };
    let text = match error {
        Errors::WrongParent(_) => {
            "its parent does not end where it begins, or it begins elsewhere than the contract's anchor"
        }
        Errors::AlreadyCommitted(_) => "it was committed to already",
        Errors::WrongBlock(_) => "its numbers of items are not such as a block has",
        Errors::WrongEnvironment(_) => "its environment is not such as a block of the chain has",
        Errors::WrongRules(_) => "its rules are not those of its number and time",
        Errors::TooEarly(_) => "it is from before the first fork that is audited",
        Errors::NoItem(_) => "the claim has no such item",
        Errors::NotToBeAsked(_) => "it was asked for already, or the time for questions is over",
        Errors::NotAsked(_) => "it was not asked for, or the time for it is over",
        Errors::NotTheItem(_) => "it is not the item that was claimed",
        _ => "it reverted",
    };
    text.to_owned()
}
