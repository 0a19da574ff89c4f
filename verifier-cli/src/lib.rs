//! Records what an Ethereum transaction did, and audits the record: with the hypervisor, an EVM
//! contract that accepts a [`MessageWitness`](iso_evm_witness::MessageWitness) only if the code
//! does exactly what it says, and with three audits that prove what the hypervisor is told.
//!
//! The binaries are `iso-witness` (record, inspect, assemble) and `iso-verify`; this is the library
//! behind them. Three crates stand in a row: [`iso_evm_witness`] has the wire types and the
//! recorder, [`iso_evm_hypervisor`] emits the contract and runs it, this one puts them together.
//! The words that are used everywhere: the *guest* is the message under audit, the *host* the EVM
//! that runs the hypervisor.
//!
//! # Record and verify
//!
//! ```
//! use iso_evm_verifier::{Options, Verdict, verify};
//! use iso_evm_witness::{Input, Witness, record};
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
//!     messages: vec![iso_evm_witness::encoding::encode(&message).into()],
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
//! use iso_evm_verifier::audit::{self, AccessKind, Outcome};
//! use iso_evm_witness::{Input, Witness, encoding, record, records::Record};
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
//! assert_eq!(audit::access(&witness), Outcome::Valid);
//!
//! // The hypervisor takes any value that SLOAD is said to have found.
//! let mut message = witness.message(0)?;
//! let Ok(Record::Sload(mut sload)) = Record::decode(&message.stateAccessList[1]) else { panic!() };
//! sload.value = B256::with_last_byte(7);
//! message.stateAccessList[1] = Record::Sload(sload).encode();
//! witness.messages[0] = encoding::encode(&message).into();
//! let Outcome::Invalid(finding) = audit::access(&witness) else { panic!() };
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
//! use iso_evm_verifier::audit::{self, Outcome, TreeKind};
//! use iso_evm_witness::{Input, Witness, encoding, record};
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
//! assert_eq!(audit::tree(&witness), Outcome::Valid);
//!
//! // A child that was called with another value than its parent says.
//! let mut child = witness.message(1)?;
//! child.callvalue = U256::from(5);
//! witness.messages[1] = encoding::encode(&child).into();
//! let Outcome::Invalid(finding) = audit::tree(&witness) else { panic!() };
//! assert_eq!((finding.kind, finding.message), (TreeKind::Value, Some(0)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The transaction audit holds the whole against the transaction, its block and its receipt:
//!
//! ```
//! use iso_evm_verifier::audit::{self, Outcome, TransactionKind};
//! use iso_evm_witness::{Input, Witness, record};
//!
//! let json = br#"{
//!     "fork": "osaka",
//!     "transaction": {"from": "0x1111111111111111111111111111111111111111",
//!         "to": "0x2222222222222222222222222222222222222222"},
//!     "prestate": {}
//! }"#;
//! let input = Input::parse(json, None)?;
//! let mut witness = record(&input.execution)?.witness(&input);
//! assert_eq!(audit::transaction(&witness), Outcome::Valid);
//!
//! witness.receipt.gas_used += 1;
//! let Outcome::Invalid(finding) = audit::transaction(&witness) else { panic!() };
//! assert_eq!(finding.kind, TransactionKind::GasUsed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Attach the recorder to a revm of your own
//!
//! ```
//! use iso_evm_witness::{Recorder, state_root::{Account, StateTrie}};
//! use revm::{
//!     Context, InspectEvm, MainBuilder, MainContext,
//!     bytecode::Bytecode,
//!     context::TxEnv,
//!     database::CacheDB,
//!     database_interface::EmptyDB,
//!     primitives::{Address, TxKind, bytes, hardfork::SpecId},
//!     state::AccountInfo,
//! };
//!
//! let contract = Address::repeat_byte(0x22);
//! let info = AccountInfo::default().with_code(Bytecode::new_legacy(bytes!("602a5f55")));
//! // The recorder needs the state before the transaction as a trie, for the roots.
//! let mut state = StateTrie::new();
//! state.set_account(contract, Some(Account { nonce: 0, balance: info.balance, code_hash: info.code_hash }));
//! let mut database = CacheDB::new(EmptyDB::default());
//! database.insert_account_info(contract, info);
//!
//! let mut evm = Context::mainnet()
//!     .with_db(database)
//!     .modify_cfg_chained(|cfg| cfg.set_spec_and_mainnet_gas_params(SpecId::OSAKA))
//!     .build_mainnet_with_inspector(Recorder::new(state));
//! let transaction = TxEnv { kind: TxKind::Call(contract), gas_limit: 100_000, ..TxEnv::default() };
//! evm.inspect_tx(transaction)?;
//! let messages = evm.inspector.into_messages()?;
//! assert_eq!(messages.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Emit the contract
//!
//! ```
//! use iso_evm_hypervisor::{EmitOptions, emit_audit};
//! use iso_evm_witness::Fork;
//!
//! let hypervisor = emit_audit(&EmitOptions::new(Fork::Osaka));
//! assert!(hypervisor.code.len() <= 24_576); // EIP-170
//! println!("deploy {}", hypervisor.initcode());
//! ```

pub mod audit;
pub mod batch;
pub mod certificate;
mod codes;
pub mod commands;
pub mod engines;
pub mod error;
pub mod exit_code;
pub mod files;
pub mod hash;
pub mod header_hash;
pub mod http;
pub mod mutate;
pub mod node;
pub mod onchain;
pub mod report;
pub mod reproducer;
mod rlp_list;
mod room;
mod source;
pub mod statetest;
mod terminal;
pub mod transaction_hash;
pub mod verify;
mod workers;

pub use error::CommandError;
pub use exit_code::Exit;
pub use room::READ_LIMIT;
pub use verify::{
    Audit, AuditSelection, AuditVerdict, Audits, Check, EngineKind, FalseClaim, MessageReport,
    NamedVerdict, NotRun, Options, Report, Verdict, VerifyError, verify, verify_by, verify_with,
};
