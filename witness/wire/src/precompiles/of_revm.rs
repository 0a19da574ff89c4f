//! The precompiles of a block's rules as revm runs them. `specs/18-chains.md`, section Precompiles.

use std::sync::OnceLock;

use revm_precompile::{PrecompileSpecId, Precompiles, secp256r1};

use crate::{
    Rules,
    optimism::{Change, Upgrade},
};

/// The precompiles of these rules: revm's, and on the OP Stack those that its upgrades add or bound.
pub fn revm_precompiles(rules: Rules) -> &'static Precompiles {
    static MADE: [OnceLock<Precompiles>; Upgrade::ALL.len()] =
        [const { OnceLock::new() }; Upgrade::ALL.len()];
    let ethereum = Precompiles::new(PrecompileSpecId::from_spec_id(rules.fork().spec_id()));
    match rules {
        Rules::Ethereum(_) => ethereum,
        Rules::Optimism(upgrade) => MADE[usize::from(upgrade.number())].get_or_init(|| {
            let mut precompiles = ethereum.clone();
            if upgrade.has(Change::P256Verify) {
                precompiles.extend([secp256r1::P256VERIFY]);
            }
            precompiles
        }),
    }
}
