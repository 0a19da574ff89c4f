//! Parts of all proofs, and what is made of a proof with them.

use alloy_primitives::{B256, Bytes, U256};
use iso_evm_provers::{
    proof::{Environment, InBlock, InMessage, InTransaction, Opened},
    tree::Leaf,
};

use super::parts::{Part, Proof};
use crate::random::Random;

/// Parts that stand somewhere, of true claims and of false ones.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    transactions: Vec<InBlock>,
    environments: Vec<Environment>,
    messages: Vec<InTransaction>,
    records: Vec<InMessage>,
    instants: Vec<Opened>,
    leaves: Vec<Leaf>,
    digests: Vec<B256>,
    paths: Vec<Vec<B256>>,
    bytes: Vec<Bytes>,
    nodes: Vec<Bytes>,
}

fn any<'a, T>(random: &mut Random, of: &'a [T]) -> &'a T {
    &of[random.below(of.len())]
}

impl Pool {
    /// Keeps the parts of a proof.
    pub(crate) fn add(&mut self, proof: &mut Proof) {
        for part in proof.parts() {
            match part {
                Part::Transaction(part) => {
                    self.paths.push(part.path.clone());
                    self.transactions.push(part.clone());
                }
                Part::Environment(part) => self.environments.push(part.clone()),
                Part::Message(part) => {
                    self.paths.push(part.path.clone());
                    self.digests.extend([part.message.head, part.message.entry]);
                    self.messages.push(part.clone());
                }
                Part::Record(part) => {
                    self.paths.push(part.path.clone());
                    self.bytes.push(part.bytes_.clone());
                    self.records.push(part.clone());
                }
                Part::Instant(part) => {
                    self.paths.push(part.path.clone());
                    let told = &part.instant;
                    self.digests.extend([told.stateRoot, told.accessed, told.transient_]);
                    self.instants.push(part.clone());
                }
                Part::Leaf(part) => {
                    self.digests.push(part.digest);
                    self.leaves.push(part.clone());
                }
                Part::Digest(part) => self.digests.push(*part),
                Part::Path(part) => self.paths.push(part.clone()),
                Part::Bytes(part) => self.bytes.push(part.clone()),
                Part::Nodes(part) => self.nodes.push(part.clone()),
                Part::Number(_) => {}
            }
        }
    }

    /// Changes one part of a proof.
    pub(crate) fn change(&self, random: &mut Random, proof: &mut Proof) {
        let mut parts = proof.parts();
        let at = random.below(parts.len());
        let whole = random.once_in(2);
        match parts.swap_remove(at) {
            Part::Transaction(part) if whole => *part = any(random, &self.transactions).clone(),
            Part::Transaction(part) => match random.below(3) {
                0 => number(random, &mut part.index),
                1 => self.path(random, &mut part.path),
                _ => part.transaction = any(random, &self.transactions).transaction.clone(),
            },
            Part::Environment(part) if whole => *part = any(random, &self.environments).clone(),
            Part::Environment(part) => match random.below(5) {
                0 => number(random, &mut part.chainId),
                1 => number(random, &mut part.rules),
                2 => number(random, &mut part.number),
                3 => number(random, &mut part.timestamp),
                _ => number(random, &mut part.baseFee),
            },
            Part::Message(part) if whole => *part = any(random, &self.messages).clone(),
            Part::Message(part) => match random.below(5) {
                0 => number(random, &mut part.index),
                1 => self.path(random, &mut part.path),
                2 => part.head = any(random, &self.messages).head.clone(),
                3 => part.message.entry = *any(random, &self.digests),
                _ => part.message.instants = any(random, &self.messages).message.instants,
            },
            Part::Record(part) if whole => *part = any(random, &self.records).clone(),
            Part::Record(part) => match random.below(3) {
                0 => number(random, &mut part.index),
                1 => self.path(random, &mut part.path),
                _ => part.bytes_ = any(random, &self.bytes).clone(),
            },
            Part::Instant(part) if whole => *part = any(random, &self.instants).clone(),
            Part::Instant(part) => match random.below(4) {
                0 => number(random, &mut part.index),
                1 => self.path(random, &mut part.path),
                2 => number(random, &mut part.instant.messages),
                _ => part.instant.stateRoot = *any(random, &self.digests),
            },
            Part::Leaf(part) if whole => {
                *part = self
                    .leaves
                    .get(random.below(1 + self.leaves.len()))
                    .cloned()
                    .unwrap_or_default();
            }
            Part::Leaf(part) => match random.below(3) {
                0 => number(random, &mut part.gasUsed),
                1 => number(random, &mut part.record),
                _ => self.path(random, &mut part.path),
            },
            Part::Number(part) => number(random, part),
            Part::Digest(part) => *part = *any(random, &self.digests),
            Part::Path(part) => self.path(random, part),
            Part::Bytes(part) if whole => *part = any(random, &self.bytes).clone(),
            Part::Bytes(part) => altered(random, part),
            Part::Nodes(part) => self.nodes(random, part),
        }
    }

