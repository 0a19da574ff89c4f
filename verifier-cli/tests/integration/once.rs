//! Of a witness nothing is decoded twice and nothing is hashed twice in one verification, from the
//! file to the report; and no contract is emitted that is not run.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
    thread,
};

use alloy_primitives::{B256, Bytes};
use iso_evm_hypervisor::{EmitOptions, Engine, emit_audit};
use iso_evm_onchain::{
    contracts::{Archives, Contracts},
    plan::Plan,
};
use iso_evm_verifier::{
    Audit, EngineKind, Options, Report, Verdict, VerifyError,
    hash::{CRYPTO, keccak256_each},
    verify, verify_opened,
};
use iso_evm_wire::{Crypto, Fork, Opened, Witness, records::Record};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

use crate::common::root;

/// What the libraries told of their work: each event's fields by name.
#[derive(Clone, Debug, Default)]
struct Told(Arc<Mutex<Vec<BTreeMap<String, String>>>>);

impl<S: Subscriber> Layer<S> for Told {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }
}

#[derive(Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

/// What is told of a run on one thread.
fn told(run: impl FnOnce() + Send) -> Vec<BTreeMap<String, String>> {
    let told = Told::default();
    let layers = tracing_subscriber::registry().with(told.clone());
    let on_one_thread = || {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        let pool = pool.build().unwrap();
        tracing::subscriber::with_default(layers, || pool.install(run));
    };
    thread::scope(|scope| scope.spawn(on_one_thread).join().unwrap());
    let told = told.0.lock().unwrap();
    told.clone()
}

/// The fields of all events of one kind.
fn of<'t>(
    told: &'t [BTreeMap<String, String>],
    event: &'t str,
) -> impl Iterator<Item = &'t BTreeMap<String, String>> {
    told.iter().filter(move |told| told.get("message").is_some_and(|told| told == event))
}

fn file(name: &str) -> Bytes {
    let fixture = root().join(format!("tests/fixtures/{name}.witness.bin"));
    fs::read(fixture).unwrap().into()
}

fn options(engine: EngineKind) -> Options {
    Options { engine, ..Options::default() }
}

/// From the file to the report, by all audits.
fn verified(file: &Bytes, engine: EngineKind) -> Report {
    let opened = Opened::decode(file, CRYPTO).unwrap();
    let report = verify_opened(&Engine::new(opened.rules), &opened, &options(engine)).unwrap();
    assert_eq!(report.verdict(), Verdict::Valid);
    report
}

const ENGINES: [EngineKind; 3] = [EngineKind::Native, EngineKind::Hypervisor, EngineKind::Both];

/// How many messages and records were decoded.
fn decoded(told: &[BTreeMap<String, String>]) -> [usize; 2] {
    ["message decoded", "record decoded"].map(|event| of(told, event).count())
}

/// How many messages and records a witness has.
fn held(witness: &Opened<'_>) -> [usize; 2] {
    let records = witness.opened().iter().flatten().map(|message| message.records().len());
    [witness.messages.len(), records.sum()]
}

#[test]
fn a_message_and_a_record_are_decoded_once() {
    for (name, messages) in [("call-tree", 17), ("erc20-transfer", 1), ("plain-transfer", 0)] {
        let held = held(&Opened::decode(&file(name), CRYPTO).unwrap());
        assert_eq!(held[0], messages, "{name}");
        assert!(held[1] >= messages, "{name}");
        for engine in ENGINES {
            let told = told(|| drop(verified(&file(name), engine)));
            assert_eq!(decoded(&told), held, "{name}, {engine}");
        }
    }
}

/// The JSON form is written of a witness taken apart once, and read by taking it apart once.
#[test]
fn json_takes_a_message_and_a_record_apart_once() {
    let opened = Opened::decode(&file("call-tree"), CRYPTO).unwrap();
    let (held, witness) = (held(&opened), opened.into_witness());
    let mut json = String::new();
    let written = told(|| json = witness.to_json());
    assert_eq!(decoded(&written), held);
    let read = told(|| assert_eq!(Witness::from_json(json.as_bytes()).unwrap(), witness));
    assert_eq!(decoded(&read), held);
}

