//! Many independent cases on all cores, with every failure named.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How many failures are printed before the rest is only counted.
const SHOWN: usize = 20;

/// Checks every case.
///
/// # Panics
///
/// With all failures, once each case was checked.
pub fn check_all<T: Sync>(cases: &[T], check: impl Fn(&T) -> Result<(), String> + Sync) {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(failure) = check(case) {
                failures.lock().expect("no thread panics with the lock").push(failure);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut failures = failures.into_inner().expect("no thread panics with the lock");
    assert!(!cases.is_empty(), "no case at all");
    if !failures.is_empty() {
        failures.sort();
        let shown = failures[..failures.len().min(SHOWN)].join("\n");
        panic!("{} failures in {} cases\n{shown}", failures.len(), cases.len());
    }
}
