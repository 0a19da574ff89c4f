//! What a block asks of the beacon chain: deposits, which logs of the deposit contract tell (EIP-6110),
//! withdrawals and consolidations, which system calls return (EIP-7002, EIP-7251). The header has their
//! hash (EIP-7685).
//!
//! In the data's way this comes after the replay.

use alloy_eips::{
    eip6110::{DEPOSIT_REQUEST_TYPE, MAINNET_DEPOSIT_CONTRACT_ADDRESS},
    eip7002::{WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, WITHDRAWAL_REQUEST_TYPE},
    eip7251::{CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_TYPE},
    eip7685::Requests,
};
use alloy_primitives::{Address, B256, Bytes, Log, U256, address, b256};

/// The topic of a deposit's log.
const DEPOSIT: B256 = b256!("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5");

/// The fields of a deposit: where each has its length in the log's data, and how many bytes it has.
const FIELDS: [(usize, usize); 5] = [(160, 48), (256, 32), (320, 8), (384, 96), (512, 8)];

/// Bytes of a deposit's log.
const DEPOSIT_LENGTH: usize = 576;

/// The hash of a block's requests, from its logs and from what the system calls after it returned.
/// `None`: it is not known, for there are logs that may be deposits, and the chain's deposit contract is
/// not known.
pub(super) fn hash<'a>(
    chain_id: u64,
    logs: impl IntoIterator<Item = &'a Log>,
    returned: &[(Address, Bytes)],
) -> Option<B256> {
    let contract = deposit_contract(chain_id);
    let mut deposits = Vec::new();
    for log in logs.into_iter().filter(|log| log.topics().first() == Some(&DEPOSIT)) {
        if log.address == contract? {
            deposits.extend(deposit(&log.data.data)?);
        }
    }
    let mut requests = Requests::default();
    requests.push_request_with_type(DEPOSIT_REQUEST_TYPE, deposits);
    for (contract, data) in returned {
        let kind = match *contract {
            WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS => WITHDRAWAL_REQUEST_TYPE,
            CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS => CONSOLIDATION_REQUEST_TYPE,
            _ => continue,
        };
        requests.push_request_with_type(kind, data.iter().copied());
    }
    Some(requests.requests_hash())
}

/// Where a chain's deposits are made.
const fn deposit_contract(chain_id: u64) -> Option<Address> {
    Some(match chain_id {
        1 | 560_048 => MAINNET_DEPOSIT_CONTRACT_ADDRESS,
        17_000 => address!("4242424242424242424242424242424242424242"),
        11_155_111 => address!("7f02c3e3c98b133055b8b348b2ac625669ed295d"),
        _ => return None,
    })
}

/// The request that a deposit's log makes; none if its data are not laid out as a deposit's are, with
/// which no block would be valid.
fn deposit(data: &[u8]) -> Option<Vec<u8>> {
    let word = |at: usize| data.get(at..at + 32).and_then(U256::try_from_be_slice);
    let mut request = Vec::new();
    for (index, (at, length)) in FIELDS.into_iter().enumerate() {
        if word(32 * index)? != U256::from(at) || word(at)? != U256::from(length) {
            return None;
        }
        let start = at + 32;
        request.extend_from_slice(data.get(start..start + length)?);
    }
    (data.len() == DEPOSIT_LENGTH).then_some(request)
}

#[cfg(test)]
mod tests {
    use alloy_eips::eip7685::EMPTY_REQUESTS_HASH;
    use alloy_primitives::{LogData, bytes};

    use super::*;

    /// A log as the deposit contract's ABI lays it out: the offsets of the five fields, then each with
    /// its length and padded to words.
    fn log(address: Address) -> Log {
        let mut data = Vec::new();
        for (at, _) in FIELDS {
            data.extend(U256::from(at).to_be_bytes::<32>());
        }
        for (number, (_, length)) in (1_u8..).zip(FIELDS) {
            data.extend(U256::from(length).to_be_bytes::<32>());
            data.extend(vec![number; length]);
            data.resize(data.len().next_multiple_of(32), 0);
        }
        assert_eq!(data.len(), DEPOSIT_LENGTH);
        Log { address, data: LogData::new_unchecked(vec![DEPOSIT], data.into()) }
    }

    #[test]
    fn a_deposit_is_its_fields_one_behind_the_other() {
        let fields = (1_u8..).zip([48, 32, 8, 96, 8]);
        let expected: Vec<u8> = fields.flat_map(|(number, length)| vec![number; length]).collect();
        let log = log(MAINNET_DEPOSIT_CONTRACT_ADDRESS);
        assert_eq!(deposit(&log.data.data), Some(expected.clone()));
        // Cut off, longer, or with another offset or length.
        let data = log.data.data.to_vec();
        let longer = [&data[..], &[0; 32]].concat();
        assert_eq!((deposit(&data[..544]), deposit(&longer), deposit(&[])), (None, None, None));
        for at in [31, 127, 191, 543] {
            let mut other = data.clone();
            other[at] ^= 1;
            assert_eq!(deposit(&other), None, "{at}");
        }
        // What alloy makes of the same requests.
        let mut requests = Requests::default();
        requests.push_request_with_type(0, [expected.clone(), expected].concat());
        requests.push_request_with_type(1, bytes!("0102"));
        let returned = [(WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, bytes!("0102"))];
        assert_eq!(hash(1, [&log, &log], &returned), Some(requests.requests_hash()));
    }

    #[test]
    fn a_log_that_may_be_a_deposit_is_none_by_another_contract_and_open_on_an_unknown_chain() {
        let other = log(Address::repeat_byte(1));
        let returned = [(CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, Bytes::new())];
        assert_eq!(hash(1, [&other], &returned), Some(EMPTY_REQUESTS_HASH));
        assert_eq!(hash(31_337, [], &returned), Some(EMPTY_REQUESTS_HASH));
        assert_eq!(hash(31_337, [&other], &returned), None);
    }
}
