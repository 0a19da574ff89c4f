//! Records what an Ethereum transaction did, and audits the record with the hypervisor: an EVM
//! contract that accepts a [`MessageWitness`](iso_evm_witness::MessageWitness) only if the code
//! does exactly what it says.
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
//! let witness = Witness::new(&input, &record(&input.execution)?);
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
//! assert_eq!(verify(&lie, &Options::default())?.verdict(), Verdict::Invalid);
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
pub mod commands;
pub mod error;
pub mod exit_code;
pub mod files;
pub mod hash;
pub mod onchain;
pub mod report;
pub mod statetest;
pub mod transaction_hash;
pub mod verify;

pub use error::CommandError;
pub use exit_code::Exit;
pub use verify::{
    AuditVerdict, Audits, MessageReport, Options, Report, Verdict, VerifyError, verify, verify_with,
};
