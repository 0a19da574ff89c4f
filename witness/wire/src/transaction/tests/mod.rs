//! Transactions of Ethereum's types, and types that nobody here knows.

use alloy_consensus::TxLegacy;
use alloy_primitives::{U256, address, b256, bytes, hex};

use super::*;

mod deposits;

/// The example of EIP-155: its signing key, hash and signature stand in the EIP.
#[test]
fn eip155_example() {
    let bytes = hex!(
        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a0"
        "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b"
        "3800ccf555c9f3dc64214b297fb1966a3b6d83"
    );
    let transaction = Transaction::decode_whole(&bytes).unwrap();
    assert_eq!(transaction.from(), address!("9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"));
    assert_eq!(transaction.body().chain_id(), Some(1));
    assert_eq!(
        transaction.body().ethereum().unwrap().signature_hash(),
        b256!("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53")
    );
    let fields = TransactionFields::from(&transaction);
    assert_eq!(fields.v, Some(U256::from(37)));
    let json = serde_json::to_string(&fields).unwrap();
    let read: TransactionFields = serde_json::from_str(&json).unwrap();
    assert_eq!(read.into_transaction(DEFAULTS).unwrap(), transaction);
    let from = transaction.from();
    let body = transaction.body().ethereum().unwrap().clone();
    let unsigned = Transaction::unsigned(from, body);
    assert_eq!(Transaction::decode_unsigned(from, &unsigned.encode()).unwrap(), unsigned);
}

const DEFAULTS: fields::TransactionDefaults =
    fields::TransactionDefaults { chain_id: 1, gas: 30_000_000, gas_price: 7 };

/// Recovered by this crate and by alloy's `k256`: random signatures, those with the other `s`, and nobody's.
#[test]
fn a_signer_is_the_one_that_another_curve_recovers() {
    use alloy_consensus::crypto::secp256k1::{recover_signer, sign_message};
    use alloy_primitives::keccak256;
    /// The curve's order.
    const ORDER: U256 = alloy_primitives::uint!(
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256
    );
    for number in 0..100_u64 {
        let (key, hash) = (keccak256(number.to_be_bytes()), keccak256((!number).to_be_bytes()));
        let signature = sign_message(key, hash).unwrap();
        let expected = recover_signer(&signature, hash).unwrap();
        assert_eq!(signer(hash, &signature), Some(expected), "{number}");
        let mirrored = Signature::new(signature.r(), ORDER - signature.s(), !signature.v());
        let other = Signature::new(signature.r(), signature.s(), !signature.v());
        let next = Signature::new(signature.r() + U256::ONE, signature.s(), signature.v());
        for changed in [mirrored, other, next] {
            assert_eq!(signer(hash, &changed), recover_signer(&changed, hash).ok(), "{number}");
        }
        assert_eq!(signer(hash, &mirrored), None);
    }
    for (r, s) in [(U256::ZERO, U256::ONE), (U256::ONE, U256::ZERO), (ORDER, U256::ONE)] {
        for odd in [false, true] {
            let signature = Signature::new(r, s, odd);
            assert_eq!(signer(B256::repeat_byte(1), &signature), None);
            assert!(recover_signer(&signature, B256::repeat_byte(1)).is_err());
        }
    }
}

#[test]
fn nine_fields_whose_last_two_are_not_zero_are_no_payload() {
    let body = TxLegacy { chain_id: Some(1), ..Default::default() };
    let from = Address::repeat_byte(1);
    let mut bytes = Transaction::unsigned(from, body.into()).encode();
    assert!(Transaction::decode_unsigned(from, &bytes).is_ok());
    *bytes.last_mut().unwrap() = 1;
    assert_eq!(Transaction::decode_unsigned(from, &bytes), Err(TransactionError::Encoding));
}

#[test]
fn types_of_other_chains_are_named() {
    let error = Transaction::decode_whole(&bytes!("6af800")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "transaction type 0x6a is not Ethereum's (it is an internal Arbitrum transaction)"
    );
    let fields: TransactionFields = serde_json::from_str(r#"{"type": "0x64"}"#).unwrap();
    assert_eq!(
        fields.into_transaction(DEFAULTS).unwrap_err().to_string(),
        "transaction type 0x64 is not Ethereum's (it is an Arbitrum deposit)"
    );
    assert_eq!(Transaction::decode_whole(&[5]).unwrap_err(), TransactionError::unknown_type(5));
}

#[test]
fn sender_and_hash_must_be_the_signatures() {
    let fields = |json: &str| -> TransactionFields { serde_json::from_str(json).unwrap() };
    let signed = r#""nonce": "0x9", "gasPrice": "0x4a817c800", "gas": "0x5208", "value": "0xde0b6b3a7640000",
        "to": "0x3535353535353535353535353535353535353535", "v": "0x25",
        "r": "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
        "s": "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83""#;
    let plain = fields(&format!("{{{signed}}}")).into_transaction(DEFAULTS).unwrap();
    assert_eq!(plain.from(), address!("9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"));
    let absent = Absent { input: true, ..Absent::default() };
    let other = Address::repeat_byte(3);
    let wrong = fields(&format!("{{{signed}, \"from\": \"{other}\"}}"));
    let expected = plain.from();
    assert_eq!(
        wrong.into_transaction(DEFAULTS),
        Err(TransactionError::Sender { expected, found: other, absent })
    );
    let found = B256::repeat_byte(3);
    let wrong = fields(&format!("{{{signed}, \"hash\": \"{found}\"}}"));
    let expected = plain.hash().unwrap();
    assert_eq!(
        wrong.into_transaction(DEFAULTS),
        Err(TransactionError::Hash { expected, found, absent })
    );
    let wrong = fields(&format!("{{{signed}, \"chainId\": 5}}"));
    assert_eq!(
        wrong.into_transaction(DEFAULTS),
        Err(TransactionError::Contradiction("v", "chainId"))
    );
}

/// Without `to` it is a creation, which somebody else would have signed: it is not the sender who is wrong.
#[test]
fn a_field_that_is_missing_is_told_and_not_the_sender_blamed() {
    let signed = r#""nonce": "0x9", "gasPrice": "0x4a817c800", "gas": "0x5208", "v": "0x25",
        "from": "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F",
        "r": "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
        "s": "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83""#;
    let (to, value) = (
        r#""to": "0x3535353535353535353535353535353535353535""#,
        r#""value": "0xde0b6b3a7640000""#,
    );
    let error = |more: &[&str]| {
        let fields = format!("{{{signed}, {}}}", more.join(", "));
        let fields: TransactionFields = serde_json::from_str(&fields).unwrap();
        fields.into_transaction(DEFAULTS).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(error(&[to, value]), Ok(()));
    for (more, end) in [
        (&[value, r#""input": "0x""#][..], "; it is read without \"to\", which is not there"),
        (&[to], "; it is read without \"value\" and \"input\", which are not there"),
        (
            &[r#""type": "0x0""#],
            "; it is read without \"to\", \"value\" and \"input\", which are not there",
        ),
    ] {
        let error = error(more).unwrap_err();
        assert!(error.starts_with("the sender is another, or something is missing: "), "{error}");
        assert!(error.ends_with(end), "{error}");
    }
    let changed = [to, r#""value": "0x1""#, r#""input": "0x""#];
    let error = error(&changed).unwrap_err();
    assert!(error.starts_with("the sender is wrong: the signature is by "), "{error}");
}
