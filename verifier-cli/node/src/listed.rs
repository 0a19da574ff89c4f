//! A transaction as a block lists it. A development node can be told to send in the name of an account
//! whose key it does not have (impersonation): it makes up a signature then, or none.
//!
//! In the data's way this stands between the block and its transactions.

use alloy_consensus::transaction::from_eip155_value;
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{B256, Signature, U256, keccak256};
use iso_evm_wire::transaction::{
    Transaction, TransactionBody, TransactionDefaults, TransactionError, TransactionFields,
};

/// A transaction of a block.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// What it says, and who sent it. Without a signature of the sender's it has none.
    pub(super) transaction: Transaction,
    /// The transaction's hash; that of an unsigned one is what the node says.
    pub(super) hash: B256,
    /// The transaction's bytes, as the root in the header has them.
    pub(super) encoded: Vec<u8>,
}

impl Listed {
    /// A transaction as a node gives it. One that is not signed by its sender is an unsigned one, by
    /// whom the node says.
    ///
    /// # Errors
    ///
    /// If it is no transaction, or another one than its hash says.
    pub(super) fn read(
        fields: TransactionFields,
        defaults: TransactionDefaults,
    ) -> Result<Self, TransactionError> {
        match fields.clone().into_transaction(defaults) {
            Ok(transaction) => match transaction.hash() {
                Some(hash) => Ok(Self { hash, encoded: transaction.encode(), transaction }),
                None => Self::unsigned(fields, defaults),
            },
            Err(
                error @ (TransactionError::Signature { .. }
                | TransactionError::Parity(_)
                | TransactionError::Sender { .. }),
            ) if fields.from.is_none() => Err(error),
            Err(
                TransactionError::Signature { .. }
                | TransactionError::Parity(_)
                | TransactionError::Sender { .. },
            ) => Self::unsigned(fields, defaults),
            Err(error) => Err(error),
        }
    }

    /// Whether its sender is who the node says, and nothing proves it.
    pub(super) const fn sender_is_given(&self) -> bool {
        self.transaction.sender_is_given()
    }

    /// A transaction without a signature of its sender's; the one that is there is part of the block
    /// all the same.
    fn unsigned(
        mut fields: TransactionFields,
        defaults: TransactionDefaults,
    ) -> Result<Self, TransactionError> {
        let odd = is_odd(fields.v.or(fields.y_parity).unwrap_or_default());
        // EIP-155 has it in `v`.
        fields.chain_id = fields.chain();
        let [r, s] = [fields.r.take(), fields.s.take()].map(Option::unwrap_or_default);
        (fields.v, fields.y_parity) = (None, None);
        let hash = fields.hash;
        let transaction = fields.into_transaction(defaults)?;
        let encoded = match transaction.body() {
            TransactionBody::Ethereum(body) => {
                body.clone().into_envelope(Signature::new(r, s, odd)).encoded_2718()
            }
            TransactionBody::Deposit(_) => transaction.encode(),
        };
        let hash = hash.unwrap_or_else(|| keccak256(&encoded));
        Ok(Self { transaction, hash, encoded })
    }
}

