//! What the register is sent.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use iso_evm_wire::{
    block::Block,
    segment::{Checkpoint, Commitment, Head},
};

use super::{
    AuditRegister::{Claim, Leaf, Part, malformedCall},
    advanceCall, commitCall,
};

/// Calldata of `commit`, to a message of a block.
pub fn commit_calldata(commitment: B256, block: &Block) -> Bytes {
    let (number, time) = (block.number, block.timestamp);
    commitCall { commitment, blockNumber: number, blockTime: time }.abi_encode().into()
}

/// A segment that is held against an operator's commitment.
#[derive(Clone, Debug)]
pub struct Advance<'a> {
    /// Account that committed.
    pub operator: Address,
    /// Address of the segment machine.
    pub machine: Address,
    /// The commitment.
    pub commitment: &'a Commitment,
    /// Which segment: the number of checkpoints before it.
    pub segment: u64,
    /// What shows that the records are the message's.
    pub records: Vec<B256>,
    /// The checkpoint that is claimed at the segment's end, where it is known: for a reason that names
    /// the field.
    pub claimed: Option<&'a Checkpoint>,
    /// The segment's input, in parts.
    pub input: Vec<Part>,
}

impl Advance<'_> {
    /// Calldata of `advance`.
    pub fn calldata(&self) -> Bytes {
        let Self { operator, machine, commitment, segment, .. } = *self;
        let claim = Claim {
            checkpoints: U256::from(commitment.leaves().len()),
            checkpointsRoot: commitment.checkpoints_root(),
            segment: U256::from(segment),
            from: leaf(commitment, segment.checked_sub(1)),
            to: leaf(commitment, Some(segment)),
            records: self.records.clone(),
            claimed: self.claimed.map(Checkpoint::to_bytes).unwrap_or_default().into(),
        };
        let input = self.input.clone();
        advanceCall { operator, machine, claim, input }.abi_encode().into()
    }
}

/// The checkpoint at a place, with its proof; nothing where there is none.
fn leaf(commitment: &Commitment, place: Option<u64>) -> Leaf {
    let found = place.and_then(|place| {
        let leaf = commitment.leaves().get(usize::try_from(place).ok()?)?;
        Some((place, leaf))
    });
    match found {
        Some((place, leaf)) => Leaf {
            record: U256::from(leaf.record.0),
            gasUsed: U256::from(leaf.gas_used.0),
            digest: leaf.digest,
            path: commitment.prove(place),
        },
        None => {
            Leaf { record: U256::ZERO, gasUsed: U256::ZERO, digest: B256::ZERO, path: Vec::new() }
        }
    }
}

/// Calldata of `malformed`: the record with this index, of a message that an operator committed to.
pub fn malformed_calldata(
    operator: Address,
    commitment: &Commitment,
    head: &Head,
    index: u64,
    record: Bytes,
    path: Vec<B256>,
) -> Bytes {
    let call = malformedCall {
        operator,
        head: head.to_bytes().into(),
        checkpoints: U256::from(commitment.leaves().len()),
        checkpointsRoot: commitment.checkpoints_root(),
        index: U256::from(index),
        record,
        path,
    };
    call.abi_encode().into()
}
