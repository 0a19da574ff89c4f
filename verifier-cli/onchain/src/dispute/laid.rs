//! How bytes come to a contract that takes them in parts: by calldata, as far as public mempools take it, and
//! what is too large by archives. `specs/14-chain.md`, section Cost.

use alloy_primitives::{Address, Bytes, keccak256};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::{
    ArchiveKey,
    archive::{PART_SIZE, archive_address, archive_parts, archive_salt},
    factory,
};
use iso_evm_provers::dispute::Parts::Part;

use super::Disputes;
use crate::{
    contracts::{Archives, Deployment},
    host::{Call, Host, MEMPOOL_LIMIT},
    plan::{ArchiveCost, SENDER, Step},
};

/// What calldata has beside the parts: envelope, head of the call, a question, a path.
const AROUND: usize = 8_192;

/// Bytes, in parts.
#[derive(Clone, Debug)]
pub(super) struct Laid {
    pub(super) parts: Vec<Part>,
    pub(super) archives: Vec<ArchiveCost>,
}

impl Disputes {
    /// Bytes as they come to the contract; with archives by account, in one piece, whatever their size.
    pub(super) fn laid(&self, bytes: &Bytes) -> Laid {
        let limit = MEMPOOL_LIMIT as usize - AROUND;
        let data = |data: Bytes| Part { archive: Address::ZERO, data };
        if bytes.len() <= limit || self.contracts.archives != Archives::CodeHash {
            return Laid { parts: vec![data(bytes.clone())], archives: Vec::new() };
        }
        // As few archives as leave what calldata holds.
        let count = (bytes.len() - limit).div_ceil(PART_SIZE);
        let (mut parts, mut archives) = (Vec::new(), Vec::new());
        for place in 0..count {
            let end = bytes.len().min((place + 1) * PART_SIZE);
            let archive = self.archive_of(&bytes.slice(place * PART_SIZE..end));
            parts.push(Part { archive: archive.parts[0].0, data: Bytes::new() });
            archives.push(archive);
        }
        parts.push(data(bytes.slice(bytes.len().min(count * PART_SIZE)..)));
        Laid { parts, archives }
    }

    /// What archiving a part takes.
    fn archive_of(&self, bytes: &Bytes) -> ArchiveCost {
        let Deployment { address, code, .. } = &self.factory;
        let salt = archive_salt(ArchiveKey::CodeHash, keccak256(bytes), Address::ZERO);
        let contracts = archive_parts(bytes).into_iter();
        let parts = (0..)
            .zip(contracts)
            .map(|(part, contract)| (archive_address(*address, salt, part), contract));
        let parts = parts.collect();
        let data = factory::abi::archiveCall { code: bytes.clone() }.abi_encode().into();
        let host = Host::default().with(*address, code);
        let (step, _) = Step::of(&host, &Call::new(SENDER, *address, &data));
        ArchiveCost { step, bytes: bytes.len(), parts }
    }
}
