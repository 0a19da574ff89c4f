//! A watcher that is killed at any instant goes on where it stopped: nothing is there twice, nothing is missing.

use std::{path::Path, time::Duration};

use iso_evm_testing::postgres::Postgres;

use super::{Beside, Chain, tables};

/// Numbers that look random, the same each time.
struct Random(u64);

impl Random {
    /// A number below another.
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// One watcher's options.
fn options(url: &str, database: &str, witnesses: &str) -> String {
    format!(
        "--rpc-url {url} --from 1 --once --poll 0.05 --jobs 1 --db {database} --witnesses {witnesses}"
    )
}

/// Runs to the end.
fn run(folder: &Path, options: &str) {
    let (_, code) = Beside::start(folder, options).rest();
    assert_eq!(code, Some(0));
}

/// Kills so many watchers, each at another instant, or fewer if one comes to the end before. How many were killed.
fn kill(folder: &Path, options: &str, most: u32, random: &mut Random) -> u32 {
    for killed in 0..most {
        let mut watcher = Beside::start(folder, options);
        if killed % 2 == 0 {
            // While it is at work.
            let blocks = 1 + random.below(3);
            for _ in 0..blocks {
                if watcher.event().is_none() {
                    return killed;
                }
            }
            std::thread::sleep(Duration::from_micros(random.below(20_000)));
        } else {
            // While it begins, or somewhere.
            std::thread::sleep(Duration::from_micros(random.below(90_000)));
        }
        if let Some(code) = watcher.ended() {
            assert_eq!(code, Some(0));
            return killed;
        }
        watcher.kill();
    }
    most
}

#[test]
fn tables_after_kills_are_those_of_a_run_without() {
    let Some(mut chain) = Chain::start() else { return };
    chain.make(100);
    let (folder, url) = (tempfile::tempdir().unwrap(), chain.anvil.url());
    let postgres = Postgres::start();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let reference = (file("reference.db"), "reference");
    let mut others = vec![(file("killed.db"), "killed", 50)];
    others.extend(postgres.iter().map(|it| (it.database(), "killed-too", 50)));
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut killed = vec![0; others.len()];
    // Before a reorganisation, and after it.
    for half in 0..2 {
        if half == 1 {
            chain.reorganise(3);
            chain.make(60);
        }
        run(folder.path(), &options(&url, &reference.0, reference.1));
        for (index, (database, witnesses, most)) in others.iter().enumerate() {
            let options = options(&url, database, witnesses);
            killed[index] += kill(folder.path(), &options, most / 2, &mut random);
            run(folder.path(), &options);
        }
    }
    tables::hold_against(&reference.0, &chain, 1);
    let expected = tables::dump(&reference.0);
    for ((database, witnesses, most), killed) in others.iter().zip(killed) {
        assert!(killed > most / 2, "only {killed} were killed");
        assert!(tables::dump(database) == expected, "{witnesses} differs");
        tables::hold_witnesses(database, &folder.path().join(witnesses));
        let unfinished = std::fs::read_dir(folder.path().join(witnesses)).unwrap().flatten();
        let unfinished = unfinished.filter(|it| it.file_name().to_string_lossy().starts_with('.'));
        assert_eq!(unfinished.count(), 0);
    }
}
