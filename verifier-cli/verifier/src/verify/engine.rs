//! Which engine answers for the execution audit. `specs/16-native-engine.md`.

use std::{fmt, str::FromStr};

/// Declares the engines: the one table of their names, and of who is behind each.
macro_rules! engines {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $node:literal, $local:expr, $said:expr;)+) => {
        /// Who re-executes the messages.
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[non_exhaustive]
        pub enum EngineKind { $($(#[$doc])* #[serde(rename = $name)] $variant,)+ }

        impl EngineKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The engine's lower-case name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Who answered, in words; `None` if it is who is asked where nobody is named.
            pub const fn in_words(self) -> Option<&'static str> {
                match self { $(Self::$variant => $said,)+ }
            }

            /// Whether a node is asked.
            pub const fn asks_node(self) -> bool {
                match self { $(Self::$variant => $node,)+ }
            }

            /// The engine of this machine, if one answers.
            pub const fn local(self) -> Option<Self> {
                match self { $(Self::$variant => $local,)+ }
            }
        }
    };
}

engines! {
    /// The emitted contract, in an embedded revm: what a chain would say.
    #[default]
    Hypervisor = "hypervisor", false, Some(Self::Hypervisor), None;
    /// revm itself, fed by the records: the same verdict, at its speed.
    Native = "native", false, Some(Self::Native),
        Some("native, in place of the hypervisor");
    /// Both; that they differ is an error.
    Both = "both", false, Some(Self::Both), Some("native and hypervisor agree");
    /// The emitted contract, on a node, and nobody else.
    Node = "node", true, None,
        Some("node, and nothing here beside it: its answers are believed");
    /// A node, and the contract here beside it.
    NodeHypervisor = "node+hypervisor", true, Some(Self::Hypervisor),
        Some("node, with the hypervisor here beside it");
    /// A node, and the native engine beside it.
    NodeNative = "node+native", true, Some(Self::Native),
        Some("node, with the native engine beside it");
    /// A node, and both beside it.
    NodeBoth = "node+both", true, Some(Self::Both),
        Some("node, with native and hypervisor here beside it");
}

impl EngineKind {
    /// Whether the gas of a host of this machine's is counted.
    pub const fn has_host(self) -> bool {
        matches!(self.local(), Some(Self::Hypervisor | Self::Both))
    }

    /// The engine with a node asked beside it.
    #[must_use]
    pub const fn with_node(self) -> Self {
        match self.local() {
            Some(Self::Hypervisor) => Self::NodeHypervisor,
            Some(Self::Native) => Self::NodeNative,
            Some(_) => Self::NodeBoth,
            None => Self::Node,
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
#[error("unknown engine {0:?}: expected hypervisor, native, both or node")]
pub struct UnknownEngine(String);

impl FromStr for EngineKind {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Self, UnknownEngine> {
        let mut all = Self::ALL.iter().copied();
        all.find(|kind| kind.name() == name).ok_or_else(|| UnknownEngine(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_who_answers() {
        for kind in EngineKind::ALL.iter().copied() {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.name().into()));
            assert_eq!(kind.asks_node(), kind.name().starts_with("node"));
            let with_node = kind.with_node();
            assert!(with_node.asks_node());
            assert_eq!(with_node.local(), kind.local());
            assert!(kind.local().is_none_or(|local| kind.name().ends_with(local.name())));
        }
    }
}
