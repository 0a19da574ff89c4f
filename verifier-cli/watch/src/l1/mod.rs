//! Operators and challengers: what operators have committed to on another chain, L1, is held against one's own
//! recordings; what is false in it is proved, and challenged if that is wished. `specs/23-watch.md`, section Operators
//! and challengers.
//!
//! In the data's way this stands beside the follower: a thread of its own, by its own connection to the store, reads
//! L1 ([`follow`]), makes claims of its own of the blocks that are committed to ([`own`]), holds what operators have
//! published ([`published`]), or were asked for ([`asked`]), against them ([`judge`]), writes proofs ([`proof`]), and sends what convicts ([`send`],
//! [`flight`]). What it does is kept before it is told.

mod asked;
mod flight;
mod follow;
mod judge;
mod options;
mod own;
mod proof;
mod published;
mod send;
mod status;

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::Arc,
    thread,
};

use alloy_primitives::{Address, B256};
use iso_evm_onchain::{
    chain::Chain,
    course::Head,
    dispute::{Commitment, DisputeError, Disputes},
    send_error::SendError,
};
use iso_evm_provers::dispute::Windows;
use iso_evm_rpc::RpcError;
use iso_evm_verifier::engines::Engines;
use iso_evm_wire::Rules;

pub use self::options::{Challenger, OperatorOptions, Settled};
use self::published::Published;
pub(crate) use self::status::Status;
use crate::{
    commitment::{CommitmentNews, L1News},
    error::WatchError,
    event::Event,
    nodes::Endpoint,
    policy::Policy,
    stop::Stop,
    store::{Kept, Store, StoreError},
};

/// Who looks, where nobody challenges: like whoever sends, not the zero address.
const SOMEBODY: Address = Address::repeat_byte(0x5e);

/// What the thread tells the watcher.
pub(crate) type Tell = Box<dyn Fn(Result<Event, WatchError>) -> bool + Send>;

/// The thread that watches operators.
struct Operators {
    options: OperatorOptions,
    policy: Policy,
    chain: Chain,
    store: Store,
    /// The nodes of the chain that commitments are about.
    endpoints: Vec<Arc<Endpoint>>,
    engines: Engines,
    /// The contracts, for each rules that a block was of.
    disputes: HashMap<Rules, Disputes>,
    published: Published,
    /// What the contract has agreed to, once it was looked at.
    terms: Option<(Windows, u64)>,
    /// The newest block of L1 that was looked at.
    head: Option<Head>,
    /// How many blocks of L1 are asked for at once.
    span: u64,
    /// What was last told to be held up, of each commitment.
    held: BTreeMap<B256, String>,
    /// What was signed last, and the newest block of L1 then.
    signed: Option<(B256, Option<Head>)>,
    /// The newest block of L1 at which what waits was sent once more.
    pushed: Option<Head>,
    /// At which blocks of L1 a number was another's, of each that was signed for.
    taken: BTreeMap<u64, Vec<B256>>,
    status: Arc<Status>,
    tell: Tell,
}

/// Why a pass has come to no end.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The store does not do what it must: the watcher ends.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The node of L1, or its contract, does not say what it must: it is asked again.
    #[error(transparent)]
    Chain(#[from] DisputeError),
    /// Nobody listens any more.
    #[error("nobody listens")]
    Deaf,
}

impl From<RpcError> for Failure {
    fn from(error: RpcError) -> Self {
        Self::Chain(error.into())
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        Self::Chain(error.into())
    }
}

/// Starts to watch operators. The contract is looked at first, unless its node is silent.
///
/// # Errors
///
/// [`WatchError`], if the node cannot be asked by its URL, or the contract is not what it should be; if the store is
/// about another; if the system gives no thread.
pub(crate) fn start(
    options: OperatorOptions,
    (store, endpoints): (Store, Vec<Arc<Endpoint>>),
    (policy, stop): (Policy, Stop),
    tell: Tell,
) -> Result<Arc<Status>, WatchError> {
    let chain = Chain::at(&options.node).map_err(WatchError::l1)?;
    let status = Arc::<Status>::default();
    let mut operators = Operators {
        published: Published::new(options.claims.clone()),
        policy,
        chain,
        store,
        endpoints,
        engines: Engines::default(),
        disputes: HashMap::new(),
        terms: None,
        head: None,
        span: follow::MOST_BLOCKS,
        held: BTreeMap::new(),
        signed: None,
        pushed: None,
        taken: BTreeMap::new(),
        status: status.clone(),
        tell,
        options,
    };
    match operators.checked() {
        Ok(_) => {}
        Err(Failure::Chain(DisputeError::Node(error))) if error.is_silence() => {}
        Err(Failure::Store(error)) => return Err(error.into()),
        Err(error) => return Err(WatchError::l1(error)),
    }
    let watched = move || operators.run(&stop);
    let spawned: io::Result<_> = thread::Builder::new().name("watch-l1".to_owned()).spawn(watched);
    spawned.map_err(WatchError::Threads)?;
    Ok(status)
}

