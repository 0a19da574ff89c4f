//! Audits what an Ethereum transaction is said to have done. A
//! [`Witness`](iso_evm_wire::Witness) goes in, a typed verdict of each audit comes out.
//!
//! Four audits say it: the hypervisor, an EVM contract that accepts a message only if its code does
//! exactly what it says, and the access, tree and transaction audit, which prove what the hypervisor
//! is told. In the data's way this crate stands between the file that a stranger hands over and the
//! report. It knows neither the recorder nor a node nor a chain: what it uses of others' are the wire
//! types and [`iso_evm_hypervisor`], and where the recorder appears below it makes the example's
//! witness. `specs/07-verdicts.md`, `specs/12-audits.md`.
//!
//! | what | where |
//! |---|---|
//! | all audits of a witness | [`verify()`], [`Options`], [`Report`] |
//! | with a hypervisor at hand, for many witnesses | [`verify_with`], [`engines::Engines`] |
//! | of messages that are taken apart already | [`verify_opened`] |
//! | the execution audit in parts | [`segments`] |
//! | with the execution audit done elsewhere | [`verify_by`], [`verify::beside()`] |
//! | one audit by itself | [`audit`] |
//! | what a witness is about | [`audit::anchors`] |
//! | one canonical JSON of what it came to | [`certificate`] |
//! | the report as JSON | [`mod@report::json`] |
//! | hashes, computed a second way | [`hash`], [`header_hash`], [`transaction_hash`] |
//!
//! # Record and verify
//!
//! ```
//! use iso_evm_verifier::{Options, Verdict, verify};
//! use iso_evm_wire::Witness;
//! use iso_evm_witness::{Input, record};
//!
//! // As `eth_getTransactionByHash` and geth's `prestateTracer` return them. The code stores 42.
//! let json = br#"{
//!     "fork": "osaka",
//!     "transaction": {"from": "0x1111111111111111111111111111111111111111",
//!         "to": "0x2222222222222222222222222222222222222222", "gas": "0x186a0"},
//!     "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x602a5f55"}}
//! }"#;
//! let input = Input::parse(json, None)?;
//! let witness = record(&input.execution)?.witness(&input);
//!
//! // What `witness.bin` holds.
//! let bytes = witness.encode();
//! let report = verify(&Witness::decode(&bytes)?, &Options::default())?;
//! assert_eq!(report.verdict(), Verdict::Valid);
//!
//! // An operator who claims one gas less is convicted.
//! let mut message = witness.message(0)?;
//! message.gasUsed -= alloy_primitives::U256::ONE;
//! let lie = Witness {
//!     messages: vec![iso_evm_wire::encoding::encode(&message).into()],
//!     ..witness
//! };
//! let report = verify(&lie, &Options::default())?;
//! assert_eq!(report.verdict(), Verdict::Invalid);
//! assert_eq!(report.findings[0].kind.name(), "gas-used");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What a witness is about is in `report.anchors`, and [`Options::expected`] refuses another. Which
//! audits run, [`Options::audits`] says: all that can, or those alone that are asked for.
//!
//! # Each audit on its own
//!
//! [`audit::access()`], [`audit::tree()`] and [`audit::transaction()`] take a witness and say what they
//! found, each with kinds of its own. The access audit proves the records against the state:
//!
//! ```
//! use alloy_primitives::B256;
//! use iso_evm_verifier::audit::{self, AccessKind, AuditOutcome};
//! use iso_evm_wire::{encoding, records::Record};
//! use iso_evm_witness::{Input, record};
//!
//! // SLOAD of a slot that is empty.
//! let json = br#"{
//!     "fork": "osaka",
//!     "transaction": {"from": "0x1111111111111111111111111111111111111111",
//!         "to": "0x2222222222222222222222222222222222222222"},
//!     "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x5f54"}}
//! }"#;
//! let input = Input::parse(json, None)?;
//! let mut witness = record(&input.execution)?.witness(&input);
//! assert_eq!(audit::access(&witness), AuditOutcome::Valid);
//!
//! // The hypervisor takes any value that SLOAD is said to have found.
//! let mut message = witness.message(0)?;
//! let Ok(Record::Sload(mut sload)) = Record::decode(&message.stateAccessList[1]) else { panic!() };
//! sload.value = B256::with_last_byte(7);
//! message.stateAccessList[1] = Record::Sload(sload).encode();
//! witness.messages[0] = encoding::encode(&message).into();
//! let AuditOutcome::Invalid(finding) = audit::access(&witness) else { panic!() };
//! assert_eq!(finding.kind, AccessKind::Value);
//! assert_eq!((finding.message, finding.record), (Some(0), Some(1)));
//! assert_eq!((finding.expected, finding.found), (B256::ZERO, B256::with_last_byte(7)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The tree audit holds parent and child against each other:
//!
//! ```
//! use alloy_primitives::U256;
//! use iso_evm_verifier::audit::{self, AuditOutcome, TreeKind};
//! use iso_evm_wire::encoding;
//! use iso_evm_witness::{Input, record};
//!
//! // 0x22… calls 0x33… with all its gas.
//! let json = br#"{
//!     "fork": "osaka",
//!     "transaction": {"from": "0x1111111111111111111111111111111111111111",
//!         "to": "0x2222222222222222222222222222222222222222"},
//!     "prestate": {
//!         "0x2222222222222222222222222222222222222222": {
//!             "code": "0x5f5f5f5f5f7333333333333333333333333333333333333333335af1"},
//!         "0x3333333333333333333333333333333333333333": {"code": "0x5f5f55"}
//!     }
//! }"#;
//! let input = Input::parse(json, None)?;
//! let mut witness = record(&input.execution)?.witness(&input);
//! assert_eq!(audit::tree(&witness), AuditOutcome::Valid);
//!
//! // A child that was called with another value than its parent says.
//! let mut child = witness.message(1)?;
//! child.callvalue = U256::from(5);
//! witness.messages[1] = encoding::encode(&child).into();
//! let AuditOutcome::Invalid(finding) = audit::tree(&witness) else { panic!() };
//! assert_eq!((finding.kind, finding.message), (TreeKind::Value, Some(0)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The transaction audit holds the whole against the transaction, its block and its receipt:
//!
//! ```
//! use iso_evm_verifier::audit::{self, AuditOutcome, TransactionKind};
//! use iso_evm_witness::{Input, record};
//!
//! let json = br#"{
//!     "fork": "osaka",
//!     "transaction": {"from": "0x1111111111111111111111111111111111111111",
//!         "to": "0x2222222222222222222222222222222222222222"},
//!     "prestate": {}
//! }"#;
//! let input = Input::parse(json, None)?;
//! let mut witness = record(&input.execution)?.witness(&input);
//! assert_eq!(audit::transaction(&witness), AuditOutcome::Valid);
//!
//! witness.receipt.gas_used += 1;
//! let AuditOutcome::Invalid(finding) = audit::transaction(&witness) else { panic!() };
//! assert_eq!(finding.kind, TransactionKind::GasUsed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod audit;
pub mod cause;
pub mod certificate;
pub mod claim;
mod codes;
pub mod engines;
pub mod hash;
pub mod header_hash;
pub mod report;
mod rlp_list;
pub mod segments;
pub mod transaction_hash;
pub mod verify;

pub use verify::{
    Audit, AuditSelection, AuditVerdict, Audits, Check, ClaimKind, EngineKind, FalseClaim,
    MessageReport, NamedVerdict, NotRun, Options, Report, Verdict, VerifyError, WitnessHash,
    verify, verify_by, verify_opened, verify_with,
};
