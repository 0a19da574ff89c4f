//! Whether the block has the transaction and its receipt, by the roots in its header.
//! `specs/12-audits.md`, section Inclusion.
//!
//! In the data's way this stands with the rules, in front of the top message. The paths are walked here
//! with `rlp` and `sha3`, apart from the recorder, which made them.

use std::collections::BTreeMap;

use alloy_consensus::Header;
use alloy_eips::eip2718::Typed2718;
use alloy_primitives::{B256, Bytes, U256};
use iso_evm_wire::{
    Witness,
    container::{Receipt, ReceiptLogs},
};
use rlp::Rlp;

use super::{TransactionKind as Kind, claims::Findings};
use crate::{
    audit::{hashes::Hashes, trie::path::expand},
    hash::keccak256,
    rlp_list::List,
    transaction_hash::encode,
};

/// The word for what the block does not have.
const NONE: B256 = B256::ZERO;

/// The type of a deposit.
const DEPOSIT: u8 = 0x7e;

/// What the block has at the transaction's place, by whole paths from its header's roots.
#[derive(Debug)]
pub(in crate::audit) struct Included {
    transaction: Option<Vec<u8>>,
    receipt: Option<Vec<u8>>,
    /// The receipt before; nothing for the first transaction.
    before: Option<Option<Vec<u8>>>,
}

/// Compares transaction and receipt with the block's, where there are whole paths.
pub(super) fn check(hashes: &Hashes<'_>, findings: &mut Findings<Kind>) {
    let Some(found) = hashes.included() else { return };
    let witness = hashes.witness();
    let own = encode(&witness.transaction);
    if found.transaction.as_ref() != Some(&own) {
        let expected = found.transaction.as_deref().map_or(NONE, keccak256);
        let own = hashes.transaction().unwrap_or_else(|| keccak256(&own));
        findings.compare(Kind::BlockTransaction, expected, own);
    }
    check_receipt(witness, found, findings);
}

/// Whether there are whole paths from the header's roots, so that the block's hash binds transaction
/// and receipt.
pub fn is_included(hashes: &Hashes<'_>) -> bool {
    hashes.included().is_some()
}

impl Included {
    /// What the paths lead to; `None` if there are none, or if one is not whole.
    pub(in crate::audit) fn of(hashes: &Hashes<'_>) -> Option<Self> {
        let witness = hashes.witness();
        let header: &Header = witness.block.header.as_deref()?;
        let index = witness.inclusion.as_ref()?.index;
        let nodes = hashes.inclusion_nodes();
        let get = |root, index| get(&nodes, root, index);
        Some(Self {
            transaction: get(header.transactions_root, index)?,
            receipt: get(header.receipts_root, index)?,
            before: match index.checked_sub(1) {
                Some(before) => Some(get(header.receipts_root, before)?),
                None => None,
            },
        })
    }
}

/// A receipt tells status, bloom filter and logs, and the gas of all transactions up to its own: what
/// its own used is the difference from the one before.
fn check_receipt(witness: &Witness, found: &Included, findings: &mut Findings<Kind>) {
    let Receipt { success, gas_used, logs, deposit } = &witness.receipt;
    let before = match &found.before {
        None => Some(0),
        Some(receipt) => {
            receipt.as_deref().and_then(ReceiptLeaf::read).map(|leaf| leaf.cumulative_gas)
        }
    };
    let leaf = found.receipt.as_deref().and_then(ReceiptLeaf::read);
    let Some((leaf, before)) = leaf.zip(before) else {
        let claimed = U256::from(*gas_used);
        findings.require(false, Kind::BlockReceipt, NONE, claimed);
        return;
    };
    findings.compare(Kind::BlockReceipt, leaf.kind, witness.transaction.body().ty());
    findings.compare(Kind::BlockReceipt, leaf.success, *success);
    let used = leaf.cumulative_gas.checked_sub(before).map_or(U256::MAX, U256::from);
    findings.compare(Kind::BlockReceipt, used, U256::from(*gas_used));
    // A deposit's receipt without a version has no nonce in the block either.
    let claimed = deposit.and_then(|deposit| Some([deposit.nonce, deposit.version?]));
    for at in 0..2 {
        let word = |told: Option<[u64; 2]>| told.map_or(U256::MAX, |told| U256::from(told[at]));
        findings.compare(Kind::BlockReceipt, word(leaf.deposit), word(claimed));
    }
    if let Some(ReceiptLogs { bloom, logs }) = logs {
        compare_bytes(&leaf.bloom, bloom.as_slice(), findings);
        let mut list = List::new();
        list.begin(logs.len());
        for log in logs {
            list.begin(3);
            list.bytes(log.address.as_slice());
            list.hashes(log.topics());
            list.bytes(&log.data.data);
        }
        compare_bytes(&leaf.logs, &list.out(), findings);
    }
}

