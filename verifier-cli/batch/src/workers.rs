//! Many items on many threads, in bounded memory: one feeds, the others work, each on one item at a
//! time; a short queue stands between them.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, sync_channel},
    },
    thread,
};

use rayon::ThreadPoolBuildError;

/// Hands each item that `feed` sends to `work`, on `jobs` threads, all cores if `None`. What is sent
/// to tells whether it is worth going on.
///
/// What an item could do on many threads it does on its own one: a thread that waited for parts of
/// one item would take up another meanwhile, and hold both.
///
/// # Errors
///
/// The first error of `work`; then no further item is taken up.
pub(crate) fn each<T: Send, E: From<ThreadPoolBuildError> + Send>(
    jobs: Option<NonZeroUsize>,
    feed: impl FnOnce(&dyn Fn(T) -> bool),
    work: impl Fn(T) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let threads = jobs.or_else(|| thread::available_parallelism().ok());
    let threads = threads.map_or(1, NonZeroUsize::get);
    let (sender, receiver) = sync_channel(threads);
    let failed: Mutex<Option<E>> = Mutex::default();
    thread::scope(|scope| {
        // The threads alone hold the receiver: when all have failed, sending does too.
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..threads {
            let (receiver, work, failed) = (receiver.clone(), &work, &failed);
            scope.spawn(move || {
                if let Err(error) = on_one_thread(&receiver, work, failed) {
                    locked(failed).get_or_insert(error);
                }
            });
        }
        drop(receiver);
        feed(&|item| locked(&failed).is_none() && sender.send(item).is_ok());
        drop(sender);
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Works until there is nothing more, or another thread has failed.
fn on_one_thread<T: Send, E: From<ThreadPoolBuildError> + Send>(
    receiver: &Mutex<Receiver<T>>,
    work: impl Fn(T) -> Result<(), E> + Sync,
    failed: &Mutex<Option<E>>,
) -> Result<(), E> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()?;
    loop {
        let next = locked(receiver).recv();
        let Ok(item) = next else { return Ok(()) };
        if locked(failed).is_some() {
            return Ok(());
        }
        pool.install(|| work(item))?;
    }
}

/// What the lock holds is whole whenever nobody has it.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::{BatchError, FileError};

    #[test]
    fn every_item_once() {
        let sum = AtomicUsize::new(0);
        let feed = |send: &dyn Fn(usize) -> bool| assert!((0..1_000).all(send));
        let work = |item: usize| {
            assert_eq!(rayon::current_num_threads(), 1);
            sum.fetch_add(item, Ordering::Relaxed);
            Ok::<_, BatchError>(())
        };
        each(NonZeroUsize::new(3), feed, work).unwrap();
        assert_eq!(sum.into_inner(), 999 * 1_000 / 2);
    }

    /// Whoever feeds is told, and does not wait for ever.
    #[test]
    fn an_error_ends_it() {
        let fed = AtomicUsize::new(0);
        let feed = |send: &dyn Fn(usize) -> bool| {
            fed.store((0..1_000_000).take_while(|item| send(*item)).count(), Ordering::Relaxed);
        };
        let ended = each(NonZeroUsize::new(2), feed, |item| match item {
            7 => Err(BatchError::File(FileError::Empty { file: String::new() })),
            _ => Ok(()),
        });
        assert!(matches!(ended, Err(BatchError::File(FileError::Empty { .. }))));
        assert!(fed.into_inner() < 1_000_000);
        let ended = each(
            NonZeroUsize::new(2),
            |send| while send(()) {},
            |()| Err(BatchError::File(FileError::Empty { file: String::new() })),
        );
        assert!(ended.is_err());
    }
}
