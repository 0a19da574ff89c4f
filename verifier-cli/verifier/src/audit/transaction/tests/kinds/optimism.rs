//! Lies about transactions of the OP Stack: deposits and their receipts, and what others pay.

use alloy_consensus::{Header, TxEip4844, TxEip7702};
use alloy_primitives::{B256, KECCAK256_EMPTY, U256, hex};
use iso_evm_wire::{
    Fork, MessageWitness, Rules, Witness,
    container::DepositReceipt,
    optimism::{L1Block, Upgrade, predeploys::L1_BLOCK},
    transaction::{Transaction, TxDeposit},
};

use super::{
    super::{
        optimism::{DEPOSITOR, chain, deposit},
        recorded::{CONTRACT, OTHER, Setup, Signer, legacy, sender, stand_on},
    },
    Kind, Lies, changed,
};
use crate::{
    audit::{AuditOutcome, replay},
    transaction_hash::encode,
};

/// OP Sepolia, and a time after it came to Holocene and before it came to Isthmus.
const OP_SEPOLIA: (u64, u64) = (11_155_420, 1_740_000_000);

/// What a contract does: its log tells that it ran.
const LOGS: [u8; 6] = hex!("60006000a000");

pub(super) fn add(lies: &mut Lies) {
    types(lies);
    deposits(lies);
    flags(lies);
    receipts(lies);
    fees(lies);
    upgrades(lies);
}

/// The witness of a deposit that runs.
fn honest(upgrade: Upgrade) -> Witness {
    chain(upgrade, LOGS).deposit(deposit(CONTRACT, hex!("aabb"))).0
}

/// The same of another deposit.
fn with_deposit(witness: &Witness, change: impl FnOnce(&mut TxDeposit)) -> Witness {
    let mut deposit = witness.transaction.body().deposit().unwrap().clone();
    change(&mut deposit);
    changed(witness, |lie| lie.transaction = Transaction::deposit(deposit))
}

/// The root at entry of a transaction on another state.
fn root_on(witness: &Witness, setup: &Setup) -> B256 {
    let mut witness = witness.clone();
    stand_on(&mut witness, &setup.prestate);
    witness.roots.enter
}

/// Types that there are on one kind of chain alone.
fn types(lies: &mut Lies) {
    let ethereum = changed(&honest(Upgrade::Canyon), |lie| lie.rules = Fork::Shanghai.into());
    lies.add(Kind::Type, "a deposit on Ethereum", ethereum, [2_u8, 0x7e]);
    let blobs = TxEip4844 {
        chain_id: 1,
        nonce: 3,
        gas_limit: 100_000,
        max_fee_per_gas: 30,
        to: OTHER,
        blob_versioned_hashes: vec![B256::from(U256::ONE << 248)],
        max_fee_per_blob_gas: 900,
        ..Default::default()
    };
    let (blobs, _) = Setup::new(Fork::Prague, blobs).record();
    for upgrade in [Upgrade::Ecotone, Upgrade::Jovian] {
        let lie = changed(&blobs, |lie| lie.rules = upgrade.into());
        lies.add(Kind::Type, "blobs on the OP Stack", lie, [2_u8, 3]);
    }
    let delegating = TxEip7702 {
        chain_id: 1,
        nonce: 3,
        gas_limit: 100_000,
        max_fee_per_gas: 30,
        authorization_list: vec![Signer::new(2).authorize(1, CONTRACT, 0)],
        ..Default::default()
    };
    let isthmus = Setup { body: delegating.into(), ..chain(Upgrade::Isthmus, LOGS) };
    let (isthmus, _) = isthmus.record();
    assert_eq!(replay::transaction(&isthmus), AuditOutcome::Valid);
    let early = changed(&isthmus, |lie| lie.rules = Upgrade::Holocene.into());
    lies.add(Kind::Type, "authorisations before Isthmus", early, [2_u8, 4]);
}

