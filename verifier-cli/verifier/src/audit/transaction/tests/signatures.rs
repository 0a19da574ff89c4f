//! Signers of random transactions and authorisations against alloy's.

use alloy_consensus::SignableTransaction;
use alloy_eips::eip7702::SignedAuthorization;
use alloy_primitives::{B256, Signature, U256, uint};
use iso_evm_wire::transaction::Transaction;
use k256::ecdsa::SigningKey;

use super::{
    super::signature::{recover, signer},
    random::Random,
};
use crate::transaction_hash::{authorization_hash, signing_hash};

/// The curve's order.
const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// Signs a hash with a random key.
fn sign(hash: B256, random: &mut Random) -> Signature {
    let key = SigningKey::from_slice(random.word().as_slice()).unwrap();
    let (signature, id) = key.sign_prehash_recoverable(hash.as_slice()).unwrap();
    let (r, s) = signature.split_bytes();
    Signature::new(U256::from_be_slice(&r), U256::from_be_slice(&s), id.is_y_odd())
}

/// The other signature of the same hash by the same key, which EIP-2 forbids.
fn mirrored(signature: &Signature) -> Signature {
    Signature::new(signature.r(), ORDER - signature.s(), !signature.v())
}

#[test]
fn the_sender_recovered_from_a_signature_is_the_one_that_alloy_recovers() {
    let mut random = Random(3);
    for _ in 0..200 {
        let body = random.body();
        let hash = signing_hash(&body);
        assert_eq!(hash, body.signature_hash(), "{body:?}");
        let signature = sign(hash, &mut random);
        let transaction = Transaction::signed(body.clone(), signature).unwrap();
        assert_eq!(signer(hash, &signature), Some(transaction.from()));
        // By `k256`, the other curve.
        let other = signature.recover_address_from_prehash(&hash);
        assert_eq!(signer(hash, &signature), other.ok());
        let mirrored = mirrored(&signature);
        assert!(Transaction::signed(body, mirrored).is_err());
        assert_eq!(signer(hash, &mirrored), None);
    }
}

#[test]
fn a_signature_that_is_nobodys() {
    let hash = B256::repeat_byte(1);
    for (r, s) in [(U256::ZERO, U256::ONE), (U256::ONE, U256::ZERO), (ORDER, U256::ONE)] {
        for odd in [false, true] {
            let signature = Signature::new(r, s, odd);
            assert!(signature.recover_address_from_prehash(&hash).is_err());
            assert_eq!(signer(hash, &signature), None);
        }
    }
    // No point of the curve has this x.
    let signature = Signature::new(U256::from(5), U256::ONE, false);
    assert!(signature.recover_address_from_prehash(&hash).is_err());
    assert_eq!(signer(hash, &signature), None);
}

#[test]
fn the_authority_recovered_from_an_authorization_is_the_one_that_alloy_recovers() {
    let mut random = Random(4);
    for _ in 0..200 {
        let inner = random.authorization().strip_signature();
        let hash = authorization_hash(&inner);
        assert_eq!(hash, inner.signature_hash(), "{inner:?}");
        let signature = sign(hash, &mut random);
        for signature in [signature, mirrored(&signature)] {
            let (r, s) = (signature.r(), signature.s());
            let signed =
                SignedAuthorization::new_unchecked(inner.clone(), signature.v().into(), r, s);
            assert_eq!(recover(hash, signature.v(), r, s), signed.recover_authority().ok());
        }
    }
}
