//! The proofs about a [`Case`].

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, U256};
use iso_evm_provers::{
    proof::Transaction,
    transaction::{self, ReceiptProof, RulesProof, StepProof, TopProof},
};
use iso_evm_verifier::{
    audit::state::{SetName, Shown},
    claim::Moment,
};
use iso_evm_wire::{
    claim::{Instant, sets},
    optimism::predeploys::L1_BLOCK,
};

use crate::{
    case::{Case, path},
    leaf::leaf_of,
};

/// What stays touched.
const RIPEMD160: Address = Address::with_last_byte(3);

impl Case {
    pub(crate) fn rules(&self, question: U256) -> RulesProof {
        let from = self.witness.transaction.from();
        let mut shown = vec![Shown::Account(from)];
        shown.extend(self.l1());
        let nodes = self.nodes_behind(0, &shown);
        let code = leaf_of(&nodes, from).map(|leaf| self.code_of(leaf.1)).unwrap_or_default();
        let nodes = nodes.into();
        RulesProof { question, sent: self.sent(), entry: self.step(0), nodes, code }
    }

    /// What fees of the OP Stack follow from.
    fn l1(&self) -> Vec<Shown> {
        let slots = [1, 3, 5, 6, 7, 8];
        let slot = |slot| Shown::Slot(L1_BLOCK, B256::with_last_byte(slot));
        let has_fees = self.witness.rules.upgrade().is_some() && !self.is_deposit();
        slots.into_iter().filter(|_| has_fees).map(slot).collect()
    }

    pub(crate) fn top(&self, question: U256) -> TopProof {
        let (step, body) = (self.top_at() - 1, self.witness.transaction.body());
        let accessed = |account: Address| {
            [Shown::Account(account), Shown::In(SetName::Accessed, sets::account(account))]
        };
        let from = self.witness.transaction.from();
        let mut shown = vec![Shown::Account(from), Shown::Account(RIPEMD160)];
        let created = self.created();
        let others = [body.to(), self.delegate(), created].into_iter().flatten();
        shown.extend(others.flat_map(accessed));
        shown.extend(created.map(|new| Shown::In(SetName::Created, sets::account(new))));
        let mut nodes = self.nodes_behind(step, &shown);
        if self.is_deposit() {
            nodes.extend(self.nodes_behind(0, &[Shown::Account(from)]));
        }
        if !self.told().messages.is_empty() {
            nodes.extend(self.nodes(Moment::Leaving { message: 0 }, &shown));
        }
        let last_step = self.told().steps.known.len() - 1;
        let counts = question == transaction::top::COUNT;
        let before = self.step(if counts { last_step } else { step });
        let (behind, behind_path) = self.behind(step + 1);
        TopProof {
            question,
            sent: self.sent(),
            before,
            message: self.message(),
            last: self.last(),
            behind,
            behindPath: behind_path,
            nodes: nodes.into(),
            code: self.code(body.to()),
        }
    }

    /// A proof about steps, without what one of them takes.
    pub(crate) fn about_steps(&self, question: U256) -> StepProof {
        let from = self.witness.transaction.from();
        StepProof {
            question,
            sent: self.sent(),
            before: self.step(0),
            message: self.message(),
            nodes: self.nodes_behind(0, &[Shown::Account(from)]).into(),
            ..StepProof::default()
        }
    }

    /// Whether the transaction is claimed to begin where the one before ended.
    pub(crate) fn goes_on(&self) -> bool {
        let Some(index) = self.index.checked_sub(1) else { return true };
        let previous = &self.claimed.transactions[index].steps.known;
        let root = |instant: &Option<Instant>| instant.map(|instant| instant.state_root);
        previous.last().and_then(root) == self.told().steps.known.first().and_then(root)
    }

    /// A proof that the transaction goes on from the one before.
    pub(crate) fn entry(&self) -> StepProof {
        let (behind, behind_path) = self.behind(0);
        let mut proof = StepProof {
            behind,
            behindPath: behind_path,
            ..self.about_steps(transaction::step::ENTRY)
        };
        if let Some(index) = self.index.checked_sub(1) {
            let previous = Self { index, ..self.clone() };
            proof.previous = Transaction::from(&previous.told().claim);
            proof.previousPath = path(&self.claimed.tree, index);
            proof.before = previous.step(previous.told().steps.known.len() - 1);
        }
        proof
    }

    /// A proof about whether the steps end behind one of them.
    pub(crate) fn end(&self, step: usize) -> StepProof {
        StepProof { before: self.step(step), ..self.about_steps(transaction::step::END) }
    }

    /// A proof about where the block ends.
    pub(crate) fn leave(&self) -> StepProof {
        let last = self.told().steps.known.len() - 1;
        StepProof { before: self.step(last), ..self.about_steps(transaction::step::LEAVE) }
    }

    /// A proof about a step, where what it looks at is shown in the one before.
    pub(crate) fn step_proof(&self, step: usize, shown: &[Shown]) -> StepProof {
        let (behind, behind_path) = self.behind(step);
        let mut nodes = self.nodes_behind(step - 1, shown);
        nodes.extend(self.nodes_behind(0, &self.l1()));
        StepProof {
            step: U256::from(step),
            before: self.step(step - 1),
            behind,
            behindPath: behind_path,
            nodes: nodes.into(),
            ..self.about_steps(transaction::step::STEP)
        }
    }

    pub(crate) fn receipt_proof(&self, question: U256) -> ReceiptProof {
        let from = self.witness.transaction.from();
        ReceiptProof {
            question,
            sent: self.sent(),
            receipt: self.receipt.clone().into(),
            last: self.step(self.told().steps.known.len() - 1),
            message: self.message(),
            nodes: self.nodes_behind(0, &[Shown::Account(from)]).into(),
        }
    }
}
