//! One program run as a message of exactly the gas, value, kind and context that a test wants.
//!
//! A driver contract, called by the transaction, passes its calldata on to the guest; so the
//! guest's gas is free of intrinsic gas, and it can run in every kind of frame.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use iso_evm_testing::accounts::{COINBASE, account, block, block_hashes};
pub(crate) use iso_evm_testing::accounts::{CONTRACT, SENDER};
use iso_evm_wire::{Fork, Rules, records::FrameKind};
use iso_evm_witness::{
    Execution, RecordedMessage, Recording,
    prestate::{Prestate, PrestateAccount},
    record,
    rollup::Rollup,
};
use revm::context::TxEnv;

use super::{
    audit, frame,
    program::{Program, op},
    proved,
};

/// Account that calls the guest.
pub(crate) const DRIVER: Address = Address::repeat_byte(0x33);

const GAS_PRICE: u128 = 9;
const TRANSACTION_GAS: u64 = 16_000_000;
/// What a call that moves value gives to the callee on top.
const CALL_STIPEND: u64 = 2300;

/// A message to be run.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    pub(crate) name: String,
    pub(crate) rules: Rules,
    pub(crate) kind: FrameKind,
    pub(crate) code: Vec<u8>,
    pub(crate) calldata: Vec<u8>,
    pub(crate) gas: u64,
    pub(crate) value: u64,
    pub(crate) storage: BTreeMap<B256, B256>,
    /// Accounts beside sender, driver and guest.
    pub(crate) others: Prestate,
}

impl Guest {
    /// A plain call with a million gas.
    pub(crate) fn new(
        name: impl Into<String>,
        rules: impl Into<Rules>,
        code: impl Into<Vec<u8>>,
    ) -> Self {
        Self {
            name: name.into(),
            rules: rules.into(),
            kind: FrameKind::Call,
            code: code.into(),
            calldata: Vec::new(),
            gas: 1_000_000,
            value: 0,
            storage: BTreeMap::new(),
            others: Prestate::new(),
        }
    }

    /// The fork of Ethereum that it runs under.
    pub(crate) const fn fork(&self) -> Fork {
        self.rules.fork()
    }

    pub(crate) fn calldata(mut self, calldata: impl Into<Vec<u8>>) -> Self {
        self.calldata = calldata.into();
        self
    }

    pub(crate) fn gas(mut self, gas: u64) -> Self {
        self.gas = gas;
        self
    }

    pub(crate) fn value(mut self, value: u64) -> Self {
        self.value = value;
        self
    }

    pub(crate) fn kind(mut self, kind: FrameKind) -> Self {
        self.kind = kind;
        self
    }

    pub(crate) fn storage(mut self, key: u64, value: u64) -> Self {
        self.storage.insert(U256::from(key).into(), U256::from(value).into());
        self
    }

    /// Another account with code.
    pub(crate) fn with_code(mut self, address: Address, code: impl Into<Bytes>) -> Self {
        let account = PrestateAccount { nonce: 1, code: code.into(), ..Default::default() };
        self.others.insert(address, account);
        self
    }

    /// Records the transaction. Message 0 is the driver's, message 1 the guest's.
    pub(crate) fn record(&self) -> Run {
        let recording = record(&self.execution())
            .unwrap_or_else(|error| panic!("{}: not recorded: {error}", self.name));
        Run { rules: self.rules, name: self.name.clone(), recording }
    }

    /// Records it and puts it before all four audits; then runs it live, under rules that a host of
    /// the live machine has.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.check_run(&self.record())?;
        if self.fork() >= Fork::Cancun { frame::compare(self).map(|_| ()) } else { Ok(()) }
    }

    /// Puts its recording before all four audits.
    pub(crate) fn check_run(&self, run: &Run) -> Result<(), String> {
        audit::all_valid(&run.name, run.rules, &run.recording)?;
        proved::all_proved(&run.name, &self.execution(), &run.recording)
    }

    /// The transaction that runs it.
    pub(crate) fn execution(&self) -> Execution {
        let mut prestate = self.others.clone();
        prestate.insert(SENDER, account(1 << 60, 5, Vec::new()));
        prestate.insert(COINBASE, account(1, 0, Vec::new()));
        prestate.insert(DRIVER, account(1_000_000, 1, self.driver()));
        if self.kind.is_create() {
            assert!(self.calldata.is_empty(), "a creation has no calldata");
        } else {
            let mut guest = account(1_000, 1, self.code.clone());
            guest.storage.clone_from(&self.storage);
            prestate.insert(CONTRACT, guest);
        }
        let tx = TxEnv {
            caller: SENDER,
            gas_limit: TRANSACTION_GAS,
            gas_price: GAS_PRICE,
            kind: TxKind::Call(DRIVER),
            data: self.transaction_data().to_vec().into(),
            nonce: 5,
            chain_id: Some(1),
            ..Default::default()
        };
        Execution {
            // No L1Block contract is there, so that its data costs nothing.
            rollup: self.rules.upgrade().map(|_| Rollup::Encoded(Bytes::from_static(&[2]))),
            rules: self.rules,
            chain_id: 1,
            block: block(self.fork()),
            tx,
            prestate,
            block_hashes: block_hashes(),
            proofs: None,
        }
    }

    fn transaction_data(&self) -> &[u8] {
        if self.kind.is_create() { &self.code } else { &self.calldata }
    }

    fn driver(&self) -> Vec<u8> {
        let program = Program::new().op([op::CALLDATASIZE]).push(0).push(0).op([op::CALLDATACOPY]);
        let (opcode, has_value) = match self.kind {
            FrameKind::Call => (op::CALL, true),
            FrameKind::Callcode => (op::CALLCODE, true),
            FrameKind::Delegatecall => (op::DELEGATECALL, false),
            FrameKind::Staticcall => (op::STATICCALL, false),
            FrameKind::Create => {
                return program
                    .op([op::CALLDATASIZE])
                    .push(0)
                    .push(self.value)
                    .op([op::CREATE])
                    .build();
            }
            FrameKind::Create2 => {
                let program = program.push(1).op([op::CALLDATASIZE]).push(0).push(self.value);
                return program.op([op::CREATE2]).build();
            }
        };
        let program = program.push(0).push(0).op([op::CALLDATASIZE]).push(0);
        let stipend = if self.value == 0 { 0 } else { CALL_STIPEND };
        let program = if has_value { program.push(self.value) } else { program };
        program.push_address(CONTRACT).push(self.gas - stipend).op([opcode]).build()
    }
}

/// A recorded guest.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) rules: Rules,
    pub(crate) name: String,
    pub(crate) recording: Recording,
}

impl Run {
    /// The fork of Ethereum that it ran under.
    pub(crate) const fn fork(&self) -> Fork {
        self.rules.fork()
    }

    /// The guest's message.
    pub(crate) fn guest(&self) -> &RecordedMessage {
        &self.recording.messages[1]
    }
}
