//! The hypervisors of all rules, each emitted when it is first asked for.

use std::sync::OnceLock;

use iso_evm_hypervisor::Engine;
use iso_evm_wire::Rules;

/// The hypervisors of all rules, for a run over messages of many.
#[derive(Debug)]
pub struct Engines([OnceLock<Engine>; Rules::ALL.len()]);

impl Default for Engines {
    fn default() -> Self {
        Self([const { OnceLock::new() }; Rules::ALL.len()])
    }
}

impl Engines {
    /// The hypervisor of these rules.
    pub fn get(&self, rules: Rules) -> &Engine {
        self.0[rules.index()].get_or_init(|| Engine::new(rules))
    }
}
