//! The rules of a transaction that need no state. `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this comes first: what a block may contain at all.

use alloy_consensus::Transaction as _;
use alloy_eips::eip2718::Typed2718;
use alloy_primitives::{Address, U256};
use iso_evm_wire::{
    Rules, Witness,
    protocol::{
        Change, MAX_INIT_CODE_SIZE, MAX_NONCE, last_transaction_type, most_blobs,
        transaction_gas_cap,
    },
    schedule::blob_params,
    transaction::{DEPOSIT_TYPE, TransactionBody},
};

use super::{
    TransactionKind as Kind,
    blobs::{self, VERSION_KZG},
    claims::Findings,
    deposit,
    gas::intrinsic,
    inclusion, price, schedule, signature,
};
use crate::{
    audit::{ancestors::broken_chain, hashes::Hashes},
    transaction_hash::signing_hash,
};

/// The type of transactions with blobs (EIP-4844).
const BLOB_TYPE: u8 = 3;

/// Checks all of them.
pub(super) fn check(hashes: &Hashes<'_>, findings: &mut Findings<Kind>) {
    let witness = hashes.witness();
    let transaction = &witness.transaction;
    let body = transaction.body();
    if let Some((body, signature)) = body.ethereum().zip(transaction.signature()) {
        let hash = signing_hash(body);
        // Where the file was read, the same function was asked for whoever signed something.
        let signer = match hashes.signed_by_sender() == Some(hash) {
            true => Some(transaction.from()),
            false => signature::signer(hash, signature),
        };
        check_sender(signer, transaction.from(), findings);
    }
    if let Some(chain_id) = body.chain_id() {
        findings.compare(Kind::ChainId, witness.chain_id, chain_id);
    }
    schedule::check(witness, findings);
    let last = last_type(witness.rules, body.ty());
    findings.require(last == body.ty(), Kind::Type, last, body.ty());
    match body {
        TransactionBody::Deposit(deposit) if deposit::takes_no_gas(witness, deposit) => {}
        TransactionBody::Deposit(deposit) => check_limit(witness, deposit.gas_limit, findings),
        TransactionBody::Ethereum(_) => check_sent(witness, body, findings),
    }
    check_blob_base_fee(witness, findings);
    if let Some(broken) = broken_chain(hashes) {
        findings.require(false, Kind::Ancestor, broken.expected, broken.found);
    }
    inclusion::check(hashes, findings);
}

/// What must hold of all transactions but deposits, which are in their block whatever they are.
fn check_sent(witness: &Witness, body: &TransactionBody, findings: &mut Findings<Kind>) {
    let nonce = body.nonce();
    let counts = nonce <= MAX_NONCE;
    findings.require(counts, Kind::Nonce, MAX_NONCE, nonce);
    check_limit(witness, body.gas_limit(), findings);
    let least = intrinsic(body, witness.rules.fork()).least();
    findings.require(body.gas_limit() >= least, Kind::IntrinsicGas, least, body.gas_limit());
    check_fees(witness, body, findings);
    let length = body.input().len();
    let bounded = witness.rules.has(Change::InitcodeLimit) && body.is_create();
    let fits = !bounded || length as u64 <= MAX_INIT_CODE_SIZE;
    findings.require(fits, Kind::Initcode, MAX_INIT_CODE_SIZE, length);
    if body.is_eip4844() {
        check_blobs(witness, body, findings);
    }
    if let Some(authorizations) = body.authorization_list() {
        findings.require(!authorizations.is_empty(), Kind::Authorization, 1_u8, 0_u8);
    }
}

/// The last type that there is, up to this one. The OP Stack has deposits, which Ethereum has not, and
/// no blobs.
fn last_type(rules: Rules, number: u8) -> u8 {
    let last = last_transaction_type(rules.fork()).min(number);
    match rules {
        Rules::Optimism(_) if number == DEPOSIT_TYPE => DEPOSIT_TYPE,
        Rules::Optimism(_) if last == BLOB_TYPE => BLOB_TYPE - 1,
        _ => last,
    }
}

/// The sender is who signed; nobody's signature has the signer zero.
fn check_sender(signer: Option<Address>, sender: Address, findings: &mut Findings<Kind>) {
    let holds = signer == Some(sender);
    findings.require(holds, Kind::Signature, signer.unwrap_or_default(), sender);
}

/// The limit is within the block's and the fork's.
fn check_limit(witness: &Witness, limit: u64, findings: &mut Findings<Kind>) {
    let most = witness.block.gas_limit.min(transaction_gas_cap(witness.rules.fork()));
    findings.require(limit <= most, Kind::GasLimit, most, limit);
}

/// The most that is paid for a gas covers the base fee and the tip (EIP-1559).
fn check_fees(witness: &Witness, body: &TransactionBody, findings: &mut Findings<Kind>) {
    let (most, base_fee) = (body.max_fee_per_gas(), price::base_fee(witness));
    findings.require(most >= base_fee, Kind::Fee, base_fee, most);
    let tip = body.max_priority_fee_per_gas().unwrap_or_default();
    findings.require(tip <= most, Kind::Fee, most, tip);
}

/// EIP-4844: there are blobs, not too many, of a known version, and their price is covered.
fn check_blobs(witness: &Witness, body: &TransactionBody, findings: &mut Findings<Kind>) {
    let hashes = body.blob_versioned_hashes().unwrap_or_default();
    findings.require(!hashes.is_empty(), Kind::Blob, 1_u8, 0_u8);
    let (count, most) = (hashes.len() as u64, most_blobs(witness.rules.fork()));
    findings.require(count <= most, Kind::Blob, most, count);
    for hash in hashes {
        findings.require(hash[0] == VERSION_KZG, Kind::Blob, VERSION_KZG, hash[0]);
    }
    let fee = price::blob_base_fee(witness);
    let most = body.max_fee_per_blob_gas().unwrap_or_default();
    findings.require(most >= fee, Kind::Blob, fee, most);
}

/// The price of blob gas follows from the excess in the header. Without the header there is none: an
/// input may give the price alone.
fn check_blob_base_fee(witness: &Witness, findings: &mut Findings<Kind>) {
    let block = &witness.block;
    if !witness.rules.has(Change::Blobs) || block.header.is_none() {
        return;
    }
    let excess = block.excess_blob_gas.unwrap_or_default();
    let Witness { rules, chain_id, .. } = *witness;
    let params = blob_params(rules, chain_id, block.number, block.timestamp);
    let fee = blobs::blob_base_fee(params.update_fraction, excess);
    let expected = fee.map_or(U256::MAX, U256::from);
    findings.compare(Kind::BlobBaseFee, expected, U256::from(price::blob_base_fee(witness)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A transaction's type recovers its sender when it is read: only a fault there gets here.
    #[test]
    fn the_sender_is_the_signer() {
        let (signer, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        for (recovered, expected) in [(Some(signer), signer), (None, Address::ZERO)] {
            let mut findings = Findings::default();
            check_sender(recovered, other, &mut findings);
            let found = findings.first.map(|first| (first.kind, first.expected, first.found));
            assert_eq!(found, Some((Kind::Signature, expected.into_word(), other.into_word())));
        }
        let mut findings = Findings::default();
        check_sender(Some(signer), signer, &mut findings);
        assert_eq!(findings.first, None);
    }
}
