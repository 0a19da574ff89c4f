//! Both engines on one message.

use std::sync::OnceLock;

use alloy_primitives::{Bytes, hex};
use iso_evm_hypervisor::{Code, Engine, Inconclusive, MessageVerdict, NativeEngine};
use iso_evm_wire::Rules;

/// What the hypervisor may use of its host: far more than any message here needs.
const HOST_GAS: u64 = 2_000_000_000;

static ENGINES: [OnceLock<(Engine, NativeEngine)>; Rules::ALL.len()] =
    [const { OnceLock::new() }; Rules::ALL.len()];

fn engines(rules: Rules) -> &'static (Engine, NativeEngine) {
    ENGINES[rules.index()].get_or_init(|| (Engine::new(rules), NativeEngine::new(rules)))
}

/// The emitted hypervisor of some rules.
pub fn hypervisor(rules: Rules) -> &'static Engine {
    &engines(rules).0
}

/// The verdict on a message; `None` if the hypervisor had too little host gas to tell.
///
/// # Panics
///
/// If the engines do not say the same: kind, program counter, record and both words.
pub fn agreed(rules: Rules, message: &Bytes, code: Option<&Bytes>) -> Option<MessageVerdict> {
    let (hypervisor, native) = engines(rules);
    let archives = code.map_or_else(Vec::new, |code| hypervisor.archives(message, code));
    let emitted = hypervisor.run(message, &archives, Some(HOST_GAS)).verdict;
    if emitted == (MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas }) {
        return None;
    }
    let native = native.audit(message, code.cloned().map(Code::new).as_ref());
    assert!(
        native == emitted,
        "{rules}: native {native:x?}, hypervisor {emitted:x?}\ncode {}\nmessage {}",
        hex::encode(code.map_or(&[][..], |code| code)),
        hex::encode(message)
    );
    Some(emitted)
}
