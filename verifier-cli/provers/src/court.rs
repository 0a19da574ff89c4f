//! [`Court`]: a prover asked in an EVM of one's own, as a chain would.

use std::fmt;

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};
use iso_evm_hypervisor::Engine;
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::{
        TxEnv,
        result::{ExecutionResult, HaltReason},
    },
    database::InMemoryDB,
    primitives::{TxKind, hardfork::SpecId},
    state::AccountInfo,
};

use crate::{
    Kind, Prover,
    dispute::segment_prover,
    proof::{IProver::proveCall, Mismatch},
};

/// What a prover says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A claim is false.
    Convicts {
        /// What is false.
        kind: Kind,
        /// Index of the message; none if it is about the transaction.
        message: Option<u64>,
        /// Index of the record in it.
        record: Option<u64>,
        /// What follows from the other claims.
        expected: B256,
        /// What is claimed.
        found: B256,
    },
    /// It reverted with this, and convicts nobody.
    Reverts(Bytes),
    /// It came to no end, and convicts nobody.
    Halts,
}

impl Answer {
    /// The kind that the prover convicts of.
    pub const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Convicts { kind, .. } => Some(*kind),
            Self::Reverts(_) | Self::Halts => None,
        }
    }
}

/// What a question cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What the prover said.
    pub answer: Answer,
    /// Gas of the transaction that asks it alone.
    pub gas: u64,
    /// Bytes of its calldata.
    pub bytes: usize,
}

/// All provers, in an EVM by the rules of Osaka, for claims of a block by some rules.
pub struct Court {
    database: InMemoryDB,
    gas_limit: u64,
}

/// Where a court has the segment machine.
pub const MACHINE: Address = Address::repeat_byte(0x5e);

impl fmt::Debug for Court {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Court").field("gas_limit", &self.gas_limit).finish_non_exhaustive()
    }
}

/// The most gas that a transaction may have (EIP-7825).
pub const GAS_CAP: u64 = 1 << 24;

impl Court {
    /// A court for claims of a block by an engine's rules.
    pub fn new(engine: &Engine) -> Self {
        let mut court = Self { database: InMemoryDB::default(), gas_limit: GAS_CAP };
        for prover in Prover::ALL {
            court.put(prover.seat(), prover.code());
        }
        let machine = engine.segment_machine();
        court.put(MACHINE, machine.code.clone());
        let initcode = segment_prover(engine.rules(), &[machine.code_hash()]);
        let made = court.create(initcode);
        court.put(Prover::Segment.seat(), made);
        court
    }

    /// The court, whose questions have this much gas.
    pub const fn with_gas(mut self, gas_limit: u64) -> Self {
        self.gas_limit = gas_limit;
        self
    }

    fn put(&mut self, address: Address, code: Bytes) {
        let info = AccountInfo::default().with_code(Bytecode::new_legacy(code));
        self.database.insert_account_info(address, info);
    }

    /// The code that init code leaves; none if it leaves none.
    fn create(&mut self, initcode: Bytes) -> Bytes {
        match self.transact(TxKind::Create, initcode) {
            Some(ExecutionResult::Success { output, .. }) => output.into_data(),
            _ => Bytes::new(),
        }
    }

    fn transact(&mut self, kind: TxKind, data: Bytes) -> Option<ExecutionResult<HaltReason>> {
        let mut evm = Context::mainnet()
            .with_db(&mut self.database)
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
                cfg.tx_gas_limit_cap = Some(u64::MAX);
                cfg.disable_nonce_check = true;
            })
            .modify_block_chained(|block| block.gas_limit = u64::MAX)
            .build_mainnet();
        let transaction =
            TxEnv { gas_limit: self.gas_limit, gas_price: 0, kind, data, ..TxEnv::default() };
        evm.transact(transaction).ok().map(|ran| ran.result)
    }

    /// Asks a prover about the commitment with this root.
    pub fn ask(&mut self, prover: Prover, root: B256, proof: &Bytes) -> Asked {
        let data: Bytes = proveCall { root, proof: proof.clone() }.abi_encode().into();
        let bytes = data.len();
        let Some(result) = self.transact(TxKind::Call(prover.seat()), data) else {
            return Asked { answer: Answer::Halts, gas: self.gas_limit, bytes };
        };
        let gas = result.tx_gas_used();
        Asked { answer: answer(result), gas, bytes }
    }
}

fn answer(result: ExecutionResult<HaltReason>) -> Answer {
    match result {
        ExecutionResult::Success { output, .. } => {
            mismatch(output.data()).unwrap_or_else(|| Answer::Reverts(output.into_data()))
        }
        ExecutionResult::Revert { output, .. } => Answer::Reverts(output),
        ExecutionResult::Halt { .. } => Answer::Halts,
    }
}

/// A mismatch out of exactly its five words.
fn mismatch(data: &[u8]) -> Option<Answer> {
    let told = Mismatch::abi_decode_validate(data).ok()?;
    let index = |word: U256| u64::try_from(word).ok();
    Some(Answer::Convicts {
        kind: Kind::of_number(u8::try_from(told.kind).ok()?)?,
        message: index(told.message),
        record: index(told.record),
        expected: told.expected,
        found: told.found,
    })
}

impl Prover {
    /// Where a court has the prover.
    fn seat(self) -> Address {
        Address::from_word(B256::from(U256::from(0x1000_0000_u64 + self as u64)))
    }
}
