//! [`Codes`]: the codes that messages ran, each once, and where their instructions come from.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alloy_primitives::Bytes;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;

use super::texts::Texts;
use crate::artifacts::{Artifacts, Contract, Place};

/// Codes, each once.
#[derive(Debug, Default)]
pub(super) struct Codes {
    numbers: HashMap<Bytes, usize>,
    bytes: Vec<Bytes>,
    /// Offsets that somebody comes to.
    offsets: Vec<BTreeSet<usize>>,
}

/// A code.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WrittenCode {
    /// Its bytes, in base64.
    bytes: String,
    /// Name of the contract.
    contract: Option<String>,
    /// Which piece of source an instruction comes from: its offset, and the piece's number.
    places: Vec<(usize, usize)>,
}

/// A piece of source: file, line and function in words, the file, the line's number, and the whole line. All but
/// the number are numbers of texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct WrittenPlace(usize, usize, Option<usize>, Option<usize>);

impl Codes {
    /// The number of a code, of which somebody comes to these offsets.
    pub(super) fn number(
        &mut self,
        code: &Bytes,
        offsets: impl IntoIterator<Item = usize>,
    ) -> usize {
        let number = *self.numbers.entry(code.clone()).or_insert_with(|| {
            self.bytes.push(code.clone());
            self.offsets.push(BTreeSet::new());
            self.bytes.len() - 1
        });
        self.offsets[number].extend(offsets);
        number
    }

    /// The codes as they are written, and the pieces of source that they come from.
    pub(super) fn written(
        &self,
        artifacts: Option<&Artifacts>,
        texts: &mut Texts,
    ) -> (Vec<WrittenCode>, Vec<WrittenPlace>) {
        let mut places = Places::default();
        let codes = self.bytes.iter().zip(&self.offsets).map(|(bytes, offsets)| {
            let contract = artifacts.and_then(|artifacts| artifacts.contract(bytes));
            let of = |contract: &Contract<'_>| {
                let mut found = Vec::new();
                for pc in offsets {
                    if let Some(place) = contract.place(*pc) {
                        found.push((*pc, places.number(&place, texts)));
                    }
                }
                found
            };
            WrittenCode {
                bytes: BASE64_STANDARD.encode(bytes),
                places: contract.as_ref().map(of).unwrap_or_default(),
                contract: contract.map(|contract| contract.name().to_owned()),
            }
        });
        (codes.collect(), places.all)
    }
}

/// Pieces of source, each once.
#[derive(Debug, Default)]
struct Places {
    numbers: BTreeMap<WrittenPlace, usize>,
    all: Vec<WrittenPlace>,
}

impl Places {
    fn number(&mut self, place: &Place, texts: &mut Texts) -> usize {
        let words = texts.number(place.to_string());
        let file = texts.number(place.file.clone());
        let whole = place.text.clone().map(|text| texts.number(text));
        let written = WrittenPlace(words, file, place.line, whole);
        let all = &mut self.all;
        *self.numbers.entry(written.clone()).or_insert_with(|| {
            all.push(written);
            all.len() - 1
        })
    }
}
