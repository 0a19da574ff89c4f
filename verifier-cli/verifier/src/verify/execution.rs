//! The execution audit: every message before the engine that was asked for, on all cores (feature
//! `threads`).

use alloy_primitives::{Address, Bytes, U256};
use iso_evm_hypervisor::{Audited, Engine, Inconclusive, MessageVerdict};
use iso_evm_wire::{OpenedMessage, StoredMessage};

use super::{
    EngineKind, Options, VerifyError,
    limits::{guest_gas_limit, own_gas_limit},
};
use crate::audit::Subject;

/// Guest gas that the native engine spends in less time than threads take to start.
const SHORT: u64 = 1 << 20;
/// How many times longer a hypervisor takes for so little gas, at least.
const SLOWER: u64 = 4;

/// Audits each message by the engines of this machine.
///
/// # Errors
///
/// If none was asked for, or two that differ.
pub fn execution(
    engine: &Engine,
    subject: &Subject<'_>,
    options: &Options,
) -> Result<Vec<Audited>, VerifyError> {
    let kind = options.engine.local().ok_or(VerifyError::NoNode)?;
    let codes = subject.codes();
    let limit = guest_gas_limit(subject, options);
    let metered = metered(engine, subject, options);
    let audit = |(index, stored): (usize, &StoredMessage)| {
        let message = subject.message(index);
        // Both engines read the whole of it, which is gone when they have.
        let bytes = &stored.bytes();
        // Code that the witness does not hold is not archived, and the engines say so.
        let hypervisor = || {
            let code = message.and_then(|message| codes.bytes_of(message));
            let archives: Vec<(Address, Bytes)> =
                code.map_or_else(Vec::new, |(hash, code)| engine.archives_of(bytes, hash, code));
            engine.run(bytes, &archives, options.host_gas_limit)
        };
        let native = || {
            if let Some(verdicts) = &metered {
                return verdicts[index].clone();
            }
            let code = message.and_then(|message| codes.of(message));
            engine.native().audit_within(bytes, code, limit)
        };
        let claims_more = |limit| {
            let gas = message.map(|message| message.fields().gasAvailable);
            gas.is_some_and(|gas| gas > U256::from(limit))
        };
        let audited = match kind {
            EngineKind::Native => Audited { verdict: native(), host_gas: 0 },
            EngineKind::Both => agreed(index, hypervisor, native, limit.is_some())?,
            // The contract counts no guest's gas. So a run that might take more than it may is first
            // made by the engine that does.
            _ if metered.is_some() || limit.is_some_and(claims_more) => guarded(hypervisor, native),
            _ => hypervisor(),
        };
        tracing::debug!(index, host_gas = audited.host_gas, verdict = ?audited.verdict);
        Ok(audited)
    };
    on_all_cores(&subject.messages, is_short(kind, subject), audit)
}

/// Audits messages on all cores, unless they are through before others have begun.
#[cfg(feature = "threads")]
fn on_all_cores(
    messages: &[StoredMessage],
    short: bool,
    audit: impl Fn((usize, &StoredMessage)) -> Result<Audited, VerifyError> + Sync + Send,
) -> Result<Vec<Audited>, VerifyError> {
    use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
    if short {
        return messages.iter().enumerate().map(audit).collect();
    }
    messages.par_iter().enumerate().map(audit).collect()
}

/// Audits messages one after the other: there are no threads.
#[cfg(not(feature = "threads"))]
fn on_all_cores(
    messages: &[StoredMessage],
    _: bool,
    audit: impl Fn((usize, &StoredMessage)) -> Result<Audited, VerifyError>,
) -> Result<Vec<Audited>, VerifyError> {
    messages.iter().enumerate().map(audit).collect()
}

/// Whether one thread is through before others have begun: the messages say that they spend little. That may be a
/// lie, which costs the liar's audit no more than time.
fn is_short(kind: EngineKind, subject: &Subject<'_>) -> bool {
    let spent = |message: &OpenedMessage| message.fields().gasUsed.saturating_to::<u64>();
    let spent = subject.opened().opened().iter().flatten().map(|message| spent(message));
    let most = if kind == EngineKind::Native { SHORT } else { SHORT / SLOWER };
    spent.fold(0, u64::saturating_add) <= most
}

/// What the native engine says of each message, one after the other, of which each has what those
/// before it have left of `all`. `None` if they could not spend so much, since each claims less or is
/// bounded by itself.
///
/// A message's gas is any claim, and there can be any number of them; together, those of an honest
/// witness spend what the transaction has paid for.
fn metered(
    engine: &Engine,
    subject: &Subject<'_>,
    options: &Options,
) -> Option<Vec<MessageVerdict>> {
    let mut left = own_gas_limit(subject, options)?;
    let each = guest_gas_limit(subject, options)?;
    let claim = |message: &OpenedMessage| message.fields().gasAvailable.saturating_to::<u64>();
    let opened = subject.opened().opened();
    let claims = opened.iter().flatten().map(|message| claim(message).min(each));
    if claims.fold(0, u64::saturating_add) <= left {
        return None;
    }
    let audit = |(index, stored): (usize, &StoredMessage)| {
        let message = subject.message(index);
        let code = message.and_then(|message| subject.codes().of(message));
        let within = message.is_some_and(|message| claim(message) <= each);
        let most = if within { left } else { left.min(each) };
        let mut gas = most;
        let verdict = engine.native().audit_with(&stored.bytes(), code, &mut gas, &mut |_, _| {});
        left -= most - gas;
        verdict
    };
    Some(subject.messages.iter().enumerate().map(audit).collect())
}

/// What the hypervisor says, if the guest comes to its end within the limit.
fn guarded(
    hypervisor: impl FnOnce() -> Audited,
    native: impl FnOnce() -> MessageVerdict,
) -> Audited {
    match native() {
        verdict @ MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit } => {
            Audited { verdict, host_gas: 0 }
        }
        _ => hypervisor(),
    }
}

/// What both engines say of a message. One that came to its limit says nothing to compare with, and
/// the other one is not asked; so the one that has a limit goes first.
fn agreed(
    message: usize,
    hypervisor: impl FnOnce() -> Audited,
    native: impl Fn() -> MessageVerdict,
    native_first: bool,
) -> Result<Audited, VerifyError> {
    let first = native_first.then(&native);
    if let Some(verdict @ MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit }) =
        first
    {
        return Ok(Audited { verdict, host_gas: 0 });
    }
    let hypervisor = hypervisor();
    if let MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas } = hypervisor.verdict
    {
        return Ok(hypervisor);
    }
    let native = first.unwrap_or_else(native);
    if native == hypervisor.verdict {
        return Ok(hypervisor);
    }
    let verdicts = Box::new([hypervisor.verdict, native]);
    Err(VerifyError::EnginesDiffer { message, verdicts })
}
