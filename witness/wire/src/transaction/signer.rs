//! Who signed: the address whose key made a signature.
//!
//! In the data's way this stands where a signed transaction is made or read. With the feature `secp256k1` the
//! curve is libsecp256k1's, which recovers five times as fast as `k256`; in tests each is the other's second
//! opinion.

use alloy_primitives::{Address, B256, Signature};

/// Who signed this hash; `None` if the signature is nobody's, or none that the chain takes (EIP-2 bounds `s`).
#[cfg(feature = "secp256k1")]
pub fn signer(hash: B256, signature: &Signature) -> Option<Address> {
    use secp256k1::{
        Message, SECP256K1,
        ecdsa::{RecoverableSignature, RecoveryId},
    };
    if signature.s() > alloy_consensus::crypto::SECP256K1N_HALF {
        return None;
    }
    let id = if signature.v() { RecoveryId::One } else { RecoveryId::Zero };
    let parts = [signature.r(), signature.s()].map(|part| part.to_be_bytes::<32>());
    let signature = RecoverableSignature::from_compact(parts.as_flattened(), id).ok()?;
    let key = SECP256K1.recover_ecdsa(Message::from_digest(hash.0), &signature).ok()?;
    // A byte that says that the point is whole, then x and y.
    Some(Address::from_raw_public_key(&key.serialize_uncompressed()[1..]))
}

/// Who signed this hash; `None` if the signature is nobody's, or none that the chain takes (EIP-2 bounds `s`).
#[cfg(not(feature = "secp256k1"))]
pub fn signer(hash: B256, signature: &Signature) -> Option<Address> {
    alloy_consensus::crypto::secp256k1::recover_signer(signature, hash).ok()
}
