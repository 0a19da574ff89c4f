//! Random transactions of every type.

use alloy_consensus::{TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy};
use alloy_eips::{
    eip2930::{AccessList, AccessListItem},
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use iso_evm_wire::transaction::EthereumBody;

/// SplitMix64.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A number of a random length.
    fn number(&mut self) -> u64 {
        let bits = self.below(65);
        self.next().checked_shr(bits as u32).unwrap_or_default()
    }

    fn price(&mut self) -> u128 {
        u128::from(self.number()) * u128::from(self.number() >> 32)
    }

    pub(super) fn word(&mut self) -> B256 {
        let words = [self.next(), self.next(), self.next(), self.next()];
        B256::from_slice(words.map(u64::to_be_bytes).as_flattened())
    }

    pub(super) fn address(&mut self) -> Address {
        Address::from_word(self.word())
    }

    fn value(&mut self) -> U256 {
        U256::from(self.price()) * U256::from(self.number())
    }

    fn kind(&mut self) -> TxKind {
        if self.below(3) == 0 { TxKind::Create } else { TxKind::Call(self.address()) }
    }

    fn input(&mut self) -> Bytes {
        let length = self.below(200);
        let byte = |random: &mut Self| match random.below(3) {
            0 => 0,
            _ => random.next() as u8,
        };
        (0..length).map(|_| byte(self)).collect()
    }

    fn access_list(&mut self) -> AccessList {
        let entries = self.below(4);
        let entry = |random: &mut Self| {
            let (address, keys) = (random.address(), random.below(4));
            AccessListItem { address, storage_keys: (0..keys).map(|_| random.word()).collect() }
        };
        AccessList((0..entries).map(|_| entry(self)).collect())
    }

    pub(super) fn authorization(&mut self) -> SignedAuthorization {
        let chain_id = U256::from(self.number());
        let inner = Authorization { chain_id, address: self.address(), nonce: self.number() };
        let (r, s) = (self.word().into(), self.word().into());
        SignedAuthorization::new_unchecked(inner, self.below(3) as u8, r, s)
    }

    /// A transaction of a random type.
    pub(super) fn body(&mut self) -> EthereumBody {
        let (chain_id, nonce, gas_limit) = (self.number(), self.number(), self.number());
        let (gas_price, max_fee_per_gas) = (self.price(), self.price());
        let max_priority_fee_per_gas = self.price();
        let (to, value, input) = (self.kind(), self.value(), self.input());
        let access_list = self.access_list();
        let account = self.address();
        match self.below(5) {
            0 => {
                let chain_id = Some(chain_id).filter(|_| gas_limit % 2 == 0);
                TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input }.into()
            }
            1 => EthereumBody::Eip2930(TxEip2930 {
                chain_id,
                nonce,
                gas_price,
                gas_limit,
                to,
                value,
                access_list,
                input,
            }),
            2 => EthereumBody::Eip1559(TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to,
                value,
                access_list,
                input,
            }),
            3 => {
                let blobs = self.below(8);
                EthereumBody::Eip4844(TxEip4844 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas,
                    max_priority_fee_per_gas,
                    to: account,
                    value,
                    access_list,
                    blob_versioned_hashes: (0..blobs).map(|_| self.word()).collect(),
                    max_fee_per_blob_gas: self.price(),
                    input,
                })
            }
            _ => {
                let authorizations = self.below(4);
                EthereumBody::Eip7702(TxEip7702 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas,
                    max_priority_fee_per_gas,
                    to: account,
                    value,
                    access_list,
                    authorization_list: (0..authorizations).map(|_| self.authorization()).collect(),
                    input,
                })
            }
        }
    }
}
