//! What runs of the native engine tell of a message: its segments, and what its precompiles were called
//! with.

use alloy_primitives::Bytes;
use iso_evm_hypervisor::{Code, Cutting, NativeEngine};
use iso_evm_wire::segment::{Bounds, Cut, Leaf};

use crate::audit::Subject;

/// The segments that an honest operator cuts a message into, each with its code where that is known, by an
/// engine of the witness's rules. Gas for more than `gas_limit` is not spent: the last segment may then be
/// missing.
pub fn segments(
    engine: &NativeEngine,
    subject: &Subject<'_>,
    message: usize,
    gas_limit: u64,
) -> Vec<Cutting> {
    cut(subject, message, |bytes, code, each| {
        engine.cut_within(bytes, code, Cut::Within(Bounds::HONEST), Some(gas_limit), each);
    })
}

/// The segments between the boundaries at which somebody else has cut a message: at these amounts of gas,
/// ascending. As [`segments`] in all else.
pub fn segments_at(
    engine: &NativeEngine,
    subject: &Subject<'_>,
    message: usize,
    gas_limit: u64,
    gas: &[u64],
) -> Vec<Cutting> {
    cut(subject, message, |bytes, code, each| {
        engine.cut_at(bytes, code, gas, Some(gas_limit), each);
    })
}

fn cut(
    subject: &Subject<'_>,
    message: usize,
    run: impl FnOnce(&Bytes, Option<&Code>, &mut dyn FnMut(Cutting)),
) -> Vec<Cutting> {
    let Some(opened) = subject.message(message) else { return Vec::new() };
    let (bytes, code) = (subject.messages[message].bytes(), subject.codes().of(opened));
    let mut segments = Vec::new();
    run(&bytes, code, &mut |mut cutting: Cutting| {
        cutting.segment.code = code.map(Code::bytes);
        segments.push(cutting);
    });
    segments
}

/// The checkpoints between segments.
pub fn checkpoints(segments: &[Cutting]) -> Vec<Leaf> {
    segments.iter().filter_map(|cutting| cutting.end.as_ref()).map(Leaf::of).collect()
}

/// What a precompile got, as far as its record's hash goes; none if no run of the message comes to it.
pub fn precompile_input(
    engine: &NativeEngine,
    subject: &Subject<'_>,
    (message, record): (usize, usize),
    gas_limit: u64,
) -> Option<Bytes> {
    let opened = subject.message(message)?;
    let (bytes, code) = (subject.messages[message].bytes(), subject.codes().of(opened));
    let (mut found, mut gas) = (None, gas_limit);
    let mut observer = |at: usize, input: &[u8]| {
        if at == record {
            found = Some(Bytes::copy_from_slice(input));
        }
    };
    engine.audit_with(&bytes, code, &mut gas, &mut observer);
    found
}
