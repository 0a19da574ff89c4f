//! What proves on a chain that a claim about a transaction is false: the contracts, the proofs that they are
//! given, and an EVM of one's own to ask them in. Normative text: `specs/20-claims.md`, `specs/21-provers.md`.
//!
//! A prover is a pure function of a commitment's root and a proof. It gives a mismatch or reverts, and
//! convicts nobody for what a proof lacks. The contracts are in `contracts/`, compiled by `build.mjs`
//! to `contracts/artifacts/`.
//!
//! | what | where |
//! |---|---|
//! | the provers' contracts, and the kinds that they tell | [`Prover`], [`Kind`] |
//! | the proof of what an audit finds, and all that can be asked | [`Accused`], [`Fault`] |
//! | a prover asked | [`Court`], [`Answer`] |
//! | what each prover is given | [`proof`], [`tree`], [`transaction`] |
//! | where operators commit and are convicted | [`dispute`] |
//! | the Solidity that is made from the tables here | [`solidity`] |
//!
//! # A lie and its proof
//!
//! ```
//! use alloy_primitives::B256;
//! use iso_evm_hypervisor::Engine;
//! use iso_evm_provers::{Accused, Court, MACHINE};
//! use iso_evm_verifier::{audit::Subject, claim::claim, verify};
//! use iso_evm_wire::{Opened, encoding, records::Record};
//! use iso_evm_witness::{Input, record};
//!
//! // SLOAD of a slot that is empty, and is said to hold 7.
//! let json = br#"{
//!     "fork": "osaka",
//!     "transaction": {"from": "0x1111111111111111111111111111111111111111",
//!         "to": "0x2222222222222222222222222222222222222222"},
//!     "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x5f54"}}
//! }"#;
//! let input = Input::parse(json, None)?;
//! let mut witness = record(&input.execution)?.witness(&input);
//! let mut message = witness.message(0)?;
//! let Ok(Record::Sload(mut sload)) = Record::decode(&message.stateAccessList[1]) else { panic!() };
//! sload.value = B256::with_last_byte(7);
//! message.stateAccessList[1] = Record::Sload(sload).encode();
//! witness.messages[0] = encoding::encode(&message).into();
//!
//! // The audits find it, and the contract convicts who claims it.
//! let report = verify(&witness, &Default::default())?;
//! let (engine, opened) = (Engine::new(witness.rules), Opened::of(&witness));
//! let subject = Subject::new(&opened);
//! let gas_limit = 30_000_000;
//! let claimed = claim(&subject, gas_limit).unwrap();
//! let accused = Accused {
//!     subject: &subject,
//!     claimed: &claimed,
//!     engine: &engine,
//!     machine: MACHINE,
//!     transaction: claimed.first,
//!     gas_limit,
//! };
//! let fault = accused.fault(&report.findings[0]).unwrap();
//! let asked = Court::new(&engine).ask(fault.prover, claimed.root(), &fault.proof);
//! assert_eq!(asked.answer.kind(), Some(fault.kind));
//! assert_eq!(fault.kind.name(), "value");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where it stands
//!
//! On the verifier, whose findings it proves, and the hypervisor, whose segment machines are asked. Who sends a
//! proof to a chain stands above.

pub mod asks;
pub mod contracts;
pub mod court;
pub mod dispute;
pub mod fault;
pub mod kinds;
pub mod proof;
pub mod solidity;
pub mod transaction;
pub mod tree;

pub use contracts::Prover;
pub use court::{Answer, Asked, Court, MACHINE};
pub use fault::{Accused, Fault, NoFault};
pub use iso_evm_verifier::claim::ClaimedBlock;
pub use kinds::{ClaimKind, Kind};
