//! What to do with a file that is something else than what a command takes: which command would work.

use iso_evm_batch::{files::STANDARD, statetest::UnusableFile};
use iso_evm_witness::input::{BlockName, Document, Packing};

/// What a file is that a command does not take.
pub(crate) fn other(file: &str, document: &Document, expected: &str) -> String {
    with_advice(format!("{file}: this is {document}, and {expected} is expected"), file, document)
}

/// What a file is that stands where a command is expected.
pub(crate) fn alone(file: &str, document: Option<&Document>) -> String {
    let text = format!("a command is expected before a file: {file}");
    match document {
        Some(document) => with_advice(format!("{text} is {document}"), file, document),
        None => format!("{text} (--help lists the commands)"),
    }
}

/// Why a file holds no state tests.
pub(crate) fn state_tests(unusable: &UnusableFile) -> String {
    let text = unusable.to_string();
    match &unusable.document {
        Some(document) => with_advice(text, &unusable.file, document),
        None => text,
    }
}

/// What is said of a document, with the command that would work.
pub(super) fn with_advice(text: String, file: &str, document: &Document) -> String {
    match instead(file, document) {
        Some(advice) => format!("{text}: {advice}"),
        None => text,
    }
}

/// A file's name as a command takes it.
pub(super) fn argument(file: &str) -> &str {
    if file == "stdin" { STANDARD } else { file }
}

/// What to do with something that is no input: the command that would work.
fn instead(file: &str, document: &Document) -> Option<String> {
    const RECORD: &str = "iso-witness record --rpc-url URL";
    let file = argument(file);
    let part = |key: &str| {
        format!("it goes into {key:?} of an INPUT.json, or a node gives it: {RECORD} --tx HASH")
    };
    Some(match document {
        Document::Transaction | Document::RawTransaction(_) => {
            format!("a node gives that: {RECORD} {file}")
        }
        Document::Hash(hash) => format!(
            "{RECORD} --tx {hash} records a transaction of that hash, --block {hash} a block"
        ),
        Document::Block(BlockName { hash: Some(hash), .. }) => {
            format!("a node gives that: {RECORD} --block {hash}")
        }
        Document::Block(BlockName { number: Some(number), .. }) => {
            format!("a node gives that: {RECORD} --block {number}")
        }
        Document::Block(_) => part("block"),
        Document::Receipt { transaction: Some(hash) } => {
            format!("record its transaction: {RECORD} --tx {hash}")
        }
        Document::Receipt { transaction: None } => {
            format!("record its transaction: {RECORD} --tx HASH")
        }
        Document::Trace => format!(
            "record its transaction: {RECORD} --tx HASH; iso-verify trace WITNESS --diff {file} holds the \
             trace against a witness"
        ),
        Document::Input | Document::TracerTest => {
            format!(
                "iso-witness record {file} makes a witness of it, iso-verify {file} verifies that"
            )
        }
        Document::BlockFile => format!("iso-witness record {file} -o DIR makes its witnesses"),
        Document::Certificate => format!("iso-verify check {file} WITNESS makes it again"),
        Document::Report => "iso-verify WITNESS makes one of a witness".to_owned(),
        Document::Output { .. } => {
            "no command reads it: the witness that it is of is read, iso-verify WITNESS".to_owned()
        }
        Document::Explanation => "iso-verify explain WITNESS makes one of a witness".to_owned(),
        Document::Results => {
            format!("iso-verify batch PATH --results {file} --resume goes on where they end")
        }
        Document::Claim => {
            format!("iso-verify challenge {file} --witness WITNESS holds a witness against it")
        }
        Document::Checkpoints => format!(
            "iso-verify WITNESS --segments --checkpoints {file} holds a message of a witness against it"
        ),
        Document::Artifact => {
            format!("iso-verify explain WITNESS --artifacts {file} tells lines and names by it")
        }
        Document::Packed(packing) => unpacked(file, *packing)?,
        Document::Prestate => part("prestate"),
        Document::Proof => part("proofs"),
        Document::ExecutionWitness => {
            "it goes into \"witness\" of a block file, beside \"block\"".to_owned()
        }
        Document::StateTest => format!("iso-verify statetest {file}"),
        Document::Genesis => {
            "its \"alloc\" goes into \"prestate\" of an INPUT.json, beside \"transaction\""
                .to_owned()
        }
        Document::Witness => {
            format!("iso-verify {file} audits it, iso-witness inspect {file} shows it")
        }
        Document::WitnessJson => {
            format!("iso-witness assemble {file} -o witness.bin makes a witness.bin of it")
        }
        Document::List(Some(_)) => {
            "each on a line of its own goes into iso-witness record --jsonl".to_owned()
        }
        Document::Nothing => "the node has not what it was asked for".to_owned(),
        _ => return None,
    })
}

/// The command that unpacks something.
fn unpacked(file: &str, packing: Packing) -> Option<String> {
    let by =
        |command: &str| Some(format!("{command} {file} > OTHER makes a file of it that is read"));
    match packing {
        Packing::Gzip => by("gzip -dc"),
        Packing::Zstandard => by("zstd -dc"),
        Packing::Xz => by("xz -dc"),
        Packing::Bzip2 => by("bzip2 -dc"),
        Packing::Zip => by("unzip -p"),
        Packing::Utf16 => by("iconv -f UTF-16 -t UTF-8"),
        Packing::Utf16Little => by("iconv -f UTF-16LE -t UTF-8"),
        Packing::Utf16Big => by("iconv -f UTF-16BE -t UTF-8"),
        _ => None,
    }
}
