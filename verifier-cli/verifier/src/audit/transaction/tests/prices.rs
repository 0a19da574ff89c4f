//! Gas and prices of random transactions against revm's.

use alloy_primitives::U256;
use iso_evm_wire::{Fork, transaction::Transaction};
use iso_evm_witness::env::tx_env;
use revm::{
    context::{CfgEnv, Transaction as _},
    context_interface::Cfg as _,
};

use super::{
    super::{gas::intrinsic, price},
    random::Random,
};

#[test]
fn intrinsic_gas_is_revms() {
    let mut random = Random(1);
    for fork in Fork::ALL {
        let mut cfg = CfgEnv::<revm::primitives::hardfork::SpecId>::default();
        cfg.set_spec_and_mainnet_gas_params(fork.spec_id());
        for _ in 0..2_000 {
            let transaction = Transaction::unsigned(random.address(), random.body());
            let tx = tx_env(&transaction);
            let expected = cfg.gas_params().initial_tx_gas_for_tx(&tx, None);
            let found = intrinsic(transaction.body(), fork);
            // A type that the fork does not know is refused for that.
            let known = fork
                >= [Fork::Istanbul, Fork::Berlin, Fork::London, Fork::Cancun, Fork::Prague]
                    [usize::from(tx.tx_type)];
            if known {
                assert_eq!(found.gas, expected.initial_total_gas(), "{fork} {tx:?}");
                let floor = if fork >= Fork::Prague { expected.floor_gas() } else { 0 };
                assert_eq!(found.floor, floor, "{fork} {tx:?}");
            }
        }
    }
}

#[test]
fn gas_price_and_what_the_sender_needs_are_computed_as_revm_does() {
    let mut random = Random(2);
    let mut within = 0;
    for _ in 0..20_000 {
        let transaction = Transaction::unsigned(random.address(), random.body());
        let (body, tx) = (transaction.body(), tx_env(&transaction));
        let base_fee = u128::from(random.next() >> random.below(64));
        let blob_fee = u128::from(random.next() >> random.below(64));
        let price = price::effective_gas_price(body, base_fee);
        assert_eq!(price, tx.effective_gas_price(base_fee), "{tx:?}");
        // revm takes no more than 2^128 wei for gas, and is wrong above that for blobs.
        if let Ok(expected) = tx.max_balance_spending() {
            assert_eq!(price::funds_needed(body), expected, "{tx:?}");
            let upfront = tx.effective_balance_spending(base_fee, blob_fee).unwrap() - tx.value();
            assert_eq!(price::gas_cost(body, price, blob_fee), upfront, "{tx:?}");
            within += 1;
        }
    }
    assert!(within > 5_000, "{within}");
}

#[test]
fn funds_do_not_wrap() {
    let body = alloy_consensus::TxLegacy {
        gas_price: u128::MAX,
        gas_limit: u64::MAX,
        value: U256::MAX,
        ..Default::default()
    };
    assert_eq!(price::funds_needed(&body.into()), U256::MAX);
}
