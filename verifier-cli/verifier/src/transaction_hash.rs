//! The hash of a transaction, from its fields and its signature if it is signed, and the hashes that
//! are signed. `specs/09-container.md`.
//!
//! In the data's way this stands beside the container, whose transaction it names in the report,
//! and before the transaction audit, which recovers signers from it. The recorder encodes with
//! alloy, this with `rlp`: no encoder's fault is on both sides.

use alloy_eips::{eip2930::AccessList, eip7702::Authorization};
use alloy_primitives::{B256, Bytes, Signature, TxKind, U256};
use iso_evm_wire::transaction::{EthereumBody, Transaction, TransactionBody, TxDeposit};

use crate::{hash::keccak256, rlp_list::List};

/// The hash of a transaction; one whose sender is given has none.
pub fn transaction_hash(transaction: &Transaction) -> Option<B256> {
    (!transaction.sender_is_given()).then(|| keccak256(&encode(transaction)))
}

/// What the sender of a transaction signs.
pub fn signing_hash(body: &EthereumBody) -> B256 {
    keccak256(&encode_ethereum(body, None))
}

/// What the authority of an authorisation signs (EIP-7702).
pub fn authorization_hash(authorization: &Authorization) -> B256 {
    let mut list = List::new();
    list.begin(3);
    list.authorization(authorization);
    let encoded: Vec<u8> = std::iter::once(0x05).chain(list.out()).collect();
    keccak256(&encoded)
}

/// A transaction as its block has it (EIP-2718); one whose sender is given, as the sender would
/// sign it (EIP-155).
pub fn encode(transaction: &Transaction) -> Vec<u8> {
    match transaction.body() {
        TransactionBody::Ethereum(body) => encode_ethereum(body, transaction.signature()),
        TransactionBody::Deposit(deposit) => encode_deposit(deposit),
    }
}

/// A deposit: its type's byte, then the list of its fields. Nobody signs it.
fn encode_deposit(deposit: &TxDeposit) -> Vec<u8> {
    let mut list = List::new();
    list.begin(8);
    list.bytes(deposit.source_hash.as_slice());
    list.bytes(deposit.from.as_slice());
    list.bytes(deposit.to.to().map_or(&[], |to| to.as_slice()));
    list.number(deposit.mint);
    list.word(deposit.value);
    list.number(deposit.gas_limit);
    list.number(u8::from(deposit.is_system_transaction));
    list.bytes(&deposit.input);
    std::iter::once(0x7e).chain(list.out()).collect()
}

