//! The [`Recorder`]: an inspector for any revm that turns a transaction into one
//! [`MessageWitness`](iso_evm_wire::MessageWitness) per frame. `specs/02-message-witness.md` and `specs/03-records.md`.
//!
//! In the data's way this stands between revm and the wire types: revm runs the transaction,
//! `inspect` meets its hooks, `facts` and `roots` read its journal, `record` and `frame` make records
//! and messages of it, and these come out in pre-order. `evidence` notes what will prove them;
//! `collision` ends a creation that revm would not.

mod collision;
mod due;
mod evidence;
mod facts;
mod frame;
mod hash;
mod inspect;
mod opcodes;
mod passed;
mod record;
mod roots;
#[cfg(test)]
mod tests;
mod witness;

use alloy_primitives::{Address, B256, Bytes, U256};
use revm::{
    context::ContextTr, context_interface::context::ContextError, inspector::JournalExt,
    primitives::hardfork::SpecId, state::EvmState,
};

pub use self::{collision::StorageCollisions, witness::RecordedWitness};
use self::{
    due::Due,
    evidence::Evidence,
    facts::WarmList,
    frame::{Entering, OpenFrame},
    opcodes::Step,
    passed::Passed,
    roots::RunningRoots,
};
use crate::{
    proof::Proof,
    state_root::{MissingNode, Root, StateTrie},
};
use iso_evm_wire::{Fork, container::MOST_TOGETHER};

/// The most bytes that the messages of a transaction take, encoded, unless a recorder is told otherwise:
/// 1 GiB. Pieces of calldata that messages share are counted once.
pub const MAX_BYTES: u64 = 1 << 30;

/// A message with its place in the call tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedMessage {
    /// What goes to the hypervisor.
    pub witness: RecordedWitness,
    /// Index of the message that opened this one; `None` for the top message.
    pub parent: Option<usize>,
    /// Number of messages above it.
    pub depth: usize,
    /// The code that runs; the initcode in a creation.
    pub code: Bytes,
}

/// A transaction, recorded to its end.
#[derive(Debug)]
pub struct Finished {
    /// The transaction's messages in pre-order; none if it ran no code.
    pub messages: Vec<RecordedMessage>,
    /// State root before gas is bought.
    pub state_root_enter: B256,
    /// State root after refund, fees and deletions.
    pub state_root_leave: B256,
    /// The state after the transaction.
    pub state: StateTrie,
    /// What proves the state accesses.
    pub proof: Proof,
}

/// Why there is no record of a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecorderError {
    /// The fork is not one of [`iso_evm_wire::Fork::ALL`].
    #[error("fork {0} is not recorded: expected {first} to {last}", first = Fork::ALL[0], last = Fork::NEWEST)]
    UnsupportedFork(SpecId),
    /// The recorder has met a second transaction; it is made for one.
    #[error("a recorder records one transaction, found a second")]
    SecondTransaction,
    /// A frame did not come to its end: an error of the database has cut the run short.
    #[error("the run ended inside message {message}")]
    Unfinished {
        /// Index of the message.
        message: usize,
    },
    /// A balance would pass 2^256, which no real state allows.
    #[error("the balance of {0} would pass 2^256")]
    BalanceOverflow(Address),
    /// The state given has not all that the run changes.
    #[error(transparent)]
    MissingNode(#[from] MissingNode),
    /// The messages are larger than the recorder may make them.
    #[error("the messages take more than {limit} bytes")]
    TooLarge {
        /// Largest size that is allowed, in bytes.
        limit: u64,
    },
    /// The messages are longer than any container's, each with its own calldata.
    #[error("the messages have more than {MOST_TOGETHER} bytes, each with its calldata")]
    TooLong,
}

