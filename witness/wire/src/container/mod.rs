//! The container of one recorded transaction, `witness.bin`, and its JSON form.
//! `specs/09-container.md`.
//!
//! In the data's way this stands between the recorder and the audits: it carries the messages as
//! the bytes that the hypervisor takes, with the code they need and the facts around them. A
//! message may be a lie, or not even a message: the container holds what was claimed.

use std::collections::BTreeMap;

use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes};

use crate::{
    Rules,
    block::{Block, BlockHashes},
    crypto::Crypto,
    encoding::EncodingError,
    message::MessageWitness,
    open::Opened,
    records::{FrameKind, Record},
    stored::StoredMessage,
    transaction::Transaction,
};

mod binary;
mod inclusion;
pub(crate) mod json;
mod needs;
mod nodes;
mod reader;
mod shared;
mod stream;
mod tree;

use needs::Needs;
use shared::Shared;
pub(crate) use {binary::decode, tree::places};

pub use binary::{MAGIC, VERSION};
pub use inclusion::Inclusion;
pub use json::JsonError;
pub use reader::{ContainerError, ContainerFault};
pub use stream::{Containers, StreamError};
pub use tree::Place;

pub use crate::receipt::{DepositReceipt, Receipt, ReceiptLogs};

/// The most bytes that the messages of a container take together, each with its own calldata: 16 GiB.
/// Calldata that messages share is counted as often as they have it, since whoever runs a message reads
/// it whole.
pub const MOST_TOGETHER: u64 = 1 << 34;

/// One transaction, recorded: what `witness.bin` holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Id of the chain.
    pub chain_id: u64,
    /// The rules that the block goes by.
    pub rules: Rules,
    /// The block that the transaction is in.
    pub block: Block,
    /// Headers of ancestors, the parent's first, as far as `BLOCKHASH` reached, where they are
    /// known. Their hashes follow from them.
    pub ancestors: Vec<Header>,
    /// Hashes of ancestors that `BLOCKHASH` asked for and that no header proves.
    pub block_hashes: BlockHashes,
    /// The transaction that the messages are of.
    pub transaction: Transaction,
    /// What the receipt says.
    pub receipt: Receipt,
    /// The state's roots before and after.
    pub roots: Roots,
    /// The messages in pre-order, each as the hypervisor's calldata; none if no code ran.
    pub messages: Vec<StoredMessage>,
    /// Code by hash: what messages run (a creation's stands in its message), and what the access
    /// and transaction audits look at.
    pub codes: BTreeMap<B256, Bytes>,
    /// RLP of the trie nodes below the root at entry, by hash.
    pub nodes: BTreeMap<B256, Bytes>,
    /// What proves that the block has the transaction and its receipt, where the recorder had the
    /// block. It needs the block's header.
    pub inclusion: Option<Inclusion>,
}

/// State roots of the whole transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roots {
    /// Before gas is bought.
    pub enter: B256,
    /// After refund, fees and deletions.
    pub leave: B256,
}

impl Witness {
    /// The container with what its messages and its roots need, and nothing else: as the writer
    /// leaves it, so that a reader takes it.
    pub fn only_needed(mut self) -> Self {
        let needs = Needs::of(&Opened::of(&self));
        self.ancestors.truncate(needs.ancestors);
        self.receipt = self.receipt.of(self.transaction.body());
        let told: BlockHashes = (self.block_hashes.iter())
            .filter(|(number, _)| needs.block_hash(&self, **number))
            .map(|(number, hash)| (*number, *hash))
            .collect();
        self.block_hashes = told;
        self.codes.retain(|hash, _| needs.codes.contains(hash));
        self.nodes.retain(|hash, _| needs.nodes.contains(hash));
        self.inclusion =
            self.inclusion.filter(|_| needs.inclusion.is_some()).map(|mut inclusion| {
                inclusion.nodes.retain(|hash, _| needs.on_the_way(hash));
                inclusion
            });
        self
    }

    /// The bytes of `witness.bin`.
    pub fn encode(&self) -> Vec<u8> {
        let mut length = 0;
        self.encode_to(&mut |piece| length += piece.len());
        let mut file = Vec::with_capacity(length);
        self.encode_to(&mut |piece| file.extend_from_slice(piece));
        file
    }

    /// Gives the bytes of `witness.bin` to `sink`, piece by piece, for a hash or a stream.
    pub fn encode_to(&self, sink: &mut dyn FnMut(&[u8])) {
        binary::encode(self, sink);
    }

    /// Reads a `witness.bin`. Accepted bytes are those that [`Witness::encode`] gives back.
    ///
    /// # Errors
    ///
    /// [`ContainerError`], which says what is wrong and at which byte. Memory is bounded by the
    /// length of `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, ContainerError> {
        Self::decode_shared(&Bytes::copy_from_slice(bytes))
    }

    /// [`Witness::decode`] of bytes that the witness may keep: messages, codes and nodes are shared
    /// with them, not copied.
    ///
    /// # Errors
    ///
    /// As [`Witness::decode`].
    pub fn decode_shared(bytes: &Bytes) -> Result<Self, ContainerError> {
        Opened::decode(bytes, Crypto::default()).map(Opened::into_witness)
    }

    /// The JSON form: the same facts, each with its name.
    pub fn to_json(&self) -> String {
        json::to_json(&Opened::of(self))
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    ///
    /// [`JsonError`], which says what is wrong and where.
    pub fn from_json(json: &[u8]) -> Result<Self, JsonError> {
        json::from_json(json)
    }

    /// Reads a JSON form in which somebody has changed something: hash and sender of a signed transaction
    /// and the hash of a header follow from the rest, and what is not needed any more is left out.
    ///
    /// # Errors
    ///
    /// As [`Witness::from_json`], for what does not follow.
    pub fn from_draft(json: &[u8]) -> Result<Self, JsonError> {
        json::from_draft(json)
    }

    /// The message with this index, decoded.
    ///
    /// # Errors
    ///
    /// If the message's bytes are not canonical.
    ///
    /// # Panics
    ///
    /// If there is no such message.
    pub fn message(&self, index: usize) -> Result<MessageWitness, EncodingError> {
        self.messages[index].decode()
    }

    /// The code that a message's opening record asks for, if the container has it. A creation's is
    /// in the message.
    pub fn code(&self, message: &MessageWitness) -> Option<&Bytes> {
        match Record::decode(message.stateAccessList.first()?) {
            Ok(Record::Opening(opening)) => {
                let create = FrameKind::from_number(opening.kind)?.is_create();
                self.codes.get(&opening.codeHash).filter(|_| !create)
            }
            _ => None,
        }
    }

    /// Where each message stands in the call tree.
    pub fn tree(&self) -> Vec<Place> {
        Opened::of(self).tree()
    }
}
