//! Random calls by several actors at random times, and what holds after each of them.

use alloy_primitives::{Address, B256, U256};

use crate::{chain::WEALTH, claimed::Claimed, court::*, random::Random};

const OPEN: u8 = 1;
const FINAL: u8 = 2;
const CONVICTED: u8 = 3;

/// A commitment, as this test knows it.
struct Known {
    id: B256,
    claimed: Claimed,
    is_false: bool,
    operator: Address,
    parent: Option<usize>,
    standing: u8,
    committed: u64,
}

/// A question, as this test knows it.
struct Question {
    of: usize,
    place: B256,
    asked: Asked,
    asker: Address,
    until: u64,
    closed: bool,
}

struct World {
    court: Court,
    random: Random,
    known: Vec<Known>,
    questions: Vec<Question>,
    salt: u64,
    burnt: U256,
}

impl World {
    fn actor(&mut self) -> Address {
        self.random.of(&ACTORS)
    }

    /// A commitment of those there are.
    fn some(&mut self) -> Option<usize> {
        let count = self.known.len() as u64;
        (count > 0).then(|| self.random.below(count) as usize)
    }

    fn commit(&mut self) {
        let operator = self.random.of(&[OPERATOR, RIVAL]);
        let parent = if self.random.below(2) == 0 { None } else { self.some() };
        self.salt += 1;
        let enter = parent.map_or(B256::repeat_byte(1), |parent| self.known[parent].claimed.leave);
        let is_false = self.random.below(3) == 0;
        let claimed = claim(is_false, self.salt, enter, B256::from(U256::from(self.salt)));
        let named = parent.map_or(B256::ZERO, |parent| self.known[parent].id);
        let said = self.court.commits(operator, named, &claimed);
        let allowed = parent.is_none_or(|parent| {
            let parent = &self.known[parent];
            parent.standing == FINAL || parent.standing == OPEN && parent.operator == operator
        });
        assert_eq!(said.is_ok(), allowed);
        if let Ok(id) = said {
            let committed = self.court.chain.time;
            self.known.push(Known {
                id,
                claimed,
                is_false,
                operator,
                parent,
                standing: OPEN,
                committed,
            });
        }
    }

    fn challenge(&mut self) {
        let (who, Some(of)) = (self.actor(), self.some()) else { return };
        let (id, standing, is_false) =
            (self.known[of].id, self.known[of].standing, self.known[of].is_false);
        let announced = self.random.below(4) > 0;
        let said = if announced {
            self.court.convicts(who, id)
        } else {
            let proof: &'static [u8] = if self.random.below(2) == 0 { b"a" } else { b"b" };
            self.court.challenges(who, id, proof)
        };
        let must = standing == OPEN && is_false && (announced || self.court.bond.is_zero());
        assert_eq!(said.is_ok(), must);
    }

    fn ask(&mut self) {
        let (asker, Some(of)) = (self.actor(), self.some()) else { return };
        let all = askable(&self.known[of].claimed);
        let asked = all[self.random.below(all.len() as u64) as usize].clone();
        let (id, time) = (self.known[of].id, self.court.chain.time);
        let said = self.court.asks(asker, id, &asked);
        let twice = self.questions.iter().any(|question| {
            question.of == of
                && (question.asked.question.level, question.asked.question.index)
                    == (asked.question.level, asked.question.index)
        });
        let known = &self.known[of];
        assert_eq!(
            said.is_ok(),
            known.standing == OPEN && !twice && time < known.committed + WINDOW
        );
        if let Ok(place) = said {
            self.questions.push(Question {
                of,
                place,
                asked,
                asker,
                until: time + PERIOD,
                closed: false,
            });
        }
    }

    fn answer(&mut self) {
        let count = self.questions.len() as u64;
        if count == 0 {
            return;
        }
        let (who, at) = (self.actor(), self.random.below(count) as usize);
        let question = &self.questions[at];
        let mut asked = question.asked.clone();
        let wrong = self.random.below(4) == 0;
        if wrong {
            asked.data[0] ^= 1;
        }
        let id = self.known[question.of].id;
        let said = self.court.answers(who, id, &asked);
        let question = &mut self.questions[at];
        let standing = self.known[question.of].standing;
        let must = standing == OPEN
            && !question.closed
            && self.court.chain.time <= question.until
            && !wrong;
        assert_eq!(said.is_ok(), must);
        question.closed |= must;
    }

