//! What campaigns have come to, over all their witnesses.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Campaign, Killer};

/// Numbers of mutants, by what killed them, and the proofs that convict of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many were killed.
    pub killed: usize,
    /// How many survived.
    pub survived: usize,
    /// How many were claimed, and found false.
    pub claimed: usize,
    /// Of how many claims a prover convicts.
    pub convicted: usize,
    /// How many each killer has killed, by each mismatch.
    pub killers: BTreeMap<Killer, usize>,
    /// Gas and bytes of the proofs, by prover.
    proofs: BTreeMap<&'static str, Vec<(u64, usize)>>,
}

/// What a prover convicts of, and what that takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proofs {
    /// The prover.
    pub prover: &'static str,
    /// How many of its proofs convict.
    pub convictions: usize,
    /// Gas of the transaction that asks, the median.
    pub gas_median: u64,
    /// The most gas.
    pub gas_most: u64,
    /// Bytes of calldata, the median.
    pub bytes_median: usize,
    /// The most bytes.
    pub bytes_most: usize,
}

impl Tally {
    /// Counts a witness's mutants among the others.
    pub fn count(&mut self, campaign: &Campaign) {
        self.killed += campaign.killed;
        self.survived += campaign.survived;
        for mutant in &campaign.mutants {
            if let Some(killer) = &mutant.killer {
                *self.killers.entry(killer.clone()).or_default() += 1;
            }
            let Some(trial) = &mutant.trial else { continue };
            self.claimed += 1;
            self.convicted += usize::from(!trial.survives());
            for told in &trial.convictions {
                self.proofs.entry(told.prover).or_default().push((told.gas, told.bytes));
            }
        }
    }

    /// What each prover convicts of, in order of name.
    pub fn proofs(&self) -> Vec<Proofs> {
        self.proofs.iter().map(|(prover, proofs)| Proofs::of(prover, proofs)).collect()
    }
}

impl Proofs {
    fn of(prover: &'static str, proofs: &[(u64, usize)]) -> Self {
        let (gas_median, gas_most) = figures(proofs.iter().map(|(gas, _)| *gas));
        let (bytes_median, bytes_most) = figures(proofs.iter().map(|(_, bytes)| *bytes));
        let convictions = proofs.len();
        Self { prover, convictions, gas_median, gas_most, bytes_median, bytes_most }
    }
}

/// The median, the upper one of two, and the largest.
fn figures<T: Copy + Default + Ord>(values: impl Iterator<Item = T>) -> (T, T) {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    let at = |index: Option<usize>| index.and_then(|index| values.get(index).copied());
    let (median, most) = (at(Some(values.len() / 2)), at(values.len().checked_sub(1)));
    (median.unwrap_or_default(), most.unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use iso_evm_verifier::verify::AuditSelection;

    use super::*;
    use crate::mutate::{Conviction, Mutant, Trial};

    fn mutant(
        killer: Option<&'static str>,
        trial: Option<&[(&'static str, u64, usize)]>,
    ) -> Mutant {
        let audit = "access";
        let conviction = |&(prover, gas, bytes): &(&'static str, u64, usize)| Conviction {
            prover,
            audit,
            mismatch: "value",
            gas,
            bytes,
        };
        Mutant {
            change: String::new(),
            killer: killer.map(|mismatch| Killer { audit, mismatch }),
            trial: trial.map(|proofs| Trial {
                convictions: proofs.iter().map(conviction).collect(),
                unproven: Vec::new(),
            }),
        }
    }

    #[test]
    fn figures_are_of_all_witnesses_by_prover() {
        let one = vec![
            mutant(Some("value"), Some(&[("read", 30, 5), ("write", 7, 1)])),
            mutant(Some("value"), Some(&[])),
            mutant(None, None),
        ];
        let other =
            vec![mutant(Some("cold"), Some(&[("read", 10, 9)])), mutant(Some("cold"), None)];
        let mut tally = Tally::default();
        for (killed, survived, mutants) in [(2, 1, one), (2, 0, other)] {
            let selected = AuditSelection::ALL;
            tally.count(&Campaign { killed, survived, mutants, selected });
        }
        assert_eq!([tally.killed, tally.survived, tally.claimed, tally.convicted], [4, 1, 3, 2]);
        let killers: Vec<_> = tally.killers.iter().map(|(by, n)| (by.mismatch, *n)).collect();
        assert_eq!(killers, [("cold", 2), ("value", 2)]);
        let [read, write] = <[Proofs; 2]>::try_from(tally.proofs()).unwrap();
        assert_eq!((read.prover, read.convictions), ("read", 2));
        let figures = [read.gas_median, read.gas_most];
        assert_eq!((figures, [read.bytes_median, read.bytes_most]), ([30, 30], [9, 9]));
        assert_eq!((write.prover, write.convictions, write.gas_most), ("write", 1, 7));
    }
}