/// A transaction of one of Ethereum's types with its signature, or as it is signed: the type's byte,
/// which a legacy transaction lacks, then the list of its fields with the signature at the end.
fn encode_ethereum(body: &EthereumBody, signature: Option<&Signature>) -> Vec<u8> {
    let mut list = List::new();
    let tail = if signature.is_some() { 3 } else { 0 };
    let number: u8 = match body {
        EthereumBody::Legacy(fields) => {
            let parity = signature.map(|signature| u8::from(signature.v()));
            let replay = replay_protection(parity, fields.chain_id);
            list.begin(if replay.is_some() { 9 } else { 6 });
            list.number(fields.nonce);
            list.number(fields.gas_price);
            list.number(fields.gas_limit);
            list.call(fields.to, fields.value, &fields.input);
            if let Some(v) = replay {
                list.number(v);
                list.word(signature.map(Signature::r).unwrap_or_default());
                list.word(signature.map(Signature::s).unwrap_or_default());
            }
            return list.out();
        }
        EthereumBody::Eip2930(fields) => {
            list.begin(8 + tail);
            list.number(fields.chain_id);
            list.number(fields.nonce);
            list.number(fields.gas_price);
            list.number(fields.gas_limit);
            list.call(fields.to, fields.value, &fields.input);
            list.access_list(&fields.access_list);
            1
        }
        EthereumBody::Eip1559(fields) => {
            list.begin(9 + tail);
            list.number(fields.chain_id);
            list.number(fields.nonce);
            list.number(fields.max_priority_fee_per_gas);
            list.number(fields.max_fee_per_gas);
            list.number(fields.gas_limit);
            list.call(fields.to, fields.value, &fields.input);
            list.access_list(&fields.access_list);
            2
        }
        EthereumBody::Eip4844(fields) => {
            list.begin(11 + tail);
            list.number(fields.chain_id);
            list.number(fields.nonce);
            list.number(fields.max_priority_fee_per_gas);
            list.number(fields.max_fee_per_gas);
            list.number(fields.gas_limit);
            list.call(fields.to.into(), fields.value, &fields.input);
            list.access_list(&fields.access_list);
            list.number(fields.max_fee_per_blob_gas);
            list.hashes(&fields.blob_versioned_hashes);
            3
        }
        EthereumBody::Eip7702(fields) => {
            list.begin(10 + tail);
            list.number(fields.chain_id);
            list.number(fields.nonce);
            list.number(fields.max_priority_fee_per_gas);
            list.number(fields.max_fee_per_gas);
            list.number(fields.gas_limit);
            list.call(fields.to.into(), fields.value, &fields.input);
            list.access_list(&fields.access_list);
            list.begin(fields.authorization_list.len());
            for authorization in &fields.authorization_list {
                list.begin(6);
                list.authorization(authorization.inner());
                list.number(authorization.y_parity());
                list.word(authorization.r());
                list.word(authorization.s());
            }
            4
        }
    };
    if let Some(signature) = signature {
        list.number(u8::from(signature.v()));
        list.word(signature.r());
        list.word(signature.s());
    }
    std::iter::once(number).chain(list.out()).collect()
}

/// The first of the three items behind a legacy transaction's fields: `v` where it is signed, else
/// the chain id (EIP-155), else there are none.
fn replay_protection(parity: Option<u8>, chain_id: Option<u64>) -> Option<u128> {
    match parity {
        Some(parity) => Some(legacy_v(parity, chain_id)),
        None => chain_id.map(u128::from),
    }
}

/// A legacy signature's `v`: 27 or 28, or EIP-155's with the chain id in it.
fn legacy_v(parity: u8, chain_id: Option<u64>) -> u128 {
    let base = chain_id.map_or(27, |id| 35 + 2 * u128::from(id));
    base + u128::from(parity)
}

impl List {
    /// Who is called, which in a creation is nobody, with how much and what.
    fn call(&mut self, to: TxKind, value: U256, input: &Bytes) {
        self.bytes(to.to().map_or(&[], |to| to.as_slice()));
        self.word(value);
        self.bytes(input);
    }

    fn authorization(&mut self, authorization: &Authorization) {
        self.word(authorization.chain_id);
        self.bytes(authorization.address.as_slice());
        self.number(authorization.nonce);
    }

