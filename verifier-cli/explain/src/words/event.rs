//! What a topic of a log says without artifacts: events that everybody has by name, accounts as such.

use std::{collections::BTreeMap, sync::OnceLock};

use alloy_primitives::{Address, B256, U256, keccak256};

use super::form::value;

/// Events of the token standards, of WETH and of OpenZeppelin's contracts: a first topic is the hash of one.
const KNOWN: [&str; 14] = [
    "Transfer(address,address,uint256)",
    "Approval(address,address,uint256)",
    "ApprovalForAll(address,address,bool)",
    "TransferSingle(address,address,address,uint256,uint256)",
    "TransferBatch(address,address,address,uint256[],uint256[])",
    "Deposit(address,uint256)",
    "Withdrawal(address,uint256)",
    "OwnershipTransferred(address,address)",
    "RoleGranted(bytes32,address,address)",
    "RoleRevoked(bytes32,address,address)",
    "Paused(address)",
    "Unpaused(address)",
    "Upgraded(address)",
    "Initialized(uint64)",
];

/// A topic; `is_first`: what an event's own hash stands in, unless it is anonymous.
pub(super) fn topic(word: B256, is_first: bool) -> String {
    if let Some(event) = signature(word).filter(|_| is_first) {
        return event.to_owned();
    }
    // Numbers of so many bits are accounts, if they are anything.
    let bits = U256::from_be_bytes(word.0).bit_len();
    if (129..=160).contains(&bits) { Address::from_word(word).to_string() } else { value(word) }
}

/// The event whose hash this is.
fn signature(hash: B256) -> Option<&'static str> {
    static HASHES: OnceLock<BTreeMap<B256, &'static str>> = OnceLock::new();
    let hashes = HASHES.get_or_init(|| KNOWN.map(|event| (keccak256(event), event)).into());
    hashes.get(&hash).copied()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{address, b256};

    use super::*;

    /// The hash is the one that every token's logs have.
    #[test]
    fn a_transfer_is_named_and_its_accounts_are_accounts() {
        let transfer = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
        assert_eq!(topic(transfer, true), "Transfer(address,address,uint256)");
        assert_eq!(topic(transfer, false), transfer.to_string());
        let account = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        assert_eq!(topic(account.into_word(), false), account.to_string());
        assert_eq!(topic(B256::with_last_byte(7), false), "7");
    }
}