/// Records one transaction. Attach it to a revm as its inspector, run, then take the messages out.
///
/// It wants the state before the transaction as a [`StateTrie`]: what is not in it is absent from
/// every root. It expects Ethereum's own rules: precompiles that keep no state, and no second
/// inspector that answers calls itself. One thing it does itself: a creation at an account that has
/// storage collides (EIP-7610), which revm does not see.
///
/// ```
/// use alloy_primitives::{Address, U256, bytes};
/// use iso_evm_witness::recorder::Recorder;
/// use iso_evm_witness::state_root::{Account, StateTrie};
/// use revm::{
///     Context, InspectEvm, MainBuilder, MainContext,
///     context::TxEnv,
///     database::InMemoryDB,
///     primitives::TxKind,
///     state::{AccountInfo, Bytecode},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // A contract that stores 42 in slot 0, in the database and in the trie alike.
/// let contract = Address::repeat_byte(0xcc);
/// let info = AccountInfo::from_bytecode(Bytecode::new_raw(bytes!("602a5f55")));
/// let mut state = StateTrie::new();
/// let account = Account { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash };
/// state.set_account(contract, Some(account));
/// let mut database = InMemoryDB::default();
/// database.insert_account_info(contract, info);
///
/// let recorder = Recorder::new(state);
/// let mut evm = Context::mainnet().with_db(database).build_mainnet_with_inspector(recorder);
/// let tx = TxEnv::builder().kind(TxKind::Call(contract)).gas_limit(100_000).build()?;
/// let run = evm.inspect_tx(tx)?;
///
/// let finished = evm.inspector.finish(&run.state)?;
/// let message = &finished.messages[0].witness;
/// assert_eq!(message.status, U256::ONE);
/// // Gas was free, so nothing comes after the only message.
/// assert_eq!(message.stateRootLeave, finished.state_root_leave);
/// // The top of the trie, and all else that proves what was read.
/// assert!(finished.proof.nodes.contains_key(&finished.state_root_enter));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Recorder {
    /// `None`: neither roots nor a proof are wanted. In a box, as the step: revm moves its inspector about.
    proving: Option<Box<Proving>>,
    /// What is known of the state if not.
    known: Option<Box<StateTrie>>,
    warm: WarmList,
    fork: Fork,
    messages: Vec<RecordedMessage>,
    /// Frames that are running, the innermost last.
    frames: Vec<OpenFrame>,
    /// A call or creation that has not yet shown whether it opens a frame.
    entering: Option<Entering>,
    /// The recorded opcode that is running.
    step: Option<Box<Step>>,
    /// Room for the next one.
    room: Option<Box<Step>>,
    /// The root of the record that is being made.
    root_of_record: Option<Root>,
    /// Roots that are not known yet.
    due: Due,
    started: bool,
    /// What the messages take, encoded, and the most that they may.
    bytes: u64,
    limit: u64,
    /// What they take if each has its own calldata.
    together: u64,
    /// Pieces of calldata that messages have, which they share.
    passed: Passed,
    error: Option<RecorderError>,
}

/// What roots and the proof come from.
#[derive(Debug)]
struct Proving {
    roots: RunningRoots,
    evidence: Evidence,
}

impl Recorder {
    /// A recorder of a transaction that runs on this state. A clone of a state whose root was taken
    /// costs nothing.
    pub fn new(state: StateTrie) -> Self {
        let (roots, evidence) = (RunningRoots::new(state), Evidence::default());
        Self::with(Some(Box::new(Proving { roots, evidence })))
    }

    /// A recorder of the trace alone: it needs no state, computes no roots and proves nothing, which
    /// is most of a recording's time. Roots are zero in messages, in records and in what
    /// [`Recorder::finish`] gives; state and proof are empty there. All else is as with roots.
    ///
    /// Its messages tell what happened. They are no witness: no audit accepts roots that are zero.
    pub fn without_roots() -> Self {
        Self::with(None)
    }

    fn with(proving: Option<Box<Proving>>) -> Self {
        Self {
            proving,
            known: None,
            warm: WarmList::default(),
            fork: Fork::NEWEST,
            messages: Vec::new(),
            frames: Vec::new(),
            entering: None,
            step: None,
            room: None,
            root_of_record: None,
            due: Due::default(),
            started: false,
            bytes: 0,
            limit: MAX_BYTES,
            together: 0,
            passed: Passed::default(),
            error: None,
        }
    }

    /// Tells a recorder of the trace alone which accounts have storage: those that have some in this
    /// state. A creation at one of them collides (EIP-7610).
    #[must_use]
    pub fn knowing(self, state: StateTrie) -> Self {
        Self { known: Some(Box::new(state)), ..self }
    }

    /// Lets the messages take this many bytes, encoded, in place of [`MAX_BYTES`]; pieces of calldata
    /// that they share count once. A transaction whose messages take more ends with an error of revm's, and so does the recording.
    #[must_use]
    pub fn limit(self, bytes: u64) -> Self {
        Self { limit: bytes, ..self }
    }

    /// The messages in pre-order; none if the transaction ran no code.
    ///
    /// # Errors
    ///
    /// [`RecorderError`] if the run was not recorded to its end.
    pub fn into_messages(mut self) -> Result<Vec<RecordedMessage>, RecorderError> {
        self.check()?;
        self.hash();
        Ok(self.messages)
    }

