//! What is kept of operators and challengers, in both databases: through reorganisations of the other chain, and from
//! one connection to the next.

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_onchain::dispute::{Committed, Ended, Standing, ToldEvent};
use iso_evm_provers::dispute::id_of;
use iso_evm_wire::{
    Rules,
    claim::{BlockClaim, Environment, items::TreeRoot},
};

use super::{Keep, Places, Store, StoreError};
use crate::{
    commitment::{CommitmentNews, Judgement},
    event::Event,
    store::{Planned, SignedAct, ToldAt, Turn},
};

const OPERATOR: Address = Address::repeat_byte(1);
const CHALLENGER: Address = Address::repeat_byte(2);

/// A commitment to a block of this number.
fn committed(number: u64) -> Committed {
    let environment = Environment {
        chain_id: 1,
        rules: Rules::ALL[0],
        number,
        timestamp: number,
        beneficiary: B256::ZERO,
        gas_limit: 1,
        base_fee: 1,
        randomness: B256::ZERO,
        blob_base_fee: U256::ZERO,
    };
    let transactions = TreeRoot { count: 1, root: B256::repeat_byte(3) };
    let claim = BlockClaim {
        environment: environment.hash(),
        header: B256::ZERO,
        ancestors: TreeRoot::default(),
        transactions,
        enter: B256::repeat_byte(4),
        leave: B256::repeat_byte(5),
    };
    let (root, deadline) = (claim.root(), 1_000 + number);
    let words = [root, B256::from(U256::from(deadline))];
    let words = words.into_iter().chain(claim.words()).chain(environment.words());
    let data: Bytes = words.flat_map(|word| word.0).collect::<Vec<u8>>().into();
    Committed::of_parts(id_of(OPERATOR, root), OPERATOR, B256::ZERO, data).unwrap()
}

fn told(event: ToldEvent, number: u64, fork: u8) -> ToldAt {
    let mut hash = B256::repeat_byte(fork);
    hash[..8].copy_from_slice(&number.to_be_bytes());
    ToldAt { event, number, hash, transaction: B256::repeat_byte(fork) }
}

fn made(number: u64, at: u64, fork: u8) -> ToldAt {
    told(ToldEvent::Made(Box::new(committed(number))), at, fork)
}

fn convicted(number: u64, at: u64, fork: u8) -> ToldAt {
    let (id, by) = (committed(number).id, Some(CHALLENGER));
    told(ToldEvent::Ended(Ended { id, standing: Standing::Convicted, by }), at, fork)
}

fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::name).collect()
}

fn act(what: &str) -> Planned {
    Planned {
        what: what.to_owned(),
        to: Address::repeat_byte(9),
        value: U256::from(5),
        data: Bytes::from_static(b"data"),
        gas: 10,
        gas_limit: 20,
        makes: None,
        reaches: Some((B256::repeat_byte(6), B256::repeat_byte(7))),
        state: "planned".to_owned(),
    }
}

