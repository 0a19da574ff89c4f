//! The hash of a block, from its header's fields. `specs/09-container.md`.
//!
//! In the data's way this stands beside the container, whose block it names in the report, and
//! under the access audit, which takes ancestors' hashes from it. The recorder encodes with alloy,
//! this with `rlp`: no encoder's fault is on both sides.

use alloy_consensus::Header;
use alloy_primitives::{B256, U256};

use crate::{hash::keccak256, rlp_list::List};

/// The hash of the block that has this header.
pub fn header_hash(header: &Header) -> B256 {
    keccak256(&encode_header(header))
}

/// A header as the chain has it: the list of its fields. Those from `baseFeePerGas` on are there
/// if they are known, each only behind all before it.
pub fn encode_header(header: &Header) -> Vec<u8> {
    let number = |number: Option<u64>| number.map(|number| Item::Number(U256::from(number)));
    let hash = |hash: Option<B256>| hash.map(Item::Hash);
    let later = [
        number(header.base_fee_per_gas),
        hash(header.withdrawals_root),
        number(header.blob_gas_used),
        number(header.excess_blob_gas),
        hash(header.parent_beacon_block_root),
        hash(header.requests_hash),
        hash(header.block_access_list_hash),
        number(header.slot_number),
    ];
    let later: Vec<Item> = later.into_iter().flatten().collect();
    let mut list = List::new();
    list.begin(15 + later.len());
    list.bytes(header.parent_hash.as_slice());
    list.bytes(header.ommers_hash.as_slice());
    list.bytes(header.beneficiary.as_slice());
    list.bytes(header.state_root.as_slice());
    list.bytes(header.transactions_root.as_slice());
    list.bytes(header.receipts_root.as_slice());
    list.bytes(header.logs_bloom.as_slice());
    list.word(header.difficulty);
    list.number(header.number);
    list.number(header.gas_limit);
    list.number(header.gas_used);
    list.number(header.timestamp);
    list.bytes(&header.extra_data);
    list.bytes(header.mix_hash.as_slice());
    list.bytes(header.nonce.as_slice());
    for item in later {
        match item {
            Item::Number(number) => list.word(number),
            Item::Hash(hash) => list.bytes(hash.as_slice()),
        }
    }
    list.out()
}

/// A field that not every fork's headers have.
enum Item {
    Number(U256),
    Hash(B256),
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
pub(crate) mod tests {
    use alloy_primitives::{Address, B64, Bloom, b256, keccak256 as other_keccak256};
    use iso_evm_wire::{Fork, block::header_fits};

    use super::*;

    /// A header of a fork, whose fields follow from a number and are all different.
    pub(crate) fn header(fork: Fork, seed: u64) -> Header {
        let hash = |field: u8| other_keccak256([&[field][..], &seed.to_be_bytes()].concat());
        // Of any length from 0 to 8 bytes.
        let number = |field: u8| {
            let hash = hash(field);
            let word = u64::from_be_bytes(hash[..8].try_into().unwrap());
            word.checked_shr(u32::from(hash[8] % 72)).unwrap_or_default()
        };
        let later = |from: Fork, field: u8| (fork >= from).then(|| hash(field));
        Header {
            parent_hash: hash(1),
            ommers_hash: hash(2),
            beneficiary: Address::from_word(hash(3)),
            state_root: hash(4),
            transactions_root: hash(5),
            receipts_root: hash(6),
            logs_bloom: Bloom::from_slice(&hash(7).repeat(8)),
            difficulty: U256::from(number(8)) << (8 * (seed % 24)),
            number: number(9),
            gas_limit: number(10),
            gas_used: number(11),
            timestamp: number(12),
            extra_data: hash(13)[..(seed % 33) as usize].to_vec().into(),
            mix_hash: hash(14),
            nonce: B64::from_slice(&hash(15)[..8]),
            base_fee_per_gas: (fork >= Fork::London).then(|| number(16)),
            withdrawals_root: later(Fork::Shanghai, 17),
            blob_gas_used: (fork >= Fork::Cancun).then(|| number(18)),
            excess_blob_gas: (fork >= Fork::Cancun).then(|| number(19)),
            parent_beacon_block_root: later(Fork::Cancun, 20),
            requests_hash: later(Fork::Prague, 21),
            block_access_list_hash: None,
            slot_number: None,
        }
    }

    /// Mainnet's first block.
    #[test]
    fn mainnets_genesis_header_has_its_hash() {
        let empty = b256!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
        let extra = b256!("11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa");
        let header = Header {
            ommers_hash: b256!("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"),
            state_root: b256!("d7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544"),
            transactions_root: empty,
            receipts_root: empty,
            difficulty: U256::from(1_u64 << 34),
            gas_limit: 5000,
            extra_data: extra.into(),
            nonce: B64::with_last_byte(0x42),
            ..Header::default()
        };
        let hash = b256!("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3");
        assert_eq!(header_hash(&header), hash);
    }

    #[test]
    fn headers_of_every_fork() {
        for fork in Fork::ALL {
            for seed in 0..100 {
                let header = header(fork, seed);
                assert!(header_fits(&header, fork));
                assert_eq!(encode_header(&header), alloy_rlp::encode(&header), "{fork} {seed}");
                assert_eq!(header_hash(&header), header.hash_slow(), "{fork} {seed}");
            }
        }
    }
}
