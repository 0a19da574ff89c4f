//! Addresses of created accounts. `specs/03-records.md`.
//!
//! In the data's way this stands beside the audits: each works out by itself where a creation puts
//! its account.

use alloy_primitives::{Address, B256};
use rlp::RlpStream;

use crate::hash::keccak256;

/// Address of an account that `CREATE` or a creation transaction makes, by the creator's nonce
/// before it.
pub(crate) fn by_nonce(creator: Address, nonce: u64) -> Address {
    let mut list = RlpStream::new_list(2);
    list.append(&creator.as_slice());
    list.append(&nonce);
    Address::from_word(keccak256(&list.out()))
}

/// Address of an account that `CREATE2` makes (EIP-1014).
pub(crate) fn by_salt(creator: Address, salt: B256, initcode_hash: B256) -> Address {
    let bytes = [&[0xff], creator.as_slice(), salt.as_slice(), initcode_hash.as_slice()];
    Address::from_word(keccak256(&bytes.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_another_implementation() {
        let creator = Address::repeat_byte(0x5a);
        for nonce in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff_ffff, u64::MAX] {
            assert_eq!(by_nonce(creator, nonce), creator.create(nonce), "{nonce}");
        }
        let (salt, hash) = (B256::repeat_byte(3), B256::repeat_byte(9));
        assert_eq!(by_salt(creator, salt, hash), creator.create2(salt, hash));
    }
}
