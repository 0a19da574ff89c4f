//! Accounts as geth's `prestateTracer` and a genesis file hold them.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use serde::{
    Deserialize, Deserializer,
    de::{self, IntoDeserializer, value::StrDeserializer},
};

use super::{
    exact::{self, Exact},
    keyed::Keyed,
    note::Note,
};
use crate::prestate::{Prestate, PrestateAccount};
use iso_evm_wire::quantity::Number;

/// A JSON object whose keys are all different once they are read.
#[derive(Clone, Debug)]
pub(super) struct UniqueMap<K, V>(pub(super) BTreeMap<K, V>);

impl<K, V> Default for UniqueMap<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, K, V> Deserialize<'de> for UniqueMap<K, V>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<K, V>(PhantomData<(K, V)>);

        impl<'de, K, V> de::Visitor<'de> for Visitor<K, V>
        where
            K: Deserialize<'de> + Ord,
            V: Deserialize<'de>,
        {
            type Value = UniqueMap<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    let key = key(&name)?;
                    if entries.insert(key, map.next_value()?).is_some() {
                        return Err(de::Error::custom(format_args!("duplicate key {name:?}")));
                    }
                }
                Ok(UniqueMap(entries))
            }
        }

        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

/// A key, out of its text.
pub(super) fn key<'de, K: Deserialize<'de>, E: de::Error>(name: &str) -> Result<K, E> {
    let text: StrDeserializer<'_, E> = name.into_deserializer();
    K::deserialize(text)
}

/// A storage key: 32 bytes, or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
struct Word(Number);

/// An account as `prestateTracer` returns it: what is absent is zero or empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Account {
    #[serde(deserialize_with = "exact::deserialize")]
    balance: Option<U256>,
    #[serde(deserialize_with = "exact::deserialize")]
    nonce: Option<u64>,
    code: Option<Bytes>,
    code_hash: Option<B256>,
    storage: Option<UniqueMap<Word, Exact>>,
}

/// All accounts of a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Accounts(pub(super) UniqueMap<Address, GivenAccount>);

/// An account, with what else stands in it.
pub(super) type GivenAccount = Keyed<Account>;

/// What contradicts itself in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The code does not have the hash that is given with it.
    #[error("prestate.{address}.code: its hash is {expected}, \"codeHash\" is {found}")]
    CodeHash {
        /// Address of the account that has the code.
        address: Address,
        /// The hash of the code.
        expected: B256,
        /// Hash in `codeHash`.
        found: B256,
    },
}

impl Accounts {
    /// Notes of the fields that no account has: what stands in them is not used.
    pub(super) fn notes(&self, path: &str) -> Vec<Note> {
        let others = self.0.0.iter().flat_map(|(address, Keyed { others, fields, .. })| {
            others.iter().map(move |other| (format!("{path}.{address}"), other.as_str(), *fields))
        });
        Note::unknown(path, others)
    }

    /// The accounts as a run wants them.
    pub(super) fn into_prestate(self) -> Result<Prestate, AccountError> {
        let account = |(address, Keyed { value: account, .. }): (Address, GivenAccount)| {
            let code = account.code.unwrap_or_default();
            match account.code_hash {
                Some(found)
                    if found != keccak256(&code) && !(code.is_empty() && found.is_zero()) =>
                {
                    let expected = keccak256(&code);
                    return Err(AccountError::CodeHash { address, expected, found });
                }
                _ => {}
            }
            let storage = account.storage.unwrap_or_default().0;
            let account = PrestateAccount {
                nonce: account.nonce.unwrap_or_default(),
                balance: account.balance.unwrap_or_default(),
                code,
                storage: (storage.into_iter())
                    .map(|(Word(Number(key)), Exact(value))| (key.into(), value.into()))
                    .collect(),
            };
            Ok((address, account))
        };
        self.0.0.into_iter().map(account).collect()
    }
}
