//! The provers' contracts, as they were compiled.

use std::{fmt, sync::LazyLock};

use alloy_primitives::{Bytes, hex};
use serde::Deserialize;

macro_rules! provers {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal $contract:literal,)+) => {
        /// A prover.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Prover { $($(#[doc = $doc])+ $variant,)+ }

        impl Prover {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The prover's name, in one word.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The name of its contract.
            pub const fn contract(self) -> &'static str {
                match self { $(Self::$variant => $contract,)+ }
            }

            const fn json(self) -> &'static str {
                match self {
                    $(Self::$variant => {
                        include_str!(concat!("../contracts/artifacts/", $contract, ".json"))
                    })+
                }
            }
        }
    };
}

provers! {
    /// Facts of records, against the instant before them.
    Read = "read" "ReadProver",
    /// What is claimed behind records that open no message.
    Write = "write" "WriteProver",
    /// What is claimed where messages begin and end.
    Frame = "frame" "FrameProver",
    /// Records of calls and creations, against the messages that they open.
    Pair = "pair" "PairProver",
    /// Calls of precompiles, which are made again.
    Precompile = "precompile" "PrecompileProver",
    /// Segments of messages, which are run again.
    Segment = "segment" "SegmentProver",
    /// Bytes that are no item's.
    Shape = "shape" "ShapeProver",
    /// Rules that a transaction keeps before it runs.
    Rules = "rules" "RulesProver",
    /// The first message, and what the top call or creation leaves.
    Top = "top" "TopProver",
    /// Steps before the top call or creation.
    Step = "step" "StepProver",
    /// Steps behind it.
    Settle = "settle" "SettleProver",
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    bytecode: String,
    deployed_bytecode: String,
}

/// Init code and code of each prover.
static CODES: LazyLock<Vec<[Bytes; 2]>> = LazyLock::new(|| {
    let codes = Prover::ALL.iter().map(|prover| {
        let artifact: Artifact = serde_json::from_str(prover.json())
            .unwrap_or(Artifact { bytecode: String::new(), deployed_bytecode: String::new() });
        [artifact.bytecode, artifact.deployed_bytecode]
            .map(|code| hex::decode(code).unwrap_or_default().into())
    });
    codes.collect()
});

impl Prover {
    /// Its init code.
    pub fn initcode(self) -> Bytes {
        CODES[self as usize][0].clone()
    }

    /// Its code.
    pub fn code(self) -> Bytes {
        CODES[self as usize][1].clone()
    }
}

impl fmt::Display for Prover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prover_has_code_that_a_chain_takes() {
        for prover in Prover::ALL {
            let size = prover.code().len();
            assert!((1..=24_576).contains(&size), "{prover}: {size} bytes");
            assert!(prover.initcode().len() > size, "{prover}");
        }
    }
}
