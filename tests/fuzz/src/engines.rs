//! Both engines on one message.

use std::sync::LazyLock;

use alloy_primitives::{Bytes, hex};
use iso_evm_hypervisor::{Code, Engine, Inconclusive, MessageVerdict, NativeEngine};
use iso_evm_wire::Fork;

/// What the hypervisor may use of its host: far more than any message here needs.
const HOST_GAS: u64 = 2_000_000_000;

static ENGINES: LazyLock<[(Engine, NativeEngine); 8]> =
    LazyLock::new(|| Fork::ALL.map(|fork| (Engine::new(fork), NativeEngine::new(fork))));

/// The emitted hypervisor of a fork.
pub fn hypervisor(fork: Fork) -> &'static Engine {
    &ENGINES[usize::from(fork.number())].0
}

/// The verdict on a message; `None` if the hypervisor had too little host gas to tell.
///
/// # Panics
///
/// If the engines do not say the same: kind, program counter, record and both words.
pub fn agreed(fork: Fork, message: &Bytes, code: Option<&Bytes>) -> Option<MessageVerdict> {
    let (hypervisor, native) = &ENGINES[usize::from(fork.number())];
    let archives = code.map_or_else(Vec::new, |code| hypervisor.archives(message, code));
    let emitted = hypervisor.run(message, &archives, Some(HOST_GAS)).verdict;
    if emitted == (MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas }) {
        return None;
    }
    let native = native.audit(message, code.cloned().map(Code::new).as_ref());
    assert!(
        native == emitted,
        "{fork}: native {native:x?}, hypervisor {emitted:x?}\ncode {}\nmessage {}",
        hex::encode(code.map_or(&[][..], |code| code)),
        hex::encode(message)
    );
    Some(emitted)
}
