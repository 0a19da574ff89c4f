//! The trace that revm writes of a transaction, and the witness that is recorded of it.

use std::{
    fs,
    io::{self, Write},
    sync::{Arc, Mutex},
};

use iso_evm_testing::fixtures;
use iso_evm_wire::{Opened, Witness};
use iso_evm_witness::{
    Execution, Input, Prepared, execute::Setting, record, recorder::StorageCollisions,
};
use revm::{database_interface::WrapDatabaseRef, inspector::inspectors::TracerEip3155};

/// A transaction as revm traces it, and as we record it.
#[derive(Debug)]
pub(crate) struct Traced {
    pub(crate) opened: Opened<'static>,
    pub(crate) revm: String,
}

/// More of a trace than this is not held.
const MOST_BYTES: usize = 1 << 26;

/// Where revm writes.
#[derive(Clone, Debug, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = self.0.lock().unwrap();
        if text.len() <= MOST_BYTES {
            text.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What revm writes of a transaction; `None` if that is more than is held.
pub(crate) fn revm_trace(execution: &Execution, memory: bool) -> Option<String> {
    let text = Text::default();
    let tracer = TracerEip3155::new(Box::new(text.clone()));
    let tracer = if memory { tracer.with_memory() } else { tracer };
    // revm does not see that a creation at an account with storage collides (EIP-7610).
    let storage = execution.prestate.clone();
    let collisions = StorageCollisions(move |address| {
        storage.get(&address).is_some_and(|account| !account.storage.is_empty())
    });
    let prepared = Prepared::without_roots(execution).unwrap();
    let Execution { rules, chain_id, block, .. } = execution;
    let setting = Setting { rules: *rules, chain_id: *chain_id, block: block.clone() };
    let mut evm = setting.evm(WrapDatabaseRef(&prepared), (collisions, tracer));
    setting.inspect(&mut evm, execution.transaction()).unwrap();
    let bytes = std::mem::take(&mut *text.0.lock().unwrap());
    (bytes.len() <= MOST_BYTES).then(|| String::from_utf8(bytes).unwrap())
}

impl Traced {
    /// The two of an input; `None` if the trace is more than is held.
    pub(crate) fn of(input: &Input, memory: bool) -> Option<Self> {
        let revm = revm_trace(&input.execution, memory)?;
        let witness = record(&input.execution).unwrap().witness(input);
        Some(Self { opened: Opened::from(witness), revm })
    }

    /// The two of one of the project's own inputs.
    pub(crate) fn fixture(name: &str, memory: bool) -> Self {
        Self::of(&fixture(name), memory).unwrap()
    }
}

/// One of the project's own inputs.
pub(crate) fn fixture(name: &str) -> Input {
    let bytes = fs::read(fixtures::own().join(format!("{name}.json"))).unwrap();
    Input::parse(&bytes, None).unwrap()
}

/// The witness of one of the project's own inputs.
pub(crate) fn witness(name: &str) -> Witness {
    let input = fixture(name);
    record(&input.execution).unwrap().witness(&input)
}
