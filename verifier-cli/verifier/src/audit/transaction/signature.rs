//! Who signed the transaction. `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this stands with the rules, in front of the top message: it says who sent the
//! transaction and whose its authorisations are. The hashes are this side's own
//! ([`crate::transaction_hash`]), the curve is `k256`'s.

use alloy_primitives::{Address, B256, Signature, U256, uint};
use k256::ecdsa::{RecoveryId, Signature as CurveSignature, VerifyingKey};

use crate::hash::keccak256;

/// Half the curve's order: the greatest `s` that the chain takes (EIP-2).
const MOST_S: U256 = uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);

/// Who signed this hash; `None` if the signature is nobody's, or none that the chain takes.
pub(super) fn signer(hash: B256, signature: &Signature) -> Option<Address> {
    recover(hash, signature.v(), signature.r(), signature.s())
}

/// [`signer`] of a signature in its parts. `odd` is the parity of the point's `y`.
pub(super) fn recover(hash: B256, odd: bool, r: U256, s: U256) -> Option<Address> {
    if s > MOST_S {
        return None;
    }
    let signature =
        CurveSignature::from_scalars(r.to_be_bytes::<32>(), s.to_be_bytes::<32>()).ok()?;
    let id = RecoveryId::new(odd, false);
    let key = VerifyingKey::recover_from_prehash(hash.as_slice(), &signature, id).ok()?;
    let point = key.to_encoded_point(false);
    // A byte that says that the point is whole, then x and y.
    let hash = keccak256(&point.as_bytes()[1..]);
    Some(Address::from_slice(&hash[12..]))
}
