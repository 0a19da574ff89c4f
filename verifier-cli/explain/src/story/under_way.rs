//! [`UnderWay`]: what runs in a message at an instant, by the source: the functions that have called one another, and
//! what may be said of code that is not theirs.

use std::collections::BTreeSet;

use iso_evm_hypervisor::{Code, NativeEngine};
use iso_evm_wire::Opened;

use crate::{
    artifacts::{Contract, Place},
    sources::{self, plain},
};

/// Code that ran and is of no function under way: the optimizer has made one of equal code of several functions, and
/// the source map names one of these.
const SHARED: &str = "shared code";

/// Code that did not run, of a function that is not under way.
const OTHER: &str = "other code";

/// What runs in a message at an instant.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    /// The functions, each with the line that it has come to, the innermost last.
    pub(super) functions: Vec<Place>,
    /// Where the message has been so far.
    ran: BTreeSet<usize>,
}

impl UnderWay {
    /// What runs at a step of a message, which is run up to there; nothing where no artifact is of its code.
    pub(super) fn at(
        witness: &Opened<'_>,
        engine: &NativeEngine,
        gas_limit: Option<u64>,
        (index, contract): (usize, &Contract<'_>),
        step: u64,
    ) -> Option<Self> {
        let code = sources::code(witness, index).map(Code::new);
        let bytes = witness.messages.get(index)?.bytes();
        let mut run = engine.run(&bytes, code.as_ref(), gas_limit);
        let mut ran = BTreeSet::new();
        let pcs = (0..=step).map_while(|_| {
            let pc = run.state()?.pc();
            ran.insert(pc);
            run.step();
            Some(pc)
        });
        let functions = contract.calls(pcs);
        Some(Self { functions, ran })
    }

    /// What stands above the instruction at a pc: file, line and function, if that is one that is under way, or if it
    /// is of none.
    pub(super) fn label(&self, contract: &Contract<'_>, pc: usize) -> Option<String> {
        let place = contract.place(pc)?;
        let is_of_none = !place.generated && place.function.is_none();
        let is_under_way = || self.functions.iter().any(|open| open.is_of_function_of(&place));
        Some(if is_of_none || is_under_way() {
            plain(&place.to_string())
        } else if self.ran.contains(&pc) {
            SHARED.to_owned()
        } else {
            OTHER.to_owned()
        })
    }
}
