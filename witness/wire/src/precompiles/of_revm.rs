//! The precompiles of a block's rules as revm runs them. `specs/18-chains.md`, section Precompiles.
//!
//! In the data's way this stands beside revm: the recorder runs a transaction with them, and the audits
//! run a precompile again.

use std::sync::OnceLock;

use alloy_primitives::Address;
use revm_precompile::{
    Precompile, PrecompileFn, PrecompileHalt, PrecompileOutput, PrecompileResult, PrecompileSpecId,
    Precompiles, secp256r1,
};

use crate::{
    Rules,
    optimism::{
        Upgrade,
        precompiles::{adds, max_input},
    },
    protocol::P256VERIFY,
};

/// The precompiles of these rules: revm's, and on the OP Stack those that its upgrades add or limit.
pub fn revm_precompiles(rules: Rules) -> &'static Precompiles {
    static MADE: [OnceLock<Precompiles>; Upgrade::ALL.len()] =
        [const { OnceLock::new() }; Upgrade::ALL.len()];
    match rules {
        Rules::Ethereum(_) => ethereum(rules),
        Rules::Optimism(upgrade) => {
            MADE[usize::from(upgrade.number())].get_or_init(|| optimism(upgrade))
        }
    }
}

fn ethereum(rules: Rules) -> &'static Precompiles {
    Precompiles::new(PrecompileSpecId::from_spec_id(rules.fork().spec_id()))
}

fn optimism(upgrade: Upgrade) -> Precompiles {
    let mut precompiles = ethereum(upgrade.into()).clone();
    if adds(upgrade, P256VERIFY) {
        precompiles.extend([secp256r1::P256VERIFY]);
    }
    for (number, run) in limited_by(upgrade) {
        let address = address(number);
        if max_input(upgrade, number).is_some()
            && let Some(precompile) = precompiles.get(&address)
        {
            let id = precompile.id().clone();
            precompiles.extend([Precompile::new(id, address, run)]);
        }
    }
    precompiles
}

fn address(number: u64) -> Address {
    Address::left_padding_from(&number.to_be_bytes())
}

/// The precompile of the upgrade's fork, if the input is no longer than the upgrade allows. revm keeps
/// a plain function of each, so that upgrade and number are part of its type.
fn limited<const UPGRADE: usize, const NUMBER: u64>(
    input: &[u8],
    gas_limit: u64,
    reservoir: u64,
) -> PrecompileResult {
    let upgrade = Upgrade::ALL[UPGRADE];
    let fits = max_input(upgrade, NUMBER).is_none_or(|most| input.len() <= most);
    match ethereum(upgrade.into()).get(&address(NUMBER)) {
        Some(precompile) if fits => precompile.execute(input, gas_limit, reservoir),
        _ => {
            let why = PrecompileHalt::Other("the input is longer than the chain allows".into());
            Ok(PrecompileOutput::halt(why, reservoir))
        }
    }
}

/// The precompiles that some upgrade limits, by number, as this one has them.
fn limited_by(upgrade: Upgrade) -> [(u64, PrecompileFn); 4] {
    macro_rules! by_upgrade {
        ($($name:ident)*) => {
            match upgrade {
                $(Upgrade::$name => {
                    const INDEX: usize = Upgrade::$name as usize;
                    [
                        (0x08, limited::<INDEX, 0x08>),
                        (0x0c, limited::<INDEX, 0x0c>),
                        (0x0e, limited::<INDEX, 0x0e>),
                        (0x0f, limited::<INDEX, 0x0f>),
                    ]
                })*
            }
        };
    }
    by_upgrade!(Bedrock Regolith Canyon Ecotone Fjord Granite Holocene Isthmus Jovian)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_precompiles_of_rules_are_those_that_revm_is_given() {
        for rules in Rules::ALL {
            let revms = revm_precompiles(rules);
            for number in 0..0x1000 {
                let account = address(number);
                assert_eq!(
                    rules.is_precompile(account),
                    revms.contains(&account),
                    "{rules} {number}"
                );
            }
            assert_eq!(rules.precompiles().count(), revms.addresses().count(), "{rules}");
        }
    }

    /// Zeros are points at infinity: with gas enough, all that is short enough succeeds.
    #[test]
    fn an_input_that_is_too_long_takes_all_the_gas() {
        for upgrade in Upgrade::ALL {
            for (number, unit) in [(0x08, 192), (0x0c, 160), (0x0e, 288), (0x0f, 384)] {
                let all = revm_precompiles(upgrade.into());
                let Some(precompile) = all.get(&address(number)) else { continue };
                let run = |length: usize| {
                    let input = vec![0; length];
                    let gas = 1 << 30;
                    let output = precompile.execute(&input, gas, 0).expect("revm runs it");
                    output.is_success() && output.gas_used <= gas
                };
                let most = max_input(upgrade, number);
                let longest = most.unwrap_or(3_300 * unit) / unit * unit;
                assert!(run(longest), "{upgrade} {number:#x}");
                assert_eq!(run(longest + unit), most.is_none(), "{upgrade} {number:#x}");
            }
        }
    }

    #[test]
    fn what_is_limited_is_what_the_table_limits() {
        for upgrade in Upgrade::ALL {
            let made = limited_by(upgrade).map(|(number, _)| number);
            let limited = (0..0x200).filter(|number| max_input(upgrade, *number).is_some());
            assert!(limited.clone().all(|number| made.contains(&number)), "{upgrade}");
        }
    }
}
