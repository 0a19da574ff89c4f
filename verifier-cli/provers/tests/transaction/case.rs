//! A claim of a witness's transaction, and the proofs about it.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use iso_evm_provers::{
    proof::{Environment, InBlock, InTransaction, Opened, Transaction},
    transaction::{self, ReceiptProof, RulesProof, Sent, StepProof, TopProof},
};
use iso_evm_verifier::{
    audit::{
        Subject,
        state::{SetName, Shown},
    },
    claim::{ClaimedBlock, ClaimedMessage, ClaimedTransaction, Instants, Moment, claim, nodes_at},
    transaction_hash::encode,
};
use iso_evm_wire::{
    Opened as OpenedWitness, Witness,
    claim::{Instant, sets},
    optimism::predeploys::L1_BLOCK,
    segment::{Head, merkle::Tree},
};

/// Most gas that a precompile is run on.
pub(crate) const GAS: u64 = 1 << 28;

/// What stays touched.
const RIPEMD160: Address = Address::with_last_byte(3);

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
            transactions,
        );
        Self { claimed, index, ..self.clone() }
    }

    /// The same with something else claimed of the transaction.
    pub(crate) fn with(
        &self,
        change: impl FnOnce(&mut [B256; 2], &mut Address, &mut Vec<Option<Instant>>, &mut Vec<ClaimedMessage>),
    ) -> Self {
        let told = self.told();
        let mut hashes = [told.claim.hash, told.claim.receipt];
        let mut sender = told.claim.sender;
        let (mut steps, mut messages) = (told.steps.known.clone(), told.messages.clone());
        change(&mut hashes, &mut sender, &mut steps, &mut messages);
        let transaction =
            ClaimedTransaction::new(hashes, sender, Instants::new(steps), messages);
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
    fn nodes_behind(&self, step: usize, shown: &[Shown]) -> Vec<u8> {
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
    fn behind(&self, index: usize) -> (B256, Vec<B256>) {
        let steps = &self.told().steps;
        let digest = steps.known[index].map_or(B256::ZERO, |known| known.digest());
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
    fn last(&self) -> Opened {
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

    /// Where the top is: behind it are the steps of whoever is paid, and the end.
    pub(crate) fn top_at(&self) -> usize {
        let count = self.told().steps.known.len();
        match self.witness.rules.upgrade() {
            _ if self.is_deposit() => count - 2,
            None => count - 4,
            Some(upgrade) if upgrade.has(iso_evm_wire::optimism::Change::OperatorFee) => count - 7,
            Some(_) => count - 6,
        }
    }

    /// The code of an account at the step before the top, or of a delegation.
    fn code(&self, account: Option<Address>) -> Bytes {
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
    fn delegate(&self) -> Option<Address> {
        let code = self.code(self.witness.transaction.body().to());
        (code.len() == 23 && code.starts_with(&[0xef, 1, 0]))
            .then(|| Address::from_slice(&code[3..]))
    }

    /// The new account of a creation.
    fn created(&self) -> Option<Address> {
        let body = self.witness.transaction.body();
        let from = self.witness.transaction.from();
        let nonce = if self.is_deposit() {
            leaf_of(&self.nodes_behind(0, &[Shown::Account(from)]), from).map_or(0, |leaf| leaf.0)
        } else {
            body.nonce()
        };
        body.to().is_none().then(|| from.create(nonce))
    }

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

/// What shows that a leaf stands in a tree.
pub(crate) fn path(tree: &Tree, index: usize) -> Vec<B256> {
    let index = index as u64;
    tree.prove(index..index + 1)
}

/// Nonce and code hash of an account, out of nodes on the way to it: those of the one leaf that holds
/// an account and whose path ends as its.
pub(crate) fn leaf_of(packed: &[u8], account: Address) -> Option<(u64, B256)> {
    let path = keccak256(account);
    let mut rest = packed;
    let mut found = None;
    while !rest.is_empty() {
        let header = alloy_rlp::Header::decode(&mut rest).unwrap();
        let (mut node, after) = rest.split_at(header.payload_length);
        rest = after;
        let mut items = Vec::new();
        while !node.is_empty() {
            let whole = node;
            let item = alloy_rlp::Header::decode(&mut node).unwrap();
            node = &node[item.payload_length..];
            items.push(&whole[..whole.len() - node.len()]);
        }
        if let [key, value] = items[..]
            && let Some((nonce, hash)) = account_in(value)
            && ends_as(key, path)
        {
            found = Some((nonce, hash));
        }
    }
    found
}

/// Nonce and code hash of what a leaf holds.
fn account_in(value: &[u8]) -> Option<(u64, B256)> {
    let mut value = value;
    let mut value = alloy_rlp::Header::decode_bytes(&mut value, false).ok()?;
    let list = alloy_rlp::Header::decode_bytes(&mut value, true).ok()?;
    let mut list = list;
    let nonce = <u64 as alloy_rlp::Decodable>::decode(&mut list).ok()?;
    <U256 as alloy_rlp::Decodable>::decode(&mut list).ok()?;
    <B256 as alloy_rlp::Decodable>::decode(&mut list).ok()?;
    Some((nonce, <B256 as alloy_rlp::Decodable>::decode(&mut list).ok()?))
}

/// Whether a leaf's part of a path is the end of a path.
fn ends_as(key: &[u8], path: B256) -> bool {
    let mut key = key;
    let Ok(key) = alloy_rlp::Header::decode_bytes(&mut key, false) else { return false };
    let bytes = &key[1..];
    let even = key[0] >> 4 == 2;
    path.ends_with(bytes) && (even || path[31 - bytes.len()] & 0x0f == key[0] & 0x0f)
}
