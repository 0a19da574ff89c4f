//! Threads that take one item after another from a bounded queue.
//!
//! In the data's way this stands between what reads files and what checks them. Each thread brings a
//! pool of its own with one thread in it: what is parallel inside a check then runs in its order, and
//! no check begins another one while it waits for a part of itself. So there are never more items at
//! work than threads, which bounds the memory.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// The threads asked for; all cores if `None`.
pub(crate) fn threads(jobs: Option<NonZeroUsize>) -> usize {
    let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
    jobs.map_or_else(cores, NonZeroUsize::get)
}

/// Hands what `read` sends to `work`, on `threads` threads; at most `queue` items wait. `read` is
/// called on the thread of the caller, and ends when it returns or when `false` is sent back to it.
///
/// # Errors
///
/// If the threads cannot be started; then nothing is read.
pub(crate) fn each<T: Send>(
    threads: usize,
    queue: usize,
    read: impl FnOnce(&mut dyn FnMut(T) -> bool),
    work: impl Fn(T) + Sync,
) -> Result<(), ThreadPoolBuildError> {
    let pools: Vec<ThreadPool> = (0..threads)
        .map(|_| ThreadPoolBuilder::new().num_threads(1).build())
        .collect::<Result<_, _>>()?;
    let (sender, receiver) = mpsc::sync_channel(queue);
    let receiver = Arc::new(Mutex::new(receiver));
    let work = &work;
    thread::scope(|scope| {
        for pool in &pools {
            let receiver = Arc::clone(&receiver);
            scope.spawn(move || {
                let next = || receiver.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
                while let Some(item) = next() {
                    pool.install(|| work(item));
                }
            });
        }
        // Without threads to take them, items are refused.
        drop(receiver);
        read(&mut |item| sender.send(item).is_ok());
        drop(sender);
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rayon::iter::{IntoParallelIterator, ParallelIterator};

    use super::*;

    #[test]
    fn everything_is_done_and_never_more_than_that_at_once() {
        let (now, most, sum) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |item: usize| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let part: usize = (0..100).into_par_iter().map(|_| item).sum();
            sum.fetch_add(part, Ordering::SeqCst);
            now.fetch_sub(1, Ordering::SeqCst);
        };
        each(3, 2, |send| assert!((0..200).all(send)), work).unwrap();
        assert_eq!(sum.into_inner(), 100 * 199 * 200 / 2);
        assert!(most.into_inner() <= 3);
    }
}
