//! Proofs by their parts, so that one part can be put where another was.

use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::SolValue;
use iso_evm_provers::{
    Prover,
    proof::{Environment, Frame, InBlock, InMessage, InTransaction, Opened, Place, Read, Write},
    transaction::{BlockProof, ReceiptProof, RulesProof, Sent, StepProof, TopProof},
    tree::{Leaf, Pair, Precompile, Segment, Shape},
};

/// A part of a proof.
pub(crate) enum Part<'a> {
    Transaction(&'a mut InBlock),
    Environment(&'a mut Environment),
    Message(&'a mut InTransaction),
    Record(&'a mut InMessage),
    Instant(&'a mut Opened),
    Leaf(&'a mut Leaf),
    Number(&'a mut U256),
    Digest(&'a mut B256),
    Path(&'a mut Vec<B256>),
    Bytes(&'a mut Bytes),
    Nodes(&'a mut Bytes),
}

/// A proof, taken apart.
#[allow(clippy::large_enum_variant, reason = "there are few of them")]
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    Read(Read),
    Write(Write),
    Frame(Frame),
    Pair(Pair),
    Precompile(Precompile),
    Segment(Segment),
    Shape(Shape),
    Rules(RulesProof),
    Top(TopProof),
    Step(StepProof),
    Receipt(ReceiptProof),
    Block(BlockProof),
}

macro_rules! all {
    ($proof:expr, $told:ident => $of:expr) => {
        match $proof {
            Proof::Read($told) => $of,
            Proof::Write($told) => $of,
            Proof::Frame($told) => $of,
            Proof::Pair($told) => $of,
            Proof::Precompile($told) => $of,
            Proof::Segment($told) => $of,
            Proof::Shape($told) => $of,
            Proof::Rules($told) => $of,
            Proof::Top($told) => $of,
            Proof::Step($told) => $of,
            Proof::Receipt($told) => $of,
            Proof::Block($told) => $of,
        }
    };
}

impl Proof {
    pub(crate) fn decode(prover: Prover, bytes: &[u8]) -> Self {
        match prover {
            Prover::Read => Self::Read(Read::abi_decode(bytes).unwrap()),
            Prover::Write => Self::Write(Write::abi_decode(bytes).unwrap()),
            Prover::Frame => Self::Frame(Frame::abi_decode(bytes).unwrap()),
            Prover::Pair => Self::Pair(Pair::abi_decode(bytes).unwrap()),
            Prover::Precompile => Self::Precompile(Precompile::abi_decode(bytes).unwrap()),
            Prover::Segment => Self::Segment(Segment::abi_decode(bytes).unwrap()),
            Prover::Shape => Self::Shape(Shape::abi_decode(bytes).unwrap()),
            Prover::Rules => Self::Rules(RulesProof::abi_decode(bytes).unwrap()),
            Prover::Top => Self::Top(TopProof::abi_decode(bytes).unwrap()),
            Prover::Step | Prover::Settle => Self::Step(StepProof::abi_decode(bytes).unwrap()),
            Prover::Receipt => Self::Receipt(ReceiptProof::abi_decode(bytes).unwrap()),
            Prover::Block => Self::Block(BlockProof::abi_decode(bytes).unwrap()),
        }
    }

    pub(crate) fn encode(&self) -> Bytes {
        all!(self, told => told.abi_encode()).into()
    }

    /// All parts, in the order of their fields.
    pub(crate) fn parts(&mut self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        all!(self, told => told.give(&mut parts));
        parts
    }
}

/// What has parts.
trait Parts {
    fn give<'a>(&'a mut self, parts: &mut Vec<Part<'a>>);
}

macro_rules! leaves {
    ($($of:ty => $part:ident;)+) => {
        $(impl Parts for $of {
            fn give<'a>(&'a mut self, parts: &mut Vec<Part<'a>>) {
                parts.push(Part::$part(self));
            }
        })+
    };
}

leaves! {
    InBlock => Transaction;
    Environment => Environment;
    InTransaction => Message;
    InMessage => Record;
    Opened => Instant;
    Leaf => Leaf;
    U256 => Number;
    B256 => Digest;
    Vec<B256> => Path;
    Bytes => Bytes;
}

impl Parts for Vec<iso_evm_provers::tree::Part> {
    fn give<'a>(&'a mut self, parts: &mut Vec<Part<'a>>) {
        parts.extend(self.iter_mut().map(|part| Part::Bytes(&mut part.data)));
    }
}

impl Parts for Vec<Bytes> {
    fn give<'a>(&'a mut self, parts: &mut Vec<Part<'a>>) {
        parts.extend(self.iter_mut().map(Part::Bytes));
    }
}

macro_rules! nested {
    ($($of:ident { $($field:ident)* } $([ $nodes:ident ])?)+) => {
        $(impl Parts for $of {
            fn give<'a>(&'a mut self, parts: &mut Vec<Part<'a>>) {
                $(self.$field.give(parts);)*
                $(parts.push(Part::Nodes(&mut self.$nodes));)?
            }
        })+
    };
}

nested! {
    Place { transaction message record before environment }
    Sent { inBlock environment bytes_ }
    Read { place code ancestor ancestorPath skip } [nodes]
    Write { place behind behindPath } [nodes]
    Frame { question place child last behind behindPath } [nodes]
    Pair { transaction parent record before child behind }
    Precompile { transaction environment message record input }
    Segment { transaction environment message segment from to records claimed input }
    Shape { transaction message record callData }
    RulesProof { question sent entry code } [nodes]
    TopProof { question sent before message last behind behindPath code } [nodes]
    StepProof { question sent step before behind behindPath message previousPath code } [nodes]
    ReceiptProof { question sent receipt last message } [nodes]
    BlockProof { question environment header place leaf path above abovePath receipt nodes nodesBefore }
}
