//! `ReadProver`: facts of calls, creations and destructions.

use alloy_primitives::{Address, U256, keccak256};
use iso_evm_verifier::audit::AccessKind;
use iso_evm_wire::{
    Fork, Rules,
    optimism::Upgrade,
    records::{Outcome, Record},
};

use super::{
    asking::{ALL_FORKS, Asking, but},
    records::{CALL, CALLCODE, DELEGATECALL, STATICCALL, call, create, create2, selfdestruct},
    world::{
        ABSENT, CODE, CODED, CONTEXT, DELEGATES, EMPTY, Holder, RICH, World, delegation, word,
    },
};

#[test]
fn what_is_called() {
    let asking = Asking::new();
    let (world, rules) = (&asking.world, asking.rules);
    for opcode in [CALL, CALLCODE, DELEGATECALL, STATICCALL] {
        let of = |record| Record::Call(opcode, record);
        let two = Address::with_last_byte(2);
        let calls = [
            (RICH, Outcome::Nocode),
            (EMPTY, Outcome::Nocode),
            (ABSENT, Outcome::Nocode),
            (CODED, Outcome::Child),
            (two, Outcome::Precompile),
            (DELEGATES, Outcome::Child),
        ];
        for (who, outcome) in calls {
            let record = call(world, rules, who, 10, outcome);
            asking.holds(of(record.clone()));
            let cold = record.cold;
            let lie = but!(record.clone(), cold = !cold);
            asking.lies(of(lie), AccessKind::Cold, [cold, !cold]);
            let empty = record.empty;
            let lie = but!(record.clone(), empty = !empty);
            asking.lies(of(lie), AccessKind::Empty, [empty, !empty]);
            for lie in Outcome::ALL.into_iter().filter(|other| *other != outcome) {
                let record = of(but!(record.clone(), outcome = lie as u8));
                if matches!(lie, Outcome::None | Outcome::Depth) {
                    asking.holds(record);
                } else {
                    asking.lies(record, AccessKind::Outcome, [outcome, lie]);
                }
            }
        }
        let record = call(world, rules, RICH, 1_001, Outcome::Balance);
        if matches!(opcode, CALL | CALLCODE) {
            asking.holds(of(record.clone()));
            let lie = but!(record, outcome = Outcome::Child as u8);
            asking.lies(of(lie), AccessKind::Outcome, [Outcome::Balance, Outcome::Child]);
        } else {
            asking.lies(of(record), AccessKind::Outcome, [Outcome::Nocode, Outcome::Balance]);
        }
    }
}

#[test]
fn who_delegates() {
    let asking = Asking::new();
    let (world, rules) = (&asking.world, asking.rules);
    let of = |record| Record::Call(CALL, record);
    let truth = call(world, rules, DELEGATES, 0, Outcome::Child);
    assert!(truth.delegated && truth.delegateCold);
    Asking::shows(&delegation()).holds(of(truth.clone()));
    // It delegates and the record says that it does not: its code shows it.
    let lie =
        but!(truth.clone(), delegated = false, delegate = Address::ZERO, delegateCold = false);
    Asking::shows(&delegation()).lies(of(lie), AccessKind::Delegate, [true, false]);
    // To another: the code shows to whom, the hash that it is not to this one.
    let lie = but!(truth.clone(), delegate = RICH);
    let words = [CODED.into_word(), RICH.into_word()];
    Asking::shows(&delegation()).lies(of(lie.clone()), AccessKind::Delegate, words);
    asking.lies(of(lie), AccessKind::Delegate, [false, true]);
    let lie = but!(truth.clone(), delegateCold = false);
    asking.lies(of(lie), AccessKind::DelegateCold, [true, false]);
    // Who does not delegate, and the record says so.
    for (who, code, outcome) in
        [(CODED, CODE, Outcome::Child), (RICH, &[], Outcome::Nocode), (EMPTY, &[], Outcome::Nocode)]
    {
        let truth = call(world, rules, who, 0, outcome);
        Asking::shows(code).holds(of(truth.clone()));
        let lie = but!(truth, delegated = true, delegate = RICH);
        asking.lies(of(lie.clone()), AccessKind::Delegate, [false, true]);
        Asking::shows(code).lies(of(lie), AccessKind::Delegate, [false, true]);
    }
    // To itself: it is warm by then.
    let mut own = Asking::new();
    let code = [&delegation()[..3], ABSENT.as_slice()].concat();
    let holder = Holder { nonce: 1, code_hash: keccak256(&code), ..Holder::default() };
    own.world.accounts.insert(ABSENT, holder);
    let truth_of_own = but!(
        call(&own.world, rules, ABSENT, 0, Outcome::Child),
        delegated = true,
        delegate = ABSENT
    );
    own.holds(of(truth_of_own.clone()));
    let lie = but!(truth_of_own, delegateCold = true);
    own.lies(of(lie), AccessKind::DelegateCold, [false, true]);
    // Nobody did before Prague; what says so is then like any other code.
    let asking = Asking { rules: Fork::Cancun.into(), ..Asking::new() };
    asking.holds(of(call(world, asking.rules, DELEGATES, 0, Outcome::Child)));
    asking.lies(of(truth), AccessKind::Delegate, [false, true]);
}

