//! A claim of a witness's transaction, and the proofs about it.

use crate::leaf::leaf_of;
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use iso_evm_provers::{
    proof::{Environment, InBlock, InTransaction, Opened},
    transaction::Sent,
};
use iso_evm_verifier::{
    audit::{Subject, state::Shown},
    claim::{ClaimedBlock, ClaimedMessage, ClaimedTransaction, Instants, Moment, claim, nodes_at},
    transaction_hash::encode,
};
use iso_evm_wire::{
    Opened as OpenedWitness, Witness,
    claim::Instant,
    segment::{Head, merkle::Tree},
};

/// Most gas that a precompile is run on.
pub(crate) const GAS: u64 = 1 << 28;

/// A claim, with the bytes that are behind its hashes.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) witness: Witness,
    pub(crate) bytes: Vec<u8>,
    pub(crate) receipt: Vec<u8>,
    pub(crate) claimed: ClaimedBlock,
    /// Which of the claimed transactions is the witness's.
    pub(crate) index: usize,
}

impl Case {
    /// What is claimed of a witness.
    pub(crate) fn of(witness: &Witness) -> Self {
        let opened = OpenedWitness::of(witness);
        let claimed = claim(&Subject::new(&opened), GAS).unwrap();
        let receipt = &witness.receipt;
        Self {
            bytes: encode(&witness.transaction),
            receipt: receipt.encode_2718(witness.transaction.body(), receipt.gas_used),
            claimed,
            index: 0,
            witness: witness.clone(),
        }
    }

    pub(crate) fn root(&self) -> B256 {
        self.claimed.root()
    }

    /// What is claimed of the transaction.
    pub(crate) fn told(&self) -> &ClaimedTransaction {
        &self.claimed.transactions[self.index]
    }

    /// The same with other transactions of the block, which has the witness's among them.
    pub(crate) fn within(&self, transactions: Vec<ClaimedTransaction>, index: usize) -> Self {
        let claim = &self.claimed.claim;
        let claimed = ClaimedBlock::new(
            self.claimed.environment,
            claim.header,
            self.claimed.ancestors.clone(),
            [claim.enter, claim.leave],
            (0, transactions),
        );
        Self { claimed, index, ..self.clone() }
    }

    /// The same with something else claimed of the transaction.
    pub(crate) fn with(
        &self,
        change: impl FnOnce(
            &mut [B256; 2],
            &mut B256,
            &mut Vec<Option<Instant>>,
            &mut Vec<ClaimedMessage>,
        ),
    ) -> Self {
        let told = self.told();
        let mut hashes = [told.claim.hash, told.claim.receipt];
        let mut sender = told.claim.sender;
        let (mut steps, mut messages) = (told.steps.known.clone(), told.messages.clone());
        change(&mut hashes, &mut sender, &mut steps, &mut messages);
        let transaction =
            ClaimedTransaction::new(hashes, sender, (Instants::new(steps), told.places), messages);
        let mut transactions = self.claimed.transactions.clone();
        transactions[self.index] = transaction;
        self.within(transactions, self.index)
    }

    /// The same with other bytes of the transaction.
    pub(crate) fn with_bytes(&self, bytes: Vec<u8>) -> Self {
        let hash = keccak256(&bytes);
        Self { bytes, ..self.with(|hashes, _, _, _| hashes[0] = hash) }
    }

    /// The same with another instant behind a step.
    pub(crate) fn with_step(&self, step: usize, change: impl FnOnce(&mut Instant)) -> Self {
        self.with(|_, _, steps, _| change(steps[step].as_mut().unwrap()))
    }

    /// The same with another word in the head of message 0.
    pub(crate) fn with_head(&self, position: usize, word: U256) -> Self {
        self.with(|_, _, _, messages| {
            let told = &messages[0];
            let mut head: Head = told.head.clone();
            head.set(position, word);
            messages[0] = ClaimedMessage::new(
                head,
                (told.records.clone(), told.record_tree.clone()),
                told.entry,
                told.instants.clone(),
                told.checkpoints.clone(),
            );
        })
    }

    /// Nodes that show something at a moment.
    pub(crate) fn nodes(&self, moment: Moment, shown: &[Shown]) -> Vec<u8> {
        let opened = OpenedWitness::of(&self.witness);
        nodes_at(&Subject::new(&opened), GAS, moment, shown).concat()
    }

    /// Nodes that show something behind a step.
    pub(crate) fn nodes_behind(&self, step: usize, shown: &[Shown]) -> Vec<u8> {
        self.nodes(Moment::Step { step }, shown)
    }

