//! The embedded engine: runs the emitted contract in revm, as a chain would. Normative text:
//! `specs/05-hypervisor.md`, section Host.

use std::sync::OnceLock;

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address, keccak256};
use iso_evm_wire::{
    Rules,
    encoding::with_code,
    layout as wire,
    protocol::{TX_BASE_COST, calldata_cost},
    segment::Segment,
};
use revm::{
    Context, Database, ExecuteEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::{
        TxEnv,
        result::{ExecutionResult, HaltReason},
    },
    primitives::hardfork::SpecId,
    state::AccountInfo,
};

use crate::{
    emit::{
        contract::Contract,
        program::{emit_audit, emit_segment},
    },
    identity::Identity,
    native::NativeEngine,
    options::EmitOptions,
    rules::{
        archive::{archive_address, archive_parts, archive_salt},
        segment::SegmentVerdict,
        verdict::{Inconclusive, MessageVerdict},
    },
};

/// What an audit gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// The contract's verdict on the message.
    pub verdict: MessageVerdict,
    /// Gas of the hypervisor's frame, without intrinsic and calldata gas; 0 if it did not run.
    pub host_gas: u64,
}

/// What the audit of a segment gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedSegment {
    /// What the segment machine answered.
    pub verdict: SegmentVerdict,
    /// Gas of the machine's frame, without intrinsic and calldata gas; 0 if it did not run.
    pub host_gas: u64,
}

/// Where the embedded host has the hypervisor.
pub const HYPERVISOR: Address = address!("000000000000000000000000000000000000150e");

/// The host's rules: the oldest that the contract runs under.
const HOST: SpecId = SpecId::CANCUN;

/// Gas of a transaction whose frame gets all that an unlimited audit can ask for.
const UNLIMITED: u64 = 1 << 62;

/// A hypervisor and a host to run it on. Emitted once, when it is first needed, and used for any
/// number of messages, from any number of threads.
#[derive(Clone, Debug)]
pub struct Engine {
    options: EmitOptions,
    /// The hypervisor, emitted when it is first asked for.
    emitted: OnceLock<(Contract, Bytecode)>,
    /// The segment machine, emitted when it is first asked for.
    of_segments: OnceLock<(Contract, Bytecode)>,
    native: NativeEngine,
}

impl Engine {
    /// The hypervisor of these rules, with archives by code hash.
    pub fn new(rules: impl Into<Rules>) -> Self {
        Self::with_options(&EmitOptions::new(rules))
    }

    /// A hypervisor emitted otherwise.
    pub fn with_options(options: &EmitOptions) -> Self {
        let native = NativeEngine::with_options(options);
        Self { options: *options, emitted: OnceLock::new(), of_segments: OnceLock::new(), native }
    }

    /// The rules that messages run by.
    pub const fn rules(&self) -> Rules {
        self.options.rules
    }

    /// The native engine that agrees with it.
    pub fn native(&self) -> &NativeEngine {
        &self.native
    }

    /// The hypervisor with another native engine beside it: what becomes of it if the two differ.
    #[must_use]
    pub fn with_native(self, native: NativeEngine) -> Self {
        Self { native, ..self }
    }

    /// The hypervisor that this engine runs. It is emitted now, if it is not yet.
    pub fn contract(&self) -> &Contract {
        &self.emitted().0
    }

    /// Whether the hypervisor is emitted.
    pub fn is_emitted(&self) -> bool {
        self.emitted.get().is_some()
    }

    /// Which contract the hypervisor is. For this it need not be emitted, if it is one of
    /// `specs/artifacts`.
    pub fn identity(&self) -> Identity {
        let known = || Identity::of_default(self.options);
        let emitted = self.emitted.get().map(|(contract, _)| contract.identity());
        emitted.or_else(known).unwrap_or_else(|| self.contract().identity())
    }

    fn emitted(&self) -> &(Contract, Bytecode) {
        self.emitted.get_or_init(|| ready(emit_audit(&self.options)))
    }

