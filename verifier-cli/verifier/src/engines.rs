//! The hypervisor of every fork, each emitted when it is first asked for.

use std::sync::OnceLock;

use iso_evm_hypervisor::Engine;
use iso_evm_wire::Fork;

/// The hypervisor of every fork, for a run over messages of many.
#[derive(Debug, Default)]
pub struct Engines([OnceLock<Engine>; Fork::ALL.len()]);

impl Engines {
    /// The hypervisor of a fork.
    pub fn get(&self, fork: Fork) -> &Engine {
        self.0[usize::from(fork.number())].get_or_init(|| Engine::new(fork))
    }
}
