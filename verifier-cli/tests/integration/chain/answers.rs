//! What the register takes for a verdict: exactly the word 1, exactly an error that convicts.
//! Contracts that answer as they please stand in for hypervisors, each in a register that knows it.

use alloy_primitives::{Address, B256, U256, hex};
use alloy_sol_types::{SolCall, SolError};
use iso_evm_hypervisor::verdict::abi;
use iso_evm_onchain::{
    chain::CallAnswer,
    register::{self, Standing},
};
use iso_evm_wire::Schedule;

use super::anvil::{Anvil, commitment};

/// Runtime code that returns or reverts with data.
pub(crate) fn code(reverts: bool, data: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(data.len()).unwrap().to_be_bytes();
    let end = if reverts { 0xfd } else { 0xf3 };
    // PUSH2 length, PUSH1 12, PUSH0, CODECOPY, PUSH2 length, PUSH0, RETURN or REVERT
    let head = [0x61, high, low, 0x60, 12, 0x5f, 0x39, 0x61, high, low, 0x5f, end];
    [&head[..], data].concat()
}

fn word(number: u64) -> Vec<u8> {
    U256::from(number).to_be_bytes_vec()
}

#[test]
fn only_exact_answers_decide() {
    use Standing::{Accepted, Fraud, Open};
    let Some(anvil) = Anvil::start() else { return };
    let mismatch = abi::Mismatch {
        kind: U256::from(5),
        pc: U256::from(9),
        record: U256::MAX,
        expected: B256::repeat_byte(1),
        found: B256::repeat_byte(2),
    }
    .abi_encode();
    let malformed = abi::Malformed { position: U256::from(7) }.abi_encode();
    let unavailable = abi::Unavailable { archive: Address::repeat_byte(3) }.abi_encode();
    let longer = |data: &[u8], more: usize| [data, &vec![0; more][..]].concat();
    let shorter = |data: &[u8]| data[..data.len() - 1].to_vec();
    let mut other_selector = mismatch.clone();
    other_selector[3] ^= 1;
    let returned: Vec<(Vec<u8>, Standing)> = vec![
        (word(1), Accepted),
        (word(0), Open),
        (word(2), Open),
        (word(3), Open),
        (vec![0xff; 32], Open),
        (longer(&[0x80], 31), Open),
        (vec![], Open),
        (vec![1], Open),
        (shorter(&word(1)), Open),
        (longer(&word(1), 1), Open),
        (longer(&word(1), 32), Open),
        (mismatch.clone(), Open),
        (malformed.clone(), Open),
    ];
    let reverted: Vec<(Vec<u8>, Standing)> = vec![
        (mismatch.clone(), Fraud),
        (malformed.clone(), Fraud),
        (word(1), Open),
        (vec![], Open),
        (unavailable, Open),
        (mismatch[..4].to_vec(), Open),
        (mismatch[..3].to_vec(), Open),
        (malformed[..4].to_vec(), Open),
        (shorter(&mismatch), Open),
        (longer(&mismatch, 1), Open),
        (longer(&mismatch, 32), Open),
        (longer(&mismatch, 10_000), Open),
        (shorter(&malformed), Open),
        (longer(&malformed, 1), Open),
        (longer(&malformed, 128), Open),
        ([&malformed[..4], &mismatch[4..]].concat(), Open),
        ([&mismatch[..4], &malformed[4..]].concat(), Open),
        (other_selector, Open),
        // Error(string), Panic(uint256)
        (hex!("08c379a0").to_vec(), Open),
        ([&hex!("4e487b71")[..], &word(0x11)].concat(), Open),
    ];
    let mut fakes: Vec<(Vec<u8>, Standing)> = Vec::new();
    fakes.extend(returned.iter().map(|(data, standing)| (code(false, data), *standing)));
    fakes.extend(reverted.iter().map(|(data, standing)| (code(true, data), *standing)));
    // INVALID; a loop that takes all gas; all gas and then the register's
    fakes.push((vec![0xfe], Open));
    fakes.push((vec![0x5b, 0x5f, 0x56], Open));

    let schedule = Schedule::parse(1, "istanbul=5").unwrap();
    let operator = anvil.accounts[0];
    for (index, (code, expected)) in fakes.iter().enumerate() {
        let fake = Address::repeat_byte(0x40 + index as u8);
        anvil.set_code(fake, code);
        let register = anvil.create(register::codes(&[commitment(code)], &schedule).0);
        let message = [b"a message of ", &[index as u8][..]].concat();
        let (number, time) = (9 + index as u64, 1 << 40);
        let commit = register::commitCall {
            witness: commitment(&message),
            blockNumber: number,
            blockTime: time,
        };
        assert!(anvil.send(0, register, commit.abi_encode().into(), 200_000).success);
        let data = register::audit_calldata(operator, fake, &message.clone().into());
        let receipt = anvil.send(1, register, data, 1_000_000);
        let what = hex::encode(&code[..code.len().min(60)]);
        assert_eq!(receipt.success, *expected != Open, "{what}");
        let call = register::commitmentsCall { operator, witness: commitment(&message) };
        let CallAnswer::Returned(data) = anvil.call(0, register, call.abi_encode().into(), 200_000)
        else {
            panic!()
        };
        let found = register::commitmentsCall::abi_decode_returns(&data).unwrap();
        assert_eq!(Standing::from_number(found.verdict), Some(*expected), "{what}");
        let found = (found.fork, found.blockNumber, found.blockTime);
        assert_eq!(found, (0, number, time));
    }
}
