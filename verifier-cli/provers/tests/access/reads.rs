//! `ReadProver`: of each fact the truth, which convicts nobody, and a lie, which is told.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use iso_evm_provers::{Kind, proof::Read};
use iso_evm_verifier::audit::AccessKind;
use iso_evm_wire::{
    Fork, Rules,
    optimism::Upgrade,
    records::{BlobhashRecord, BlockhashRecord, Outcome, Record, TransientRecord, ValueRecord},
};

use super::{
    answer::{Answer, Prover, ask},
    claim::{Commitment, Spoken},
    effect::BENEFICIARY,
    records::{
        CALL, CALLCODE, DELEGATECALL, STATICCALL, balance, call, create, create2, extcodecopy,
        extcodehash, extcodesize, selfdestruct, sload, sstore,
    },
    world::{
        ABSENT, CODE, CODED, CONTEXT, DELEGATES, EMPTY, Holder, RICH, World, delegation, word,
    },
};

/// What is asked about a record.
#[derive(Clone, Debug)]
struct Asking {
    world: World,
    rules: Rules,
    code: Vec<u8>,
    back: Option<u64>,
    skip: U256,
}

impl Asking {
    fn new() -> Self {
        let (rules, code) = (Fork::Osaka.into(), Vec::new());
        Self { world: World::new(), rules, code, back: None, skip: U256::ZERO }
    }

    /// With this code.
    fn shows(code: &[u8]) -> Self {
        Self { code: code.to_vec(), ..Self::new() }
    }

    /// The commitment and the proof: of a message's second record, before which nothing has changed.
    fn proof(&self, record: Record) -> (Commitment, Read) {
        let instant = self.world.instant();
        let first = Record::Value(0x42, ValueRecord { value: U256::from(2_000) });
        let spoken = Spoken::new(instant, &[first, record], &[instant, instant]);
        let commitment = Commitment::new(self.rules, vec![spoken]);
        let (ancestor, ancestor_path) =
            self.back.map(|back| commitment.ancestor(back)).unwrap_or_default();
        let read = Read {
            place: commitment.place(0, 2),
            nodes: self.world.nodes().into(),
            code: self.code.clone().into(),
            ancestor,
            ancestorPath: ancestor_path,
            skip: self.skip,
        };
        (commitment, read)
    }

    fn of(&self, record: Record) -> Answer {
        let (commitment, read) = self.proof(record);
        ask(Prover::Read, commitment.root(), &read)
    }

    #[track_caller]
    fn holds(&self, record: Record) {
        self.of(record).holds();
    }

    #[track_caller]
    fn lies(&self, record: Record, kind: AccessKind, words: [impl AsWord; 2]) {
        let words = words.map(AsWord::word);
        self.of(record).convicts(Kind::Access(kind), [Some(0), Some(2)], words);
    }
}

trait AsWord {
    fn word(self) -> B256;
}

impl AsWord for u64 {
    fn word(self) -> B256 {
        word(self)
    }
}

impl AsWord for B256 {
    fn word(self) -> B256 {
        self
    }
}

impl AsWord for bool {
    fn word(self) -> B256 {
        word(u64::from(self))
    }
}

impl AsWord for Outcome {
    fn word(self) -> B256 {
        word(self as u64)
    }
}

const ALL_FORKS: [Fork; 3] = [Fork::Istanbul, Fork::Berlin, Fork::Osaka];

/// Changes a record's fields.
macro_rules! but {
    ($record:expr, $($field:ident = $value:expr),+) => {{
        let mut record = $record;
        $(record.$field = $value;)+
        record
    }};
}

#[test]
fn what_accounts_have() {
    for fork in ALL_FORKS {
        let asking = Asking { rules: fork.into(), ..Asking::shows(CODE) };
        let (world, rules) = (&asking.world, asking.rules);
        let two = Address::with_last_byte(2);
        for who in [RICH, EMPTY, ABSENT, CODED, two, BENEFICIARY] {
            let record = balance(world, rules, who);
            asking.holds(Record::Balance(record.clone()));
            let cold = record.cold;
            let lie = but!(record.clone(), cold = !cold);
            asking.lies(Record::Balance(lie), AccessKind::Cold, [cold, !cold]);
            let (is, says) = (record.balance.to::<u64>(), 55_u64);
            let lie = but!(record, balance = U256::from(says));
            asking.lies(Record::Balance(lie), AccessKind::Balance, [is, says]);
            let record = extcodehash(world, rules, who);
            asking.holds(Record::Extcodehash(record.clone()));
            let (is, says) = (record.codeHash, B256::repeat_byte(1));
            let lie = but!(record, codeHash = says);
            asking.lies(Record::Extcodehash(lie), AccessKind::CodeHash, [is, says]);
        }
        for who in [CODED, RICH] {
            let record = extcodesize(world, rules, who);
            asking.holds(Record::Extcodesize(record.clone()));
            let is = record.size.to::<u64>();
            let lie = but!(record, size = U256::from(9));
            asking.lies(Record::Extcodesize(lie), AccessKind::CodeSize, [is, 9]);
        }
        let own = Record::Value(0x47, ValueRecord { value: U256::from(1_000) });
        asking.holds(own);
        let lie = Record::Value(0x47, ValueRecord { value: U256::from(1_001) });
        asking.lies(lie, AccessKind::Balance, [1_000_u64, 1_001]);
    }
}

