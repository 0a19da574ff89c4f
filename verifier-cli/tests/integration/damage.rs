//! Damaged files: whatever the bytes are, the answer is a value or a named error, never a panic.

use std::fs;

use iso_evm_verifier::{Options, verify};
use iso_evm_wire::Witness;
use iso_evm_witness::{Input, record};

use crate::common::root;

/// A generator of numbers that is the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Damages bytes in one of several ways; `alphabet` is what is put in.
fn damage(bytes: &[u8], alphabet: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(damaged.len());
        match numbers.below(4) {
            0 => damaged[at] = alphabet[numbers.below(alphabet.len())],
            1 => drop(damaged.remove(at)),
            2 => damaged.insert(at, alphabet[numbers.below(alphabet.len())]),
            _ => {
                let other = numbers.below(damaged.len());
                damaged.swap(at, other);
            }
        }
    }
    damaged
}

fn fixtures() -> Vec<Vec<u8>> {
    let names = ["erc20-transfer", "delegation-7702", "blobs", "create-and-create2"];
    let path = |name| root().join("tests/fixtures").join(format!("{name}.json"));
    names.into_iter().map(|name| fs::read(path(name)).unwrap()).collect()
}

#[test]
fn damaged_inputs_are_errors_or_inputs() {
    let mut numbers = Numbers(0x150e);
    let (mut ran, mut refused) = (0, 0);
    for bytes in fixtures() {
        for _ in 0..1000 {
            let damaged = damage(&bytes, b"0123456789abcdefx\"{}[]:, \xff", &mut numbers);
            let run =
                Input::parse(&damaged, None).is_ok_and(|input| record(&input.execution).is_ok());
            *if run { &mut ran } else { &mut refused } += 1;
        }
    }
    // Damage that is not met in a signed field, and damage that is.
    assert!(ran > 100 && refused > 1000, "{ran} ran, {refused} refused");
}

#[test]
fn damaged_witnesses_are_errors_or_read_back() {
    let mut numbers = Numbers(0x150f);
    let alphabet: Vec<u8> = (0..=255).collect();
    let (mut accepted, mut refused) = (0, 0);
    for bytes in fixtures() {
        let input = Input::parse(&bytes, None).unwrap();
        let witness = record(&input.execution).unwrap().witness(&input);
        let bytes = witness.encode();
        for _ in 0..500 {
            let damaged = damage(&bytes, &alphabet, &mut numbers);
            match Witness::decode(&damaged) {
                Ok(witness) => {
                    assert_eq!(witness.encode(), damaged);
                    accepted += 1;
                }
                Err(_) => refused += 1,
            }
        }
        let json = witness.to_json();
        for _ in 0..500 {
            let damaged = damage(json.as_bytes(), b"0123456789abcdefx\"{}[]:, ", &mut numbers);
            match Witness::from_json(&damaged) {
                Ok(witness) => {
                    assert_eq!(Witness::decode(&witness.encode()), Ok(witness.clone()));
                    accepted += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(accepted > 50 && refused > 1000, "{accepted} accepted, {refused} refused");
}

/// Messages whose bytes were changed reach the hypervisor as they are.
#[test]
fn damaged_messages_reach_the_hypervisor_as_they_are() {
    let mut numbers = Numbers(0x1510);
    let input = Input::parse(&fixtures()[0], None).unwrap();
    let witness = record(&input.execution).unwrap().witness(&input);
    for _ in 0..100 {
        let mut damaged = witness.clone();
        let mut message = damaged.messages[0].to_vec();
        let at = numbers.below(message.len());
        message[at] ^= 1 << numbers.below(8);
        message.truncate(1 + numbers.below(2 * message.len()));
        damaged.messages[0] = message.into();
        let options = Options { host_gas_limit: Some(10_000_000), ..Options::default() };
        let report = verify(&damaged, &options).unwrap();
        assert_eq!(report.messages.len(), 1);
    }
}