    fn of_segments(&self) -> &(Contract, Bytecode) {
        self.of_segments.get_or_init(|| ready(emit_segment(&self.options)))
    }

    /// The segment machine that this engine runs. It is emitted now, if it is not yet.
    pub fn segment_machine(&self) -> &Contract {
        &self.of_segments().0
    }

    /// Has the segment machine audit one segment. `code` is the message's, where the segment does not
    /// hold it: its archives are put in place (unused in a creation).
    ///
    /// `host_gas_limit` bounds the gas of the machine's frame, as in [`Self::audit`].
    pub fn segment(
        &self,
        segment: &Segment,
        code: Option<&[u8]>,
        host_gas_limit: Option<u64>,
    ) -> AuditedSegment {
        let input = segment.encode();
        let archives = code.map(|code| self.archives(&input, code)).unwrap_or_default();
        self.run_segment(&input, &archives, host_gas_limit)
    }

    /// Calls the segment machine with an input, on a chain that holds nothing but it and `contracts`.
    pub fn run_segment(
        &self,
        input: &Bytes,
        contracts: &[(Address, Bytes)],
        host_gas_limit: Option<u64>,
    ) -> AuditedSegment {
        let (answer, host_gas) = call(&self.of_segments().1, input, contracts, host_gas_limit);
        let verdict = match &answer {
            Some(ExecutionResult::Success { output, .. }) => {
                SegmentVerdict::from_returned(output.data())
            }
            Some(ExecutionResult::Revert { output, .. }) => SegmentVerdict::from_reverted(output),
            _ => SegmentVerdict::Message(verdict_of(answer.as_ref())),
        };
        AuditedSegment { verdict, host_gas }
    }

    /// Audits one message: `calldata` is its encoding, `code` the code that it runs (unused in a
    /// creation, whose initcode is in the message). Archives are put in place.
    ///
    /// `host_gas_limit` bounds the gas of the hypervisor's frame; an audit that needs more is
    /// inconclusive.
    pub fn audit(&self, calldata: &Bytes, code: &[u8], host_gas_limit: Option<u64>) -> Audited {
        self.run(calldata, &self.archives(calldata, code), host_gas_limit)
    }

    /// Audits one message with the code that it runs beside it, where a chain needs no archive; a creation has
    /// none. The verdict is that of [`Self::audit`], but that bytes behind the message are the caller's:
    /// [`MessageVerdict::Unavailable`] at address zero says that it is not the code, or not all there is.
    ///
    /// # Panics
    ///
    /// If the message is shorter than its first word.
    pub fn audit_with_code(
        &self,
        calldata: &[u8],
        code: &[u8],
        host_gas_limit: Option<u64>,
    ) -> Audited {
        self.run(&with_code(calldata, code).into(), &[], host_gas_limit)
    }

    /// The archives of `code`, for the message `calldata`: address and contract of each part.
    pub fn archives(&self, calldata: &[u8], code: &[u8]) -> Vec<(Address, Bytes)> {
        self.archives_of(calldata, keccak256(code), code)
    }

    /// [`Self::archives`] of code whose hash is known: whoever gives it has computed it.
    pub fn archives_of(
        &self,
        calldata: &[u8],
        code_hash: B256,
        code: &[u8],
    ) -> Vec<(Address, Bytes)> {
        let to = calldata.get(wire::TO..wire::TO + 32).unwrap_or(&[0; 32]);
        let account = Address::from_slice(&to[12..]);
        let salt = archive_salt(self.options.archive.key, code_hash, account);
        let factory = self.options.archive.factory;
        (0..)
            .zip(archive_parts(code))
            .map(|(part, bytes)| (archive_address(factory, salt, part), bytes))
            .collect()
    }

