//! No proof convicts who claims what is true: not one that is made of true proofs or of proofs of lies, whose bytes,
//! parts, provers, roots or gas are others.

mod bytes;
pub(crate) mod liars;
mod parts;
mod pool;

use std::time::Instant;

use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::SolError;
use iso_evm_hypervisor::Engine;
use iso_evm_provers::{Answer, Court, Fault, Kind, Prover, court::GAS_CAP, proof::NotAmong};
use iso_evm_wire::Witness;

use self::{liars::Asked, parts::Proof, pool::Pool};
use crate::{honest::own, random::Random};

/// Proofs that are tried against each claim, if `ISO_SEARCH` does not multiply them.
const ROUNDS: usize = 1_200;
/// False claims that are made of each witness.
const LIES: usize = 6;
/// Messages of a witness that are asked about.
const MESSAGES: usize = 6;

fn rounds() -> usize {
    ROUNDS * std::env::var("ISO_SEARCH").map_or(1, |times| times.parse::<usize>().unwrap())
}

/// A proof that is changed again and again, with the words of it that do something.
struct Base {
    prover: Prover,
    proof: Bytes,
    apart: Proof,
    live: Vec<usize>,
}

impl Base {
    fn of(fault: &Fault) -> Self {
        let apart = Proof::decode(fault.prover, &fault.proof);
        Self { prover: fault.prover, proof: fault.proof.clone(), apart, live: Vec::new() }
    }
}

struct Trial {
    name: String,
    /// Taken only while its gas changes.
    court: Option<Court>,
    truth: Asked,
    lies: Vec<Asked>,
    bases: Vec<Base>,
    /// Answers to proofs whose items all stood where they were shown.
    opened: usize,
}

fn first_messages(witness: &Witness) -> Vec<usize> {
    (0..witness.messages.len().min(MESSAGES)).collect()
}

impl Trial {
    fn new(random: &mut Random, name: String, witness: &Witness) -> Self {
        let engine = Engine::new(witness.rules);
        let court = Some(Court::new(&engine));
        let truth = liars::asked(&engine, witness, &first_messages(witness)).unwrap();
        let mut lies = Vec::new();
        for _ in 0..LIES {
            let (lie, message) = liars::lie(random, witness);
            let of: Vec<usize> = message.into_iter().collect();
            lies.extend(liars::asked(&engine, &lie, &of).filter(|told| told.root != truth.root));
        }
        let all = truth.questions.iter().chain(lies.iter().flat_map(|lie| &lie.questions));
        let bases = all.map(Base::of).collect();
        Self { name, court, truth, lies, bases, opened: 0 }
    }

    /// Asks, with so much gas, about the true claim.
    #[track_caller]
    fn holds(&mut self, prover: Prover, proof: &Bytes, how: &str) -> Answer {
        let answer = self.court.as_mut().unwrap().ask(prover, self.truth.root, proof).answer;
        assert!(answer.kind().is_none(), "{}: {prover}, {how}: {answer:?} {proof}", self.name);
        self.opened += usize::from(!is_unopened(&answer));
        answer
    }

    fn gas(&mut self, gas: u64) {
        self.court = self.court.take().map(|court| court.with_gas(gas));
    }
}

#[test]
fn nobody_is_convicted_of_the_truth() {
    let (mut tried, start) = (0_usize, Instant::now());
    let mut random = Random::new(17);
    let own = own();
    let mut trials: Vec<Trial> =
        own.iter().map(|(name, witness)| Trial::new(&mut random, name.clone(), witness)).collect();
    let mut pool = Pool::default();
    for base in trials.iter_mut().flat_map(|trial| &mut trial.bases) {
        pool.add(&mut base.apart);
    }
    let strangers: Vec<(Prover, Bytes)> = trials
        .iter()
        .flat_map(|trial| &trial.bases)
        .map(|base| (base.prover, base.proof.clone()))
        .collect();
    for trial in &mut trials {
        // Proofs of lies, as they are.
        for at in 0..trial.bases.len() {
            let (prover, proof) = (trial.bases[at].prover, trial.bases[at].proof.clone());
            trial.holds(prover, &proof, "as it is");
            tried += 1;
        }
        for round in 0..rounds() {
            one(trial, &mut random, &pool, &strangers, round);
            tried += 1;
        }
    }
    let opened: usize = trials.iter().map(|trial| trial.opened).sum();
    eprintln!("{tried} proofs, {opened} opened all, {:?}", start.elapsed());
    assert!(opened > tried / 10, "{opened}");
}

