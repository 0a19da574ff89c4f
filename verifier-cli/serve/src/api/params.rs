//! What stands behind the `?` of a request: each name once, none that is not known, and every value of its kind.

use std::{collections::BTreeMap, str::FromStr};

use axum::extract::{Query, rejection::QueryRejection};
use iso_evm_watch::read::Cursor;

use super::{MOST, ROWS};
use crate::failure::Failure;

/// The pairs, as they are extracted from a request.
pub(super) type Pairs = Result<Query<Vec<(String, String)>>, QueryRejection>;

/// What was asked, by name.
#[derive(Debug)]
pub(super) struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads them.
    pub(super) fn of(pairs: Pairs) -> Result<Self, Failure> {
        let unread = |_| Failure::Question("what stands behind the ? is not read".to_owned());
        let Query(pairs) = pairs.map_err(unread)?;
        let mut params = BTreeMap::new();
        for (name, value) in pairs {
            if params.insert(name.clone(), value).is_some() {
                return Err(Failure::Question(format!("{name:?} stands there twice")));
            }
        }
        Ok(Self(params))
    }

    /// The value of a name, if it is there.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// The value of a name, if it is there, as what it is to be.
    pub(super) fn value<T: FromStr>(
        &mut self,
        name: &str,
        expected: &str,
    ) -> Result<Option<T>, Failure> {
        let read = |text: String| {
            let wrong =
                |_| Failure::Question(format!("{name}: {expected} is expected, found {text:?}"));
            text.parse().map_err(wrong)
        };
        self.text(name).map(read).transpose()
    }

    /// `canonical`: whether what is of the chain, or what is gone, is wanted; both if `None`.
    pub(super) fn canonical(&mut self) -> Result<Option<bool>, Failure> {
        self.value("canonical", "true or false")
    }

    /// `limit`: the most rows of the page.
    pub(super) fn limit(&mut self) -> Result<u64, Failure> {
        let expected = format!("a number from 1 to {MOST}");
        let wrong =
            |found| Failure::Question(format!("limit: {expected} is expected, found {found}"));
        match self.value("limit", &expected)? {
            None => Ok(ROWS),
            Some(limit @ 1..=MOST) => Ok(limit),
            Some(found) => Err(wrong(found)),
        }
    }

    /// `after`: where the page begins, in a list whose places have so many numbers behind number and hash.
    pub(super) fn after(&mut self, more: usize) -> Result<Option<Cursor>, Failure> {
        let expected = "what another answer has in \"next\"";
        let after: Option<Cursor> = self.value("after", expected)?;
        match after {
            Some(after) if after.more() != more => {
                Err(Failure::Question(format!("after: {expected} of the same list is expected")))
            }
            after => Ok(after),
        }
    }

    /// Makes sure that all was read.
    pub(super) fn end(self) -> Result<(), Failure> {
        match self.0.into_keys().next() {
            Some(name) => Err(Failure::Question(format!("{name:?} is not known here"))),
            None => Ok(()),
        }
    }
}