/// What the messages of a witness cost on a chain is said without taking one apart again.
#[test]
fn a_plan_decodes_nothing() {
    let opened = Opened::decode(&file("erc20-transfer"), CRYPTO).unwrap();
    let plan = Plan::new(Contracts::new(Archives::CodeHash), opened.rules);
    let told = told(|| drop(plan.costs(&opened)));
    assert_eq!(decoded(&told), [0, 0]);
}

/// Records are taken apart with their message, and nowhere else.
#[test]
fn no_audit_decodes() {
    let mut found = Vec::new();
    for crate_ in ["verifier", "batch", "onchain"] {
        let mut folders = vec![root().join("verifier-cli").join(crate_).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => found.extend(decoding(&path)),
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

/// The lines of a file outside tests in which something is decoded that an [`Opened`] witness has.
fn decoding(path: &Path) -> Vec<(PathBuf, String)> {
    let source = fs::read_to_string(path).unwrap();
    let is_test =
        path.components().any(|part| part.as_os_str().to_string_lossy().contains("tests"));
    let code = source.lines().take_while(|line| *line != "#[cfg(test)]");
    let code = code.filter(|line| !is_test && !line.trim_start().starts_with("//"));
    let decodes =
        |line: &&str| line.contains("Record::decode") || line.contains("encoding::decode");
    code.filter(decodes).map(|line| (path.to_owned(), line.trim().to_owned())).collect()
}

/// How often a string is passed to a callee or returned by one, which each time is another's claim, or
/// is a slot's key.
fn passed(file: &Bytes) -> BTreeMap<String, usize> {
    let opened = Opened::decode(file, CRYPTO).unwrap();
    let (mut passed, mut keys) = (BTreeMap::new(), BTreeSet::new());
    let mut pass = |bytes: &[u8]| {
        *passed.entry(alloy_primitives::keccak256(bytes).to_string()).or_default() += 1;
    };
    for message in opened.opened().iter().flatten() {
        pass(&message.call_data().bytes());
        for record in message.records().iter().flatten() {
            match record {
                Record::Call(_, record) => pass(&record.returndata),
                Record::Create(record) => pass(&record.returndata),
                Record::Create2(record) => pass(&record.returndata),
                Record::Sload(record) => _ = keys.insert(record.key),
                Record::Sstore(record) => _ = keys.insert(record.key),
                _ => {}
            }
        }
    }
    keys.iter().for_each(|key| pass(key.as_slice()));
    passed
}

/// What is seen are the verifier's own hashes and those of the reader, which is given the verifier's.
/// Not seen is what the engines hash while they run a message, of which they must trust nobody: the
/// initcode of a creation, which audits hash too, what a message returns, and what the
/// guest's own code hashes.
#[test]
fn nothing_is_hashed_twice() {
    let passed = passed(&file("call-tree"));
    for engine in ENGINES {
        let told = told(|| drop(verified(&file("call-tree"), engine)));
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for hashed in of(&told, "hashed") {
            *counts.entry((&hashed["hash"], &hashed["length"])).or_default() += 1;
        }
        // Codes, nodes, the transaction, the signer, the file: there is something to count.
        assert!(counts.len() > 50, "{}", counts.len());
        let most = |hash: &str| passed.get(hash).copied().unwrap_or(1).max(1);
        let twice = counts.iter().filter(|((hash, _), count)| **count > most(hash));
        let twice: Vec<_> = twice.collect();
        assert!(twice.is_empty(), "{engine}: {twice:#?}");
    }
}

#[test]
fn no_contract_is_emitted_that_is_not_run() {
    let opened = Opened::decode(&file("call-tree"), CRYPTO).unwrap();
    let emitted = emit_audit(&EmitOptions::new(opened.rules)).identity();
    let access = Options { audits: Audit::Access.into(), ..Options::default() };
    let cases = [
        (options(EngineKind::Native), false),
        (access, false),
        (options(EngineKind::Hypervisor), true),
        (options(EngineKind::Both), true),
    ];
    for (options, runs) in cases {
        let engine = Engine::new(opened.rules);
        let report = verify_opened(&engine, &opened, &options).unwrap();
        assert_eq!(engine.is_emitted(), runs, "{options:?}");
        let named = (report.hypervisor_code_hash, report.hypervisor_size);
        assert_eq!(named, (emitted.code_hash, emitted.size), "{options:?}");
    }
}

/// A contract that is not the default one has no other way to be named than to be emitted.
#[test]
fn another_contract_is_named_by_what_is_emitted() {
    let mut options = EmitOptions::new(Fork::Osaka);
    options.archive.factory.0[0] ^= 1;
    let engine = Engine::with_options(&options);
    assert_eq!(engine.identity(), emit_audit(&options).identity());
    assert_ne!(engine.identity(), Engine::new(Fork::Osaka).identity());
}

/// What is known of a witness that was read must not be believed of one that was made.
#[test]
fn a_witness_that_no_file_held_is_hashed() {
    let witness = Witness::decode(&file("call-tree")).unwrap();
    let valid = verify(&witness, &Options::default()).unwrap();
    for change in [
        (|witness: &mut Witness| {
            let (hash, mut code) = witness.codes.pop_first().unwrap();
            code = [&code[..], &[0]].concat().into();
            witness.codes.insert(hash, code);
        }) as fn(&mut Witness),
        |witness| {
            let (hash, mut node) = witness.nodes.pop_first().unwrap();
            node = [&node[..], &[0]].concat().into();
            witness.nodes.insert(hash, node);
        },
    ] {
        let mut changed = witness.clone();
        change(&mut changed);
        assert!(verify(&changed, &Options::default()).is_err());
        // Nor of one that was read and then changed.
        let mut changed = Opened::decode(&file("call-tree"), CRYPTO).unwrap().into_witness();
        change(&mut changed);
        let changed = Opened::from(changed);
        let engine = Engine::new(changed.rules);
        assert!(verify_opened(&engine, &changed, &Options::default()).is_err());
    }
    let opened = Opened::decode(&file("call-tree"), CRYPTO).unwrap();
    let engine = Engine::new(opened.rules);
    assert_eq!(verify_opened(&engine, &opened, &Options::default()), Ok(valid));
}

/// A file can be read with any function: what another than the verifier's own has hashed is hashed again.
#[test]
fn what_a_liar_hashed_is_hashed_again() {
    /// A code that stands under another's hash, and that hash.
    static LIE: OnceLock<(Bytes, B256)> = OnceLock::new();
    fn liar(all: &[&[u8]]) -> Vec<B256> {
        let told = all.iter().zip(keccak256_each(all));
        let told = told.map(|(bytes, hash)| match LIE.get() {
            Some((code, hash)) if code[..] == **bytes => *hash,
            _ => hash,
        });
        told.collect()
    }
    let mut witness = Witness::decode(&file("call-tree")).unwrap();
    let (hash, code) = witness.codes.pop_first().unwrap();
    let other = Bytes::from([&code[..], &[0]].concat());
    LIE.set((other.clone(), hash)).unwrap();
    witness.codes.insert(hash, other);
    let opened =
        Opened::decode(&witness.encode().into(), Crypto { keccak256_each: liar, ..CRYPTO })
            .unwrap();
    let found = verify_opened(&Engine::new(opened.rules), &opened, &Options::default());
    assert!(matches!(found, Err(VerifyError::Hash { .. })), "{found:?}");
}
