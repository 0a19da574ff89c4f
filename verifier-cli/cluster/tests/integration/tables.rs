//! Witnesses as the recorder makes them, as many and as costly as a test needs; tables of them; and tables of results.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use alloy_primitives::{B256, TxKind, U256};
use datafusion::{
    arrow::array::{RecordBatch, StructArray},
    parquet::{
        arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder},
        basic::{Compression, ZstdLevel},
        file::properties::WriterProperties,
    },
};
use iso_evm_batch::batch::{self, BatchEvent, BatchOptions};
use iso_evm_table::{
    MessageRow, Outcome, Row, TransactionRow, WitnessRow, batch as as_batch, read,
};
use iso_evm_testing::{
    accounts::{CONTRACT, SENDER, account, block},
    program::{Program, op},
    witness,
};
use iso_evm_verifier::{EngineKind, verify};
use iso_evm_wire::{Fork, Witness};
use iso_evm_witness::{Execution, prestate::Prestate, record};

/// The engine of most tests.
pub(crate) const ENGINE: EngineKind = EngineKind::Native;

/// A transaction that runs a loop so many times; each number has one of its own.
fn looped(rounds: usize, number: u64) -> Execution {
    let body = Program::new().push(3).op([op::DUP2, op::MUL]).push(7).op([op::XOR, op::POP]);
    let start = Program::new().push(rounds);
    let top = start.len();
    let code = start.op([op::JUMPDEST]).op(body.build()).push(1).op([op::SWAP1, op::SUB, op::DUP1]);
    let code = code.push(top).op([op::JUMPI, op::STOP]).build();
    let mut guest = account(0, 1, code);
    guest.storage = [(B256::ZERO, B256::with_last_byte(1))].into();
    let fork = Fork::Prague;
    let mut block = block(fork);
    block.basefee = 0;
    block.gas_limit = u64::MAX;
    Execution {
        rollup: None,
        rules: fork.into(),
        chain_id: 1,
        block,
        tx: revm_tx(1_000_000_000 + number),
        prestate: Prestate::from([(SENDER, account(1 << 60, 5, [])), (CONTRACT, guest)]),
        block_hashes: Default::default(),
        proofs: None,
    }
}

fn revm_tx(gas_limit: u64) -> revm::context::TxEnv {
    revm::context::TxEnv {
        caller: SENDER,
        gas_limit,
        kind: TxKind::Call(CONTRACT),
        nonce: 5,
        chain_id: Some(1),
        ..Default::default()
    }
}

/// The witness of such a transaction.
pub(crate) fn one(rounds: usize, number: u64) -> Witness {
    let execution = looped(rounds, number);
    witness(&execution, &record(&execution).unwrap())
}

/// Rounds of the loop that keep the audit busy for about so long, here and today.
pub(crate) fn rounds_for(time: Duration) -> usize {
    const TRIED: usize = 2_000;
    let witness = one(TRIED, 0);
    let options = verify::Options { engine: ENGINE, ..verify::Options::default() };
    verify::verify(&witness, &options).unwrap();
    let begun = Instant::now();
    verify::verify(&witness, &options).unwrap();
    let each = begun.elapsed().as_secs_f64() / TRIED as f64;
    ((time.as_secs_f64() / each) as usize).clamp(1, 1_000_000)
}

/// So many witnesses, of which every fiftieth is false.
pub(crate) fn many(count: usize, rounds: usize) -> Vec<WitnessRow> {
    let next = AtomicUsize::new(0);
    let made = || {
        let mut rows = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return rows;
            }
            let mut witness = one(rounds, number as u64);
            if number % 50 == 49 {
                witness.roots.leave = B256::from(U256::from(number));
            }
            rows.push(row(number, &witness));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut rows: Vec<WitnessRow> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(made)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    rows
}

/// The row of a witness.
pub(crate) fn row(number: usize, witness: &Witness) -> WitnessRow {
    let (id, source) = (format!("1/20000000/{number:05}"), format!("made {number}"));
    WitnessRow::of(id, source, witness, witness.encode())
}

