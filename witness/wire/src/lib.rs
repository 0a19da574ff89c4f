//! What an audited EVM message is on the wire: the types that the recorder writes, the hypervisor
//! executes and the audits read, how they are encoded, read strictly and kept to what is needed, and
//! what the protocol says in tables. Nothing here runs a message, makes a proof or judges one.
//!
//! A [`MessageWitness`] says what one call frame was given and what it claims to have done; its
//! [`records`] are the state accesses that it made, in order. A [`Witness`] is the container of a
//! transaction: all its messages, with the code they run, the Merkle nodes that prove the state they
//! met, the block, the transaction and the receipt.
//!
//! | what | where |
//! |---|---|
//! | a message, and one access of it | [`MessageWitness`], [`AccessWitness`], [`layout`] |
//! | the fields of each access, by opcode | [`records`] |
//! | the one byte string of a message | [`encoding`] |
//! | the same as it is kept, large calldata in pieces that messages share | [`StoredMessage`], [`CallData`] |
//! | `witness.bin` and its JSON form | [`Witness`], [`container`] |
//! | a witness with its messages and records taken apart | [`Opened`] |
//! | block, transaction and receipt | [`block`], [`transaction`], [`receipt`] |
//! | the forks, and when each begins on a chain | [`Fork`], [`Schedule`], [`schedule`] |
//! | the rules of a block, of Ethereum or of the OP Stack | [`Rules`], [`optimism`] |
//! | what each fork changes, and the protocol's numbers | [`protocol`] |
//! | how much of its input decides what a precompile does | [`precompiles`] |
//! | a message in parts, and what names each | [`segment`] |
//! | keccak256 of many byte strings at a time, and the functions that a witness is read by | [`keccak`], [`Crypto`] |
//! | numbers as JSON has them | [`quantity`](mod@quantity) |
//!
//! # A message there and back
//!
//! ```
//! use alloy_primitives::{B256, U256, keccak256};
//! use iso_evm_wire::{
//!     MessageWitness, encoding,
//!     records::{FrameKind, OpeningRecord, Record, SloadRecord},
//! };
//!
//! // SLOAD of slot 0, which is cold and holds 7.
//! let opening = OpeningRecord {
//!     kind: FrameKind::Call as u8,
//!     codeHash: keccak256([0x5f, 0x54]),
//! };
//! let sload = SloadRecord { cold: true, value: B256::with_last_byte(7), ..Default::default() };
//! let message = MessageWitness {
//!     gasAvailable: U256::from(100_000),
//!     gasUsed: U256::from(2_102),
//!     stateAccessList: vec![Record::Opening(opening).encode(), Record::Sload(sload.clone()).encode()],
//!     ..MessageWitness::default()
//! };
//! let bytes = encoding::encode(&message);
//! let read = encoding::decode(&bytes)?;
//! assert_eq!(read, message);
//! assert_eq!(Record::decode(&read.stateAccessList[1])?, Record::Sload(sload));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where it stands
//!
//! Every other crate of the project knows this one, and it knows none of them. The feature `revm`
//! only names each fork as revm does. Normative text: `specs/`, 02 to 04
//! and 09.

pub mod block;
pub mod call_data;
mod changes;
pub mod claim;
pub mod container;
pub mod crypto;
pub mod encoding;
pub mod fork;
pub mod json;
pub mod keccak;
pub mod layout;
pub mod message;
pub mod open;
pub mod optimism;
pub mod precompiles;
pub mod protocol;
pub mod quantity;
pub mod receipt;
pub mod records;
pub mod rules;
pub mod schedule;
pub mod segment;
pub mod stored;
pub mod transaction;

pub use call_data::CallData;
pub use container::Witness;
pub use crypto::Crypto;
pub use fork::Fork;
pub use message::{AccessWitness, MessageWitness};
pub use open::{Opened, OpenedMessage};
pub use rules::Rules;
pub use schedule::Schedule;
pub use stored::StoredMessage;
