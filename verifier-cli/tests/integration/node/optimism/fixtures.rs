//! Blocks of OP Sepolia, whose files hold all that a node would be asked for. Skipped where the
//! third-party files are not.

use std::{fs, path::Path};

use iso_evm_testing::fixtures;
use iso_evm_wire::Witness;
use iso_evm_witness::block_file::{BlockFile, RecordedTransaction};
use serde_json::json;

use super::{
    super::{block::files, recorded::record},
    chain::{Chain, Style},
    fake::Fake,
};
use crate::common::{run, run_with};

/// A block of the fixtures.
pub(super) fn file(number: u64) -> Option<BlockFile> {
    let path = fixtures::third_party(&format!("op_stack/op-sepolia-{number}.json.zst"))?;
    let json = zstd::decode_all(fs::File::open(path).unwrap()).unwrap();
    Some(BlockFile::parse(&json, None).unwrap())
}

/// Compares the witnesses in a folder, byte for byte.
pub(super) fn same(folder: &Path, expected: &[RecordedTransaction]) {
    let names: Vec<_> = expected
        .iter()
        .map(|recorded| format!("{:04}-{}.bin", recorded.index, recorded.transaction))
        .collect();
    assert_eq!(files(folder), names);
    for (name, recorded) in names.iter().zip(expected) {
        let bytes = fs::read(folder.join(name)).unwrap();
        let witness = Witness::decode(&bytes).unwrap();
        assert!(witness == recorded.witness, "{name} is another than from the file");
        assert!(bytes == recorded.witness.encode(), "{name} has other bytes than from the file");
    }
}

#[test]
fn a_block_from_a_node_is_recorded_as_from_its_file() {
    for (number, style) in
        [(22_880_574, Style::Geth), (22_884_230, Style::Reth), (26_208_384, Style::Reth)]
    {
        let Some(file) = file(number) else { return };
        let (chain, expected) = Chain::of(&file, style);
        let hash = chain.hash();
        let node = Fake::start(chain);
        let folder = tempfile::tempdir().unwrap();
        let record = |what: &str| {
            let url = node.url();
            run(folder.path(), &format!("iso-witness record --rpc-url {url} {what} --no-cache"))
        };
        let ran = record(&format!("--block {number} -o all"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        same(&folder.path().join("all"), &expected);
        // The fees' inputs and where they go were asked for at once, before all transactions.
        let asked = node.asked("eth_getProof");
        let of = |account: &str| {
            let account = format!("0x42000000000000000000000000000000000000{account}");
            asked.iter().filter(|params| params[0] == json!(account)).collect::<Vec<_>>()
        };
        let slots = of("15")[0][1].as_array().unwrap().len();
        assert_eq!((slots, of("19").len(), of("1a").len(), of("1b").len()), (5, 1, 1, 0));
        let ran = record(&format!("--block {hash} -o by-hash"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        same(&folder.path().join("by-hash"), &expected);
    }
}

/// The deposit, one behind it, the last one: what comes before is replayed, the rest is not.
#[test]
fn one_transaction_of_a_rollups_block_is_recorded_as_in_the_block() {
    let Some(file) = file(22_880_574) else { return };
    let (chain, expected) = Chain::of(&file, Style::Geth);
    let deposit = chain.transactions[0].clone();
    let node = Fake::start(chain);
    let folder = tempfile::tempdir().unwrap();
    for recorded in [&expected[0], &expected[1], expected.last().unwrap()] {
        let ran = record(folder.path(), &node.url(), recorded.transaction, "--no-cache");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        let bytes = fs::read(folder.path().join("witness.bin")).unwrap();
        assert!(bytes == recorded.witness.encode(), "{}", recorded.index);
    }
    // As `cast tx --json` prints it: a deposit names no chain.
    let line = format!("iso-witness record - --rpc-url {} --no-cache -o bare.bin", node.url());
    let ran = run_with(folder.path(), &line, deposit.to_string().as_bytes());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let bytes = fs::read(folder.path().join("bare.bin")).unwrap();
    assert!(bytes == expected[0].witness.encode());
}

/// Of a transaction that is recorded on the accounts alone that it looks at, the L1Block's slots, the
/// vaults and a deposit's sender are among them: its messages are those of the whole state.
#[test]
fn a_rollups_transactions_are_recorded_without_proofs() {
    let Some(file) = file(22_880_574) else { return };
    let (chain, expected) = Chain::of(&file, Style::Geth);
    let node = Fake::start(chain);
    let folder = tempfile::tempdir().unwrap();
    let url = node.url();
    let line = format!("iso-witness record --rpc-url {url} --no-cache --no-proofs --block");
    let ran = run(folder.path(), &format!("{line} 22880574 -o all"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        ran.stderr,
        "note: eth_getProof is not to be asked: state is taken on trust, and the access and \
         transaction audits will not run\n"
    );
    let all = folder.path().join("all");
    for (name, recorded) in files(&all).iter().zip(&expected) {
        let found = Witness::decode(&fs::read(all.join(name)).unwrap()).unwrap();
        assert_eq!(found.nodes.len(), 0);
        assert_eq!(found.messages.len(), recorded.witness.messages.len(), "{name}");
        assert_eq!(found.receipt, recorded.witness.receipt, "{name}");
    }
}
