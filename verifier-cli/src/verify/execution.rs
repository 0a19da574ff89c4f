//! The execution audit: every message before the emitted hypervisor, on all cores.

use std::{num::NonZero, sync::Mutex, thread};

use alloy_primitives::{Address, Bytes};
use iso_evm_hypervisor::{Audited, Engine};
use iso_evm_witness::{MessageWitness, Witness};

/// Audits each message; `messages` are those of the witness, decoded where they can be.
pub(super) fn execution(
    engine: &Engine,
    witness: &Witness,
    messages: &[Option<MessageWitness>],
    host_gas_limit: Option<u64>,
) -> Vec<Audited> {
    in_parallel(messages, |index, message| {
        let bytes = &witness.messages[index];
        // Code that the witness does not hold is not archived, and the hypervisor says so.
        let archives: Vec<(Address, Bytes)> = (message.as_ref())
            .and_then(|message| witness.code(message))
            .map_or_else(Vec::new, |code| engine.archives(bytes, code));
        let audited = engine.run(bytes, &archives, host_gas_limit);
        tracing::debug!(index, host_gas = audited.host_gas, verdict = ?audited.verdict);
        audited
    })
}

/// Maps items on as many threads as the machine has cores.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    if threads <= 1 {
        return items.iter().enumerate().map(|(index, item)| work(index, item)).collect();
    }
    let next = Mutex::new(items.iter().enumerate());
    let take = || next.lock().ok()?.next();
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let worker = || {
            let mut own = Vec::new();
            while let Some((index, item)) = take() {
                own.push((index, work(index, item)));
            }
            own
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let own = |worker: thread::ScopedJoinHandle<'_, Vec<(usize, R)>>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().flat_map(own).collect()
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled = in_parallel(&items, |index, item| index + item);
        assert_eq!(doubled, (0..1000).map(|item| 2 * item).collect::<Vec<_>>());
    }
}
