//! What the fuzzer's targets demand, of the committed corpus and of numbered seeds: the same
//! functions, without a fuzzer.

use std::{fs, path::Path};

use arbitrary::Unstructured;
use iso_evm_fuzz::{decoder::decoder, edits, programs::programs};
use iso_evm_hypervisor::MessageVerdict;

use crate::harness::{parallel, random::Random};

/// Programs, and edits of each.
const PROGRAMS: u64 = 400;
const EDITS: u64 = 25;

/// The committed corpus of a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let read = |file: std::io::Result<fs::DirEntry>| file.and_then(|file| fs::read(file.path()));
    let corpus: Vec<_> = files.map(|file| read(file).expect("a file of the corpus")).collect();
    assert!(!corpus.is_empty(), "{folder:?} is empty");
    corpus
}

#[test]
fn decoder_corpus() {
    for data in corpus("decoder") {
        decoder(&data);
    }
}

#[test]
fn programs_corpus() {
    let corpus = corpus("programs");
    parallel::check_all(&corpus, |data| {
        programs(data);
        Ok(())
    });
}

#[test]
fn edits_corpus() {
    let corpus = corpus("edits");
    parallel::check_all(&corpus, |data| {
        edits::edits(data);
        Ok(())
    });
}

fn bytes(random: &mut Random, length: usize) -> Vec<u8> {
    (0..length).map(|_| random.byte()).collect()
}

/// Programs and edits of them; how many messages went before both engines, and how many of those
/// were found false.
fn run() -> (u64, u64) {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    let (messages, refused) = (AtomicU64::new(0), AtomicU64::new(0));
    let seeds: Vec<u64> = (0..PROGRAMS).collect();
    parallel::check_all(&seeds, |seed| {
        let mut random = Random::new(*seed);
        let length = 80 + random.below(600);
        let Some(witness) = programs(&bytes(&mut random, length)) else { return Ok(()) };
        messages.fetch_add(witness.messages.len() as u64, Relaxed);
        for _ in 0..EDITS {
            let edit = bytes(&mut random, 200);
            match edits::edit(&witness, &mut Unstructured::new(&edit)) {
                Ok(Some(verdict)) => {
                    messages.fetch_add(1, Relaxed);
                    refused
                        .fetch_add(u64::from(!matches!(verdict, MessageVerdict::Valid)), Relaxed);
                }
                Ok(None) => {}
                Err(error) => return Err(format!("seed {seed}: {error}")),
            }
        }
        Ok(())
    });
    (messages.into_inner(), refused.into_inner())
}

#[test]
fn fixed_seeds_of_programs_and_edits_hold() {
    let (messages, refused) = run();
    println!("{messages} messages before both engines, {refused} not valid");
    assert!(messages > PROGRAMS * EDITS * 3 / 4 && refused > messages / 2);
}