    /// The messages, the roots around them, the state after the transaction, and what proves it all.
    /// `state` is what revm returned as the transaction's outcome: refund, fees and deletions come
    /// after the last message.
    ///
    /// # Errors
    ///
    /// [`RecorderError`] if the run was not recorded to its end.
    pub fn finish(self, state: &EvmState) -> Result<Finished, RecorderError> {
        self.check()?;
        let Self { proving, mut messages, mut due, .. } = self;
        let Some(proving) = proving else {
            return Ok(Finished {
                messages,
                state_root_enter: B256::ZERO,
                state_root_leave: B256::ZERO,
                state: StateTrie::new(),
                proof: Proof::default(),
            });
        };
        let Proving { roots, mut evidence } = *proving;
        let ended = roots.finish(state, &mut evidence.touched)?;
        // With the last root all are known.
        due.pay(&mut messages);
        let mut after = ended.after;
        let proof = evidence.prove(state, &ended.before, &mut after)?;
        Ok(Finished {
            messages,
            state_root_enter: ended.enter,
            state_root_leave: ended.leave,
            state: after,
            proof,
        })
    }

    /// What has gone wrong so far.
    pub(crate) const fn error(&self) -> Option<&RecorderError> {
        self.error.as_ref()
    }

    /// Whether the run was recorded to its end.
    fn check(&self) -> Result<(), RecorderError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        match self.frames.last() {
            Some(frame) => Err(RecorderError::Unfinished { message: frame.message }),
            None => Ok(()),
        }
    }

    /// The messages grow by so many bytes, and by so many if each has its own calldata. If they are too
    /// large, nothing more is recorded, and revm ends the run.
    fn grow<CTX: ContextTr>(&mut self, bytes: usize, together: usize, context: &mut CTX) {
        self.bytes += bytes as u64;
        self.together += together as u64;
        let error = if self.bytes > self.limit {
            RecorderError::TooLarge { limit: self.limit }
        } else if self.together > MOST_TOGETHER {
            RecorderError::TooLong
        } else {
            return;
        };
        if self.error.is_none() {
            *context.error() = Err(ContextError::Custom(error.to_string()));
            self.fail(error);
        }
    }

    /// Notes slots that are read before the transaction, past the EVM.
    pub(crate) fn reads(&mut self, account: Address, slots: &[U256]) {
        if let Some(evidence) = self.evidence() {
            evidence.touched.accounts.insert(account);
            evidence.touched.slots.extend(slots.iter().map(|slot| (account, (*slot).into())));
        }
    }

    /// An account sends a deposit, and is not called: it may have any code, and nobody looks at it.
    pub(crate) fn passes_over(&mut self, account: Address) {
        if let Some(evidence) = self.evidence() {
            evidence.passed_over = Some(account);
        }
    }

    /// Keeps the first error; a root after it is of no use.
    fn fail(&mut self, error: impl Into<RecorderError>) {
        self.error.get_or_insert(error.into());
    }

    /// Whether an account had storage before the transaction.
    fn has_storage(&mut self, address: Address) -> bool {
        let has = match &self.proving {
            Some(proving) => proving.roots.had_storage(address),
            None => self.known.as_ref().map_or(Ok(false), |known| known.has_storage(address)),
        };
        has.unwrap_or_else(|missing| {
            self.fail(missing);
            false
        })
    }

    /// Brings the state to where the journal is.
    fn follow<J: JournalExt>(&mut self, journal: &J) {
        if let Some(proving) = &mut self.proving {
            proving.roots.follow(journal);
        }
    }

    /// Where to note what will prove the roots; `None` if no proof is wanted.
    fn evidence(&mut self) -> Option<&mut Evidence> {
        self.proving.as_mut().map(|proving| &mut proving.evidence)
    }

    /// Root of the state, as of the last look at the journal; zero if none is wanted.
    fn root(&mut self) -> Root {
        let Some(proving) = &mut self.proving else { return Root::Known(B256::ZERO) };
        match proving.roots.root(&mut proving.evidence.touched) {
            Ok(root) => {
                if proving.roots.is_full() {
                    self.hash();
                }
                root
            }
            Err(missing) => {
                self.fail(missing);
                Root::Known(B256::ZERO)
            }
        }
    }

    /// Hashes all roots that wait, and puts them where they belong.
    fn hash(&mut self) {
        if let Some(proving) = &mut self.proving {
            proving.roots.hash();
            self.due.pay(&mut self.messages);
        }
    }
}
