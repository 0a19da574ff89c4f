//! `archive()` called with a chosen amount of gas, straight or through contracts that hand it on
//! and swallow a failure; and what it left on the chain.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::{
    ArchiveKey, ArchiveOptions, EmitOptions, Engine, MessageVerdict, emit_archive_factory,
    factory::abi,
};
use iso_evm_wire::{Fork, encoding::encode};
use revm::{
    Context, DatabaseCommit, ExecuteEvm, MainBuilder, MainContext,
    bytecode::opcode::*,
    context::{BlockEnv, TxEnv},
    primitives::hardfork::SpecId,
    state::{Account, EvmState},
};

use super::{FACTORY, FORK};
use crate::harness::{
    guest::Guest,
    host::{Host, USER},
};

/// More gas than any archive here takes: EIP-7825's limit.
pub(super) const AMPLE: u64 = 1 << 24;

/// Calls the address that its calldata begins with, with the gas of the word behind it, or all but
/// a sixty-fourth if there is less (EIP-150), and what follows as calldata. Answers with a word of
/// success and all that came back, and so goes on whatever happened.
#[rustfmt::skip]
const FORWARDER: [u8; 36] = [
    PUSH1, 52, CALLDATASIZE, SUB, DUP1, PUSH1, 52, PUSH0, CALLDATACOPY, // length
    PUSH0, PUSH0, SWAP2, PUSH0, PUSH0,
    PUSH0, CALLDATALOAD, PUSH1, 96, SHR, PUSH1, 20, CALLDATALOAD, CALL, // success
    PUSH0, MSTORE, RETURNDATASIZE, PUSH0, PUSH1, 32, RETURNDATACOPY,
    RETURNDATASIZE, PUSH1, 32, ADD, PUSH0, RETURN,
];

/// A message whose code has a size.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) calldata: Bytes,
    pub(super) code: Bytes,
}

impl Message {
    /// Code that stops at once, with bytes behind it that differ from part to part and hold no
    /// zero. Without code there is no message, but calldata to tell the account from.
    pub(super) fn new(size: usize) -> Self {
        let mut code: Vec<u8> = (0..size).map(|at| (at * 7 % 251) as u8 + 1).collect();
        if let Some(first) = code.first_mut() {
            *first = STOP;
        }
        let guest = if code.is_empty() { vec![STOP] } else { code.clone() };
        let run = Guest::new("archived", FORK, guest).record();
        Self { calldata: encode(&run.guest().witness).into(), code: code.into() }
    }

    fn account(&self) -> Address {
        Address::from_slice(&self.calldata[32 * 6 + 12..][..20])
    }
}

/// Where one code is to be archived, and by whom.
#[derive(Debug)]
pub(super) struct Archiving<'a> {
    message: &'a Message,
    key: ArchiveKey,
    engine: Engine,
    /// A chain with a factory and contracts that hand calls on.
    pub(super) host: Host,
    hops: usize,
    /// Each part that there must be afterwards.
    pub(super) parts: Vec<(Address, Bytes)>,
}

/// What an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The attempt failed, and nothing of the archive is there.
    Nothing,
    /// The attempt succeeded, and each part is what it should be.
    Whole,
}

impl<'a> Archiving<'a> {
    /// `hops`: how many contracts stand between the sender and the factory.
    pub(super) fn new(message: &'a Message, rules: SpecId, key: ArchiveKey, hops: usize) -> Self {
        let archive = ArchiveOptions { key, factory: FACTORY };
        let engine = Engine::with_options(&EmitOptions { rules: Fork::Osaka.into(), archive });
        let parts = engine.archives(&message.calldata, &message.code);
        let mut host = Host::new(rules);
        let registrar = match hops {
            0 => USER,
            hops => hop(hops - 1),
        };
        let registrar = (key == ArchiveKey::Account).then_some(registrar);
        host.put(FACTORY, emit_archive_factory(key, registrar).code);
        for index in 0..hops {
            host.put(hop(index), FORWARDER);
        }
        Self { message, key, engine, host, hops, parts }
    }

    /// Gas that a transaction straight to the factory has to have before its frame gets any
    /// (EIP-7623's floor counted), so that a sweep begins at nothing.
    pub(super) fn straight_floor(&self) -> u64 {
        let data = self.call();
        let zeros = data.iter().filter(|byte| **byte == 0).count() as u64;
        let tokens = zeros + 4 * (data.len() as u64 - zeros);
        21_000 + tokens * if self.host.rules >= SpecId::PRAGUE { 10 } else { 4 }
    }

    fn call(&self) -> Vec<u8> {
        archive_call(self.key, self.message.account(), self.message.code.clone())
    }