/// A row whose witness is any bytes.
pub(crate) fn bytes(id: &str, witness: Vec<u8>) -> WitnessRow {
    let (id, source) = (id.to_owned(), "bytes".to_owned());
    let fork = Fork::Prague.to_string();
    WitnessRow { id, source, chain_id: 1, fork, block: None, transaction: None, witness }
}

/// Writes rows as a table, so many in each row group.
pub(crate) fn write(path: &Path, rows: &[WitnessRow], in_a_group: usize) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap()))
        .set_dictionary_enabled(false)
        .set_write_batch_size(16)
        .build();
    let schema = as_batch::<WitnessRow>(&[]).schema();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), schema, Some(properties)).unwrap();
    for group in rows.chunks(in_a_group) {
        writer.write(&as_batch(group)).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();
}

/// The rows of a table in a folder, all files of it together.
pub(crate) fn rows<R: Row>(folder: &Path) -> Vec<R> {
    let mut all = Vec::new();
    for path in files(folder) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
        for batch in reader.build().unwrap() {
            let batch: RecordBatch = batch.unwrap();
            all.extend(read::<R>(&StructArray::from(batch)).unwrap());
        }
    }
    all
}

/// The files of a table in a folder, in order of name.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_table =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == "parquet");
    let mut paths: Vec<_> = paths.filter(is_table).collect();
    paths.sort();
    paths
}

/// What results say of each id. None may be there twice, and each message stands beside its transaction.
pub(crate) fn results(folder: &Path) -> BTreeMap<String, Outcome> {
    let transactions: Vec<TransactionRow> = rows(&folder.join("transactions"));
    let mut outcomes = BTreeMap::new();
    for TransactionRow { id, outcome, .. } in transactions {
        assert!(outcomes.insert(id.clone(), outcome).is_none(), "{id} is there twice");
    }
    let mut messages: BTreeMap<String, u64> = BTreeMap::new();
    for MessageRow { id, .. } in rows::<MessageRow>(&folder.join("messages")) {
        *messages.entry(id).or_default() += 1;
    }
    for (id, outcome) in &outcomes {
        let found = messages.remove(id).unwrap_or_default();
        assert_eq!(found, outcome.message_count.unwrap_or_default(), "messages of {id}");
    }
    assert!(messages.is_empty(), "messages of nothing: {messages:?}");
    outcomes
}

/// What results say of each id, in a word: the verdict, or the kind of error.
pub(crate) fn words(folder: &Path) -> BTreeMap<String, String> {
    let word = |outcome: Outcome| outcome.verdict.or(outcome.error_kind).unwrap();
    results(folder).into_iter().map(|(id, outcome)| (id, word(outcome))).collect()
}

/// What `batch` says of the same witnesses, as files.
pub(crate) fn by_batch(rows: &[WitnessRow]) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let name = |id: &str| format!("{}.bin", id.replace('/', "-"));
    for row in rows {
        fs::write(folder.path().join(name(&row.id)), &row.witness).unwrap();
    }
    let verify = verify::Options { engine: ENGINE, ..verify::Options::default() };
    let options = BatchOptions { verify, ..BatchOptions::default() };
    let said = std::sync::Mutex::new(BTreeMap::new());
    let hear = |event: BatchEvent<'_>| {
        if let BatchEvent::Done(done) = event {
            let source = Path::new(&*done.place.source).file_name().unwrap().to_str().unwrap();
            let report = done.report.as_ref().unwrap();
            said.lock()
                .unwrap()
                .insert(source.to_owned(), report.named(report.verdict()).to_string());
        }
    };
    batch::run(&[folder.path().to_owned()], &options, &hear).unwrap();
    let said = said.into_inner().unwrap();
    rows.iter().map(|row| (row.id.clone(), said[&name(&row.id)].clone())).collect()
}