    fn access_list(&mut self, access_list: &AccessList) {
        self.begin(access_list.len());
        for entry in access_list.iter() {
            self.begin(2);
            self.bytes(entry.address.as_slice());
            self.hashes(&entry.storage_keys);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use alloy_primitives::{Address, b256, hex};

    use super::*;

    /// Mainnet, block 46,147: the first transaction of all.
    const FIRST: &[u8] = &hex!(
        "f86780862d79883d2000825208945df9b87991262f6ba471f09758cde1c0fc1de734827a69801ca088ff6cf0fe"
        "fd94db46111149ae4bfc179e9b94721fffd821d38d16464b3f71d0a045e0aff800961cfce805daef7016b9b675"
        "c137a6a41a548f7b60a3484c06a33a"
    );

    /// Encoding and hash, both as others have them.
    #[track_caller]
    fn check(encoding: &[u8], hash: B256) {
        let transaction = Transaction::decode_whole(encoding).unwrap();
        assert_eq!(hex::encode(encode(&transaction)), hex::encode(encoding));
        assert_eq!(transaction_hash(&transaction), Some(hash));
    }

    #[test]
    fn a_legacy_transaction_has_its_hash() {
        let hash = b256!("5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060");
        check(FIRST, hash);
    }

    /// The example of EIP-155, whose `v` has the chain id in it.
    #[test]
    fn legacy_with_chain_id() {
        check(
            &hex!(
                "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400"
                "008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8"
                "997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
            ),
            b256!("33469b22e9f636356c4160a87eb19df52b7412e8eac32a4a55ffe88ea8350788"),
        );
    }

    /// Never mined; the hash is what ethereumjs gives.
    #[test]
    fn access_list() {
        check(
            &hex!(
                "01f901070180018402625a0094cccccccccccccccccccccccccccccccccccccccc830186a0b8441a84"
                "51e6000000000000000000000000000000000000000000000000000000000000000000000000000000"
                "00000000000000000000000000000000000000000000000000f85bf859940000000000000000000000"
                "000000000000000101f842a00000000000000000000000000000000000000000000000000000000000"
                "000000a000000000000000000000000000000000000000000000000000000000000060a701a0afb6e2"
                "47b1c490e284053c87ab5f6b59e219d51f743f7a4d83e400782bc7e4b9a0479a268e0e0acd4de3f1e2"
                "8e4fac2a6b32a4195e8dfa9d19147abe8807aa6f64"
            ),
            b256!("9150cdebad74e88b038e6c6b964d99af705f9c0883d7f0bbc0f3e072358f5b1d"),
        );
    }

    /// A transaction of mainnet.
    #[test]
    fn dynamic_fee() {
        check(
            &hex!(
                "02f86f0102843b9aca0085029e7822d68298f094d9e1459a7a482635700cbc20bbaf52d495ab9c9680"
                "841b55ba3ac080a0c199674fcb29f353693dd779c017823b954b3c69dffa3cd6b2a6ff7888798039a0"
                "28ca912de909e7e6cdef9cdcaf24c54dd8c1032946dfa1d85c206b32a9064fe8"
            ),
            b256!("ce4dc6d7a7549a98ee3b071b67e970879ff51b5b95d1c340bacd80fa1e1aab31"),
        );
    }

    /// Sepolia: five blobs.
    #[test]
    fn a_blob_transaction_has_its_hash() {
        check(
            &hex!(
                "03f9011d83aa36a7820fa28477359400852e90edd0008252089411e9ca82a3a762b4b5bd264d4173a2"
                "42e7a770648080c08504a817c800f8a5a0012ec3d6f66766bedb002a190126b3549fce0047de0d4c25"
                "cffce0dc1c57921aa00152d8e24762ff22b1cfd9f8c0683786a7ca63ba49973818b3d1e9512cd2cec4"
                "a0013b98c6c83e066d5b14af2b85199e3d4fc7d1e778dd53130d180f5077e2d1c7a001148b495d6e85"
                "9114e670ca54fb6e2657f0cbae5b08063605093a4b3dc9f8f1a0011ac212f13c5dff2b2c6b600a7963"
                "5103d6f580a4221079951181b25c7e654901a0c8de4cced43169f9aa3d36506363b2d2c44f6c49fc1f"
                "d91ea114c86f3757077ea01e11fdd0d1934eda0492606ee0bb80a7bf8f35cc5f86ec60fe5031ba48bf"
                "d544"
            ),
            b256!("9a22ccb0029bc8b0ddd073be1a1d923b7ae2b2ea52100bae0db4424f9107e9c0"),
        );
    }

    /// A test network of Prague, chain 7,078,815,900.
    #[test]
    fn a_transaction_with_authorizations_has_its_hash() {
        check(
            &hex!(
                "04f8d28501a5ee289c1a840e078998840e0789a082f8ac946d2d4e1c2326a069f36f5d6337470dc26a"
                "db71568080c0f861f85f8501a5ee289c94529f773125642b12a44bd543005650989eceaa2a1a80a09b"
                "3de20cf8bd07f3c5c55c38c920c146f081bc5ab4580d0c87786b256cdab3c2a0074841956f4832bace"
                "3c02aed34b8f0a2812450da3728752edbb5b5e1da0449701a0b3bf7d6877864913bba04d6f93d98009"
                "a5af16ee9c12295cd634962a2346b67ca031ca4a874afa964ec7643e58c6b56b35b1bcc7698eb1b5e1"
                "5e61e78b353bd42d"
            ),
            b256!("adc3f24d05f05f1065debccb1c4b033eaa35917b69b343d88d9062cdf8ecad83"),
        );
    }

    /// OP Sepolia, block 26,207,960: the first transaction.
    #[test]
    fn a_deposit_has_its_hash() {
        check(
            &hex!(
                "7ef8f8a077efb5d9d697e7e37fffcb8b904e28df49667b73d9fc17515eb0e4a0c377d3db94deaddead"
                "deaddeaddeaddeaddeaddeaddead00019442000000000000000000000000000000000000158080830f"
                "424080b8a4440a5e2000001db0000d273000000000000000000000000067f6a91000000000007b5f41"
                "0000000000000000000000000000000000000000000000000000000001d276cd000000000000000000"
                "00000000000000000000000000000000000000000000019244875342f5e0c1624d00f249b1a7996137"
                "b1eb44bdf16396f98f76a1bec6fa0000000000000000000000008f23bb38f531600e5d8fddaaec41f1"
                "3fab46e98c"
            ),
            b256!("24b776bee9799bef3cc487401151d71c08241255882633870b442c673651ce60"),
        );
    }

    /// The first transaction of a block before Regolith, a system transaction.
    #[test]
    fn a_deposit_by_the_system_has_its_hash() {
        check(
            &hex!(
                "7ef9015aa044bae9d41b8380d781187b426c6fe43df5fb2fb57bd4466ef6a701e1f01e015694deadde"
                "addeaddeaddeaddeaddeaddeaddead0001944200000000000000000000000000000000000015808084"
                "08f0d18001b90104015d8eb90000000000000000000000000000000000000000000000000000000000"
                "8057650000000000000000000000000000000000000000000000000000000063d96d10000000000000"
                "000000000000000000000000000000000000000000000009f35273d89754a1e0387b89520d989d3be9"
                "c37c1f32495a88faf1ea05c61121ab0d19000000000000000000000000000000000000000000000000"
                "00000000000000010000000000000000000000002d679b567db6187c0c8323fa982cfb88b74dbcc700"
                "0000000000000000000000000000000000000000000000000000000000083400000000000000000000"
                "000000000000000000000000000000000000000f4240"
            ),
            b256!("ef8cc21bdbab8d2b60b054460768b1db67c8906b6a2bdf9bc287b3654326fc76"),
        );
    }

    /// A user's, with the greatest numbers, that creates.
    #[test]
    fn a_deposit_that_mints_is_encoded_as_alloy_does() {
        let whole = Transaction::deposit(TxDeposit {
            source_hash: B256::repeat_byte(1),
            from: Address::repeat_byte(2),
            to: TxKind::Create,
            mint: u128::MAX,
            value: U256::MAX,
            gas_limit: u64::MAX,
            is_system_transaction: false,
            input: Bytes::from_static(&[0]),
        });
        assert_eq!(hex::encode(encode(&whole)), hex::encode(whole.encode()));
        assert_eq!(transaction_hash(&whole), whole.hash());
    }

    #[test]
    fn legacy_v_of_the_greatest_chain_id() {
        assert_eq!(legacy_v(1, Some(u64::MAX)), 36 + 2 * u128::from(u64::MAX));
        assert_eq!(legacy_v(0, None), 27);
    }

    #[test]
    fn unsigned_has_no_hash() {
        let signed = Transaction::decode_whole(FIRST).unwrap();
        let body = signed.body().ethereum().unwrap().clone();
        let unsigned = Transaction::unsigned(signed.from(), body);
        assert_eq!(transaction_hash(&unsigned), None);
    }
}
