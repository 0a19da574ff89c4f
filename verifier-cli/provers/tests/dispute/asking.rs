//! Items that are asked for, shown, or not.

use alloy_primitives::{B256, U256};
use iso_evm_provers::dispute::{AuditDispute::*, Level};

use crate::court::*;

const A: B256 = B256::repeat_byte(0xa);
const B: B256 = B256::repeat_byte(0xb);

#[test]
fn every_item_is_asked_for_and_shown() {
    let mut court = Court::new(BOND);
    let claimed = claim(false, 1, A, B);
    let id = court.commits(OPERATOR, B256::ZERO, &claimed).unwrap();
    let all = askable(&claimed);
    for asked in &all {
        court.asks(CHALLENGER, id, asked).unwrap();
        let ask = court.chain.gas;
        // Once.
        refused::<_, NotToBeAsked>(court.asks(CHALLENGER, id, asked));
        for change in 0..3 {
            let mut other = asked.clone();
            match change {
                0 => other.data[3] ^= 1,
                1 => other.data.push(0),
                _ if other.path.is_empty() => continue,
                _ => drop(other.path.pop()),
            }
            assert!(court.answers(OPERATOR, id, &other).is_err(), "{:?}", asked.question.level);
        }
        refused::<_, NotYet>(court.finalises(OPERATOR, id));
        court.answers(OPERATOR, id, asked).unwrap();
        eprintln!("level {}: ask {ask} gas, answer {} gas", asked.question.level, court.chain.gas);
        refused::<_, NotAsked>(court.answers(OPERATOR, id, asked));
        refused::<_, NotToBeAsked>(court.asks(CHALLENGER, id, asked));
    }
    assert_eq!(court.owed(OPERATOR), U256::from(DEPOSIT * all.len() as u64));
    court.wait(WINDOW);
    court.finalises(OPERATOR, id).unwrap();
}

/// What an operator does not claim he need not show.
#[test]
fn what_is_not_there_is_not_asked_for() {
    let mut court = Court::new(0);
    let claimed = claim(false, 1, A, B);
    let id = court.commits(OPERATOR, B256::ZERO, &claimed).unwrap();
    for (level, index) in [
        (Level::Header, 1),
        (Level::Ancestor, 3),
        (Level::Transaction, 3),
        (Level::Signed, 1),
        (Level::Step, claimed.steps.len() as u64),
        (Level::Message, 1),
        (Level::Checkpoint, 3),
        (Level::Record, 0),
        (Level::Record, 3),
        (Level::Instant, 0),
        (Level::Instant, 3),
    ] {
        let asked = Asked {
            question: question(&claimed, level, index),
            data: Vec::new(),
            path: Vec::new(),
        };
        assert!(court.asks(CHALLENGER, id, &asked).is_err(), "{level:?}");
    }
    // Nor of another claim, nor of a level that is none.
    let other = claim(false, 2, A, B);
    for asked in askable(&other) {
        assert!(court.asks(CHALLENGER, id, &asked).is_err());
    }
    let mut none = askable(&claimed).pop().unwrap();
    none.question.level = U256::from(9);
    assert!(court.asks(CHALLENGER, id, &none).is_err());
}

#[test]
fn silence_convicts_when_it_is_over_and_not_before() {
    let mut court = Court::new(BOND);
    let claimed = claim(false, 1, A, B);
    let id = court.commits(OPERATOR, B256::ZERO, &claimed).unwrap();
    let all = askable(&claimed);
    let place = court.asks(CHALLENGER, id, &all[0]).unwrap();
    let other = court.asks(MEDDLER, id, &all[1]).unwrap();
    let third = court.asks(MEDDLER, id, &all[2]).unwrap();
    refused::<_, NotAsked>(court.reclaims(MEDDLER, id, other));
    court.wait(PERIOD);
    refused::<_, NotAsked>(court.silences(MEDDLER, id, place));
    // At the last moment.
    court.answers(RIVAL, id, &all[2]).unwrap();
    court.wait(1);
    refused::<_, NotAsked>(court.answers(OPERATOR, id, &all[0]));
    refused::<_, NotAsked>(court.silences(MEDDLER, id, third));
    refused::<_, NotAsked>(court.silences(MEDDLER, id, B256::ZERO));
    court.silences(RIVAL, id, place).unwrap();
    assert_eq!(court.standing(id), 3);
    assert_eq!(court.owed(CHALLENGER), U256::from(BOND / 2 + DEPOSIT));
    court.reclaims(RIVAL, id, other).unwrap();
    refused::<_, NotAsked>(court.reclaims(MEDDLER, id, other));
    refused::<_, NotAsked>(court.reclaims(MEDDLER, id, third));
    refused::<_, NotAsked>(court.reclaims(MEDDLER, id, place));
    assert_eq!(court.owed(MEDDLER), U256::from(DEPOSIT));
    assert_eq!(court.owed(RIVAL), U256::from(DEPOSIT));
    refused::<_, NotOpen>(court.silences(MEDDLER, id, other));
}

/// What is shown late can still be made something of, and no longer.
#[test]
fn an_answer_moves_the_end_by_one_period_at_most() {
    let mut court = Court::new(0);
    let claimed = claim(true, 1, A, B);
    let id = court.commits(OPERATOR, B256::ZERO, &claimed).unwrap();
    let all = askable(&claimed);
    court.wait(WINDOW - 1);
    court.asks(CHALLENGER, id, &all[0]).unwrap();
    court.wait(1);
    refused::<_, NotToBeAsked>(court.asks(CHALLENGER, id, &all[1]));
    refused::<_, NotYet>(court.finalises(OPERATOR, id));
    court.wait(PERIOD - 1);
    court.answers(OPERATOR, id, &all[0]).unwrap();
    court.wait(PERIOD - 1);
    refused::<_, NotYet>(court.finalises(OPERATOR, id));
    let mut late = court.clone();
    late.challenges(CHALLENGER, id, b"").unwrap();
    assert_eq!(late.standing(id), 3);
    court.wait(1);
    court.finalises(OPERATOR, id).unwrap();
}

#[test]
fn a_question_costs_its_deposit() {
    let mut court = Court::new(0);
    let claimed = claim(false, 1, A, B);
    let id = court.commits(OPERATOR, B256::ZERO, &claimed).unwrap();
    let asked = askable(&claimed).remove(0);
    for value in [0, DEPOSIT - 1, DEPOSIT + 1] {
        let call = askCall { id, question: asked.question.clone() };
        refused::<_, WrongValue>(court.call(CHALLENGER, &call, U256::from(value)));
    }
}
