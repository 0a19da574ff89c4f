//! A pre-state as `prestateTracer` answers it: the accounts that a transaction looks at, or, in diff mode,
//! those that it changes, before (`pre`) and after it (`post`).
//!
//! In the data's way this stands in front of the accounts. What diff mode leaves out is not empty, it is not
//! told: a run that looks at it is refused, and one that does not is as good as on the whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use alloy_primitives::{Address, B256, U256};
use revm::{
    DatabaseRef,
    database_interface::{DBErrorMarker, WrapDatabaseRef},
    inspector::NoOpInspector,
    state::{AccountInfo, Bytecode},
};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess},
};

use super::{
    InputError,
    alloc::{self, Accounts, GivenAccount},
    note::Note,
};
use crate::{
    Execution,
    execute::RunError,
    prepared::Prepared,
    prestate::{Prestate, PrestateError},
};

/// The accounts of a trace.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenPrestate {
    accounts: Accounts,
    /// In diff mode alone.
    after: Option<After>,
}

/// What a trace in diff mode has of the accounts after the transaction.
#[derive(Clone, Debug)]
enum After {
    /// `post` is not there: somebody has left it out.
    Nothing,
    /// `post`.
    Post(Accounts),
}

impl<'de> Deserialize<'de> for GivenPrestate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = GivenPrestate;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("accounts by their addresses")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut pre, mut post) = (None::<Accounts>, None::<Accounts>);
                let mut entries: BTreeMap<Address, GivenAccount> = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    let side = match name.as_str() {
                        "pre" => &mut pre,
                        "post" => &mut post,
                        address => {
                            if entries.insert(alloc::key(address)?, map.next_value()?).is_some() {
                                let twice = format_args!("duplicate key {name:?}");
                                return Err(de::Error::custom(twice));
                            }
                            continue;
                        }
                    };
                    if side.replace(map.next_value()?).is_some() {
                        return Err(de::Error::custom(format_args!("duplicate field {name:?}")));
                    }
                }
                match (pre, post) {
                    (None, None) => Ok(GivenPrestate {
                        accounts: Accounts(alloc::UniqueMap(entries)),
                        after: None,
                    }),
                    (None, Some(_)) => Err(de::Error::missing_field("pre")),
                    (Some(_), _) if !entries.is_empty() => {
                        Err(de::Error::custom("\"pre\" and \"post\" do not stand beside accounts"))
                    }
                    (Some(accounts), post) => {
                        let after = post.map_or(After::Nothing, After::Post);
                        Ok(GivenPrestate { accounts, after: Some(after) })
                    }
                }
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

impl GivenPrestate {
    /// The accounts before the transaction; in diff mode also what is known by it.
    pub(super) fn into_prestate(
        self,
        notes: &mut Vec<Note>,
    ) -> Result<(Prestate, Option<Known>), InputError> {
        let Self { accounts, after } = self;
        notes.extend(accounts.notes("prestate"));
        let prestate = accounts.into_prestate()?;
        let post = match after {
            None => return Ok((prestate, None)),
            Some(After::Nothing) => Prestate::default(),
            Some(After::Post(post)) => {
                let why = "\"pre\" is; a trace in diff mode leaves out what the transaction reads and \
                           does not change, and the run has read nothing of that";
                notes.push(Note::unused("prestate.post", why));
                post.into_prestate()?
            }
        };
        let known = Known::of(&prestate, &post);
        Ok((prestate, Some(known)))
    }
}

/// What a trace in diff mode tells: of the accounts and slots that the transaction changes.
#[derive(Clone, Debug)]
pub(super) struct Known {
    accounts: BTreeSet<Address>,
    slots: BTreeSet<(Address, B256)>,
    /// Accounts that were not there: nothing was in their storage.
    made: BTreeSet<Address>,
}

/// What a trace in diff mode does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// An account that the transaction does not change.
    #[error(
        "prestate: the run looks at account {0}, which is neither in \"pre\" nor in \"post\": a trace \
         in diff mode leaves out what is not changed, and one without diff mode has it"
    )]
    Account(Address),
    /// A slot that it does not change.
    #[error(
        "prestate: the run looks at slot {slot} of account {account}, which is neither in \"pre\" nor \
         in \"post\": a trace in diff mode leaves out what is not changed, and one without diff mode \
         has it"
    )]
    Slot {
        /// Account that has the slot.
        account: Address,
        /// The slot's key.
        slot: B256,
    },
}

impl Known {
    fn of(pre: &Prestate, post: &Prestate) -> Self {
        let both = || pre.iter().chain(post);
        let slots = |(address, account): (&Address, &crate::prestate::PrestateAccount)| {
            let address = *address;
            account.storage.keys().map(move |slot| (address, *slot)).collect::<Vec<_>>()
        };
        let made = post.keys().filter(|address| !pre.contains_key(*address));
        Self {
            accounts: both().map(|(address, _)| *address).collect(),
            slots: both().flat_map(slots).collect(),
            made: made.copied().collect(),
        }
    }

    /// Runs the transaction, and sees whether it looks at anything else. Whether it can run is said where
    /// it is recorded.
    pub(super) fn check(&self, execution: &Execution) -> Result<(), DiffError> {
        let Ok(state) = Prepared::without_roots(execution) else { return Ok(()) };
        let setting = state.setting();
        let within = WrapDatabaseRef(Within { known: self, state: &state });
        let mut evm = setting.evm(within, NoOpInspector);
        match setting.inspect(&mut evm, execution.transaction()) {
            Err(RunError::Database(ReadError::Outside(error))) => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// A state of which no more is read than is known.
struct Within<'a> {
    known: &'a Known,
    state: &'a Prepared<'a>,
}

/// Why a state gives no answer.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error(transparent)]
    Outside(DiffError),
    #[error(transparent)]
    State(#[from] PrestateError),
}

impl DBErrorMarker for ReadError {}

impl DatabaseRef for Within<'_> {
    type Error = ReadError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, ReadError> {
        if !self.known.accounts.contains(&address) {
            return Err(ReadError::Outside(DiffError::Account(address)));
        }
        Ok(self.state.basic_ref(address)?)
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, ReadError> {
        Ok(self.state.code_by_hash_ref(code_hash)?)
    }

    fn storage_ref(&self, account: Address, key: U256) -> Result<U256, ReadError> {
        let slot = B256::from(key);
        if !self.known.made.contains(&account) && !self.known.slots.contains(&(account, slot)) {
            return Err(ReadError::Outside(DiffError::Slot { account, slot }));
        }
        Ok(self.state.storage_ref(account, key)?)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, ReadError> {
        Ok(self.state.block_hash_ref(number)?)
    }
}
