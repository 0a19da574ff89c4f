//! The protocol's tables beside revm's and alloy's, and beside each other.

use alloy_eips::eip7840::BlobParams;
use alloy_primitives::{Address, U256};
use revm::precompile::{PrecompileSpecId, Precompiles};

use super::*;

#[test]
fn changes_stand_in_the_order_of_forks() {
    assert!(Change::ALL.is_sorted_by_key(|change| change.since()));
    for change in Change::ALL {
        let sentence = change.sentence();
        assert!(sentence.ends_with('.') && !sentence.contains('|'), "{change:?}");
        assert!(change.since() > Fork::ALL[0], "{change:?}");
    }
}

#[test]
fn a_fork_has_what_came_with_it_and_before() {
    for change in Change::ALL {
        for fork in Fork::ALL {
            assert_eq!(fork.has(*change), fork >= change.since(), "{fork} {change:?}");
        }
    }
}

/// A number changes at the forks whose changes say so, and at no other.
#[test]
fn numbers_change_where_the_table_says() {
    fn changes_at<T: PartialEq>(number: impl Fn(Fork) -> T, changes: &[Change]) {
        for pair in Fork::ALL.windows(2) {
            let said = changes.iter().any(|change| change.since() == pair[1]);
            assert_eq!(number(pair[0]) != number(pair[1]), said, "{}: {changes:?}", pair[1]);
        }
    }
    changes_at(StateGas::of, &[Change::ColdAccess]);
    changes_at(storage_clear_refund, &[Change::SmallerRefunds]);
    changes_at(max_refund_quotient, &[Change::SmallerRefunds]);
    changes_at(transaction_gas_cap, &[Change::GasLimitCap]);
    let types = [Change::AccessLists, Change::BaseFee, Change::Blobs, Change::Delegation];
    changes_at(last_transaction_type, &types);
    changes_at(most_blobs, &[Change::MoreBlobs, Change::BlobsOfTransaction]);
    changes_at(last_precompile, &[Change::Blobs, Change::BlsPrecompiles]);
}

#[test]
fn the_most_blobs_of_a_fork_are_those_that_alloy_names() {
    for (fork, params) in [
        (Fork::Cancun, BlobParams::cancun()),
        (Fork::Prague, BlobParams::prague()),
        (Fork::Osaka, BlobParams::osaka()),
    ] {
        assert_eq!(most_blobs(fork), params.max_blobs_per_tx);
    }
}

#[test]
fn an_account_is_a_precompile_where_revm_has_one() {
    for fork in Fork::ALL {
        let revms = Precompiles::new(PrecompileSpecId::from_spec_id(fork.spec_id()));
        for number in 0..0x1000_u64 {
            let account = Address::from_word(U256::from(number).into());
            assert_eq!(
                Rules::from(fork).is_precompile(account),
                revms.contains(&account),
                "{fork} {number}"
            );
        }
        assert!(revms.addresses().all(|account| Rules::from(fork).is_precompile(*account)));
        let listed: Vec<Address> = Rules::from(fork)
            .precompiles()
            .map(|n| Address::from_word(U256::from(n).into()))
            .collect();
        assert_eq!(listed.len(), revms.addresses().count());
        assert!(
            listed.is_sorted()
                && listed.iter().all(|account| Rules::from(fork).is_precompile(*account))
        );
    }
}

#[test]
fn new_precompiles_tell_a_fork() {
    let new = Fork::ALL.map(first_new_precompile);
    assert_eq!(new, [None, None, None, None, None, Some(0x0a), Some(0x0b), Some(P256VERIFY)]);
}