/// Tries one proof.
fn one(
    trial: &mut Trial,
    random: &mut Random,
    pool: &Pool,
    strangers: &[(Prover, Bytes)],
    round: usize,
) {
    let at = random.below(trial.bases.len());
    let base = &trial.bases[at];
    let (mut prover, proof) = (base.prover, base.proof.clone());
    let how = format!("round {round}");
    match random.below(10) {
        0 => {
            let (stranger, proof) = &strangers[random.below(strangers.len())];
            prover = if random.once_in(2) { *stranger } else { random.pick(Prover::ALL) };
            trial.holds(prover, proof, &how);
        }
        1 => {
            let mut asks = proof.to_vec();
            asks[32..64].copy_from_slice(&U256::from(random.below(9)).to_be_bytes::<32>());
            trial.holds(prover, &asks.into(), &how);
        }
        2 => {
            let limit = 21_000_f64 * 1.04_f64.powi(random.below(150) as i32);
            trial.gas((limit as u64).min(GAS_CAP));
            trial.holds(prover, &proof, &how);
            trial.gas(GAS_CAP);
        }
        3..7 => {
            let mut apart = base.apart.clone();
            for _ in 0..=random.below(3) {
                pool.change(random, &mut apart);
            }
            trial.holds(prover, &apart.encode(), &how);
        }
        _ => {
            let other = &trial.bases[random.below(trial.bases.len())].proof.clone();
            let (changed, word) = bytes::changed(random, &proof, &base.live, other);
            let answer = trial.holds(prover, &changed, &how);
            if !is_unopened(&answer) {
                trial.bases[at].live.push(word);
            }
        }
    }
}

/// Whether a prover came no further than to what it was to open.
fn is_unopened(answer: &Answer) -> bool {
    match answer {
        Answer::Reverts(error) => error.get(..4) == Some(&NotAmong::SELECTOR[..]),
        _ => true,
    }
}

#[test]
fn short_gas_convicts_nobody_of_anything_else() {
    let mut random = Random::new(4);
    let (mut tried, mut convicting) = (0_usize, 0_usize);
    for (name, witness) in own() {
        let mut trial = Trial::new(&mut random, name, &witness);
        let lies = std::mem::take(&mut trial.lies);
        let mut proofs: Vec<(B256, Fault, Kind, u64)> = Vec::new();
        for lie in &lies {
            for question in &lie.questions {
                let asked =
                    trial.court.as_mut().unwrap().ask(question.prover, lie.root, &question.proof);
                if let Some(kind) = asked.answer.kind() {
                    proofs.push((lie.root, question.clone(), kind, asked.gas));
                }
            }
        }
        convicting += proofs.len();
        random.shuffle(&mut proofs);
        for (root, question, kind, gas) in proofs.into_iter().take(rounds() / 200) {
            let mut limit = 21_000;
            while limit < gas + gas / 2 {
                trial.gas(limit);
                let answer = trial
                    .court
                    .as_mut()
                    .unwrap()
                    .ask(question.prover, root, &question.proof)
                    .answer;
                let same = answer.kind().is_none_or(|told| told == kind);
                assert!(same, "{}: {}, gas {limit}: {answer:?}", trial.name, question.prover);
                tried += 1;
                limit += limit / 16;
            }
            trial.gas(GAS_CAP);
        }
    }
    assert!(convicting > 100, "{convicting}");
    eprintln!("{convicting} convicting, {tried} with other gas");
}
