//! A call to the hypervisor that says what it used: code for a state override, which calls, and
//! answers whether that succeeded, with how much gas, and with what.
//!
//! An `eth_call` tells no gas, and nodes word a revert each in its own way; so what a node is asked
//! to run is this, which always returns.

use alloy_primitives::{Address, Bytes, U256, address};
use iso_evm_hypervisor::{Audited, Inconclusive, MessageVerdict};
use revm::bytecode::opcode::*;

/// Where the probe is put.
pub const PROBE: Address = address!("000000000000000000000000000000000000960b");

/// Gas between the probe's two readings, without the callee's: seven opcodes and the call of a
/// warm account (EIP-2929).
const OVERHEAD: u64 = 4 * 2 + 3 + 2 * 2 + 100;

/// What leads from the first reading to the gas that the callee gets (EIP-150).
const BEFORE_CALL: u64 = OVERHEAD - 2;

/// The probe of a hypervisor.
pub fn code(hypervisor: Address) -> Bytes {
    let mut code = vec![CALLDATASIZE, PUSH0, PUSH0, CALLDATACOPY];
    let push = |code: &mut Vec<u8>| {
        code.push(PUSH20);
        code.extend(hypervisor);
    };
    // It must be warm before the first reading.
    push(&mut code);
    code.extend([EXTCODESIZE, POP]);
    code.extend([GAS, PUSH0, PUSH0, CALLDATASIZE, PUSH0]);
    push(&mut code);
    code.extend([GAS, STATICCALL, GAS]); // after success before
    code.extend([SWAP1, PUSH0, MSTORE]); // after before
    code.extend([DUP2, PUSH1, 32, MSTORE, PUSH1, 64, MSTORE]);
    code.extend([RETURNDATASIZE, PUSH0, PUSH1, 96, RETURNDATACOPY]);
    code.extend([RETURNDATASIZE, PUSH1, 96, ADD, PUSH0, RETURN]);
    code.into()
}

/// What a probe's answer says; none if it is no probe's.
pub fn audited(answer: &[u8]) -> Option<Audited> {
    let (head, data) = answer.split_first_chunk::<96>()?;
    let word = |at: usize| u64::try_from(U256::from_be_slice(&head[at..at + 32])).ok();
    let (success, before, after) = (word(0)?, word(32)?, word(64)?);
    let host_gas = before.checked_sub(after)?.checked_sub(OVERHEAD)?;
    let left = before.checked_sub(BEFORE_CALL)?;
    let given = left - left / 64;
    let verdict = match success {
        1 => MessageVerdict::from_returned(data),
        0 if data.is_empty() && host_gas == given => {
            MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas }
        }
        0 => MessageVerdict::from_reverted(data),
        _ => return None,
    };
    Some(Audited { verdict, host_gas })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Call, Host};

    const HYPERVISOR: Address = Address::repeat_byte(0x15);

    fn probe(callee: &'static [u8], gas: Option<u64>) -> Audited {
        let host = Host::default().with(PROBE, &code(HYPERVISOR));
        let host = host.with(HYPERVISOR, &Bytes::from_static(callee));
        let sent = host.send(&Call::new(Address::ZERO, PROBE, &Bytes::from_static(&[1; 40])), gas);
        assert!(sent.success);
        audited(&sent.output).unwrap()
    }

    #[test]
    fn gas_and_verdict_are_the_callees() {
        // PUSH1 1, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
        let valid = probe(b"\x60\x01\x5f\x52\x60\x20\x5f\xf3", None);
        assert_eq!(
            valid,
            Audited { verdict: MessageVerdict::Valid, host_gas: 3 + 2 + 3 + 3 + 3 + 2 }
        );
        let silent = probe(b"\x5f\x5f\xfd", None);
        let reason = Inconclusive::TooLarge;
        assert_eq!(
            silent,
            Audited { verdict: MessageVerdict::Inconclusive { reason }, host_gas: 4 }
        );
        let nobody = probe(b"", None);
        let reason = Inconclusive::Other;
        assert_eq!(
            nobody,
            Audited { verdict: MessageVerdict::Inconclusive { reason }, host_gas: 0 }
        );
    }

    #[test]
    fn out_of_gas_is_told_from_a_revert() {
        for gas in [60_000, 100_001, 1_000_063, 1_000_064] {
            // INVALID, and a loop: what takes all gas
            for callee in [b"\xfe".as_slice(), b"\x5b\x5f\x56"] {
                let reason = Inconclusive::HostOutOfGas;
                assert_eq!(
                    probe(callee, Some(gas)).verdict,
                    MessageVerdict::Inconclusive { reason }
                );
            }
        }
    }

    /// With any gas there is the callee's verdict, or its lack of gas, or no answer at all.
    #[test]
    fn with_any_gas_there_is_the_verdict_or_none() {
        // Hashes 100,000 bytes, and returns 1.
        let callee = b"\x62\x01\x86\xa0\x5f\x20\x60\x01\x5f\x52\x60\x20\x5f\xf3";
        let host = Host::default().with(PROBE, &code(HYPERVISOR));
        let host = host.with(HYPERVISOR, &Bytes::from_static(callee));
        let mut came = [0; 3];
        for gas in 21_000..80_000 {
            let sent = host.send(&Call::new(Address::ZERO, PROBE, &Bytes::new()), Some(gas));
            let which = match sent.success.then(|| audited(&sent.output).unwrap().verdict) {
                None => 0,
                Some(MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas }) => 1,
                Some(MessageVerdict::Valid) => 2,
                Some(other) => panic!("{gas}: {other:?}"),
            };
            came[which] += 1;
        }
        assert!(came.iter().all(|count| *count > 100), "{came:?}");
    }

    #[test]
    fn other_answers_are_none() {
        assert_eq!(audited(&[]), None);
        assert_eq!(audited(&[0xff; 96]), None);
        assert_eq!(audited(&[0; 128]), None);
    }
}