/// Lies about a deposit and its message.
fn deposits(lies: &mut Lies) {
    let honest = honest(Upgrade::Holocene);
    assert_eq!(replay::transaction(&honest), AuditOutcome::Valid);
    let small = changed(&honest, |lie| lie.block.gas_limit = 99_999);
    lies.add(Kind::GasLimit, "a deposit above the block's", small, [99_999_u64, 100_000]);
    let none = changed(&honest, |lie| lie.messages.clear());
    lies.add(Kind::Message, "none where a deposit runs code", none, [1_u8, 0]);
    for (what, change) in [
        ("one of a deposit that cannot pay", &with_value as &dyn Fn(&mut TxDeposit)),
        ("one of a deposit below its intrinsic gas", &|deposit| deposit.gas_limit = 21_031),
    ] {
        let lie = with_deposit(&honest, change);
        lies.add(Kind::Message, what, lie, [0_u8, 1]);
    }
    let price = [U256::ZERO, U256::from(7)];
    lies.add_top(Kind::GasPrice, &honest, |message| message.gasPrice = price[1], price);
    let other = [DEPOSITOR, OTHER];
    lies.add_top(Kind::Origin, &honest, |message| message.origin = other[1], other);
    let gas = [U256::from(100_000 - 21_032), U256::from(100_000)];
    lies.add_top(Kind::Gas, &honest, |message| message.gasAvailable = gas[1], gas);

    // Another mint, and none at all: the state says how much it was.
    let right = honest.message(0).unwrap().stateRootEnter;
    for mint in [0, 501] {
        let setup = chain(Upgrade::Holocene, LOGS);
        let other = TxDeposit { mint, ..deposit(CONTRACT, hex!("aabb")) };
        let wrong = setup.deposit(other).0.message(0).unwrap().stateRootEnter;
        let enter = |message: &mut MessageWitness| message.stateRootEnter = wrong;
        lies.add_top(Kind::StateRootEnter, &honest, enter, [right, wrong]);
        let lie = with_deposit(&honest, |deposit| deposit.mint = mint);
        lies.add_top(Kind::StateRootEnter, &lie, |_| {}, [wrong, right]);
    }
    let lie = with_deposit(&honest, |deposit| deposit.value = U256::from(701));
    lies.add_top(Kind::Value, &lie, |_| {}, [U256::from(701), U256::from(700)]);

    // A failed deposit keeps its mint, and its sender's nonce grows.
    let setup = chain(Upgrade::Holocene, LOGS);
    let mut poor = deposit(CONTRACT, []);
    with_value(&mut poor);
    let (poor, _) = setup.deposit(poor);
    assert_eq!(replay::transaction(&poor), AuditOutcome::Valid);
    for (nonce, mint) in [(3, 0), (3, 500), (4, 0)] {
        let mut undone = setup.clone();
        let sender = undone.prestate.get_mut(&DEPOSITOR).unwrap();
        sender.nonce = nonce;
        sender.balance += U256::from(mint);
        let wrong = root_on(&poor, &undone);
        let lie = changed(&poor, |lie| lie.roots.leave = wrong);
        let words = [poor.roots.leave, wrong];
        lies.add(Kind::StateRootLeave, "not all that a failed deposit leaves", lie, words);
    }
    let paid = changed(&poor, |lie| lie.receipt.success = true);
    lies.add(Kind::Status, "a success of a failed deposit", paid, [false, true]);
    let less = changed(&poor, |lie| lie.receipt.gas_used = 21_000);
    lies.add(Kind::GasUsed, "less than a failed deposit's limit", less, [100_000_u64, 21_000]);
}

fn with_value(deposit: &mut TxDeposit) {
    deposit.value = U256::from(1_501);
}

