//! Claims made by hand: one transaction of some messages, each with its records and instants.

use alloy_primitives::{Address, B256, U256, keccak256};
use iso_evm_provers::proof::{self, InBlock, InMessage, InTransaction, Opened};
use iso_evm_wire::{
    AccessWitness, Fork, MessageWitness, Rules,
    claim::{BlockClaim, Environment, Instant, MessageClaim, TransactionClaim, items::TreeRoot},
    records::{FrameKind, OpeningRecord, Record},
    segment::{Head, Leaf, RecordTree, layout, merkle, records::to_bytes},
};

/// A message, as far as it is claimed.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) head: Head,
    /// The bytes of the records behind the opening one.
    pub(crate) records: Vec<Vec<u8>>,
    /// The instant before the first opcode, and those behind the records.
    pub(crate) instants: Vec<Instant>,
    pub(crate) checkpoints: Vec<Leaf>,
}

/// A claim of one block.
#[derive(Clone, Debug)]
pub(crate) struct Claimed {
    pub(crate) environment: Environment,
    pub(crate) messages: Vec<Told>,
    pub(crate) sender: B256,
    pub(crate) steps: Vec<B256>,
    pub(crate) enter: B256,
    pub(crate) leave: B256,
}

/// What a block gives, by these rules.
pub(crate) fn environment(rules: Rules) -> Environment {
    Environment {
        chain_id: 1,
        rules,
        number: 100,
        timestamp: 1_000,
        beneficiary: B256::with_last_byte(9),
        gas_limit: 30_000_000,
        base_fee: 7,
        randomness: B256::repeat_byte(0x44),
        blob_base_fee: U256::ZERO,
    }
}

impl Told {
    /// A message with these records behind its opening one.
    pub(crate) fn new(mut message: MessageWitness, kind: FrameKind, records: &[Record]) -> Self {
        let code_hash =
            if kind.is_create() { keccak256(&message.callData) } else { B256::repeat_byte(3) };
        let opening = OpeningRecord { kind: kind as u8, codeHash: code_hash };
        message.stateAccessList = vec![Record::Opening(opening.clone()).encode()];
        message.stateAccessList.extend(records.iter().map(Record::encode));
        let head = Head::of_parts(&message, &opening, &RecordTree::of(&message));
        let entry = Instant { messages: 1, ..Instant::entry(message.stateRootEnter) };
        let records: Vec<_> = message.stateAccessList[1..].iter().map(to_bytes).collect();
        let instants = vec![entry; records.len() + 1];
        Self { head, records, instants, checkpoints: Vec::new() }
    }

    /// Puts other bytes in a record's place. The number is the record's index.
    pub(crate) fn put(&mut self, index: usize, record: &AccessWitness) {
        self.put_bytes(index, to_bytes(record));
    }

    pub(crate) fn put_bytes(&mut self, index: usize, bytes: Vec<u8>) {
        self.records[index - 1] = bytes;
        let root = self.tree().root();
        self.head.set(layout::RECORDS_ROOT, root.into());
    }

    pub(crate) fn tree(&self) -> merkle::Tree {
        merkle::Tree::new(
            self.records.iter().map(|bytes| merkle::leaf(&[keccak256(bytes)])).collect(),
        )
    }

    pub(crate) fn behind(&self) -> merkle::Tree {
        merkle::Tree::new(
            self.instants[1..].iter().map(|instant| merkle::leaf(&[instant.digest()])).collect(),
        )
    }

    pub(crate) fn leaves(&self) -> merkle::Tree {
        merkle::Tree::new(self.checkpoints.iter().map(leaf).collect())
    }

    pub(crate) fn claim(&self) -> MessageClaim {
        MessageClaim {
            head: self.head.hash(),
            entry: self.instants[0].digest(),
            instants: self.behind().root(),
            checkpoints: TreeRoot::from(&self.leaves()),
        }
    }
}

