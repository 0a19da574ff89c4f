//! What will be sent, said before it is sent, and the question whether to. `specs/14-chain.md`,
//! section Sending.

use std::fmt::Write;

use alloy_chains::NamedChain;
use alloy_primitives::{Address, U256};
use console::Term;
use iso_evm_onchain::{
    fees::{ether, gwei},
    outbox::{Intent, Order},
};

use crate::{error::CommandError, report::text::thousands, terminal::say_lines};

/// Chains whose coins nobody values: those of Hardhat and anvil, and of `geth --dev` and Ganache.
const DEVELOPMENT: [u64; 2] = [31_337, 1_337];

/// Says what will be sent, and asks whether to. `local` is whether the node is on this machine: there
/// a development chain needs nobody's word.
pub(super) fn agree(order: &Order, local: bool, yes: bool) -> Result<(), CommandError> {
    // Whoever is asked must know what for, and whoever is not has it in his log.
    say_lines(summary(order).trim_end());
    if yes || (local && DEVELOPMENT.contains(&order.chain_id)) {
        return Ok(());
    }
    let terminal = Term::stderr();
    if !terminal.is_term() {
        return Err(CommandError::NotAsked);
    }
    let asked = terminal.write_str("send? [y/N] ").and_then(|()| terminal.read_line());
    let answer = asked.map_err(|_| CommandError::NotAsked)?;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(CommandError::NotAgreed)
    }
}

/// A chain as people know it: its name, if it has one, and its number.
pub(super) fn chain(id: u64) -> String {
    NamedChain::try_from(id).map_or_else(|_| id.to_string(), |name| format!("{name} ({id})"))
}

/// What will be sent, by kind and receiver.
fn summary(order: &Order) -> String {
    let number = |gas: u64| thousands(U256::from(gas));
    let mut text = format!("to be sent on chain {}, from {}", chain(order.chain_id), order.from);
    let _ = writeln!(text, ", nonce {} on:", order.nonce);
    for (count, intent, gas) in kinds(&order.intents) {
        let Intent { what, to, .. } = intent;
        let to = to.map_or_else(|| "a creation".to_owned(), |to: Address| format!("to {to}"));
        let _ = writeln!(text, "  {count} \u{d7} {what}, {to}, at most {} gas", number(gas));
    }
    let (count, gas) = (order.intents.len(), number(order.gas()));
    let plural = if count == 1 { "" } else { "s" };
    let (price, tip) =
        (gwei(order.fees.max_fee_per_gas), gwei(order.fees.max_priority_fee_per_gas));
    let value = match order.value() {
        U256::ZERO => String::new(),
        value => format!(" and {} ETH that they send", ether(value)),
    };
    let _ = writeln!(
        text,
        "{count} transaction{plural}, at most {gas} gas at {price} ({tip} of it for the proposer){value}: \
         at most {} ETH",
        ether(order.most())
    );
    text
}

/// Transactions that do the same to the same: how many, one of them, their gas.
fn kinds(intents: &[Intent]) -> Vec<(usize, Intent, u64)> {
    let mut kinds: Vec<(usize, Intent, u64)> = Vec::new();
    for intent in intents {
        let same =
            |kind: &&mut (usize, Intent, u64)| (kind.1.what, kind.1.to) == (intent.what, intent.to);
        match kinds.iter_mut().find(same) {
            Some((count, _, gas)) => {
                (*count, *gas) = (*count + 1, gas.saturating_add(intent.gas_limit));
            }
            None => kinds.push((1, *intent, intent.gas_limit)),
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use iso_evm_onchain::fees::Fees;

    #[test]
    fn the_summary_says_chain_receivers_and_the_most_it_costs() {
        let (a, b) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let intent = |what, to, gas_limit| Intent { what, to, value: U256::ZERO, gas_limit };
        let order = Order {
            chain_id: 11_155_111,
            from: Address::repeat_byte(9),
            nonce: 7,
            fees: Fees { max_fee_per_gas: 2_500_000_000, max_priority_fee_per_gas: 1_000_000_000 },
            intents: vec![
                intent("deployer", None, 200_000),
                intent("archive", Some(a), 300_000),
                intent("audit", Some(b), 1_000_000),
                intent("audit", Some(b), 500_000),
            ],
        };
        assert_eq!(
            summary(&order),
            format!(
                "to be sent on chain sepolia (11155111), from {}, nonce 7 on:\n  \
                 1 \u{d7} deployer, a creation, at most 200,000 gas\n  \
                 1 \u{d7} archive, to {a}, at most 300,000 gas\n  \
                 2 \u{d7} audit, to {b}, at most 1,500,000 gas\n\
                 4 transactions, at most 2,000,000 gas at 2.5 gwei (1 gwei of it for the \
                 proposer): at most 0.005 ETH\n",
                order.from
            )
        );
        assert_eq!(chain(424_242_424_242), "424242424242");
    }
}