/// The parity in `v`: of a typed transaction, of an old one, of one with EIP-155's chain id; zero
/// where it is none.
fn is_odd(v: U256) -> bool {
    u128::try_from(v).ok().and_then(from_eip155_value).is_some_and(|(odd, _)| odd)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, address, b256};
    use alloy_trie::root::ordered_trie_root_encoded;

    use super::*;

    const IMPERSONATED: Address = Address::repeat_byte(0xab);
    const DEFAULTS: TransactionDefaults =
        TransactionDefaults { chain_id: 31_337, gas: 0, gas_price: 0 };

    fn listed(json: &str) -> Result<Listed, TransactionError> {
        Listed::read(serde_json::from_str(json).unwrap(), DEFAULTS)
    }

    fn root(listed: &Listed) -> B256 {
        ordered_trie_root_encoded(&[&listed.encoded])
    }

    /// As Hardhat 3.18 and anvil 1.7 list a transfer of 1 wei by an account that has no key, alone in a
    /// block: the first writes the address in place of `r` and `s`, the second zeros.
    #[test]
    fn an_impersonated_transaction_is_unsigned_and_has_its_place_in_the_root() {
        let hardhat = listed(
            r#"{"type": "0x2", "chainId": "0x7a69", "nonce": "0x0", "gas": "0x5208", "value": "0x1",
                "hash": "0x0dde6a2ea7a1c43607b0778c6518e03e04c1a78adda09032ffa325a8cb2fa3b1",
                "from": "0xabababababababababababababababababababab", "input": "0x",
                "to": "0x1111111111111111111111111111111111111111", "gasPrice": "0x5e8f7562",
                "accessList": [], "maxFeePerGas": "0x67d872e8", "maxPriorityFeePerGas": "0x3b9aca00",
                "v": "0x1c", "r": "0xabababababababababababababababababababab",
                "s": "0xabababababababababababababababababababab"}"#,
        )
        .unwrap();
        assert_eq!(
            root(&hardhat),
            b256!("d30dfdb03adcbc54959107105868dd92706e19299619da9d1e4b8ecdd53d1860")
        );
        assert_eq!(keccak256(&hardhat.encoded), hardhat.hash);
        let anvil = listed(
            r#"{"type": "0x2", "chainId": "0x7a69", "nonce": "0x0", "gas": "0x5208", "value": "0x1",
                "hash": "0x5fe82c47fdb67629fd3338749e7a459a3a6e7f7512872b14dde8ab74b1404202",
                "from": "0xabababababababababababababababababababab", "input": "0x",
                "to": "0x1111111111111111111111111111111111111111", "gasPrice": "0x6392b1fa",
                "accessList": [], "maxFeePerGas": "0x6392b1fa", "maxPriorityFeePerGas": "0x3b9aca00",
                "v": "0x0", "yParity": "0x0", "r": "0x0", "s": "0x0"}"#,
        )
        .unwrap();
        assert_eq!(
            root(&anvil),
            b256!("0615fa954fb3c0e0a272ae2eba43f0114508d40958bcc10fe8b2e919659e9a39")
        );
        let old = listed(
            r#"{"type": "0x0", "nonce": "0x0", "gas": "0x5208", "value": "0x1", "input": "0x",
                "hash": "0x9b7a27cb96cc1f4840f6d5dd0ee4e2833bef5aec1bff06383f1fd05353d81785",
                "from": "0xabababababababababababababababababababab", "gasPrice": "0x77359400",
                "to": "0x1111111111111111111111111111111111111111", "v": "0xf4f5",
                "r": "0xabababababababababababababababababababab",
                "s": "0xabababababababababababababababababababab"}"#,
        )
        .unwrap();
        assert_eq!(keccak256(&old.encoded), old.hash);
        for listed in [hardhat, anvil, old] {
            assert!(listed.sender_is_given());
            assert_eq!(listed.transaction.from(), IMPERSONATED);
        }
    }

    /// A deposit of the OP Stack has no signature, or one of zeros as nodes print it, and is proved all
    /// the same.
    #[test]
    fn a_deposits_sender_is_not_the_nodes_word() {
        let json = |hash: &str| {
            format!(
                r#"{{"type": "0x7e", "from": "0xabababababababababababababababababababab", {hash}
                "sourceHash": "0x0101010101010101010101010101010101010101010101010101010101010101",
                "to": null, "gas": "0x5208", "value": "0x0", "input": "0x", "nonce": "0x9",
                "gasPrice": "0x0", "v": "0x0", "r": "0x0", "s": "0x0"}}"#
            )
        };
        let deposit = listed(&json("")).unwrap();
        assert!(!deposit.sender_is_given());
        assert_eq!(deposit.transaction.from(), IMPERSONATED);
        assert_eq!(deposit.encoded[0], 0x7e);
        assert_eq!(keccak256(&deposit.encoded), deposit.hash);
        let hash = format!("\"hash\": \"{}\",", B256::repeat_byte(1));
        assert!(matches!(listed(&json(&hash)), Err(TransactionError::Hash { .. })));
    }

    /// EIP-155's example, by its author's key.
    #[test]
    fn a_signed_transaction_is_its_signers_and_no_other() {
        let json = |from: &str, hash: &str| {
            format!(
                r#"{{"type": "0x0", "nonce": "0x9", "gasPrice": "0x4a817c800", "gas": "0x5208",
                "to": "0x3535353535353535353535353535353535353535", "value": "0xde0b6b3a7640000",
                "input": "0x", "v": "0x25", "from": "{from}", {hash}
                "r": "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
                "s": "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"}}"#
            )
        };
        let signer = address!("9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
        let signed = listed(&json(&signer.to_string(), "")).unwrap();
        assert!(!signed.sender_is_given());
        let other = listed(&json(&IMPERSONATED.to_string(), "")).unwrap();
        assert!(other.sender_is_given());
        assert_eq!(other.transaction.from(), IMPERSONATED);
        assert_eq!(root(&other), root(&signed));
        let hash = format!("\"hash\": \"{}\",", B256::repeat_byte(1));
        assert!(matches!(
            listed(&json(&signer.to_string(), &hash)),
            Err(TransactionError::Hash { .. })
        ));
    }
}
