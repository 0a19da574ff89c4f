//! What the libraries say of bytes is what the crates say.

use std::sync::LazyLock;

use alloy_consensus::{Transaction as _, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy};
use alloy_eips::{
    eip2718::Typed2718,
    eip2930::{AccessList, AccessListItem},
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, hex, keccak256};
use alloy_sol_types::{SolCall, sol};
use iso_evm_verifier::transaction_hash::{encode, signing_hash};
use iso_evm_wire::{
    optimism::fastlz::compressed_len,
    protocol::{calldata_cost, calldata_floor},
    transaction::{EthereumBody, Transaction},
};
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::TxEnv,
    database::InMemoryDB,
    primitives::{TxKind as CallKind, hardfork::SpecId},
    state::AccountInfo,
};

sol! {
    function measured(bytes calldata data) external pure returns (uint256 compressed, uint256 nonZeros);
    function told(bytes calldata data, uint256 fork) external pure returns (uint256[16] memory words);
}

const PROBE: Address = Address::repeat_byte(0x3a);

static CODE: LazyLock<Bytecode> = LazyLock::new(|| {
    let artifact = include_str!("../../contracts/artifacts/TransactionProbe.json");
    let artifact: serde_json::Value = serde_json::from_str(artifact).unwrap();
    let code = hex::decode(artifact["deployedBytecode"].as_str().unwrap()).unwrap();
    Bytecode::new_legacy(code.into())
});

/// Calls the probe: what it returns, and the gas; nothing if it reverts.
fn call<C: SolCall>(call: &C) -> Option<(C::Return, u64)> {
    let mut database = InMemoryDB::default();
    database.insert_account_info(PROBE, AccountInfo::default().with_code(CODE.clone()));
    let mut evm = Context::mainnet()
        .with_db(database)
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(SpecId::CANCUN);
            cfg.tx_gas_limit_cap = Some(u64::MAX);
        })
        .modify_block_chained(|block| block.gas_limit = u64::MAX)
        .build_mainnet();
    let transaction = TxEnv {
        gas_limit: 1 << 32,
        gas_price: 0,
        kind: CallKind::Call(PROBE),
        data: call.abi_encode().into(),
        ..TxEnv::default()
    };
    let result = evm.transact(transaction).unwrap().result;
    let gas = result.tx_gas_used();
    let is_success = result.is_success();
    is_success.then(|| (C::abi_decode_returns(result.output().unwrap()).unwrap(), gas))
}

/// Numbers without an end, the same each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Bytes that repeat themselves, near and far, with zeros among them.
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::new();
        while bytes.len() < length {
            let count = self.below(400);
            match self.below(4) {
                0 => bytes.extend(vec![0; count]),
                1 => bytes.extend((0..count).map(|_| self.next() as u8)),
                2 => bytes.extend((0..count % 9).map(|_| self.next() as u8 % 3)),
                _ if !bytes.is_empty() => {
                    let from = self.below(bytes.len());
                    let again: Vec<u8> = bytes[from..].iter().take(count).copied().collect();
                    bytes.extend(again);
                }
                _ => {}
            }
        }
        bytes.truncate(length);
        bytes
    }
}

#[test]
fn lengths_compressed_are_the_specifications() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let rounds = if std::env::var_os("ISO_SEARCH").is_some() { 5_000 } else { 300 };
    for round in 0..rounds {
        let most = if round % 10 == 0 { 20_000 } else { 600 };
        let length = random.below(most);
        let data = random.bytes(length);
        let (found, _) = call(&measuredCall { data: data.clone().into() }).unwrap();
        assert_eq!(found.compressed, U256::from(compressed_len(&data)), "{}", hex::encode(&data));
        let others = data.iter().filter(|byte| **byte != 0).count();
        assert_eq!(found.nonZeros, U256::from(others));
    }
    for (byte, length) in [(0, 0), (1, 13), (1, 14), (1, 15), (1, 16), (7, 300), (7, 1000)] {
        let data = vec![byte; length];
        let (found, _) = call(&measuredCall { data: data.clone().into() }).unwrap();
        assert_eq!(found.compressed, U256::from(compressed_len(&data)), "{length}");
    }
}

fn access_list(random: &mut Random) -> AccessList {
    let item = |random: &mut Random| AccessListItem {
        address: Address::repeat_byte(random.next() as u8),
        storage_keys: (0..random.below(4)).map(|key| B256::repeat_byte(key as u8)).collect(),
    };
    AccessList((0..random.below(4)).map(|_| item(random)).collect())
}