/// Lies about who deposits: a system transaction is no other deposit's twin.
fn flags(lies: &mut Lies) {
    let system = |witness: &Witness, is: bool| {
        with_deposit(witness, |deposit| deposit.is_system_transaction = is)
    };
    let late = system(&honest(Upgrade::Regolith), true);
    lies.add(Kind::Message, "a system transaction from Regolith on", late, [0_u8, 1]);
    let early = honest(Upgrade::Bedrock);
    assert_eq!(replay::transaction(&early), AuditOutcome::Valid);
    lies.add(Kind::GasUsed, "a system transaction's", system(&early, true), [0_u64, 100_000]);
    let by_system = TxDeposit { is_system_transaction: true, ..deposit(CONTRACT, []) };
    let (early, _) = chain(Upgrade::Bedrock, LOGS).deposit(by_system);
    assert_eq!(replay::transaction(&early), AuditOutcome::Valid);
    lies.add(Kind::GasUsed, "no system transaction's", system(&early, false), [100_000_u64, 0]);
}

/// Lies about what only a deposit's receipt tells.
fn receipts(lies: &mut Lies) {
    let none = U256::MAX;
    let told = |nonce: u64, version: Option<u64>| Some(DepositReceipt { nonce, version });
    let [bedrock, regolith, canyon] = [Upgrade::Bedrock, Upgrade::Regolith, Upgrade::Canyon];
    let three = U256::from(3);
    let (one, two) = (U256::ONE, U256::from(2));
    for (upgrade, receipt, kind, what, words) in [
        (bedrock, told(3, None), Kind::DepositNonce, "before Regolith", [none, three]),
        (regolith, told(4, None), Kind::DepositNonce, "the one after", [three, U256::from(4)]),
        (regolith, None, Kind::DepositNonce, "none", [three, none]),
        (canyon, None, Kind::DepositNonce, "neither", [three, none]),
        (canyon, told(0, Some(1)), Kind::DepositNonce, "the deposit's own", [three, U256::ZERO]),
        (regolith, told(3, Some(1)), Kind::DepositVersion, "before Canyon", [none, one]),
        (canyon, told(3, None), Kind::DepositVersion, "none", [one, none]),
        (canyon, told(3, Some(2)), Kind::DepositVersion, "another", [one, two]),
    ] {
        let lie = changed(&honest(upgrade), |lie| lie.receipt.deposit = receipt);
        lies.add(kind, what, lie, words);
    }
    let (signed, _) = chain(Upgrade::Canyon, LOGS).record();
    let lie = changed(&signed, |lie| lie.receipt.deposit = told(3, Some(1)));
    lies.add(Kind::DepositNonce, "of no deposit", lie, [none, three]);
}

/// Lies about what a transaction pays beside its gas.
fn fees(lies: &mut Lies) {
    for upgrade in [Upgrade::Bedrock, Upgrade::Ecotone, Upgrade::Fjord, Upgrade::Jovian] {
        let setup = chain(upgrade, LOGS);
        let (honest, _) = setup.record();
        assert_eq!(replay::transaction(&honest), AuditOutcome::Valid, "{upgrade}");

        // L1 is another: the fees are what the state says.
        let mut other = setup.clone();
        let l1_block = other.prestate.get_mut(&L1_BLOCK).unwrap();
        l1_block.storage.insert(B256::with_last_byte(1), U256::from(9_000_000_000_u64).into());
        let (cheated, _) = other.record();
        let mut lie = honest.clone();
        stand_on(&mut lie, &other.prestate);
        let [right, wrong] =
            [&cheated, &honest].map(|witness| witness.message(0).unwrap().stateRootEnter);
        lies.add_top(Kind::StateRootEnter, &lie, |_| {}, [right, wrong]);

        // What is due at the most, and a wei less.
        let body = honest.transaction.body();
        let storage = &setup.prestate[&L1_BLOCK].storage;
        let slot = |slot: U256| {
            let word = storage.get(&B256::from(slot)).copied().unwrap_or_default();
            Ok::<_, std::convert::Infallible>(U256::from_be_bytes(word.0))
        };
        let Ok(l1) = L1Block::read(upgrade, slot);
        let fees = l1.data_fee(&encode(&honest.transaction)) + l1.operator_fee(200_000);
        let needed = U256::from(200_000 * 30 + 11) + fees;
        for (balance, fits) in [(needed, true), (needed - U256::ONE, false)] {
            let mut poor = setup.clone();
            poor.prestate.get_mut(&sender().address()).unwrap().balance = balance;
            if fits {
                let (witness, _) = poor.record();
                assert_eq!(replay::transaction(&witness), AuditOutcome::Valid, "{upgrade}");
                continue;
            }
            let lie = changed(&honest, |lie| stand_on(lie, &poor.prestate));
            lies.add(Kind::Funds, "a wei too few for the fees", lie, [needed, balance]);
        }
        assert!(body.deposit().is_none());
    }
    vaults(lies);
}

