//! Whole blocks of files: recorded and proved from the file alone, or named for what is wrong with them,
//! and then nothing is written.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use alloy_primitives::{Bytes, b256, keccak256};
use iso_evm_testing::fixtures;
use iso_evm_verifier::{EngineKind, Options, Verdict, verify};
use iso_evm_wire::{Witness, optimism::Upgrade};
use iso_evm_witness::block_file::{BlockFile, BlockFileError, Head, Notice};
use serde_json::{Value, json};

use crate::common::{run, run_with};

/// A block of Hoodi with its execution witness; none where the fixtures are not.
static HOODI: LazyLock<Option<Vec<u8>>> = LazyLock::new(|| {
    let path = hoodi()?;
    Some(zstd::decode_all(&fs::read(path).unwrap()[..]).unwrap())
});

fn hoodi() -> Option<PathBuf> {
    fixtures::third_party("execution_witness/hoodi-1265656.json.zst")
}

/// The files and folders in a folder, by name.
fn files_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

fn json_of_hoodi() -> Option<Value> {
    Some(serde_json::from_slice(HOODI.as_deref()?).unwrap())
}

fn parse(json: &Value) -> Result<BlockFile, BlockFileError> {
    BlockFile::parse(json.to_string().as_bytes(), None)
}

/// What is committed to of a folder is a block, from its first transaction on.
#[cfg(feature = "onchain")]
#[test]
fn a_folder_that_begins_within_its_block_is_not_committed_to() {
    let Some(path) = hoodi() else { return };
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &format!("iso-witness record {} -o block", path.display()));
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    let all = folder.path().join("block");
    for name in files_in(&all).iter().take(2) {
        fs::remove_file(all.join(name)).unwrap();
    }
    let ran = run(folder.path(), "iso-verify commit block -o claim.json");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let words = "nobody can commit to it as one block: it begins with transaction 2 of its block";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
    assert!(!folder.path().join("claim.json").exists());
}

#[test]
fn a_block_of_hoodi_is_proved_and_every_witness_valid() {
    let Some(path) = hoodi() else { return };
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &format!("iso-witness record {}", path.display()));
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    let all = folder.path().join("block-1265656");
    let names = files_in(&all);
    assert_eq!(names.len(), 11);
    let block = b256!("ac77c202b2b33da757f785a4c240333c7d148bc2558f19c483e42fe3ca1ce6db");
    let mut before = None;
    for (index, name) in names.iter().enumerate() {
        let witness = Witness::decode(&fs::read(all.join(name)).unwrap()).unwrap();
        let hash = witness.transaction.hash().unwrap();
        assert_eq!(*name, format!("{index:04}-{hash}.bin"));
        let header = witness.block.header.as_ref().unwrap();
        assert_eq!(header.hash_slow(), block);
        assert_eq!(before.unwrap_or(witness.roots.enter), witness.roots.enter);
        before = Some(witness.roots.leave);
        assert_eq!(witness.inclusion.as_ref().unwrap().index, index as u64);
        for engine in [EngineKind::Hypervisor, EngineKind::Native] {
            let report = verify(&witness, &Options { engine, ..Options::default() }).unwrap();
            assert_eq!(report.verdict(), Verdict::Valid, "{name} {engine}");
            assert!(report.not_run.is_empty(), "{name}");
        }
    }
}

