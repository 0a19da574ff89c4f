//! Who signed the transaction. `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this stands with the rules, in front of the top message: it says who sent the
//! transaction and whose its authorisations are. The hashes are this side's own
//! ([`crate::transaction_hash`]), and so is the recovery, on libsecp256k1's curve; without C it is `k256`'s,
//! which in tests is the second opinion. A file that is verified is read with this very function
//! ([`crate::hash::CRYPTO`]): where what was signed is the hash that is computed here, it is not asked again.

use alloy_primitives::{Address, B256, Signature, U256, uint};

use crate::hash::keccak256;

/// Half the curve's order: the greatest `s` that the chain takes (EIP-2).
const MOST_S: U256 = uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);

/// Who signed this hash; `None` if the signature is nobody's, or none that the chain takes.
// It is known by its address too (`Opened::signed_by_sender`), of which there is one.
#[inline(never)]
pub(crate) fn signer(hash: B256, signature: &Signature) -> Option<Address> {
    recover(hash, signature.v(), signature.r(), signature.s())
}

/// [`signer`] of a signature in its parts. `odd` is the parity of the point's `y`.
pub(super) fn recover(hash: B256, odd: bool, r: U256, s: U256) -> Option<Address> {
    if s > MOST_S {
        return None;
    }
    tracing::trace!(%hash, "signer recovered");
    let key = public_key(hash, odd, [r, s].map(|part| part.to_be_bytes()))?;
    // A byte that says that the point is whole, then x and y.
    let hash = keccak256(&key[1..]);
    Some(Address::from_slice(&hash[12..]))
}

/// The point of which this is a signature, as 65 bytes.
#[cfg(feature = "secp256k1")]
fn public_key(hash: B256, odd: bool, parts: [[u8; 32]; 2]) -> Option<[u8; 65]> {
    use secp256k1::{
        Message, SECP256K1,
        ecdsa::{RecoverableSignature, RecoveryId},
    };
    let id = if odd { RecoveryId::One } else { RecoveryId::Zero };
    let signature = RecoverableSignature::from_compact(parts.as_flattened(), id).ok()?;
    let key = SECP256K1.recover_ecdsa(Message::from_digest(hash.0), &signature).ok()?;
    Some(key.serialize_uncompressed())
}

/// The point of which this is a signature, as 65 bytes.
#[cfg(not(feature = "secp256k1"))]
fn public_key(hash: B256, odd: bool, [r, s]: [[u8; 32]; 2]) -> Option<[u8; 65]> {
    use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
    let signature = Signature::from_scalars(r, s).ok()?;
    let id = RecoveryId::new(odd, false);
    let key = VerifyingKey::recover_from_prehash(hash.as_slice(), &signature, id).ok()?;
    key.to_encoded_point(false).as_bytes().try_into().ok()
}