/// Compares two byte strings; their hashes tell how they differ.
fn compare_bytes(expected: &[u8], found: &[u8], findings: &mut Findings<Kind>) {
    if expected != found {
        findings.compare(Kind::BlockReceipt, keccak256(expected), keccak256(found));
    }
}

/// A receipt as a block's trie has it (EIP-658, EIP-2718; of a deposit, the OP Stack's).
struct ReceiptLeaf {
    /// The transaction's type.
    kind: u8,
    success: bool,
    cumulative_gas: u64,
    bloom: Vec<u8>,
    /// RLP of the logs.
    logs: Vec<u8>,
    /// The sender's nonce and the receipt's version, of a deposit from Canyon on.
    deposit: Option<[u64; 2]>,
}

impl ReceiptLeaf {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (kind, list) = match bytes.split_first()? {
            (kind, rest) if *kind < 0x80 => (*kind, rest),
            _ => (0, bytes),
        };
        let list = Rlp::new(list);
        let deposit = match list.item_count() {
            Ok(4) => None,
            Ok(6) if kind == DEPOSIT => Some([list.val_at(4).ok()?, list.val_at(5).ok()?]),
            _ => return None,
        };
        let success = match list.at(0).ok()?.data().ok()? {
            [] => false,
            [1] => true,
            _ => return None,
        };
        Some(Self {
            kind,
            success,
            cumulative_gas: list.val_at(1).ok()?,
            bloom: list.at(2).ok()?.data().ok()?.to_vec(),
            logs: list.at(3).ok()?.as_raw().to_vec(),
            deposit,
        })
    }
}

/// What stands at an index in a trie of a block: `Some(None)` if nothing does, `None` if a node lacks.
fn get(nodes: &BTreeMap<B256, &Bytes>, root: B256, index: u64) -> Option<Option<Vec<u8>>> {
    let key = rlp::encode(&index);
    let key: Vec<u8> = key.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).collect();
    let (mut rest, mut next) = (&key[..], root);
    loop {
        match walk(nodes.get(&next)?, &mut rest) {
            End::Value(value) => return Some(value),
            End::Child(hash) => next = hash,
        }
    }
}

/// Where a node leads.
enum End {
    Value(Option<Vec<u8>>),
    Child(B256),
}

/// Follows the key through a node and those inside it. Each step takes nibbles, so that it ends.
fn walk(node: &[u8], rest: &mut &[u8]) -> End {
    const ABSENT: End = End::Value(None);
    let mut node = node.to_vec();
    loop {
        let list = Rlp::new(&node);
        let child = match list.item_count() {
            Ok(2) => {
                let path = list.at(0).and_then(|path| path.data().map(<[u8]>::to_vec));
                let Some((part, leaf)) = path.ok().and_then(|path| expand(&path)) else {
                    return ABSENT;
                };
                let Ok(child) = list.at(1) else { return ABSENT };
                if leaf {
                    let value = child.data().ok().filter(|_| part == *rest);
                    return End::Value(value.map(<[u8]>::to_vec));
                }
                match rest.strip_prefix(&part[..]) {
                    Some(after) if !part.is_empty() => *rest = after,
                    _ => return ABSENT,
                }
                child
            }
            Ok(17) => {
                let Some((first, after)) = rest.split_first() else { return ABSENT };
                *rest = after;
                match list.at(usize::from(*first)) {
                    Ok(child) => child,
                    Err(_) => return ABSENT,
                }
            }
            _ => return ABSENT,
        };
        if !child.is_list() {
            let hash = child.data().ok().and_then(|hash| B256::try_from(hash).ok());
            return hash.map_or(ABSENT, End::Child);
        }
        node = child.as_raw().to_vec();
    }
}
