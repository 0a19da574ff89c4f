//! `vectors/segments.json`: a message by its segments, the checkpoints between them, and lies about
//! either, each with what is to be said.

use alloy_primitives::{B256, Bytes, U256};
use iso_evm_hypervisor::{Code, MismatchKind, Missing, SegmentVerdict};
use iso_evm_wire::{
    Fork,
    encoding::encode,
    segment::{Checkpoint, ClaimedLeaf, Cut, Field, Leaf, Segment, merkle::Tree},
};
use serde::{Deserialize, Serialize};

use super::{committed, compare, vectors::Golden};
use crate::harness::{
    audit,
    blessed::blessing,
    guest::Guest,
    program::{Program, op},
};

/// A message, and what is said of its parts.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Vectors {
    fork: Fork,
    code: Bytes,
    /// The message's bytes.
    message: Bytes,
    /// The hash that a commitment is to.
    message_hash: B256,
    /// Where the message is cut, each with its digest.
    checkpoints: Vec<Named>,
    checkpoints_root: B256,
    /// Inputs of the segment machine, true and lying, with what it answers.
    inputs: Vec<Input>,
    /// Checkpoints that are claimed in place of the one that a segment leads to.
    claims: Vec<Claim>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    checkpoint: Checkpoint,
    digest: B256,
    leaf: B256,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    name: String,
    input: Bytes,
    answer: Answer,
}

/// What the machine answers.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Reached(Box<Checkpoint>),
    NotProven(u8),
    Message(Golden),
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    name: String,
    segment: usize,
    claimed: ClaimedLeaf,
    verdict: Golden,
}

impl From<SegmentVerdict> for Answer {
    fn from(verdict: SegmentVerdict) -> Self {
        match verdict {
            SegmentVerdict::Reached(checkpoint) => Self::Reached(checkpoint),
            SegmentVerdict::NotProven(missing) => Self::NotProven(missing as u8),
            SegmentVerdict::Message(verdict) => Self::Message(verdict.into()),
        }
    }
}

/// Reads calldata and a slot, writes memory, calls the identity precompile, copies what it returns,
/// writes a slot, returns a word.
fn guest() -> Guest {
    let code = Program::new().push(0).op([op::CALLDATALOAD]).push(5000).op([op::MSTORE]);
    let code = code.push(1).op([op::SLOAD]).push(7).op([op::ADD]).push(32).op([op::MSTORE]);
    let code = code.push(32).push(64).push(32).push(32).push(4).push(5_000);
    let code = code.op([op::STATICCALL, op::POP, op::RETURNDATASIZE]).push(0).push(96);
    let code = code.op([op::RETURNDATACOPY]).push(96).op([op::MLOAD]).push(2).op([op::SSTORE]);
    let code = code.push(32).push(5000).op([op::RETURN]);
    Guest::new("segments", Fork::Osaka, code.build()).calldata([9; 40]).storage(1, 3).gas(60_000)
}

fn answer(segment: &Segment) -> SegmentVerdict {
    audit::engine(Fork::Osaka).segment(segment, None, None).verdict
}

