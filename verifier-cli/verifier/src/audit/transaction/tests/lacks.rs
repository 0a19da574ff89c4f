//! Witnesses that lack what the audit needs: no verdict.

use alloy_primitives::{Address, Bytes, U256, hex, keccak256};
use iso_evm_wire::{Fork, Witness, records::Record};

use super::recorded::{CONTRACT, OTHER, Setup, legacy, sender, with_body, with_top};
use crate::audit::{AuditOutcome, Missing, replay::replay};

#[track_caller]
fn check(witness: &Witness, missing: Missing) {
    let replayed = replay(witness);
    assert_eq!(replayed.transaction, AuditOutcome::NotRun(missing));
    assert_eq!(replayed.access, AuditOutcome::NotRun(missing));
}

/// A call of an account that delegates.
fn honest() -> Witness {
    let setup = Setup::new(Fork::Prague, legacy(OTHER.into(), 0, []));
    let delegation = [&hex!("ef0100")[..], CONTRACT.as_slice()].concat();
    setup.code(OTHER, delegation).code(CONTRACT, hex!("00")).record().0
}

#[test]
fn a_message_that_can_be_read() {
    let mut witness = honest();
    witness.messages[0] = vec![1, 2, 3].into();
    check(&witness, Missing::Message { message: 0 });
    let nameless = with_top(&honest(), |message| message.stateAccessList.clear());
    check(&nameless, Missing::Record { message: 0, record: 0 });
    let unopened = with_top(&honest(), |message| {
        message.stateAccessList[0] = Record::Value(0x41, Default::default()).encode();
    });
    check(&unopened, Missing::Record { message: 0, record: 0 });
}

/// Whether code is a delegation cannot be said without it.
#[test]
fn the_code_of_who_is_called() {
    let code: Bytes = [&hex!("ef0100")[..], CONTRACT.as_slice()].concat().into();
    let missing = Missing::Code { hash: keccak256(&code), account: OTHER };
    let mut witness = honest();
    witness.codes.insert(keccak256(&code), Bytes::from_static(&[0]));
    check(&witness, missing);
    witness.codes.remove(&keccak256(&code));
    check(&witness, missing);
}

#[test]
fn the_node_at_the_root() {
    let mut witness = honest();
    let hash = witness.roots.enter;
    witness.nodes.remove(&hash);
    check(&witness, Missing::AccountNode { hash, account: sender().address() });
}

/// EIP-198 takes lengths at their word, and there is gas for them.
#[test]
fn a_bounded_run_of_a_precompile() {
    let modexp = Address::with_last_byte(5);
    let word = |length: u64| U256::from(length).to_be_bytes::<32>();
    let input = [word(1), word(1 << 40), word(1)].concat();
    let (mut honest, _) = Setup::new(Fork::Prague, legacy(modexp.into(), 0, input)).record();
    assert_eq!(replay(&honest).transaction, AuditOutcome::Valid);
    honest.block.gas_limit = u64::MAX;
    let rich = with_body(&honest, |body| match body {
        iso_evm_wire::transaction::EthereumBody::Legacy(body) => {
            (body.gas_limit, body.gas_price) = (u64::MAX, 7);
        }
        _ => unreachable!(),
    });
    match replay(&rich).access {
        AuditOutcome::NotRun(missing) => assert_eq!(missing, Missing::TopRerun),
        outcome => panic!("{outcome:?}"),
    }
}
