#![allow(clippy::unwrap_used, reason = "a test may panic")]

use alloy_primitives::{Address, B256, U256};

use super::{Instant, instant::Field, sets};

#[test]
fn an_instant_has_a_word_for_each_field_and_all_of_them_name_it() {
    let before = Instant::entry(B256::repeat_byte(7));
    assert_eq!(before.words().len(), Field::ALL.len());
    let mut seen = vec![before.digest()];
    for change in [
        Instant { state_root: B256::ZERO, ..before },
        Instant { entry_root: B256::ZERO, ..before },
        Instant { accessed: B256::ZERO, ..before },
        Instant { transient: B256::ZERO, ..before },
        Instant { created: B256::ZERO, ..before },
        Instant { destroyed: B256::ZERO, ..before },
        Instant { refund: -1, ..before },
        Instant { logs: B256::repeat_byte(1), ..before },
        Instant { messages: 1, ..before },
        Instant { depth: 1, ..before },
        Instant { ripemd_touched: true, ..before },
    ] {
        assert!(!seen.contains(&change.digest()), "{change:?}");
        seen.push(change.digest());
    }
    assert_eq!(seen.len(), Field::ALL.len() + 1);
}

#[test]
fn a_refund_below_zero_is_a_twos_complement() {
    let instant = Instant { refund: -2, ..Instant::entry(B256::ZERO) };
    assert_eq!(U256::from_be_bytes(instant.word(Field::Refund).0), U256::MAX - U256::from(1));
}

#[test]
fn an_account_and_its_slots_have_places_of_their_own() {
    let account = Address::repeat_byte(3);
    assert_ne!(sets::account(account), sets::slot(account, B256::ZERO));
    assert_ne!(sets::slot(account, B256::ZERO), sets::slot(Address::ZERO, B256::ZERO));
}