impl Operators {
    /// Watches until it is wished otherwise.
    fn run(&mut self, stop: &Stop) {
        let mut failures = 0_u32;
        while !stop.is_wished() {
            let asked = self.status.begin();
            let done = match self.pass(stop) {
                Ok(idle) => {
                    if idle {
                        self.status.end(asked);
                    }
                    let was_silent = std::mem::take(&mut failures) >= SILENT;
                    if was_silent { self.tell_of_l1(L1News::Answers) } else { Ok(()) }
                }
                Err(Failure::Chain(error)) => {
                    failures = failures.saturating_add(1);
                    tracing::info!(%error, "L1");
                    let reason = error.to_string();
                    let silent = L1News::Silent { reason };
                    if failures == SILENT { self.tell_of_l1(silent) } else { Ok(()) }
                }
                Err(failure) => Err(failure),
            };
            match done {
                Ok(()) => {}
                Err(Failure::Store(error)) => {
                    (self.tell)(Err(error.into()));
                    return;
                }
                Err(_) => return,
            }
            let pause = if failures == 0 { self.policy.poll } else { self.policy.pause(failures) };
            if stop.wait(pause) {
                return;
            }
        }
    }

    /// Looks once at L1, judges what can be judged, and sends what is to be sent. Whether nothing is left to be done.
    fn pass(&mut self, stop: &Stop) -> Result<bool, Failure> {
        self.checked()?;
        let is_read = self.read_l1(stop)?;
        if self.status.was_reorganised() {
            self.store.judge_again_what_was_held_against_gone_blocks()?;
        }
        let is_judged = self.judge_all(stop)?;
        let is_sent = self.send_all()?;
        Ok(is_read && is_judged && is_sent)
    }

    /// What the contract has agreed to, and the id of its chain; it is looked at the first time.
    fn checked(&mut self) -> Result<(Windows, u64), Failure> {
        if let Some(terms) = self.terms {
            return Ok(terms);
        }
        let rules = self.newest();
        let named = self.options.challenger.as_ref().and_then(|it| it.chain_id);
        let chain_id = self.chain.id_of(named)?;
        let at = self.disputes_for(rules).address();
        let windows = self.disputes[&rules].check(&self.chain)?;
        self.store.is_about(chain_id, at)?;
        if let Some(account) = self.account() {
            self.store.challenged_by(account)?;
        }
        self.terms = Some((windows, chain_id));
        Ok((windows, chain_id))
    }

    /// The contracts of disputes about blocks of some rules.
    fn disputes_for(&mut self, rules: Rules) -> &Disputes {
        let OperatorOptions { contracts, at, .. } = self.options;
        self.disputes.entry(rules).or_insert_with(|| {
            let disputes = Disputes::new(contracts, rules);
            match at {
                Some(at) => disputes.at(at),
                None => disputes,
            }
        })
    }

    /// Rules of the family that commitments are about.
    fn newest(&self) -> Rules {
        self.options.contracts.schedule.family().newest()
    }

    /// Where the contract is.
    fn contract(&mut self) -> Address {
        let newest = self.newest();
        self.disputes_for(newest).address()
    }

    /// A commitment as the contract has it now.
    fn commitment_now(&mut self, id: B256) -> Result<Commitment, Failure> {
        let newest = self.newest();
        self.disputes_for(newest);
        Ok(self.disputes[&newest].commitment(&self.chain, id)?)
    }

    /// Whether a machine has come to a digest already.
    fn is_reached(&mut self, reached: (B256, B256)) -> Result<bool, Failure> {
        let newest = self.newest();
        self.disputes_for(newest);
        Ok(self.disputes[&newest].is_reached(&self.chain, reached)?)
    }

    /// The account that challenges, if one does.
    fn account(&self) -> Option<Address> {
        self.options.challenger.as_ref().map(|it| it.signer.address())
    }

    /// Tells an event that is kept already, or needs not be.
    fn tell(&self, event: Event) -> Result<(), Failure> {
        if (self.tell)(Ok(event)) { Ok(()) } else { Err(Failure::Deaf) }
    }

    /// Keeps and tells what is new of L1's node.
    fn tell_of_l1(&mut self, news: L1News) -> Result<(), Failure> {
        let event = Event::L1(news);
        self.store.tell_event(&event)?;
        self.tell(event)
    }

    /// Keeps and tells what holds something up; the same is told once.
    fn held(&mut self, kept: &Kept, reason: String) -> Result<(), Failure> {
        let id = kept.made.committed.id;
        if self.held.get(&id) == Some(&reason) {
            return Ok(());
        }
        let event = kept.event(CommitmentNews::Held { reason: reason.clone() });
        self.store.tell_event(&event)?;
        self.held.insert(id, reason);
        self.tell(event)
    }
}

/// How often in a row the node does not answer before it counts as silent.
const SILENT: u32 = 2;
