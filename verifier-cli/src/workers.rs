//! Threads that take one item after another from a bounded queue.
//!
//! In the data's way this stands between what reads files and what checks them. Each thread brings a
//! pool of its own with one thread in it: what is parallel inside a check then runs in its order, and
//! no check begins another one while it waits for a part of itself. So there are never more items at
//! work than threads, which bounds the memory.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// The threads asked for; all cores if `None`.
pub(crate) fn threads(jobs: Option<NonZeroUsize>) -> usize {
    let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
    jobs.map_or_else(cores, NonZeroUsize::get)
}

/// Hands what `read` sends to `work`, on `threads` threads; at most `queue` items wait. `read` runs on
/// the caller's thread; it is told `false` once nothing is taken any more.
///
/// # Errors
///
/// The first of `work`'s errors, after which no further item is taken; or that the threads cannot be
/// started, and then nothing is read.
pub(crate) fn each<T: Send, E: Send + From<ThreadPoolBuildError>>(
    threads: usize,
    queue: usize,
    read: impl FnOnce(&mut dyn FnMut(T) -> bool),
    work: impl Fn(T) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let pools: Vec<ThreadPool> = (0..threads)
        .map(|_| ThreadPoolBuilder::new().num_threads(1).build())
        .collect::<Result<_, _>>()?;
    let (sender, receiver) = mpsc::sync_channel(queue);
    let receiver = Arc::new(Mutex::new(receiver));
    let failed = Mutex::new(None);
    let stopped = || locked(&failed).is_some();
    let (first, stopped, work) = (&failed, &stopped, &work);
    thread::scope(|scope| {
        for pool in &pools {
            let receiver = Arc::clone(&receiver);
            scope.spawn(move || {
                let next = || locked(&receiver).recv().ok();
                while let Some(item) = next() {
                    if stopped() {
                        return;
                    }
                    if let Err(error) = pool.install(|| work(item)) {
                        locked(first).get_or_insert(error);
                    }
                }
            });
        }
        // Without threads to take them, items are refused.
        drop(receiver);
        read(&mut |item| !stopped() && sender.send(item).is_ok());
        drop(sender);
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

/// Nothing here is half changed while it is locked.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rayon::iter::{IntoParallelIterator, ParallelIterator};

    use super::*;
    use crate::error::CommandError;

    #[test]
    fn everything_is_done_and_never_more_than_that_at_once() {
        let (now, most, sum) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |item: usize| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let part: usize = (0..100).into_par_iter().map(|_| item).sum();
            sum.fetch_add(part, Ordering::SeqCst);
            now.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, ThreadPoolBuildError>(())
        };
        each(3, 2, |send| assert!((0..200).all(send)), work).unwrap();
        assert_eq!(sum.into_inner(), 100 * 199 * 200 / 2);
        assert!(most.into_inner() <= 3);
    }

    #[test]
    fn an_error_ends_it() {
        let done = AtomicUsize::new(0);
        let work = |item: usize| {
            done.fetch_add(1, Ordering::SeqCst);
            if item == 20 { Err(CommandError::Usage("20".to_owned())) } else { Ok(()) }
        };
        let error = each(2, 2, |send| assert!(!(0..1_000_000).all(send)), work).unwrap_err();
        assert_eq!(error.to_string(), "20");
        assert!(done.into_inner() < 1_000);
    }
}
