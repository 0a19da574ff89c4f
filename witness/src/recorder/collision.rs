//! EIP-7610: a creation collides where the new account has storage, whatever its nonce and code. revm
//! asks for nonce and code alone, so the collision is made here, as revm makes its own.
//! `specs/03-records.md`, section Outcomes.
//!
//! In the data's way this stands in front of revm: it answers a creation before revm opens its frame.
//! [`StorageCollisions`] is the same for a run that nobody records.

use alloy_primitives::{Address, Bytes};
use revm::{
    Inspector,
    context::{ContextTr, JournalTr, journaled_state::account::JournaledAccountTr},
    context_interface::context::ContextError,
    inspector::JournalExt,
    interpreter::{
        CreateInputs, CreateOutcome, Gas, InstructionResult, InterpreterResult,
        interpreter::EthInterpreter,
    },
    primitives::constants::CALL_STACK_LIMIT,
};

/// An inspector that does nothing but make creations collide where the new account has storage
/// (EIP-7610). It asks the function for an account's storage before the transaction: that of one with
/// neither code nor nonce cannot change in it. A [`Recorder`](crate::Recorder) needs none beside it.
///
/// ```
/// use alloy_primitives::Address;
/// use iso_evm_witness::recorder::StorageCollisions;
/// use revm::{
///     Context, InspectEvm, MainBuilder, MainContext, context::TxEnv, database::InMemoryDB,
///     primitives::TxKind,
/// };
///
/// let tx = TxEnv { kind: TxKind::Create, gas_limit: 100_000, ..TxEnv::default() };
/// let taken = tx.caller.create(0);
/// for has_storage in [true, false] {
///     let collisions = StorageCollisions(|address: Address| has_storage && address == taken);
///     let mut evm = Context::mainnet()
///         .with_db(InMemoryDB::default())
///         .build_mainnet_with_inspector(collisions);
///     assert_eq!(evm.inspect_tx(tx.clone())?.result.is_success(), !has_storage);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StorageCollisions<F>(
    /// Whether an account has storage.
    pub F,
);

impl<CTX, F> Inspector<CTX, EthInterpreter> for StorageCollisions<F>
where
    CTX: ContextTr<Journal: JournalExt>,
    F: FnMut(Address) -> bool,
{
    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        let new = created(context, inputs)?;
        (self.0)(new).then(|| collide(context, inputs, new))
    }
}

/// The account that a creation makes, unless revm refuses it before it looks there: for its depth, its
/// creator's balance or nonce.
pub(super) fn created<CTX>(context: &CTX, inputs: &CreateInputs) -> Option<Address>
where
    CTX: ContextTr<Journal: JournalExt>,
{
    let journal = context.journal_ref();
    let creator = &journal.evm_state().get(&inputs.caller())?.info;
    let refused = journal.depth() > CALL_STACK_LIMIT as usize
        || creator.balance < inputs.value()
        || creator.nonce == u64::MAX;
    (!refused).then(|| inputs.created_address(creator.nonce))
}

/// A collision: the creator's nonce has grown, the address is warm, all gas is gone, nothing else has
/// happened.
pub(super) fn collide<CTX>(context: &mut CTX, inputs: &CreateInputs, new: Address) -> CreateOutcome
where
    CTX: ContextTr,
{
    let journal = context.journal_mut();
    let grown = journal.load_account_mut(inputs.caller()).map(|mut creator| creator.bump_nonce());
    if let Err(error) = grown.and_then(|_| journal.load_account(new).map(|_| true)) {
        *context.error() = Err(ContextError::Db(error));
    }
    let result = InterpreterResult {
        result: InstructionResult::CreateCollision,
        gas: Gas::new_with_regular_gas_and_reservoir(inputs.gas_limit(), inputs.reservoir()),
        output: Bytes::new(),
    };
    CreateOutcome::new(result, None)
}
