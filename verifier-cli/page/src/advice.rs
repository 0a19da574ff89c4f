//! What to do with a file that can be recorded by nobody: the page has no node to ask, and says who has.

use iso_evm_witness::input::Document;

/// What helps who has this instead of an input.
pub(crate) fn instead(document: &Document) -> Option<&'static str> {
    const NODE: &str = "a page asks no node: iso-witness record takes it, with the URL of one";
    const OF: &str =
        "a page asks no node: iso-witness record takes its transaction's hash, with the URL of one";
    Some(match document {
        Document::Transaction
        | Document::RawTransaction(_)
        | Document::Hash(_)
        | Document::Block(_) => NODE,
        Document::Receipt { .. } | Document::Trace => OF,
        Document::Prestate => "it goes into \"prestate\" of an INPUT.json, beside \"transaction\"",
        Document::Proof => "it goes into \"proofs\" of an INPUT.json, beside \"transaction\"",
        Document::ExecutionWitness => "it goes into \"witness\" of a block file, beside \"block\"",
        Document::Genesis => {
            "its \"alloc\" goes into \"prestate\" of an INPUT.json, beside \"transaction\""
        }
        Document::List(Some(_)) => "a page takes one at a time: put each into a file of its own",
        Document::Nothing => "the node has not what it was asked for",
        _ => return None,
    })
}
