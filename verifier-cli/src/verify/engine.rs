//! Which engine answers for the execution audit. `specs/16-native-engine.md`.

use std::{fmt, str::FromStr};

/// Who re-executes the messages.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// The emitted contract, in an embedded revm: what a chain would say.
    #[default]
    Hypervisor,
    /// revm itself, fed by the records: the same verdict, at its speed.
    Native,
    /// Both; that they differ is an error.
    Both,
}

impl EngineKind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Hypervisor, Self::Native, Self::Both];

    /// Lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hypervisor => "hypervisor",
            Self::Native => "native",
            Self::Both => "both",
        }
    }
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no engine's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown engine {0:?}: expected hypervisor, native or both")]
pub struct UnknownEngine(String);

impl FromStr for EngineKind {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Self, UnknownEngine> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == name).ok_or_else(|| UnknownEngine(name.to_owned()))
    }
}
