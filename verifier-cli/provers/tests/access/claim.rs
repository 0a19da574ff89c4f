//! Commitments that are made by hand, and where in them something stands.

use alloy_primitives::{Address, B256, U256};
use iso_evm_provers::proof::{InBlock, InMessage, InTransaction, Opened, Place};
use iso_evm_wire::{
    MessageWitness, Rules,
    claim::{BlockClaim, Environment, Instant, MessageClaim, TransactionClaim, items::TreeRoot},
    records::{FrameKind, OpeningRecord, Record},
    segment::{
        Head, layout,
        merkle::{self, Tree},
        records::{RecordTree, to_bytes},
    },
};

use super::{effect::BENEFICIARY, world::CONTEXT};

/// A message, with what is claimed of its instants.
#[derive(Clone, Debug)]
pub(crate) struct Spoken {
    pub(crate) message: MessageWitness,
    pub(crate) entry: Instant,
    pub(crate) behind: Vec<Instant>,
    /// Root of the records, where it is not that of the message's.
    pub(crate) records_root: Option<B256>,
}

impl Spoken {
    /// A call that ended well, of these records.
    pub(crate) fn new(entry: Instant, records: &[Record], behind: &[Instant]) -> Self {
        let opening = OpeningRecord { kind: FrameKind::Call as u8, codeHash: B256::repeat_byte(9) };
        let opening = Record::Opening(opening);
        let message = MessageWitness {
            stateRootEnter: entry.state_root,
            stateRootLeave: behind.last().unwrap_or(&entry).state_root,
            context: CONTEXT,
            status: U256::from(1),
            stateAccessList: [&opening].into_iter().chain(records).map(Record::encode).collect(),
            ..MessageWitness::default()
        };
        Self { message, entry, behind: behind.to_vec(), records_root: None }
    }

    /// The opening record says this.
    pub(crate) fn opens(&mut self, kind: FrameKind, code_hash: B256) {
        let opening = OpeningRecord { kind: kind as u8, codeHash: code_hash };
        self.message.stateAccessList[0] = Record::Opening(opening).encode();
    }

    fn head(&self) -> Head {
        let mut head = Head::of(&self.message).unwrap();
        if let Some(root) = self.records_root {
            head.set(layout::RECORDS_ROOT, root.into());
        }
        head
    }

    fn instants(&self) -> Tree {
        Tree::new(self.behind.iter().map(|instant| merkle::leaf(&[instant.digest()])).collect())
    }

    fn claim(&self) -> MessageClaim {
        MessageClaim {
            head: self.head().hash(),
            entry: self.entry.digest(),
            instants: self.instants().root(),
            checkpoints: TreeRoot::default(),
        }
    }
}

/// A block's claim, of which one transaction is told.
#[derive(Clone, Debug)]
pub(crate) struct Commitment {
    pub(crate) environment: Environment,
    pub(crate) ancestors: Vec<B256>,
    pub(crate) messages: Vec<Spoken>,
}

impl Commitment {
    pub(crate) fn new(rules: Rules, messages: Vec<Spoken>) -> Self {
        let environment = Environment {
            chain_id: 17,
            rules,
            number: 1_000,
            timestamp: 2_000,
            beneficiary: BENEFICIARY.into_word(),
            gas_limit: 3_000,
            base_fee: 4_000,
            randomness: B256::repeat_byte(5),
            blob_base_fee: U256::from(6_000),
        };
        let ancestors = (0..256_u64).map(|back| B256::from(U256::from(7_000 + back))).collect();
        Self { environment, ancestors, messages }
    }

    fn ancestors(&self) -> Tree {
        Tree::new(self.ancestors.iter().map(|hash| merkle::leaf(&[*hash])).collect())
    }

    fn messages(&self) -> Tree {
        Tree::new(self.messages.iter().map(|spoken| spoken.claim().leaf()).collect())
    }

    fn transaction(&self) -> TransactionClaim {
        TransactionClaim {
            hash: B256::repeat_byte(1),
            receipt: B256::repeat_byte(2),
            sender: Address::repeat_byte(3).into_word(),
            steps: TreeRoot::default(),
            messages: (&self.messages()).into(),
        }
    }

    /// Three transactions, of which this is the second.
    fn transactions(&self) -> Tree {
        Tree::new(vec![B256::repeat_byte(8), self.transaction().leaf(), B256::repeat_byte(9)])
    }

    fn block(&self) -> BlockClaim {
        BlockClaim {
            environment: self.environment.hash(),
            header: B256::repeat_byte(4),
            ancestors: (&self.ancestors()).into(),
            transactions: (&self.transactions()).into(),
            enter: B256::repeat_byte(5),
            leave: B256::repeat_byte(6),
        }
    }

    pub(crate) fn root(&self) -> B256 {
        self.block().root()
    }

    pub(crate) fn in_block(&self) -> InBlock {
        InBlock {
            block_: (&self.block()).into(),
            transaction: (&self.transaction()).into(),
            index: U256::from(1),
            path: self.transactions().prove(1..2),
        }
    }

    pub(crate) fn message(&self, index: u64) -> InTransaction {
        let spoken = &self.messages[index as usize];
        InTransaction {
            message: (&spoken.claim()).into(),
            index: U256::from(index),
            path: self.messages().prove(index..index + 1),
            head: spoken.head().to_bytes().into(),
        }
    }

    /// The instant behind a record; behind 0 is the entry.
    pub(crate) fn opened(&self, message: u64, record: u64) -> Opened {
        let spoken = &self.messages[message as usize];
        let instant = match record.checked_sub(1) {
            None => &spoken.entry,
            Some(place) => &spoken.behind[place as usize],
        };
        let path = self.behind(message, record).1;
        Opened { instant: instant.into(), index: U256::from(record), path }
    }

    /// The digest that is claimed behind a record, and its path.
    pub(crate) fn behind(&self, message: u64, record: u64) -> (B256, Vec<B256>) {
        let spoken = &self.messages[message as usize];
        match record.checked_sub(1) {
            None => (spoken.entry.digest(), Vec::new()),
            Some(place) => {
                let path = spoken.instants().prove(place..record);
                (spoken.behind[place as usize].digest(), path)
            }
        }
    }

    pub(crate) fn place(&self, message: u64, record: u64) -> Place {
        let spoken = &self.messages[message as usize].message;
        Place {
            transaction: self.in_block(),
            message: self.message(message),
            record: InMessage {
                index: U256::from(record),
                bytes_: to_bytes(&spoken.stateAccessList[record as usize]).into(),
                path: RecordTree::of(spoken).prove(record..record + 1),
            },
            before: self.opened(message, record - 1),
            environment: (&self.environment).into(),
        }
    }

    /// The path of an ancestor so many blocks back.
    pub(crate) fn ancestor(&self, back: u64) -> (B256, Vec<B256>) {
        (self.ancestors[back as usize - 1], self.ancestors().prove(back - 1..back))
    }
}