    /// Calls the hypervisor on a chain that holds nothing but it and `contracts`.
    pub fn run(
        &self,
        calldata: &Bytes,
        contracts: &[(Address, Bytes)],
        host_gas_limit: Option<u64>,
    ) -> Audited {
        let (answer, host_gas) = call(&self.emitted().1, calldata, contracts, host_gas_limit);
        Audited { verdict: verdict_of(answer.as_ref()), host_gas }
    }
}

fn ready(contract: Contract) -> (Contract, Bytecode) {
    let bytecode = Bytecode::new_legacy(contract.code.clone());
    (contract, bytecode)
}

/// Calls a contract on a chain that holds nothing but it and `contracts`: how that ended, and the gas of
/// its frame. None, if the host could not run it.
fn call(
    hypervisor: &Bytecode,
    calldata: &Bytes,
    contracts: &[(Address, Bytes)],
    host_gas_limit: Option<u64>,
) -> (Option<ExecutionResult>, u64) {
    let intrinsic = intrinsic_gas(calldata);
    let limit = host_gas_limit.unwrap_or(UNLIMITED).min(UNLIMITED);
    let host = Host { hypervisor, contracts };
    let mut evm = Context::mainnet()
        .with_db(host)
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(HOST);
            cfg.tx_gas_limit_cap = Some(u64::MAX);
        })
        .modify_block_chained(|block| block.gas_limit = u64::MAX)
        .build_mainnet();
    let transaction = TxEnv {
        gas_limit: limit + intrinsic,
        gas_price: 0,
        kind: TxKind::Call(HYPERVISOR),
        data: calldata.clone(),
        ..TxEnv::default()
    };
    match evm.transact(transaction) {
        Ok(outcome) => {
            let host_gas = outcome.result.tx_gas_used().saturating_sub(intrinsic);
            (Some(outcome.result), host_gas)
        }
        Err(_) => (None, 0),
    }
}

fn verdict_of(answer: Option<&ExecutionResult>) -> MessageVerdict {
    match answer {
        Some(ExecutionResult::Success { output, .. }) => {
            MessageVerdict::from_returned(output.data())
        }
        Some(ExecutionResult::Revert { output, .. }) => MessageVerdict::from_reverted(output),
        Some(ExecutionResult::Halt { reason: HaltReason::OutOfGas(_), .. }) => {
            MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas }
        }
        Some(ExecutionResult::Halt { .. }) | None => {
            MessageVerdict::Inconclusive { reason: Inconclusive::Other }
        }
    }
}

/// Gas of a plain transaction with this calldata, before its frame starts (EIP-2028).
fn intrinsic_gas(calldata: &[u8]) -> u64 {
    let zeros = calldata.iter().filter(|byte| **byte == 0).count() as u64;
    TX_BASE_COST + calldata_cost(zeros, calldata.len() as u64 - zeros)
}

/// The host's state: the hypervisor, and what else the run needs.
#[derive(Debug)]
struct Host<'a> {
    hypervisor: &'a Bytecode,
    contracts: &'a [(Address, Bytes)],
}

impl Database for Host<'_> {
    type Error = std::convert::Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        if address == HYPERVISOR {
            return Ok(Some(AccountInfo::default().with_code(self.hypervisor.clone())));
        }
        let held = self.contracts.iter().find(|(holder, _)| *holder == address);
        // No opcode of the hypervisor asks for a hash of code: none is taken, and any that is not
        // that of no code stands for it.
        Ok(held.map(|(_, code)| AccountInfo {
            code_hash: HYPERVISOR.into_word(),
            code: Some(Bytecode::new_legacy(code.clone())),
            ..AccountInfo::default()
        }))
    }

    fn code_by_hash(&mut self, _: B256) -> Result<Bytecode, Self::Error> {
        Ok(Bytecode::default())
    }

    fn storage(&mut self, _: Address, _: U256) -> Result<U256, Self::Error> {
        Ok(U256::ZERO)
    }

    fn block_hash(&mut self, _: u64) -> Result<B256, Self::Error> {
        Ok(B256::ZERO)
    }
}