/// A transaction of a type, with numbers of all lengths.
fn body(kind: usize, random: &mut Random) -> EthereumBody {
    let number = |random: &mut Random| random.next() >> random.below(64);
    let wide =
        |random: &mut Random| u128::from(random.next()) << random.below(64) >> random.below(64);
    let to = Address::repeat_byte(random.next() as u8);
    let call = if random.below(3) == 0 { TxKind::Create } else { TxKind::Call(to) };
    let length = random.below(300);
    let input = Bytes::from(random.bytes(length));
    let value = U256::from(wide(random)) << random.below(128);
    let (chain_id, nonce, gas_limit) = (number(random) >> 1, number(random), number(random));
    let (gas_price, tip) = (wide(random), wide(random));
    match kind {
        0 => {
            let chain_id = (random.below(2) == 0).then_some(chain_id);
            TxLegacy { chain_id, nonce, gas_price, gas_limit, to: call, value, input }.into()
        }
        1 => EthereumBody::Eip2930(TxEip2930 {
            chain_id,
            nonce,
            gas_price,
            gas_limit,
            to: call,
            value,
            access_list: access_list(random),
            input,
        }),
        2 => EthereumBody::Eip1559(TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: gas_price,
            max_priority_fee_per_gas: tip,
            to: call,
            value,
            access_list: access_list(random),
            input,
        }),
        3 => EthereumBody::Eip4844(TxEip4844 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: gas_price,
            max_priority_fee_per_gas: tip,
            to,
            value,
            access_list: access_list(random),
            blob_versioned_hashes: vec![B256::repeat_byte(1); random.below(5)],
            max_fee_per_blob_gas: wide(random),
            input,
        }),
        _ => {
            let one = |random: &mut Random| {
                let inner = Authorization {
                    chain_id: U256::from(number(random)),
                    address: to,
                    nonce: number(random),
                };
                let [odd, r, s] = [random.next(), random.next(), random.next()];
                SignedAuthorization::new_unchecked(inner, odd as u8, U256::from(r), U256::from(s))
            };
            EthereumBody::Eip7702(TxEip7702 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: gas_price,
                max_priority_fee_per_gas: tip,
                to,
                value,
                access_list: access_list(random),
                authorization_list: (0..random.below(4)).map(|_| one(random)).collect(),
                input,
            })
        }
    }
}

/// Signed or not, of all types: what is read is what was written.
#[test]
fn what_a_transaction_says_is_what_it_was_made_of() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for round in 0..300 {
        let body = body(round % 5, &mut random);
        let signed = random.below(2) == 0;
        let [r, s] = [random.next() | 1, random.next() | 1].map(|word| U256::from(word) << 100);
        let transaction = if signed {
            let signature = Signature::new(r, s, random.below(2) == 0);
            match Transaction::signed(body.clone(), signature) {
                Ok(transaction) => transaction,
                Err(_) => continue,
            }
        } else {
            Transaction::unsigned(Address::ZERO, body.clone())
        };
        let data = encode(&transaction);
        let (words, _) = call(&toldCall { data: data.into(), fork: U256::from(7) }).unwrap();
        let told = transaction.body();
        let list = told.access_list();
        let lists = list.into_iter().flat_map(|list| list.iter());
        let keys: usize = lists.clone().map(|item| item.storage_keys.len()).sum();
        let zeros = told.input().iter().filter(|byte| **byte == 0).count() as u64;
        let others = told.input().len() as u64 - zeros;
        let authorizations = told.authorization_list().unwrap_or_default().len();
        let creates = if told.kind().is_create() {
            32_000 + 2 * told.input().len().div_ceil(32) as u64
        } else {
            0
        };
        let gas = 21_000
            + calldata_cost(zeros, others)
            + creates
            + 2_400 * lists.count() as u64
            + 1_900 * keys as u64
            + 25_000 * authorizations as u64;
        let expected: [U256; 16] = [
            U256::from(told.ty()),
            told.chain_id().map_or(U256::MAX, U256::from),
            U256::from(told.nonce()),
            U256::from(told.max_priority_fee_per_gas().unwrap_or_default()),
            U256::from(told.max_fee_per_gas()),
            U256::from(told.gas_limit()),
            told.to().map_or(U256::MAX, |to| to.into_word().into()),
            told.value(),
            keccak256(told.input()).into(),
            U256::from(list.map_or(0, |list| list.len())),
            U256::from(keys),
            U256::from(told.blob_versioned_hashes().unwrap_or_default().len()),
            U256::from(authorizations),
            signing_hash(&body).into(),
            U256::from(gas),
            U256::from(calldata_floor(zeros, others)),
        ];
        assert_eq!(words, expected, "{transaction:?}");
    }
}

/// Changed anywhere, bytes are read as they stand or not at all; reading them ends.
#[test]
fn changed_bytes_are_refused_or_another_transaction() {
    let mut random = Random(0x0dd_ba11);
    let (mut read, mut refused) = (0, 0);
    for round in 0..1500 {
        let transaction = Transaction::unsigned(Address::ZERO, body(round % 5, &mut random));
        let mut data = encode(&transaction);
        let place = random.below(data.len().min(60));
        match random.below(3) {
            0 => data[place] ^= 1 << random.below(8),
            1 => drop(data.remove(place)),
            _ => data.insert(place, random.next() as u8),
        }
        let found = call(&toldCall { data: data.clone().into(), fork: U256::ZERO });
        let known = Transaction::decode_unsigned(Address::ZERO, &data);
        match (found, known) {
            (Some((words, _)), Ok(known)) => {
                assert_eq!(words[2], U256::from(known.body().nonce()), "{}", hex::encode(&data));
                assert_eq!(encode(&known), data);
                read += 1;
            }
            (None, Err(_)) => refused += 1,
            // A signature can stand at the end of bytes that nobody has signed, or not.
            (Some(_), Err(_)) => read += 1,
            (None, Ok(known)) => panic!("{known:?}: {}", hex::encode(&data)),
        }
    }
    assert!(read > 100 && refused > 100, "{read} {refused}");
}
