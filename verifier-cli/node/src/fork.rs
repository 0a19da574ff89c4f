//! The rules that a block is of: by the chain's schedule where that is known, else by the header's
//! fields and what the node says of itself (EIP-7910), which tells Ethereum's forks alone.
//!
//! In the data's way this comes right after the block.

use alloy_consensus::Header;
use alloy_primitives::{Address, B256};
use iso_evm_wire::{
    Fork, Rules,
    block::{header_fits, likely_rules},
    protocol::first_new_precompile,
    rules::Family,
    schedule,
};
use iso_evm_witness::input::InputError;

use super::{Node, NodeError};

/// The rules of a block: of a chain of this family, where its schedule is not known. `asked` is what
/// the user says.
pub(super) fn fork_of(
    node: &Node,
    chain_id: u64,
    hash: B256,
    header: &Header,
    family: Family,
    asked: Option<Rules>,
) -> Result<Rules, NodeError> {
    let number = header.number;
    if let Some(scheduled) = schedule::scheduled(chain_id, number, header.timestamp) {
        let found = scheduled.map_err(|error| NodeError::Fork(Box::new(error.into())))?.rules;
        return match asked {
            Some(asked) if asked != found => {
                Err(NodeError::Fork(Box::new(InputError::ForkContradiction { asked, found })))
            }
            _ => Ok(found),
        };
    }
    if let Some(fork) = asked {
        let fits = header_fits(header, fork.fork());
        return if fits { Ok(fork) } else { Err(NodeError::Header { number, fork }) };
    }
    let candidates = likely_rules(header, family);
    match &candidates[..] {
        [rules] => Ok(*rules),
        _ => match by_config(node, chain_id, hash, header.timestamp, family).map(Rules::from) {
            Some(rules) if candidates.contains(&rules) => Ok(rules),
            _ => {
                let names: Vec<_> = candidates.iter().map(ToString::to_string).collect();
                let candidates =
                    if names.is_empty() { "none".to_owned() } else { names.join(" or ") };
                Err(NodeError::ForkUnknown { chain: chain_id, number, candidates })
            }
        },
    }
}

/// What the node says, if the block is of the fork that it is in now: its newest precompile tells.
fn by_config(
    node: &Node,
    chain_id: u64,
    hash: B256,
    timestamp: u64,
    family: Family,
) -> Option<Fork> {
    if family == Family::Optimism {
        return None;
    }
    let current = node.wait(node.config(chain_id, hash)).ok()?.current;
    if current.activation_time > timestamp {
        return None;
    }
    let has = |number: u64| {
        let address = Address::left_padding_from(&number.to_be_bytes());
        current.precompiles.values().any(|precompile| *precompile == address)
    };
    Fork::ALL.into_iter().rfind(|fork| first_new_precompile(*fork).is_some_and(has))
}
