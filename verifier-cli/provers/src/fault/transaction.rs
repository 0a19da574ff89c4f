//! What the transaction audit finds, as proofs for the provers of rules, steps, the top message, the receipt
//! and the block.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolValue;
use iso_evm_verifier::{
    audit::{
        TransactionKind as Of,
        codes::delegation_target,
        state::{STAYS_TOUCHED, SetName, Shown},
    },
    claim::{Moment, code_at},
    transaction_hash::encode,
};
use iso_evm_wire::{
    claim::sets,
    optimism::{
        L1Block,
        predeploys::{BASE_FEE_VAULT, L1_BLOCK, L1_FEE_VAULT, OPERATOR_FEE_VAULT},
    },
    transaction::TransactionBody,
};

use super::{Accused, Fault, opened::packed};
use crate::{
    Kind, Prover,
    proof::{InTransaction, Opened},
    transaction::{ReceiptProof, RulesProof, Sent, TopProof, block, receipt, rules, top},
};

/// The proof of a false claim of this kind.
pub(super) fn fault(accused: &Accused<'_, '_>, kind: Of) -> Option<Fault> {
    let (prover, proof) = match kind {
        Of::Signature
        | Of::ChainId
        | Of::Type
        | Of::GasLimit
        | Of::IntrinsicGas
        | Of::Fee
        | Of::Initcode
        | Of::Blob
        | Of::Authorization => (Prover::Rules, accused.rules(rules::RULES)?.abi_encode()),
        Of::Nonce | Of::SenderCode | Of::Funds => {
            (Prover::Rules, accused.rules(rules::SENDER)?.abi_encode())
        }
        Of::Message => (Prover::Top, accused.top(top::MESSAGE)?.abi_encode()),
        Of::Kind
        | Of::Origin
        | Of::GasPrice
        | Of::Caller
        | Of::Value
        | Of::Calldata
        | Of::Gas
        | Of::Static => (Prover::Top, accused.top(top::FIELDS)?.abi_encode()),
        Of::To | Of::Context => {
            // Of a call the context is the account called; of a creation the code is no account's.
            let creates = accused.subject.transaction.body().is_create();
            let by_target = creates == (kind == Of::Context);
            let question = if by_target { top::TARGET } else { top::FIELDS };
            (Prover::Top, accused.top(question)?.abi_encode())
        }
        Of::StateRootEnter => (Prover::Top, accused.top(top::ENTRY)?.abi_encode()),
        Of::Status | Of::GasUsed | Of::Logs | Of::Bloom | Of::DepositNonce | Of::DepositVersion => {
            (Prover::Receipt, accused.receipt(receipt::RECEIPT)?.abi_encode())
        }
        Of::StateRootLeave => (Prover::Step, accused.leaves()?.abi_encode()),
        Of::BlobBaseFee => (Prover::Block, accused.environment()?.abi_encode()),
        Of::Ancestor => (Prover::Block, accused.broken_ancestor()?.abi_encode()),
        Of::BlockTransaction => (Prover::Block, accused.included(block::TRANSACTION)?.abi_encode()),
        Of::BlockReceipt => (Prover::Block, accused.included(block::RECEIPT)?.abi_encode()),
        // A block of another fork cannot be committed to.
        _ => return None,
    };
    Some(Fault { prover, kind: Kind::Transaction(kind), proof: proof.into() })
}

impl Accused<'_, '_> {
    /// The transaction with its bytes.
    pub(super) fn sent(&self) -> Option<Sent> {
        Some(Sent {
            inBlock: self.in_block()?,
            environment: (&self.claimed.environment).into(),
            bytes_: encode(&self.subject.transaction).into(),
        })
    }

    /// The instant behind a step, opened.
    pub(super) fn step_behind(&self, place: usize) -> Option<Opened> {
        let steps = &self.told()?.steps;
        let at = place as u64;
        Some(Opened {
            instant: steps.known.get(place)?.as_ref()?.into(),
            index: U256::from(at),
            path: steps.tree.prove(at..at + 1),
        })
    }

    pub(super) fn step_digest(&self, place: usize) -> Option<(B256, Vec<B256>)> {
        let (steps, at) = (&self.told()?.steps, place as u64);
        Some((*steps.digests.get(place)?, steps.tree.prove(at..at + 1)))
    }

    /// Place of the step before the top call or creation.
    pub(super) fn before_top(&self) -> usize {
        let body = self.subject.transaction.body();
        let list = body.access_list().into_iter().flat_map(|list| list.iter());
        let items: usize = list.map(|item| 1 + item.storage_keys.len()).sum();
        let invalid = self.told().is_some_and(|told| told.steps.known.len() == DEPOSIT_STEPS);
        if body.is_deposit() && invalid {
            return 1;
        }
        2 + items + body.authorization_list().unwrap_or_default().len()
    }

