//! How a segment's input comes to the register: by calldata, as far as public mempools take it, and what
//! is too large by archives. `specs/14-chain.md`, section Cost.

use alloy_primitives::{Address, Bytes, keccak256};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::{
    ArchiveKey,
    archive::{PART_SIZE, archive_address, archive_parts, archive_salt},
    factory,
};
use iso_evm_wire::segment::Segment;

use super::{ArchiveCost, Deployment, Plan, SENDER, step};
use crate::{contracts::Archives, host::Host, register};

/// Bytes that a section has at least for it to be worth an archive.
const WORTH: usize = 1_024;

/// A segment's input, in parts.
pub(super) struct Laid {
    pub(super) parts: Vec<register::Part>,
    pub(super) archives: Vec<ArchiveCost>,
}

impl Plan {
    /// The input of a segment, the largest sections archived until the rest has at most `limit` bytes
    /// or there is nothing left that is worth it.
    pub(super) fn laid(&self, segment: &Segment, limit: usize) -> Laid {
        let sections: Vec<Bytes> = segment.sections().into_iter().map(|(_, bytes)| bytes).collect();
        let mut by_size: Vec<usize> = (1..sections.len()).collect();
        by_size.sort_by_key(|index| std::cmp::Reverse(sections[*index].len()));
        let mut left: usize = sections.iter().map(|bytes| bytes.len()).sum();
        let by_account = self.contracts.archives != Archives::CodeHash;
        let mut archived = Vec::new();
        for index in by_size {
            let size = sections[index].len();
            if left <= limit || size < WORTH || by_account {
                break;
            }
            archived.push(index);
            left -= size;
        }
        let (mut parts, mut archives) = (Vec::new(), Vec::new());
        for (index, bytes) in sections.into_iter().enumerate() {
            if !archived.contains(&index) {
                parts.push(register::Part { archive: Address::ZERO, data: bytes });
                continue;
            }
            for start in (0..bytes.len()).step_by(PART_SIZE) {
                let end = bytes.len().min(start + PART_SIZE);
                let archive = self.archive_of(&bytes.slice(start..end));
                let address = archive.parts[0].0;
                parts.push(register::Part { archive: address, data: Bytes::new() });
                archives.push(archive);
            }
        }
        Laid { parts: joined(parts), archives }
    }

    /// What archiving a part of an input takes.
    fn archive_of(&self, bytes: &Bytes) -> ArchiveCost {
        let Deployment { address, code, .. } = &self.factory;
        let salt = archive_salt(ArchiveKey::CodeHash, keccak256(bytes), Address::ZERO);
        let contracts = archive_parts(bytes).into_iter();
        let parts = (0..)
            .zip(contracts)
            .map(|(part, contract)| (archive_address(*address, salt, part), contract));
        let parts = parts.collect();
        let data = factory::abi::archiveCall { code: bytes.clone() }.abi_encode();
        let host = Host::default().with(*address, code);
        let (step, _) = step(&host, SENDER, *address, data.into());
        ArchiveCost { step, bytes: bytes.len(), parts }
    }
}

/// Data that stands one behind the other, in one part.
fn joined(parts: Vec<register::Part>) -> Vec<register::Part> {
    let mut all: Vec<register::Part> = Vec::new();
    for part in parts {
        match all.last_mut() {
            Some(last) if last.archive.is_zero() && part.archive.is_zero() => {
                last.data = [&last.data[..], &part.data].concat().into();
            }
            _ => all.push(part),
        }
    }
    all
}