/// The same block under other names: as a node returns it, and as other tools write it.
#[test]
fn the_shapes_that_nodes_and_other_tools_write_are_the_same_block() {
    let Some(hoodi) = json_of_hoodi() else { return };
    let block = &hoodi["blocks"][0];
    let witness = &hoodi["witness"];
    let mut flat = block["header"].clone();
    flat["transactions"] = block["body"]["transactions"].clone();
    flat["withdrawals"] = block["body"]["withdrawals"].clone();
    let file = parse(&hoodi).unwrap();
    let encoded: Vec<_> = file.transactions.iter().map(|it| Bytes::from(it.encode())).collect();
    let mut short = json!({"header": block["header"], "withdrawals": flat["withdrawals"]});
    short["transactions"] = json!(encoded);
    let answer = |part: &Value| json!({"jsonrpc": "2.0", "id": 1, "result": part});
    let mut objects = witness.clone();
    for list in ["state", "codes"] {
        let bytes: Vec<Bytes> = serde_json::from_value(witness[list].clone()).unwrap();
        let named = bytes.iter().map(|bytes| (keccak256(bytes).to_string(), json!(bytes)));
        objects[list] = Value::Object(named.collect());
    }
    let headers = [&file.parent].into_iter().chain(&file.ancestors);
    let headers: Vec<_> = headers.map(iso_evm_wire::block::BlockFields::from).collect();
    assert_eq!(headers.len(), 6);
    objects["headers"] = json!(headers);
    for json in [
        json!({"block": flat, "witness": witness}),
        json!({"block": answer(&flat), "witness": answer(witness), "chainId": "0x88bb0"}),
        json!({"block": short, "witness": objects, "network": "hoodi"}),
        json!({"blocks": [short], "witness": objects, "chain_id": 560_048}),
    ] {
        let other = parse(&json).unwrap();
        assert_eq!(other.head, file.head);
        assert_eq!((other.chain_id, other.rules), (file.chain_id, file.rules));
        assert_eq!(other.transactions, file.transactions);
        assert_eq!((&other.parent, &other.ancestors), (&file.parent, &file.ancestors));
        assert_eq!(other.preimages, file.preimages);
    }
}

/// Each is told by what is wrong with it, with exit code 2, and no folder is there.
#[test]
fn a_block_that_is_not_what_it_says_is_named_and_nothing_written() {
    let Some(hoodi) = json_of_hoodi() else { return };
    let body = "/blocks/0/body";
    let edit = |pointer: &str, change: &dyn Fn(&mut Value)| {
        let mut json = hoodi.clone();
        change(json.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")));
        json.to_string().into_bytes()
    };
    let remove = |pointer: &str, index: usize| {
        edit(pointer, &|list| drop(list.as_array_mut().unwrap().remove(index)))
    };
    let set = |pointer: &str, value: Value| edit(pointer, &|place| *place = value.clone());
    let header =
        |field: &str, value: &str| edit("/blocks/0/header", &|header| header[field] = json!(value));
    let other = format!("0x{}", "07".repeat(32));
    let packed = fs::read(self::hoodi().unwrap()).unwrap();
    let transactions = format!("{body}/transactions");
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (remove(&transactions, 3), "the block's transactions root is 0x57ff2343d87b65b8"),
        (remove(&format!("{body}/withdrawals"), 0), "the block's withdrawals root is 0x178b9eb5"),
        (remove("/witness/state", 0), ": missing trie node 0x"),
        (remove("/witness/codes", 0), ": missing code 0x"),
        (
            set("/witness/headers", json!([])),
            "none of the file's headers is the parent's, whose hash",
        ),
        (header("parentHash", &other), "none of the file's headers is the parent's, whose hash is"),
        (header("stateRoot", &other), "the block's state root is 0x0707070707"),
        (header("receiptsRoot", &other), "the block's receipts root is 0x0707070707"),
        (header("requestsHash", &other), "the block's requests hash is 0x0707070707"),
        (
            header("gasUsed", "0x432f04"),
            "the block has used 4402948 gas by its header, and 4402947",
        ),
        (header("blobGasUsed", "0x60000"), "the block has used 393216 blob gas by its header, and"),
        (
            header("hash", &other),
            "the block's header: field \"hash\": the header's is 0xac77c202b2b",
        ),
        (
            header("parentBeaconBlockRoot", &other),
            "the block's state root is 0xf7c1acf1facc79a7c560",
        ),
        (
            set("/network", json!("sepolia")),
            "transaction 0 is for chain 560048, and the block is of",
        ),
        (
            set("/network", json!({"L2Chain": 7})),
            "transaction 0 is for chain 560048, and the block",
        ),
        (
            set(&format!("{transactions}/0"), json!("0x7e00")),
            "transaction 0: not the canonical encoding of a transaction",
        ),
        (
            set(&format!("{transactions}/4/nonce"), json!("0x0")),
            "the block's transactions root is 0x57ff2343d87b65b8",
        ),
        (set(&transactions, json!([other])), "the block has hashes alone, where transactions are"),
        (set("/blocks", json!([])), "one block is recorded at a time, found 0"),
        (set("/witness", Value::Null), "field \"witness\" is missing"),
        (
            set("/witness/state", json!(["0xz"])),
            "witness.state[0]: expected bytes in 0x hex, found the text",
        ),
        (packed[..packed.len() / 2].to_vec(), "block.json: cannot be read: "),
        (b"(\xb5/\xfd garbage".to_vec(), "block.json: cannot be read: "),
        (HOODI.as_ref().unwrap()[..100_000].to_vec(), "the text ends in the middle of"),
    ];
    for (bytes, said) in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("block.json"), bytes).unwrap();
        let ran = run(folder.path(), "iso-witness record block.json -o all");
        assert_eq!(ran.code, Some(2), "{said}");
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: block.json: "), "{}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert_eq!(files_in(folder.path()), ["block.json"], "{said}");
    }
}

