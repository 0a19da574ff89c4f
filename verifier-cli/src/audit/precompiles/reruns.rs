//! Precompiles, run again for many calls: each input is hashed once, and what succeeded once is not
//! run a second time.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::{Address, B256, Bytes};
use iso_evm_witness::Fork;
use revm::precompile::Precompile;

use super::{Ended, run};
use crate::hash::keccak256;

/// Why a call was not run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) enum NotRerun {
    /// Its input is not there.
    Input,
    /// It would take more than a verifier should give.
    Unbounded,
}

/// The runs of one transaction's precompiles.
#[derive(Debug)]
pub(in crate::audit) struct Reruns<'a> {
    fork: Fork,
    inputs: &'a BTreeMap<B256, Bytes>,
    /// Whether an input stands under its own hash.
    sound: HashMap<B256, bool>,
    /// Runs that succeeded. What they give and cost does not depend on the gas they got.
    succeeded: HashMap<(Address, B256), Ended>,
}

impl<'a> Reruns<'a> {
    /// Runs on these inputs, each under its hash.
    pub(in crate::audit) fn new(fork: Fork, inputs: &'a BTreeMap<B256, Bytes>) -> Self {
        Self { fork, inputs, sound: HashMap::new(), succeeded: HashMap::new() }
    }

    /// How a precompile ends that gets the input with this hash, and so much gas.
    ///
    /// # Errors
    ///
    /// If it cannot be run.
    pub(in crate::audit) fn run(
        &mut self,
        precompile: &Precompile,
        hash: B256,
        gas: u64,
    ) -> Result<Ended, NotRerun> {
        let key = (*precompile.address(), hash);
        if let Some(ended) = self.succeeded.get(&key).filter(|ended| ended.gas_used <= gas) {
            return Ok(ended.clone());
        }
        // No input is an input too, and is not carried.
        let input = self.inputs.get(&hash).map_or(&[][..], |input| input);
        if !*self.sound.entry(hash).or_insert_with(|| keccak256(input) == hash) {
            return Err(NotRerun::Input);
        }
        let ended = run(precompile, self.fork, input, gas).ok_or(NotRerun::Unbounded)?;
        if ended.status == 1 {
            self.succeeded.insert(key, ended.clone());
        }
        Ok(ended)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::audit::precompiles::at;

    #[test]
    fn a_second_run_is_as_the_first() {
        let input = Bytes::from_static(b"what goes in");
        let hash = keccak256(&input);
        let other = keccak256(b"what is not there");
        let inputs = BTreeMap::from([(hash, input.clone()), (other, input.clone())]);
        let mut reruns = Reruns::new(Fork::Cancun, &inputs);
        let sha256 = at(Fork::Cancun, Address::with_last_byte(2)).unwrap();
        // 60 and 12 a word
        for gas in [71, 72, 1000, 72, 71, 0] {
            let once = run(sha256, Fork::Cancun, &input, gas).unwrap();
            assert_eq!(once.status, u8::from(gas >= 72));
            assert_eq!(reruns.run(sha256, hash, gas), Ok(once), "{gas}");
        }
        assert_eq!(reruns.run(sha256, other, 1000), Err(NotRerun::Input));
        assert_eq!(reruns.run(sha256, B256::ZERO, 1000), Err(NotRerun::Input));
        let nothing = run(sha256, Fork::Cancun, &[], 1000).unwrap();
        assert_eq!(reruns.run(sha256, keccak256(&[]), 1000), Ok(nothing));
    }
}