/// A transfer whose fees go elsewhere than they should.
fn vaults(lies: &mut Lies) {
    for upgrade in [Upgrade::Canyon, Upgrade::Isthmus] {
        let setup = Setup { body: legacy(OTHER.into(), 1, []).into(), ..chain(upgrade, LOGS) };
        let (honest, _) = setup.record();
        assert_eq!(replay::transaction(&honest), AuditOutcome::Valid, "{upgrade}");
        // No vault gets anything, as on Ethereum, and no data is paid for.
        let rules = Rules::Ethereum(upgrade.fork());
        let (burnt, _) = Setup { rules, ..setup.clone() }.record();
        let mut left = vec![("as on Ethereum", burnt.roots.leave)];
        // The data is free, and L1Block as it was.
        let mut free = setup.clone();
        let l1_block = free.prestate.get_mut(&L1_BLOCK).unwrap();
        l1_block.storage.clear();
        let (free, _) = free.record();
        left.push(("of another L1Block", free.roots.leave));
        for (what, wrong) in left {
            let lie = changed(&honest, |lie| lie.roots.leave = wrong);
            lies.add(Kind::StateRootLeave, what, lie, [honest.roots.leave, wrong]);
        }
    }
}

/// A block of one upgrade under another's rules.
fn upgrades(lies: &mut Lies) {
    let (chain_id, timestamp) = OP_SEPOLIA;
    let header = Header { number: 1_000, timestamp, ..Header::default() };
    let holocene = changed(&honest(Upgrade::Holocene), |lie| {
        lie.chain_id = chain_id;
        lie.block.header = Some(Box::new(header));
        lie.block.excess_blob_gas = Some(0);
        lie.block.blob_base_fee = Some(1);
    });
    assert_eq!(replay::transaction(&holocene), AuditOutcome::Valid);
    let number = |rules: Rules| U256::from(rules.number());
    let expected = number(Upgrade::Holocene.into());
    for rules in Rules::ALL.into_iter().filter(|rules| *rules != Upgrade::Holocene.into()) {
        let lie = changed(&holocene, |lie| lie.rules = rules);
        lies.add(Kind::Fork, "of another upgrade", lie, [expected, number(rules)]);
    }
    assert_eq!(honest(Upgrade::Holocene).block.header, None);
    let fee = changed(&holocene, |lie| lie.block.blob_base_fee = Some(2));
    lies.add(Kind::BlobBaseFee, "above the least", fee, [1_u128, 2]);
    // A sender's code is no matter of a deposit, and one of any other transaction.
    let setup = chain(Upgrade::Holocene, LOGS);
    let (signed, _) = setup.record();
    let mut contract = setup.clone();
    contract.prestate.get_mut(&sender().address()).unwrap().code = LOGS.to_vec().into();
    let lie = changed(&signed, |lie| stand_on(lie, &contract.prestate));
    let hash = alloy_primitives::keccak256(LOGS);
    lies.add(Kind::SenderCode, "code on the OP Stack", lie, [KECCAK256_EMPTY, hash]);
}
