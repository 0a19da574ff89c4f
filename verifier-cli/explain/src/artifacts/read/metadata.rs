//! A contract's metadata: what it was compiled from.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use serde_json::value::RawValue;

use crate::artifacts::json::Fields;

/// What metadata say of the sources.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    /// Path of the contract's source, and the contract's name.
    pub(super) target: Option<(String, String)>,
    /// Hash of each source, by its path.
    pub(super) hashes: BTreeMap<String, B256>,
    /// Texts, where the compiler was told to write them down (`useLiteralContent`).
    pub(super) texts: Vec<(String, String)>,
}

impl Metadata {
    /// Metadata of an artifact, as an object (Foundry) or as its text (solc).
    pub(super) fn of(artifact: &Fields<'_>) -> Self {
        if let Some(fields) = artifact.object("metadata") {
            return Self::read(&fields);
        }
        let text = artifact.text("metadata").or_else(|| artifact.text("rawMetadata"));
        let text = text.unwrap_or_default();
        let value: Option<&RawValue> = serde_json::from_str(&text).ok();
        value.and_then(Fields::of).map(|fields| Self::read(&fields)).unwrap_or_default()
    }

    fn read(fields: &Fields<'_>) -> Self {
        let target = fields.object("settings").and_then(|settings| {
            let target: BTreeMap<String, String> = settings.get("compilationTarget")?;
            target.into_iter().next()
        });
        let mut metadata = Self { target, ..Self::default() };
        let Some(sources) = fields.object("sources") else { return metadata };
        for (path, source) in sources.objects() {
            if let Some(hash) = source.get("keccak256") {
                metadata.hashes.insert(path.to_owned(), hash);
            }
            if let Some(text) = source.text("content") {
                metadata.texts.push((path.to_owned(), text));
            }
        }
        metadata
    }
}
