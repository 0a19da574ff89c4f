//! What a block's header says of withdrawals: on Ethereum the root of a list (EIP-4895), on the OP Stack
//! that of an empty one, and from Isthmus on the storage root of the message passer
//! (<https://specs.optimism.io/protocol/isthmus/exec-engine.html>), which the replay comes to.
//!
//! In the data's way this stands beside the block.

use alloy_consensus::Header;
use alloy_eips::eip4895::Withdrawal;
use alloy_trie::{EMPTY_ROOT_HASH, root::ordered_trie_root};
use iso_evm_wire::{Rules, optimism::Change, rules::Family};
use serde_json::Value;

use super::{
    NodeError,
    block::METHOD,
    parts::{check_root, reread},
};

/// What a root in a header is named by.
const WHAT: &str = "withdrawals";

/// The withdrawals of an answer, as far as they can be held against its header by its transactions
/// alone: what they are the root of follows from the rules.
pub(super) fn read(
    answer: &Value,
    header: &Header,
    family: Family,
) -> Result<Vec<Withdrawal>, NodeError> {
    let given = answer.get("withdrawals").filter(|given| !given.is_null());
    let withdrawals: Vec<Withdrawal> =
        given.map(|given| reread(METHOD, given)).transpose()?.unwrap_or_default();
    let number = header.number;
    match (family, header.withdrawals_root) {
        (Family::Optimism, _) if !withdrawals.is_empty() => {
            return Err(NodeError::Withdrawals { number });
        }
        (Family::Ethereum, Some(expected)) => {
            check_root(number, WHAT, expected, ordered_trie_root(&withdrawals))?;
        }
        (Family::Optimism, _) | (Family::Ethereum, None) => {}
    }
    Ok(withdrawals)
}

/// Makes sure that a header of the OP Stack has the root of an empty list, where its rules have a list.
pub(super) fn check_rules(rules: Rules, header: &Header) -> Result<(), NodeError> {
    match header.withdrawals_root {
        Some(expected)
            if rules.family() == Family::Optimism
                && !rules.has_optimism(Change::MessagePasserRoot) =>
        {
            check_root(header.number, WHAT, expected, EMPTY_ROOT_HASH)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, B256};
    use iso_evm_wire::{Fork, optimism::Upgrade};
    use serde_json::json;

    use super::*;

    const EMPTY: Option<B256> = Some(EMPTY_ROOT_HASH);
    const OTHER: Option<B256> = Some(B256::repeat_byte(7));

    fn header(withdrawals_root: Option<B256>) -> Header {
        Header { withdrawals_root, ..Header::default() }
    }

    /// From Isthmus on the header has a root that is no list's.
    #[test]
    fn a_rollups_list_is_empty_whatever_its_header_has() {
        let withdrawal = json!({"index": "0x0", "validatorIndex": "0x0", "address": Address::ZERO, "amount": "0x1"});
        let some = json!({"withdrawals": [withdrawal]});
        for list in [json!({"withdrawals": []}), json!({"withdrawals": null}), json!({})] {
            for root in [None, EMPTY, OTHER] {
                assert_eq!(read(&list, &header(root), Family::Optimism).unwrap(), []);
            }
            assert!(read(&list, &header(EMPTY), Family::Ethereum).is_ok());
            let refused = read(&list, &header(OTHER), Family::Ethereum).unwrap_err();
            assert!(matches!(refused, NodeError::Root { what: WHAT, .. }), "{refused}");
        }
        let refused = read(&some, &header(OTHER), Family::Optimism);
        assert!(matches!(refused, Err(NodeError::Withdrawals { number: 0 })));
    }

    #[test]
    fn the_rules_say_what_the_root_is_of() {
        for (rules, root, fits) in [
            (Rules::from(Upgrade::Regolith), None, true),
            (Upgrade::Canyon.into(), EMPTY, true),
            (Upgrade::Holocene.into(), EMPTY, true),
            (Upgrade::Holocene.into(), OTHER, false),
            (Upgrade::Isthmus.into(), OTHER, true),
            (Upgrade::Jovian.into(), OTHER, true),
            (Fork::Prague.into(), OTHER, true),
        ] {
            assert_eq!(check_rules(rules, &header(root)).is_ok(), fits, "{rules}");
        }
    }
}
