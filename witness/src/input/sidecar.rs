//! The [sidecar](Sent) of a transaction with blobs (EIP-4844, EIP-7594): blobs, commitments and proofs, which go with
//! the transaction where it is sent, and are part of no block. Nodes that have it print it among the fields.
//!
//! In the data's way this stands beside the fields of a transaction, which know nothing of it.

use alloy_primitives::Bytes;
use alloy_rlp::{Encodable, Header};
use serde_json::{Map, Value};

/// The type of a transaction with blobs.
pub(super) const BLOB_TYPE: u8 = 3;

/// The names that nodes and libraries have for a sidecar, or for parts of it.
pub(super) const NAMES: [&str; 9] = [
    "blobs",
    "commitments",
    "proofs",
    "cellProofs",
    "cell_proofs",
    "sidecar",
    "sidecars",
    "blobWrapperVersion",
    "wrapperVersion",
];

/// How a transaction is sent. A development node (anvil 1.7) makes the root of a block's transactions over
/// their bytes as they were sent, and not over those that a block has.
///
/// ```
/// use iso_evm_witness::input::sidecar::Sent;
///
/// let fields = serde_json::json!({"nonce": "0x1"});
/// assert_eq!(Sent::of(fields.as_object().unwrap(), &[0xc0]), Sent::Alone);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// As its block has it.
    Alone,
    /// With a sidecar: these are the bytes.
    WithSidecar(Vec<u8>),
    /// With a sidecar that is not told in full.
    Unread,
}

impl Sent {
    /// How a transaction of these fields is sent, as a node prints them, whose bytes in its block are these
    /// (EIP-2718).
    pub fn of(fields: &Map<String, Value>, encoded: &[u8]) -> Self {
        match first_name(fields) {
            None => Self::Alone,
            Some(_) => with_sidecar(fields, encoded).map_or(Self::Unread, Self::WithSidecar),
        }
    }
}

/// The first field that is of a sidecar.
pub(super) fn first_name(fields: &Map<String, Value>) -> Option<&'static str> {
    let is_there = |name: &&str| fields.get(*name).is_some_and(|value| !value.is_null());
    NAMES.into_iter().find(is_there)
}

/// The bytes of a transaction with its sidecar: in a list with what its block has.
fn with_sidecar(fields: &Map<String, Value>, encoded: &[u8]) -> Option<Vec<u8>> {
    /// What stands in front of proofs of cells (EIP-7594).
    const VERSION: u8 = 1;
    let list = |name: &str| -> Option<Vec<Bytes>> {
        serde_json::from_value(fields.get(name)?.clone()).ok()
    };
    let (blobs, commitments) = (list("blobs")?, list("commitments")?);
    let (of_cells, proofs) = match list("cellProofs").or_else(|| list("cell_proofs")) {
        Some(proofs) => (true, proofs),
        None => {
            let proofs = list("proofs")?;
            // A blob has one, or one for each of its cells.
            (proofs.len() != blobs.len(), proofs)
        }
    };
    let mut payload = encoded.strip_prefix(&[BLOB_TYPE])?.to_vec();
    payload.extend(of_cells.then_some(VERSION));
    for part in [&blobs, &commitments, &proofs] {
        part.encode(&mut payload);
    }
    let mut sent = vec![BLOB_TYPE];
    Header { list: true, payload_length: payload.len() }.encode(&mut sent);
    sent.extend(payload);
    Some(sent)
}

#[cfg(test)]
mod tests {
    use alloy_consensus::{
        Blob, BlobTransactionSidecar, BlobTransactionSidecarEip7594, Bytes48, SignableTransaction,
        TxEip4844, TxEip4844WithSidecar,
    };
    use alloy_eips::eip2718::Encodable2718;
    use alloy_primitives::{Signature, U256};
    use serde_json::json;

    use super::*;

    /// Against the library's own encoding of both kinds of sidecar.
    #[test]
    fn a_transaction_with_its_sidecar_is_encoded_as_it_is_sent() {
        let tx = TxEip4844 { chain_id: 1, nonce: 7, ..Default::default() };
        let signature = Signature::new(U256::from(5), U256::from(6), true);
        let encoded = tx.clone().into_signed(signature).encoded_2718();
        let blobs = vec![Blob::repeat_byte(1)];
        let commitments = vec![Bytes48::repeat_byte(3)];
        let proofs = vec![Bytes48::repeat_byte(5)];
        let cells = vec![Bytes48::repeat_byte(8); 128];

        let fields = |name: &str, proofs: &[Bytes48]| {
            let fields = json!({"blobs": blobs, "commitments": commitments, name: proofs});
            fields.as_object().unwrap().clone()
        };
        let sidecar =
            BlobTransactionSidecar::new(blobs.clone(), commitments.clone(), proofs.clone());
        let sent = TxEip4844WithSidecar { tx: tx.clone(), sidecar }.into_signed(signature);
        let expected = Sent::WithSidecar(sent.encoded_2718());
        assert_eq!(Sent::of(&fields("proofs", &proofs), &encoded), expected);

        let sidecar =
            BlobTransactionSidecarEip7594::new(blobs.clone(), commitments.clone(), cells.clone());
        let sent = TxEip4844WithSidecar { tx, sidecar }.into_signed(signature);
        let expected = Sent::WithSidecar(sent.encoded_2718());
        for name in ["cellProofs", "cell_proofs", "proofs"] {
            assert_eq!(Sent::of(&fields(name, &cells), &encoded), expected, "{name}");
        }

        assert_eq!(Sent::of(&Map::new(), &encoded), Sent::Alone);
        let mut without = fields("proofs", &proofs);
        without.remove("commitments").unwrap();
        assert_eq!(Sent::of(&without, &encoded), Sent::Unread);
    }
}