#[test]
fn what_code_is() {
    let asking = Asking::shows(CODE);
    let (world, rules) = (&asking.world, asking.rules);
    for (offset, size) in [(0, 6), (2, 3), (4, 100), (6, 1), (99, 1), (0, 0)] {
        let record = extcodecopy(world, rules, offset, size);
        asking.holds(Record::Extcodecopy(record.clone()));
        let lie = but!(record.clone(), code = Bytes::from_static(&[1; 40]));
        let words = [keccak256(&record.code), keccak256(&lie.code)];
        asking.lies(Record::Extcodecopy(lie), AccessKind::Code, words);
    }
    let huge = but!(extcodecopy(world, rules, 9, 9), offset = U256::MAX, size = U256::MAX);
    asking.holds(Record::Extcodecopy(huge));
    // Code that is not shown, or another, decides nothing.
    let lie = but!(extcodesize(world, rules, CODED), size = U256::from(9));
    Asking::new().of(Record::Extcodesize(lie.clone())).reverts();
    Asking::shows(&[1]).of(Record::Extcodesize(lie)).reverts();
}

#[test]
fn what_slots_hold() {
    for fork in ALL_FORKS {
        let asking = Asking { rules: fork.into(), ..Asking::new() };
        let (world, rules) = (&asking.world, asking.rules);
        for key in [1, 2, 3, 4, 77] {
            let record = sload(world, rules, key);
            asking.holds(Record::Sload(record.clone()));
            let cold = record.cold;
            let lie = but!(record.clone(), cold = !cold);
            asking.lies(Record::Sload(lie), AccessKind::Cold, [cold, !cold]);
            let is = record.value;
            let lie = but!(record, value = word(5));
            asking.lies(Record::Sload(lie), AccessKind::Value, [is, word(5)]);
            let record = sstore(world, rules, key, word(9));
            asking.holds(Record::Sstore(record.clone()));
            let lie = but!(record.clone(), original = word(5), current = word(5));
            asking.lies(Record::Sstore(lie), AccessKind::Original, [record.original, word(5)]);
            let lie = but!(record.clone(), current = word(5));
            asking.lies(Record::Sstore(lie), AccessKind::Current, [record.current, word(5)]);
            let lie = but!(record, cold = !cold);
            asking.lies(Record::Sstore(lie), AccessKind::Cold, [cold, !cold]);
        }
        let record = TransientRecord { key: word(1), value: word(11) };
        asking.holds(Record::Tload(record.clone()));
        let lie = but!(record, key = word(2));
        asking.lies(Record::Tload(lie), AccessKind::Transient, [word(0), word(11)]);
    }
}

#[test]
fn the_original_of_an_account_that_was_created_is_zero() {
    let mut asking = Asking::new();
    asking.world.created.insert(iso_evm_wire::claim::sets::account(CONTEXT));
    let record = sstore(&asking.world, asking.rules, 1, word(9));
    assert!(record.original.is_zero() && !record.current.is_zero());
    asking.holds(Record::Sstore(record));
}

#[test]
fn what_the_block_has() {
    let asking = Asking::new();
    let words = [
        (0x41, BENEFICIARY.into_word()),
        (0x42, word(2_000)),
        (0x43, word(1_000)),
        (0x44, B256::repeat_byte(5)),
        (0x45, word(3_000)),
        (0x46, word(17)),
        (0x48, word(4_000)),
        (0x4a, word(6_000)),
    ];
    for (opcode, is) in words {
        asking.holds(Record::Value(opcode, ValueRecord { value: is.into() }));
        let lie = Record::Value(opcode, ValueRecord { value: U256::from(12) });
        asking.lies(lie, AccessKind::Block, [is, word(12)]);
    }
    // Blobs are the transaction's.
    asking.of(Record::Blobhash(BlobhashRecord { index: U256::ZERO, hash: word(1) })).reverts();
}

#[test]
fn hashes_of_ancestors() {
    for back in [1, 2, 255, 256] {
        let asking = Asking { back: Some(back), ..Asking::new() };
        let (number, is) = (U256::from(1_000 - back), word(7_000 + back - 1));
        asking.holds(Record::Blockhash(BlockhashRecord { number, hash: is }));
        let lie = Record::Blockhash(BlockhashRecord { number, hash: word(1) });
        asking.lies(lie.clone(), AccessKind::BlockHash, [is, word(1)]);
        // Another ancestor's path shows nothing of this one.
        Asking { back: Some(back % 256 + 1), ..Asking::new() }.of(lie).is_not_among(0);
    }
    let asking = Asking::new();
    for number in [U256::from(1_000), U256::from(1_001), U256::from(743), U256::ZERO, U256::MAX] {
        asking.holds(Record::Blockhash(BlockhashRecord { number, hash: word(0) }));
        let lie = Record::Blockhash(BlockhashRecord { number, hash: word(1) });
        asking.lies(lie, AccessKind::BlockHash, [word(0), word(1)]);
    }
}

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
    let lie = but!(truth.clone(), delegated = false, delegate = Address::ZERO, delegateCold = false);
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
        is(rules, Address::with_last_byte(0x11), outcome(rules.is_precompile(Address::with_last_byte(0x11))));
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

#[test]
fn what_is_passed_over_needs_no_nodes_and_is_not_told() {
    let asking = Asking::new();
    let truth = balance(&asking.world, asking.rules, RICH);
    let lie = but!(truth, cold = true, balance = U256::from(1));
    asking.lies(Record::Balance(lie.clone()), AccessKind::Cold, [false, true]);
    let skip = U256::MAX ^ (U256::from(1) << (AccessKind::Balance as usize));
    let asking = Asking { skip, ..asking };
    asking.lies(Record::Balance(lie.clone()), AccessKind::Balance, [1_000_u64, 1]);
    let (commitment, mut read) = asking.proof(Record::Balance(lie));
    read.nodes = Bytes::new();
    ask(Prover::Read, commitment.root(), &read).reverts();
}
