//! Records a transaction run in revm as one [`MessageWitness`](iso_evm_wire::MessageWitness) per call
//! frame, with the state root at every instant that a record names.
//!
//! A message says what its frame was given (caller, value, gas, calldata), what it claims to have
//! done (status, gas used, hash of the returned data, state roots), and, in order, every state
//! access that it made: the [records](iso_evm_wire::records). Fed these, the hypervisor re-executes
//! the code without any state of its own.
//!
//! | what | where |
//! |---|---|
//! | record a transaction, block and state | [`record()`], [`Execution`] |
//! | record many on one state | [`Prepared`] |
//! | record the trace alone, without roots | [`Prepared::without_roots`] |
//! | attach to a revm of your own | [`Recorder`] |
//! | read `INPUT.json` | [`Input`] |
//! | record a whole block of a file | [`block_file`] |
//! | what a block does beside its transactions | [`system`] |
//! | prove that a block has a transaction | [`inclusion`] |
//! | state roots, kept incrementally | [`state_root`] |
//! | messages, records, encoding, `witness.bin` | [`iso_evm_wire`] |
//!
//! # Record a transaction
//!
//! ```
//! use iso_evm_wire::records::Record;
//! use iso_evm_witness::{Input, Recording, record};
//!
//! // The code stores 42 in slot 0.
//! let json = br#"{
//!     "fork": "osaka",
//!     "transaction": {"from": "0x1111111111111111111111111111111111111111",
//!         "to": "0x2222222222222222222222222222222222222222", "gas": "0x186a0"},
//!     "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x602a5f55"}}
//! }"#;
//! let input = Input::parse(json, None)?;
//! let Recording { messages, state_root_enter, state_root_leave, .. } = record(&input.execution)?;
//! assert_ne!(state_root_enter, state_root_leave);
//!
//! let message = &messages[0].witness;
//! let Record::Sstore(store) = Record::decode(&message.stateAccessList[1])? else {
//!     panic!("the second record is the SSTORE's")
//! };
//! assert_eq!(store.value.0[31], 42);
//! assert!(store.cold && store.original.is_zero());
//! // Nothing comes after the write, so the frame leaves the root that it led to.
//! assert_eq!(message.stateRootLeave, store.stateRoot);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The order in which to read
//!
//! `input` → `execute` → `recorder` → `state_root`, then in [`iso_evm_wire`] `message`, `records` →
//! `encoding` → `container`. Normative text: `specs/`, from 02 to 04 and 09.

pub mod alone;
mod assemble;
pub mod block_file;
pub mod env;
pub mod execute;
pub mod inclusion;
pub mod input;
pub mod prepared;
pub mod prestate;
pub mod proof;
pub mod recorder;
pub mod rollup;
pub mod state_root;
pub mod system;

pub use execute::{ExecuteError, Execution, Recording, record};
pub use input::Input;
pub use prepared::Prepared;
pub use recorder::{Finished, RecordedMessage, Recorder, RecorderError};