    fn close(&mut self) {
        let count = self.questions.len() as u64;
        if count == 0 {
            return;
        }
        let (who, at) = (self.actor(), self.random.below(count) as usize);
        let Question { of, place, until, closed, .. } = self.questions[at];
        let Known { id, standing, .. } = self.known[of];
        if self.random.below(2) == 0 {
            let said = self.court.silences(who, id, place);
            assert_eq!(said.is_ok(), standing == OPEN && !closed && self.court.chain.time > until);
            self.questions[at].closed |= said.is_ok();
            if said.is_ok() {
                // It counts as shown that the operator was silent.
                self.known[of].is_false = true;
            }
        } else {
            let said = self.court.reclaims(who, id, place);
            assert_eq!(said.is_ok(), standing == CONVICTED && !closed);
            self.questions[at].closed |= said.is_ok();
        }
    }

    fn end(&mut self) {
        let (who, Some(of)) = (self.actor(), self.some()) else { return };
        let id = self.known[of].id;
        let parent = self.known[of].parent.map(|parent| self.known[parent].standing);
        if self.random.below(2) == 0 {
            let said = self.court.succeeds(who, id);
            let must = self.known[of].standing == OPEN && parent == Some(CONVICTED);
            assert_eq!(said.is_ok(), must);
        } else {
            let said = self.court.finalises(who, id);
            let known = &self.known[of];
            let open = self.questions.iter().any(|question| question.of == of && !question.closed);
            if said.is_ok() && known.standing == OPEN {
                assert!(!open && parent.is_none_or(|parent| parent == FINAL));
                assert!(self.court.chain.time >= known.committed + WINDOW);
            }
            // No commitment can be kept from its end: not beyond the last answer's last period.
            let over = self.court.chain.time >= known.committed + WINDOW + 2 * PERIOD;
            if over
                && known.standing == OPEN
                && !open
                && parent.is_none_or(|parent| parent == FINAL)
            {
                assert!(said.is_ok());
            }
            assert!(known.standing != CONVICTED || said.is_err());
        }
    }

    /// What holds whatever was called.
    fn check(&mut self) {
        let mut kept = U256::ZERO;
        for of in 0..self.known.len() {
            let now = self.court.standing(self.known[of].id);
            let before = self.known[of].standing;
            if now != before {
                assert_eq!(before, OPEN, "an end is an end");
                if now == CONVICTED {
                    let parent = self.known[of]
                        .parent
                        .map(|parent| self.court.standing(self.known[parent].id));
                    assert!(self.known[of].is_false || parent == Some(CONVICTED));
                    self.burnt += self.court.bond - self.court.bond / U256::from(2);
                }
                self.known[of].standing = now;
            }
            if now == OPEN {
                kept += self.court.bond;
            }
        }
        let open = self.questions.iter().filter(|question| !question.closed).count();
        kept += U256::from(DEPOSIT * open as u64);
        let mut spread = U256::ZERO;
        for actor in ACTORS {
            kept += self.court.owed(actor);
            spread += self.court.chain.balance(actor);
        }
        let balance = self.court.chain.balance(self.court.at);
        assert_eq!(balance, kept + self.burnt, "what is owed is there");
        assert_eq!(spread + balance, U256::from(WEALTH) * U256::from(ACTORS.len()));
    }

    fn step(&mut self) {
        match self.random.below(20) {
            0..3 => self.commit(),
            3..6 => self.challenge(),
            6..9 => self.ask(),
            9..12 => self.answer(),
            12..14 => self.close(),
            14..17 => self.end(),
            17 => {
                let who = self.actor();
                let owed = self.court.owed(who);
                assert_eq!(self.court.withdraws(who).is_ok(), !owed.is_zero());
            }
            _ => {
                let seconds =
                    self.random.of(&[1, 12, PERIOD / 2, PERIOD, PERIOD + 1, WINDOW / 2, WINDOW]);
                self.court.wait(seconds);
            }
        }
        self.check();
    }
}

#[test]
fn whatever_is_called_only_what_is_false_is_convicted() {
    let rounds: u64 = std::env::var("ISO_SEARCH").map_or(12, |rounds| rounds.parse().unwrap());
    let (mut finals, mut convicted, mut answered) = (0, 0, 0);
    for round in 0..rounds {
        let bond = if round % 3 == 0 { 0 } else { BOND + round % 2 };
        let random = Random(0x9e37_79b9_7f4a_7c15 ^ (round + 1));
        let court = Court::new(bond);
        let (known, questions) = (Vec::new(), Vec::new());
        let mut world = World { court, random, known, questions, salt: 0, burnt: U256::ZERO };
        for _ in 0..150 {
            world.step();
        }
        finals += world.known.iter().filter(|known| known.standing == FINAL).count();
        convicted += world.known.iter().filter(|known| known.standing == CONVICTED).count();
        answered += world.questions.iter().filter(|question| question.closed).count();
    }
    eprintln!("{finals} final, {convicted} convicted, {answered} questions closed");
    assert!(finals > 0 && convicted > 0 && answered > 0);
}