    pub(crate) fn in_block(&self) -> InBlock {
        InBlock {
            block_: (&self.claimed.claim).into(),
            transaction: (&self.told().claim).into(),
            index: U256::from(self.index),
            path: path(&self.claimed.tree, self.index),
        }
    }

    pub(crate) fn sent(&self) -> Sent {
        Sent {
            inBlock: self.in_block(),
            environment: Environment::from(&self.claimed.environment),
            bytes_: self.bytes.clone().into(),
        }
    }

    /// The instant behind a step.
    pub(crate) fn step(&self, index: usize) -> Opened {
        let steps = &self.told().steps;
        let known = steps.known.get(index).copied().flatten();
        Opened {
            instant: known.as_ref().map(Into::into).unwrap_or_default(),
            index: U256::from(index),
            path: if index < steps.known.len() { path(&steps.tree, index) } else { Vec::new() },
        }
    }

    /// The digest of a step, and its path.
    pub(crate) fn behind(&self, index: usize) -> (B256, Vec<B256>) {
        let steps = &self.told().steps;
        let digest = steps.digests[index];
        (digest, path(&steps.tree, index))
    }

    /// Message 0, or nothing.
    pub(crate) fn message(&self) -> InTransaction {
        let told = self.told();
        let Some(message) = told.messages.first() else { return InTransaction::default() };
        InTransaction {
            message: (&message.claim).into(),
            index: U256::ZERO,
            path: path(&told.tree, 0),
            head: message.head.to_bytes().into(),
        }
    }

    /// The instant behind message 0's last record, or nothing.
    pub(crate) fn last(&self) -> Opened {
        let Some(message) = self.told().messages.first() else { return Opened::default() };
        let count = message.records.len();
        let known = message.behind(count).copied();
        Opened {
            instant: known.as_ref().map(Into::into).unwrap_or_default(),
            index: U256::from(count),
            path: count.checked_sub(1).map_or_else(Vec::new, |at| path(&message.instants.tree, at)),
        }
    }

    pub(crate) fn is_deposit(&self) -> bool {
        self.witness.transaction.body().is_deposit()
    }

    /// Where the top is: behind it are the steps of whoever is paid, and of the accounts that go.
    pub(crate) fn top_at(&self) -> usize {
        self.told().places.top
    }

    /// Where the first account goes, if one does.
    pub(crate) fn removals_at(&self) -> usize {
        self.told().places.before_removals
    }

    /// The code of an account at the step before the top, or of a delegation.
    pub(crate) fn code(&self, account: Option<Address>) -> Bytes {
        let Some(account) = account else { return Bytes::new() };
        let hash = self.code_hash(account);
        self.code_of(hash)
    }

    /// The code with a hash: one of the witness's, or a delegation by the transaction itself.
    pub(crate) fn code_of(&self, hash: B256) -> Bytes {
        if let Some(code) = self.witness.codes.get(&hash) {
            return code.clone();
        }
        let list = self.witness.transaction.body().authorization_list().unwrap_or_default();
        let code = |target: &Address| Bytes::from([&[0xef, 1, 0][..], target.as_slice()].concat());
        let mut codes = list.iter().map(|told| code(told.address()));
        codes.find(|code| keccak256(code) == hash).unwrap_or_default()
    }

    /// The hash of an account's code in the step before the top: out of its leaf.
    fn code_hash(&self, account: Address) -> B256 {
        let nodes = self.nodes_behind(self.top_at() - 1, &[Shown::Account(account)]);
        leaf_of(&nodes, account).map_or(KECCAK256_EMPTY, |leaf| leaf.1)
    }

    /// Whose code runs where the account called has delegated it.
    pub(crate) fn delegate(&self) -> Option<Address> {
        let code = self.code(self.witness.transaction.body().to());
        (code.len() == 23 && code.starts_with(&[0xef, 1, 0]))
            .then(|| Address::from_slice(&code[3..]))
    }

    /// The new account of a creation.
    pub(crate) fn created(&self) -> Option<Address> {
        let body = self.witness.transaction.body();
        let from = self.witness.transaction.from();
        let nonce = if self.is_deposit() {
            leaf_of(&self.nodes_behind(0, &[Shown::Account(from)]), from).map_or(0, |leaf| leaf.0)
        } else {
            body.nonce()
        };
        body.to().is_none().then(|| from.create(nonce))
    }
}

/// What shows that a leaf stands in a tree.
pub(crate) fn path(tree: &Tree, index: usize) -> Vec<B256> {
    let index = index as u64;
    tree.prove(index..index + 1)
}