    /// The transaction: the first contract in between hands on `gas`, the others all they have.
    /// With nobody in between it is the transaction's own limit.
    fn transaction(&self, gas: u64) -> TxEnv {
        let mut data = Vec::new();
        for index in 0..self.hops {
            let next = if index + 1 == self.hops { FACTORY } else { hop(index + 1) };
            let gas = if index == 0 { U256::from(gas) } else { U256::MAX };
            data.extend_from_slice(next.as_slice());
            data.extend_from_slice(&gas.to_be_bytes::<32>());
        }
        data.extend(self.call());
        let to = if self.hops == 0 { FACTORY } else { hop(0) };
        TxEnv {
            caller: USER,
            kind: TxKind::Call(to),
            data: data.into(),
            gas_limit: if self.hops == 0 { gas } else { AMPLE },
            gas_price: 0,
            ..TxEnv::default()
        }
    }

    /// Tries with each amount of gas, on the chain as it is, and has what each left looked at.
    pub(super) fn attempts(
        &mut self,
        gas: impl IntoIterator<Item = u64>,
        mut seen: impl FnMut(u64, Outcome),
    ) -> Result<(), String> {
        for gas in gas {
            let (succeeded, state) = self.attempt(gas, AMPLE);
            let outcome = self.judge(succeeded, &state).map_err(|why| format!("{gas}: {why}"))?;
            seen(gas, outcome);
        }
        Ok(())
    }

    /// One attempt, whose effects do not stay: whether `archive()` said that it succeeded, and what
    /// it left.
    pub(super) fn attempt(&mut self, gas: u64, limit: u64) -> (bool, EvmState) {
        let mut transaction = self.transaction(gas);
        if self.hops > 0 {
            transaction.gas_limit = limit;
        }
        let rules = self.host.rules;
        let mut evm = Context::mainnet()
            .with_db(&mut self.host.state)
            .with_block(BlockEnv { gas_limit: u64::MAX, ..self.host.block.clone() })
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(rules);
                cfg.disable_nonce_check = true;
                cfg.tx_gas_limit_cap = Some(u64::MAX);
            })
            .build_mainnet();
        let done = evm.transact(transaction).expect("a transaction that the chain takes");
        let words = done.result.output().map(|output| output.to_vec()).unwrap_or_default();
        let first = self.parts[0].0.into_word();
        let (heads, answer) = words.split_at(words.len().min(32 * self.hops));
        let handed_on = heads.chunks(32).all(|word| U256::from_be_slice(word) == U256::ONE);
        (done.result.is_success() && handed_on && answer == first.as_slice(), done.state)
    }

    /// Holds what an attempt left against what it said.
    pub(super) fn judge(&self, succeeded: bool, state: &EvmState) -> Result<Outcome, String> {
        let whole = self.parts.iter().all(|(address, bytes)| holds(state.get(address), bytes));
        let untouched = |address: &Address| state.get(address).is_none_or(|a| a.info.is_empty());
        let nothing = self.parts.iter().all(|(address, _)| untouched(address))
            && state.get(&FACTORY).is_none_or(|factory| factory.info.nonce == 0);
        match (succeeded, whole, nothing) {
            (true, true, _) => Ok(Outcome::Whole),
            (false, _, true) => Ok(Outcome::Nothing),
            (true, false, _) => Err("success, and a part is not what it should be".into()),
            (false, _, false) => Err("failure, and something is left".into()),
        }
    }

    /// Lets an attempt stay, then archives with ample gas, and audits with what the chain has.
    pub(super) fn afterwards(&mut self, gas: u64) -> Result<(), String> {
        let before = self.host.state.clone();
        let (_, state) = self.attempt(gas, AMPLE);
        self.host.state.commit(state);
        let (succeeded, state) = self.attempt(AMPLE, AMPLE);
        self.host.state.commit(state);
        let found: Vec<_> =
            self.parts.iter().map(|(address, _)| (*address, self.host.code(*address))).collect();
        self.host.state = before;
        if !succeeded || found != self.parts {
            return Err(format!("{gas}: not archived afterwards"));
        }
        if !self.message.code.is_empty() {
            let verdict = self.engine.run(&self.message.calldata, &found, None).verdict;
            if verdict != MessageVerdict::Valid {
                return Err(format!("{gas}: not audited afterwards: {verdict:?}"));
            }
        }
        Ok(())
    }
}

/// Calldata of `archive()`.
pub(super) fn archive_call(key: ArchiveKey, account: Address, code: Bytes) -> Vec<u8> {
    match key {
        ArchiveKey::CodeHash => abi::archiveCall { code }.abi_encode(),
        ArchiveKey::Account => abi::account::archiveCall { account, code }.abi_encode(),
    }
}

fn hop(index: usize) -> Address {
    Address::from_word(U256::from(0xf0_0000 + index).into())
}

fn holds(account: Option<&Account>, bytes: &Bytes) -> bool {
    let code = account.and_then(|account| account.info.code.as_ref());
    code.is_some_and(|code| code.original_bytes() == *bytes)
}