    pub(super) fn last_step(&self) -> Option<usize> {
        self.told()?.steps.known.len().checked_sub(1)
    }

    pub(super) fn first_message(&self) -> InTransaction {
        self.in_transaction(0).unwrap_or_default()
    }

    /// Who takes part before and behind the messages.
    pub(super) fn parties(&self) -> Vec<Shown> {
        let (transaction, block) = (&self.subject.transaction, &self.subject.block);
        let mut parties = vec![transaction.from(), block.beneficiary, STAYS_TOUCHED];
        parties.extend(transaction.body().to());
        if self.subject.rules.upgrade().is_some() {
            parties.extend([BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT, L1_BLOCK]);
        }
        let mut shown: Vec<Shown> = parties.into_iter().map(Shown::Account).collect();
        if let Some(upgrade) = self.subject.rules.upgrade() {
            let slot = |slot: &u64| Shown::Slot(L1_BLOCK, U256::from(*slot).into());
            shown.extend(L1Block::slots(upgrade).iter().map(slot));
        }
        shown
    }

    pub(super) fn rules(&self, question: U256) -> Option<RulesProof> {
        let sender = self.subject.transaction.from();
        let moment = Moment::Step { step: 0 };
        let nodes = self.nodes(moment, &self.parties());
        let code = code_at(self.subject, self.gas_limit, moment, sender).unwrap_or_default();
        Some(RulesProof {
            question,
            sent: self.sent()?,
            entry: self.step_behind(0)?,
            nodes: packed(&nodes),
            code,
        })
    }

    pub(super) fn top(&self, question: U256) -> Option<TopProof> {
        let place = if question == top::COUNT { self.last_step()? } else { self.before_top() };
        let moment = Moment::Step { step: place };
        let mut shown = self.parties();
        let (message, mut code) = (self.first_message(), Bytes::new());
        let body = self.subject.transaction.body();
        if let Some(to) = body.to() {
            code = code_at(self.subject, self.gas_limit, moment, to).unwrap_or_default();
        }
        let told = self.subject.message(0).map(|message| message.fields());
        shown.extend(told.map(|told| Shown::Account(told.to)));
        shown.extend(told.map(|told| Shown::Account(told.context)));
        let sender = self.subject.transaction.from();
        let nonce = match body {
            TransactionBody::Ethereum(body) => body.nonce(),
            TransactionBody::Deposit(_) => 0,
        };
        shown.push(Shown::Account(sender.create(nonce)));
        shown.extend(delegation_target(&code).map(Shown::Account));
        let warmed = shown.clone().into_iter().filter_map(|shown| match shown {
            Shown::Account(account) => Some(account),
            _ => None,
        });
        let warmed: Vec<Shown> = warmed.flat_map(in_sets).collect();
        shown.extend(warmed);
        let mut nodes = self.nodes(moment, &shown);
        let mut last = Opened::default();
        if question == top::TOP
            && let Some(record) = self.last(0)
        {
            last = self.behind(0, record)?;
            nodes.extend(self.nodes(Moment::Leaving { message: 0 }, &shown));
        }
        let (behind, path) = self.step_digest(self.before_top() + 1).unwrap_or_default();
        Some(TopProof {
            question,
            sent: self.sent()?,
            before: self.step_behind(place)?,
            message,
            last,
            behind,
            behindPath: path,
            nodes: packed(&nodes),
            code,
        })
    }

    pub(super) fn receipt(&self, question: U256) -> Option<ReceiptProof> {
        let (body, told) = (self.subject.transaction.body(), &self.subject.receipt);
        if self.told()?.claim.receipt.is_zero() {
            return None;
        }
        Some(ReceiptProof {
            question,
            sent: self.sent()?,
            receipt: told.encode_2718(body, told.gas_used).into(),
            last: self.step_behind(self.last_step()?)?,
            message: self.first_message(),
            nodes: packed(&self.nodes(Moment::Step { step: 0 }, &self.parties())),
        })
    }
}

/// Steps of a deposit that is invalid: entry, charge, top, end.
const DEPOSIT_STEPS: usize = 4;

/// Where the sets have an account.
pub(super) fn in_sets(account: Address) -> Vec<Shown> {
    let path = sets::account(account);
    [SetName::Accessed, SetName::Created, SetName::Destroyed]
        .map(|name| Shown::In(name, path))
        .to_vec()
}