    fn path(&self, random: &mut Random, path: &mut Vec<B256>) {
        match random.below(5) {
            0 => drop(path.pop()),
            1 => path.push(*any(random, &self.digests)),
            2 if !path.is_empty() => {
                let (one, other) = (random.below(path.len()), random.below(path.len()));
                path.swap(one, other);
            }
            3 if !path.is_empty() => {
                let at = random.below(path.len());
                path[at] = *any(random, &self.digests);
            }
            _ => path.clone_from(any(random, &self.paths)),
        }
    }

    /// Nodes of another state, nodes that are missing, more than once, in another order, or garbage.
    fn nodes(&self, random: &mut Random, nodes: &mut Bytes) {
        let mut each = apart(nodes);
        match random.below(6) {
            0 => *nodes = any(random, &self.nodes).clone(),
            1 => *nodes = [&nodes[..], &any(random, &self.nodes)[..]].concat().into(),
            2 => altered(random, nodes),
            3 => *nodes = [&nodes[..], &random.bytes(40)[..]].concat().into(),
            4 if !each.is_empty() => {
                each.remove(random.below(each.len()));
                *nodes = each.concat().into();
            }
            _ => {
                random.shuffle(&mut each);
                let twice = each.first().cloned();
                each.extend(twice);
                *nodes = each.concat().into();
            }
        }
    }
}

/// Nodes, each for itself.
fn apart(nodes: &Bytes) -> Vec<Vec<u8>> {
    let (mut rest, mut each) = (&nodes[..], Vec::new());
    while let Ok(header) = alloy_rlp::Header::decode(&mut &rest[..]) {
        let size = header.length_with_payload().min(rest.len());
        each.push(rest[..size].to_vec());
        rest = &rest[size..];
    }
    each
}

fn number(random: &mut Random, number: &mut U256) {
    *number = match random.below(5) {
        0 => number.wrapping_add(U256::ONE),
        1 => number.wrapping_sub(U256::ONE),
        2 => U256::from(random.below(9)),
        3 => U256::MAX >> random.below(256),
        _ => *number ^ (U256::ONE << random.below(256)),
    };
}

fn altered(random: &mut Random, bytes: &mut Bytes) {
    let mut changed = bytes.to_vec();
    match random.below(4) {
        0 => changed.truncate(random.below(1 + bytes.len())),
        1 => changed.extend(random.bytes(32)),
        _ if changed.len() > 31 => {
            let at = 32 * random.below(changed.len() / 32);
            let word = U256::from_be_slice(&changed[at..at + 32]);
            let mut other = word;
            self::number(random, &mut other);
            changed[at..at + 32].copy_from_slice(&other.to_be_bytes::<32>());
        }
        _ => changed.clear(),
    }
    *bytes = changed.into();
}