#[test]
fn what_the_other_chain_tells_no_more_is_gone_and_an_end_that_is_gone_is_none() {
    for options in Places::new().each(Keep::All) {
        let mut store = Store::open(&options).unwrap();
        let own = Some(CHALLENGER);
        let mut tell =
            |all: &[ToldAt], range, next| names(&store.put_told(all, range, next, own).unwrap());
        assert_eq!(tell(&[made(7, 10, 1), made(8, 11, 1)], (0, 11), 5), ["commitment"; 2]);
        // The same again is no news.
        assert_eq!(tell(&[made(7, 10, 1), made(8, 11, 1)], (5, 11), 5), [""; 0]);
        // One is in another block now, the other is gone, and comes back.
        assert_eq!(tell(&[made(7, 12, 2)], (5, u64::MAX), 5), ["commitment-gone"]);
        assert_eq!(tell(&[made(7, 12, 2), made(8, 12, 2)], (5, 12), 5), ["commitment"]);
        let both = || [made(7, 12, 2), made(8, 12, 2)];
        let ended = [&both()[..], &[convicted(7, 13, 2)]].concat();
        assert_eq!(tell(&ended, (5, 13), 5), ["commitment-convicted"]);
        assert_eq!(tell(&ended, (5, 13), 5), [""; 0]);
        // Gone, and there again in another block.
        assert_eq!(tell(&both(), (5, 13), 5), [""; 0]);
        let standing =
            |store: &mut Store| store.commitment(committed(7).id).unwrap().unwrap().standing;
        assert_eq!(standing(&mut store), Standing::Open);
        let again = [&both()[..], &[convicted(7, 14, 3)]].concat();
        let news = store.put_told(&again, (5, 14), 5, own).unwrap();
        assert_eq!(names(&news), ["commitment-convicted"]);
        let is_own = |event: &Event| {
            matches!(
                event,
                Event::Commitment {
                    what: CommitmentNews::Convicted { own: true, by: Some(CHALLENGER) },
                    ..
                }
            )
        };
        assert!(is_own(&news[0]), "{news:?}");
        // For good, as soon as its block has no more news; the other is still to be judged.
        store.put_told(&[], (15, 15), 15, own).unwrap();
        let left = store.judged_next(100, 0, true).unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].made.committed, committed(8));
        assert_eq!(store.l1_next().unwrap(), Some(15));
    }
}

#[test]
fn what_was_signed_is_there_for_the_next_connection_and_another_challenger_sends_nothing_of_it() {
    for options in Places::new().each(Keep::All) {
        let mut store = Store::open(&options).unwrap();
        store.is_about(1, OPERATOR).unwrap();
        let error = store.is_about(1, CHALLENGER).unwrap_err();
        assert!(matches!(error, StoreError::OtherContract { .. }), "{error}");
        store.challenged_by(CHALLENGER).unwrap();
        store.put_told(&[made(7, 10, 1)], (0, 10), 0, Some(CHALLENGER)).unwrap();
        let kept = store.judged_next(100, 0, true).unwrap().remove(0);
        let acts = [act("announce"), act("challenge")];
        let turn = Turn {
            judgement: Judgement::False,
            block: Some(B256::repeat_byte(8)),
            reason: None,
            found: None,
            acts: &acts,
            again: None,
        };
        store.judge(&kept, &turn, None).unwrap();
        let mut other = store.another().unwrap();
        let kept = other.challenged_next().unwrap().remove(0);
        let id = kept.made.committed.id;
        assert_eq!((kept.plan, other.acts(id, 1).unwrap()), (1, acts.to_vec()));
        let event = kept.event(CommitmentNews::Made);
        let signed = |byte: u8, max_fee: u128| SignedAct {
            hash: B256::repeat_byte(byte),
            nonce: 3,
            max_fee,
            max_priority_fee: 1,
            bytes: Bytes::from(vec![byte]),
            signed_at: byte.into(),
        };
        other.sign(id, (1, 0), &signed(1, u128::from(u64::MAX)), &event).unwrap();
        other.sign(id, (1, 0), &signed(2, u128::MAX), &event).unwrap();
        let flights = store.flights().unwrap();
        assert_eq!(flights.len(), 1);
        assert_eq!((flights[0].nonce, flights[0].signed[0].hash), (3, B256::repeat_byte(2)));
        // With one number one of them is mined: the dearest counts until it is.
        let most = U256::from(u128::MAX) * U256::from(20) + U256::from(5);
        assert_eq!(store.spent().unwrap(), most);
        let paid = (Some(11), U256::from(100), true);
        store.mined(&flights[0], B256::repeat_byte(1), paid, &event).unwrap();
        assert_eq!(store.spent().unwrap(), U256::from(105));
        assert_eq!(store.flights().unwrap(), []);
        assert_eq!(store.acts(id, 1).unwrap()[0].state, "mined");
        store.challenged_by(CHALLENGER).unwrap();
        assert_eq!(store.challenged_next().unwrap().len(), 1);
        store.challenged_by(OPERATOR).unwrap();
        assert_eq!(store.challenged_next().unwrap().len(), 0);
        assert_eq!(store.judged_next(100, 0, true).unwrap().len(), 1);
        assert_eq!(store.acts(id, 1).unwrap()[1].state, "given-up");
    }
}