/// Whatever node, code or header is missing: the block is proved without it, or it is named.
#[test]
fn what_is_missing_is_named_by_its_hash() {
    let Some(hoodi) = json_of_hoodi() else { return };
    let file = parse(&hoodi).unwrap();
    let (mut named, mut codes, mut alone) = (0, 0, 0);
    for hash in file.preimages.keys().step_by(9) {
        let mut file = file.clone();
        file.preimages.remove(hash);
        match file.record() {
            Ok(block) => alone += usize::from(!block.notices().is_empty()),
            Err(BlockFileError::Node { missing, .. }) => {
                assert_eq!(missing.hash, *hash);
                named += 1;
            }
            Err(BlockFileError::Code { hash: missing, .. }) => {
                assert_eq!(missing, *hash);
                codes += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(named > 100 && codes > 0, "{named} {codes} {alone}");
}

#[test]
fn options_that_say_something_else_than_the_file_are_refused() {
    let Some(path) = hoodi() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (options, said) in [
        ("--fork osaka", "--fork osaka contradicts the file, whose block goes by prague"),
        ("--rpc-url http://127.0.0.1:1", "--rpc-url has no meaning for an input that has its own"),
    ] {
        let ran = run(folder.path(), &format!("iso-witness record {} {options}", path.display()));
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    let again = format!("iso-witness record {} --fork prague -o a/b", path.display());
    for _ in 0..2 {
        let ran = run(folder.path(), &again);
        assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    }
    assert_eq!(files_in(&folder.path().join("a")), ["b"]);
    assert_eq!(files_in(&folder.path().join("a/b")).len(), 11);
}

#[test]
fn a_blocks_witnesses_are_a_stream_on_stdout() {
    let Some(path) = hoodi() else { return };
    let folder = tempfile::tempdir().unwrap();
    let stream = run(folder.path(), &format!("iso-witness record {} -o -", path.display()));
    assert_eq!((stream.code, &*stream.stderr), (Some(0), ""));
    let ran = run_with(folder.path(), "iso-verify batch - --engine native", &stream.stdout);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(text.contains("witnesses: 11 valid, 0 invalid"), "{text}");
    assert!(files_in(folder.path()).is_empty());
}

/// The blocks of OP Sepolia, by name.
fn rollup() -> Vec<PathBuf> {
    let Some(folder) = fixtures::third_party("op_stack") else { return Vec::new() };
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_block = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "zst");
    let mut blocks: Vec<_> = entries.filter(is_block).collect();
    blocks.sort_unstable();
    blocks
}

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&zstd::decode_all(&fs::read(path).unwrap()[..]).unwrap()).unwrap()
}

/// Each comes to the hash that its file expects, or it would not be recorded.
#[test]
fn blocks_of_a_rollup_are_proved_and_every_witness_valid() {
    let blocks = rollup();
    let (mut transactions, mut alone) = (0, 0);
    for path in &blocks {
        let file = parse(&json_of(path)).unwrap();
        assert_eq!(file.rules, Upgrade::Holocene.into());
        let block = file.record().unwrap();
        let Head::Draft { hash: Some(hash), .. } = file.head else { panic!("a hash is expected") };
        assert_eq!(block.header().hash_slow(), hash);
        for notice in block.notices() {
            let Notice::Alone { indices, .. } = notice else { panic!("{notice}") };
            alone += indices.len();
        }
        for recorded in block.witnesses() {
            transactions += 1;
            let bytes = recorded.witness.encode();
            let witness = Witness::decode(&bytes).unwrap();
            for engine in [EngineKind::Hypervisor, EngineKind::Native] {
                let report = verify(&witness, &Options { engine, ..Options::default() }).unwrap();
                let name = format!("{} {} {engine}", path.display(), recorded.index);
                assert_eq!(report.verdict(), Verdict::Valid, "{name}: {:?}", report.findings);
                assert!(report.not_run.is_empty(), "{name}: {:?}", report.not_run);
            }
        }
    }
    if blocks.len() == 9 {
        // The files have what the state after the block needs: not all that a moment does.
        assert_eq!((transactions, alone), (122, 1));
    }
}

#[test]
fn a_rollups_block_that_is_not_what_it_says_is_named_and_nothing_written() {
    let Some(path) =
        rollup().into_iter().find(|path| path.ends_with("op-sepolia-26207960.json.zst"))
    else {
        return;
    };
    let block = json_of(&path);
    let edit = |pointer: &str, change: &dyn Fn(&mut Value)| {
        let mut json = block.clone();
        change(json.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")));
        json
    };
    let set = |pointer: &str, value: Value| edit(pointer, &|place| *place = value.clone());
    let remove = |pointer: &str, index: usize| {
        edit(pointer, &|list| drop(list.as_array_mut().unwrap().remove(index)))
    };
    let key = |pointer: &str, key: &str| {
        edit(pointer, &|object| drop(object.as_object_mut().unwrap().remove(key)))
    };
    let hash =
        "the block's hash should be 0xdb32d9ddfa5fd26c9fb0260bbfa53da88326aa2a465e34d75180564a";
    // A digit of L1's base fee, which the first deposit writes.
    let deposit = block["payloadAttributes"]["transactions"][0].as_str().unwrap();
    let (head, tail) = deposit.split_at(deposit.find("440a5e20").unwrap() + 8 + 2 * 60);
    let wrong = format!("{head}{}{}", if tail.starts_with('0') { "1" } else { "0" }, &tail[1..]);
    let late = edit("/rollupConfig", &|config| config["interop_time"] = json!(1));
    let cases = [
        (remove("/payloadAttributes/transactions", 4), hash),
        (set("/payloadAttributes/transactions/0", json!(wrong)), hash),
        (set("/payloadAttributes/gasLimit", json!("0x3938701")), hash),
        (set("/parentHeader/timestamp", json!("0x67f6a95b")), hash),
        (
            set("/rollupConfig/l2_chain_id", json!(10)),
            "is for chain 11155420, and the block is of ",
        ),
        (late, "fork: fork optimism/interop is later than"),
        (set("/preimages", json!([])), ": missing trie node 0x"),
        (
            set("/payloadAttributes/timestamp", json!("0x67f6a95a")),
            "the block's time is 1744218458, ",
        ),
        (key("", "rollupConfig"), "field \"rollupConfig\" is missing"),
        (key("", "parentHeader"), "field \"parentHeader\" is missing"),
        (
            key("/payloadAttributes", "eip1559Params"),
            "payload attribute \"eip1559Params\" is missing",
        ),
        (
            key("/payloadAttributes", "parentBeaconBlockRoot"),
            "\"parentBeaconBlockRoot\" is missing",
        ),
        (key("/parentHeader", "stateRoot"), "parentHeader: not the fields of a whole header"),
    ];
    for (json, said) in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("block.json"), json.to_string()).unwrap();
        let ran = run(folder.path(), "iso-witness record block.json");
        assert_eq!(ran.code, Some(2), "{said}");
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: block.json: "), "{}", ran.stderr);
        assert_eq!(files_in(folder.path()), ["block.json"], "{said}");
    }
    // Without a hash to come to, that is said.
    let folder = tempfile::tempdir().unwrap();
    let json = key("", "expectedBlockHash");
    fs::write(folder.path().join("block.json"), json.to_string()).unwrap();
    let ran = run(folder.path(), "iso-witness record block.json --fork optimism/holocene");
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.stderr.contains("the file has no expectedBlockHash: the block is what the file makes")
    );
    assert_eq!(files_in(&folder.path().join("block-26207960")).len(), 10);
}