fn make() -> Vectors {
    let run = guest().record();
    let recorded = run.guest();
    let both = audit::engine(Fork::Osaka);
    let message: Bytes = encode(&recorded.witness).into();
    let code = Code::new(recorded.code.clone());
    let mut cuttings = Vec::new();
    both.native.cut(&message, Some(&code), Cut::Stride(30), &mut |cutting| cuttings.push(cutting));
    let segments: Vec<Segment> = cuttings
        .iter()
        .map(|cutting| Segment { code: Some(recorded.code.clone()), ..cutting.segment.clone() })
        .collect();
    let ends: Vec<Checkpoint> = cuttings.iter().filter_map(|cutting| cutting.end).collect();
    let leaves: Vec<Leaf> = ends.iter().map(Leaf::of).collect();
    let named = |end: &Checkpoint| Named {
        checkpoint: *end,
        digest: end.digest(),
        leaf: Leaf::of(end).hash(),
    };
    let checkpoints = Tree::new(leaves.iter().map(Leaf::hash).collect());
    let mut inputs = Vec::new();
    let mut add = |name: String, segment: &Segment| {
        inputs.push(Input { name, input: segment.encode(), answer: answer(segment).into() });
    };
    for (index, segment) in segments.iter().enumerate() {
        add(format!("segment {index}"), segment);
    }
    // What is not given, where it is needed.
    let needs = |missing: Missing, without: &dyn Fn(&mut Segment)| {
        let found = segments.iter().find_map(|segment| {
            let mut less = segment.clone();
            without(&mut less);
            (answer(&less) == SegmentVerdict::NotProven(missing)).then_some(less)
        });
        found.unwrap_or_else(|| panic!("no segment needs {missing}"))
    };
    add("no records".to_owned(), &needs(Missing::Records, &|less| less.records.clear()));
    add("no calldata".to_owned(), &needs(Missing::CallData, &|less| less.call_data = None));
    add("no return data".to_owned(), &needs(Missing::ReturnData, &|less| less.return_data = None));
    add(
        "no pages".to_owned(),
        &needs(Missing::Memory, &|less| {
            less.pages = less.pages.clone().given(&[].into());
        }),
    );
    add("other code".to_owned(), &needs(Missing::Code, &|less| less.code = Some([0].into())));
    // Lies.
    let mut beyond = segments[segments.len() - 1].clone();
    beyond.end = Some(59_999);
    add("an end behind the message's".to_owned(), &beyond);
    let mut record = segments.iter().find(|segment| !segment.records.is_empty()).cloned();
    let lie = record.as_mut().expect("there are records");
    let mut metadata = lie.records[0].metadata.to_vec();
    metadata[31] ^= 1;
    lie.records[0].metadata = metadata.into();
    add("another key in a record".to_owned(), lie);
    let mut claims = Vec::new();
    for (segment, end) in ends.iter().enumerate().take(2) {
        for field in Field::ALL {
            let mut claimed = *end;
            let word = U256::from_be_bytes(end.word(*field).0) ^ U256::ONE;
            assert!(claimed.set(*field, word.into()), "{}", field.name());
            let claimed = ClaimedLeaf::Checkpoint(claimed);
            let said = SegmentVerdict::Reached(Box::new(*end)).of_end(&claimed);
            let SegmentVerdict::Message(verdict) = said else { panic!("it is compared") };
            let name = format!("another {} at the end of segment {segment}", field.name());
            claims.push(Claim { name, segment, claimed, verdict: verdict.into() });
        }
    }
    Vectors {
        fork: Fork::Osaka,
        code: recorded.code.clone(),
        message,
        message_hash: segments[0].head.hash(),
        checkpoints: ends.iter().map(named).collect(),
        checkpoints_root: checkpoints.root(),
        inputs,
        claims,
    }
}

#[test]
fn vectors_of_segments_are_what_the_machine_answers() {
    let json = serde_json::to_string_pretty(&make()).expect("vectors are JSON");
    compare("vectors/segments.json", &(json + "\n"));
}

/// The committed file by itself: inputs before the machine, hashes from words.
#[test]
fn committed_vectors_of_segments_hold() {
    if blessing() {
        return;
    }
    let vectors: Vectors =
        serde_json::from_str(&committed("vectors/segments.json")).expect("vectors are JSON");
    for Input { name, input, answer } in vectors.inputs {
        let both = audit::engine(vectors.fork);
        assert_eq!(Answer::from(both.run_segment(&input, &[], None).verdict), answer, "{name}");
    }
    for Named { checkpoint, digest, leaf } in &vectors.checkpoints {
        assert_eq!((checkpoint.digest(), Leaf::of(checkpoint).hash()), (*digest, *leaf));
    }
    let kinds = vectors.claims.iter().map(|claim| match &claim.verdict {
        Golden::Mismatch { number, .. } => *number,
        other => panic!("{}: {other:?}", claim.name),
    });
    let kinds: Vec<_> = kinds.collect();
    for field in Field::ALL {
        let kind = MismatchKind::of_field(*field) as u8;
        assert!(kinds.contains(&kind), "no lie about {}", field.name());
    }
}