#[test]
fn precompiles_are_those_of_the_rules() {
    let p256 = Address::left_padding_from(&[1, 0]);
    let point = Address::with_last_byte(0x0a);
    let is = |rules: Rules, who, outcome| {
        let asking = Asking { rules, ..Asking::new() };
        let record = call(&asking.world, rules, who, 0, outcome);
        asking.holds(Record::Call(CALL, record));
    };
    for rules in Rules::ALL {
        let outcome = |is: bool| if is { Outcome::Precompile } else { Outcome::Nocode };
        is(rules, p256, outcome(rules.has_p256_verify()));
        is(rules, point, outcome(rules.is_precompile(point)));
        is(
            rules,
            Address::with_last_byte(0x11),
            outcome(rules.is_precompile(Address::with_last_byte(0x11))),
        );
        is(rules, Address::with_last_byte(0x12), Outcome::Nocode);
    }
    is(Upgrade::Fjord.into(), p256, Outcome::Precompile);
}

#[test]
fn what_is_created() {
    let mut asking = Asking::new();
    let rules = asking.rules;
    let truth = create(&asking.world, 10, Outcome::Child);
    asking.holds(Record::Create(truth.clone()));
    let lie = but!(truth.clone(), nonce = 3);
    asking.lies(Record::Create(lie), AccessKind::Nonce, [200_u64, 3]);
    asking.holds(Record::Create2(create2(10, Outcome::Child)));
    for lie in Outcome::ALL {
        let one = Record::Create(but!(truth.clone(), outcome = lie as u8));
        let two = Record::Create2(but!(create2(10, Outcome::Child), outcome = lie as u8));
        for record in [one, two] {
            if matches!(lie, Outcome::Child | Outcome::Depth) {
                asking.holds(record);
            } else {
                asking.lies(record, AccessKind::Outcome, [Outcome::Child, lie]);
            }
        }
    }
    asking.holds(Record::Create(create(&asking.world, 1_001, Outcome::Balance)));
    asking.holds(Record::Create2(create2(1_001, Outcome::Balance)));
    // The new account is taken: by a nonce, by code, by storage.
    let slots = [(word(1), word(1))].into();
    let taken = [
        Holder { nonce: 1, ..Holder::default() },
        Holder { code_hash: keccak256(CODE), ..Holder::default() },
        Holder { balance: U256::from(1), slots, ..Holder::default() },
    ];
    for holder in taken {
        let mut asking = Asking::new();
        let first = World::new_address(&Record::Create(truth.clone()));
        let second = World::new_address(&Record::Create2(create2(0, Outcome::Child)));
        asking.world.accounts.insert(first, holder.clone());
        asking.world.accounts.insert(second, holder);
        asking.holds(Record::Create(create(&asking.world, 0, Outcome::Collision)));
        asking.holds(Record::Create2(create2(0, Outcome::Collision)));
        let lie = Record::Create2(create2(0, Outcome::Child));
        asking.lies(lie, AccessKind::Outcome, [Outcome::Collision, Outcome::Child]);
    }
    asking.world.accounts.get_mut(&CONTEXT).unwrap().nonce = u64::MAX;
    asking.holds(Record::Create(create(&asking.world, 0, Outcome::Nonce)));
    asking.holds(Record::Create2(create2(0, Outcome::Nonce)));
    assert_eq!(rules, Fork::Osaka.into());
}

#[test]
fn what_is_destroyed() {
    for fork in ALL_FORKS {
        let asking = Asking { rules: fork.into(), ..Asking::new() };
        for who in [RICH, EMPTY, ABSENT, CONTEXT] {
            let record = selfdestruct(&asking.world, asking.rules, who);
            asking.holds(Record::Selfdestruct(record.clone()));
            let (cold, empty) = (record.cold, record.empty);
            let lie = but!(record.clone(), cold = !cold);
            asking.lies(Record::Selfdestruct(lie), AccessKind::Cold, [cold, !cold]);
            let lie = but!(record.clone(), empty = !empty);
            asking.lies(Record::Selfdestruct(lie), AccessKind::Empty, [empty, !empty]);
            let lie = but!(record, balance = U256::from(3));
            asking.lies(Record::Selfdestruct(lie), AccessKind::Balance, [1_000_u64, 3]);
        }
    }
}
