//! The code of accounts, by its hash. `specs/12-audits.md`.
//!
//! In the data's way this stands between the container, which has the code that was there before
//! the transaction, and the audits that look at code. Delegations that the transaction may write
//! (EIP-7702) follow from it: the container does not have them.

use std::collections::BTreeMap;

use super::{Missing, hashes::Hashes};
use crate::hash::keccak256;
use alloy_consensus::Transaction;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY};
use iso_evm_wire::protocol::EOA_DELEGATION_MARKER;

/// Hash of no code.
pub const EMPTY_CODE_HASH: B256 = KECCAK256_EMPTY;

/// The code of an account without code.
static NO_CODE: Bytes = Bytes::new();

/// All code that is known.
#[derive(Clone, Debug)]
pub struct Codes<'a> {
    given: BTreeMap<B256, &'a Bytes>,
    written: BTreeMap<B256, Bytes>,
}

impl<'a> Codes<'a> {
    /// The witness's. Code under another hash than its own counts as not given.
    pub fn new(hashes: &Hashes<'a>) -> Self {
        let witness = hashes.witness();
        let given = (hashes.codes())
            .filter(|code| code.key == code.hash)
            .map(|code| (code.hash, code.bytes));
        let mut codes = Self { given: given.collect(), written: BTreeMap::new() };
        let body = witness.transaction.body();
        for authorization in body.authorization_list().unwrap_or_default() {
            codes.insert(delegation_to(*authorization.address()));
        }
        codes
    }

    /// Code by its hash; `account` is who has it.
    ///
    /// # Errors
    ///
    /// [`Missing`], if the code is not known.
    pub fn get(&self, hash: B256, account: Address) -> Result<&Bytes, Missing> {
        if hash == EMPTY_CODE_HASH {
            return Ok(&NO_CODE);
        }
        let given = self.given.get(&hash).copied();
        given.or_else(|| self.written.get(&hash)).ok_or(Missing::Code { hash, account })
    }

    /// Adds code that the transaction has written, and returns its hash.
    pub fn insert(&mut self, code: Bytes) -> B256 {
        let hash = keccak256(&code);
        self.written.insert(hash, code);
        hash
    }
}

/// The code that delegates to an account (EIP-7702).
pub fn delegation_to(target: Address) -> Bytes {
    [&EOA_DELEGATION_MARKER[..], target.as_slice()].concat().into()
}

/// The account that this code delegates to, if it is a delegation. It is one from Prague on only.
pub fn delegation_target(code: &[u8]) -> Option<Address> {
    let target: &[u8; 20] = code.strip_prefix(&EOA_DELEGATION_MARKER)?.try_into().ok()?;
    Some(Address::new(*target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delegation_has_23_bytes() {
        let target = Address::repeat_byte(7);
        let code = delegation_to(target);
        assert_eq!(code.len(), 23);
        assert_eq!(delegation_target(&code), Some(target));
        assert_eq!(delegation_target(&code[..22]), None);
        assert_eq!(delegation_target(&[&code[..], &[0]].concat()), None);
        assert_eq!(delegation_target(&[&[0xef, 0x01, 0x01], &code[3..]].concat()), None);
        assert_eq!(delegation_target(&[]), None);
    }

    #[test]
    fn empty_code_is_known_and_unknown_code_is_missing() {
        let mut codes = Codes { given: BTreeMap::new(), written: BTreeMap::new() };
        let account = Address::repeat_byte(1);
        assert_eq!(codes.get(EMPTY_CODE_HASH, account), Ok(&Bytes::new()));
        let code = Bytes::from_static(&[1, 2, 3]);
        let hash = keccak256(&code);
        assert_eq!(codes.get(hash, account), Err(Missing::Code { hash, account }));
        assert_eq!(codes.insert(code.clone()), hash);
        assert_eq!(codes.get(hash, account), Ok(&code));
    }
}