/// The leaf of a checkpoint.
pub(crate) fn leaf(leaf: &Leaf) -> B256 {
    let word = |number: u64| B256::from(U256::from(number));
    merkle::leaf(&[word(leaf.record.0), word(leaf.gas_used.0), leaf.digest])
}

impl Claimed {
    pub(crate) fn new(messages: Vec<Told>) -> Self {
        Self {
            environment: environment(Fork::Osaka.into()),
            messages,
            sender: Address::repeat_byte(0x11).into_word(),
            steps: vec![B256::repeat_byte(0x57); 3],
            enter: B256::repeat_byte(0xe1),
            leave: B256::repeat_byte(0xe2),
        }
    }

    pub(crate) fn messages(&self) -> merkle::Tree {
        merkle::Tree::new(self.messages.iter().map(|told| told.claim().leaf()).collect())
    }

    fn steps(&self) -> merkle::Tree {
        merkle::Tree::new(self.steps.iter().map(|digest| merkle::leaf(&[*digest])).collect())
    }

    pub(crate) fn transaction(&self) -> TransactionClaim {
        TransactionClaim {
            hash: keccak256(b"signed"),
            receipt: B256::repeat_byte(0x4e),
            sender: self.sender,
            steps: TreeRoot::from(&self.steps()),
            messages: TreeRoot::from(&self.messages()),
        }
    }

    pub(crate) fn transactions(&self) -> merkle::Tree {
        // Two others stand around it.
        let other = |byte: u8| merkle::leaf(&[B256::repeat_byte(byte)]);
        merkle::Tree::new(vec![other(1), self.transaction().leaf(), other(2)])
    }

    pub(crate) fn ancestors(&self) -> merkle::Tree {
        merkle::Tree::new(
            (0..3).map(|byte| merkle::leaf(&[B256::repeat_byte(byte + 0x70)])).collect(),
        )
    }

    pub(crate) fn block(&self) -> BlockClaim {
        BlockClaim {
            environment: self.environment.hash(),
            header: keccak256(b"header"),
            ancestors: TreeRoot::from(&self.ancestors()),
            transactions: TreeRoot::from(&self.transactions()),
            enter: self.enter,
            leave: self.leave,
        }
    }

    pub(crate) fn root(&self) -> B256 {
        self.block().root()
    }

    /// The environment, as a proof has it.
    pub(crate) fn environment(&self) -> proof::Environment {
        (&self.environment).into()
    }

    /// The transaction, which stands at place 1.
    pub(crate) fn in_block(&self) -> InBlock {
        InBlock {
            block_: (&self.block()).into(),
            transaction: (&self.transaction()).into(),
            index: U256::from(1),
            path: self.transactions().prove(1..2),
        }
    }

    /// A message, with its head.
    pub(crate) fn message(&self, index: usize) -> InTransaction {
        let told = &self.messages[index];
        InTransaction {
            message: (&told.claim()).into(),
            index: U256::from(index),
            path: self.messages().prove(index as u64..index as u64 + 1),
            head: told.head.to_bytes().into(),
        }
    }

    /// A record of a message, by its index.
    pub(crate) fn record(&self, message: usize, index: usize) -> InMessage {
        let told = &self.messages[message];
        InMessage {
            index: U256::from(index),
            bytes_: told.records[index - 1].clone().into(),
            path: told.tree().prove(index as u64 - 1..index as u64),
        }
    }

    /// The instant behind a record of a message; behind 0 is the message's entry.
    pub(crate) fn instant(&self, message: usize, index: usize) -> Opened {
        let told = &self.messages[message];
        let place = index as u64;
        Opened {
            instant: (&told.instants[index]).into(),
            index: U256::from(index),
            path: if index == 0 { Vec::new() } else { told.behind().prove(place - 1..place) },
        }
    }

    /// The path of a step.
    pub(crate) fn step(&self, place: u64) -> Vec<B256> {
        self.steps().prove(place..place + 1)
    }
}
