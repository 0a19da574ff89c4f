//! Claims of the project's own witnesses, opened by `Included.sol`: every message that counts, and no other; every log.

use std::{env, fmt::Write as _, fs};

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex};
use alloy_sol_types::{SolError, SolValue, sol};
use iso_evm_testing::{
    fixtures,
    measurements::{replaced, thousands},
};
use iso_evm_verifier::{audit::Subject, claim::claim};
use iso_evm_wire::{Opened, Witness, layout, segment};

use self::chain::Chain;
use crate::{
    abi::selector,
    proofs::Prover,
    tools::{compiled, package},
};

#[allow(dead_code, reason = "other tests need more")]
#[path = "../dispute/chain.rs"]
mod chain;

sol! {
    error Undone(uint256 index);
    error NoSuchLog();
}

/// Most gas that a precompile is run on.
const GAS: u64 = 1 << 28;

/// Messages and logs of a transaction that are asked about.
const MOST: usize = 40;

const READER: Address = Address::repeat_byte(0x4e);

/// Gas and bytes of proofs.
type Costs = Vec<(u64, usize)>;

#[test]
fn what_counts_is_proved_and_nothing_else() {
    let Some(reader) = compiled("consumer/test/Reader.sol") else { return };
    let mut chain = Chain::new(&[READER]);
    let code = hex::decode(reader["deployedBytecode"].as_str().unwrap()).unwrap();
    chain.put(READER, code.into());
    let [effective, logged] = ["effective", "logged"].map(|name| selector(&reader["abi"], name));
    let mut ask = |selector: [u8; 4], data: &Bytes| {
        let data: Bytes = [&selector[..], data].concat().into();
        let bytes = data.len();
        let said = chain.send(Address::ZERO, TxKind::Call(READER), data, U256::ZERO);
        (said, (chain.gas, bytes))
    };
    let (mut messages, mut logs, mut undone): (Costs, Costs, usize) = Default::default();
    for (name, witness) in own() {
        let opened = Opened::of(&witness);
        let subject = Subject::new(&opened);
        let claimed = claim(&subject, GAS).unwrap_or_else(|| panic!("{name}: no claim"));
        let prover = Prover { claimed: &claimed };
        let count = witness.messages.len();
        for message in (0..count).step_by(count.div_ceil(MOST).max(1)) {
            let (said, cost) = ask(effective, &prover.message(message));
            let callers = prover.callers(message).into_iter().map(|(outer, _)| outer);
            let mut all = [message].into_iter().chain(callers);
            if let Some(failed) = all.find(|message| prover.status(*message) != U256::ONE) {
                let index = U256::from(failed);
                assert_eq!(said, Err(Undone { index }.abi_encode().into()), "{name}: {message}");
                undone += 1;
            } else {
                let expected = words(&prover, message);
                assert_eq!(said, Ok(expected), "{name}: message {message}");
                messages.push(cost);
            }
        }
        let left = prover.logs();
        for log in (0..left.len()).step_by(left.len().div_ceil(MOST).max(1)) {
            let (said, cost) = ask(logged, &prover.log(&left, log));
            assert_eq!(said, Ok(Bytes::new()), "{name}: log {log}");
            logs.push(cost);
            let mut other = left.clone();
            other[log].topics.push(B256::ZERO);
            let (said, _) = ask(logged, &prover.log(&other, log));
            assert_eq!(said, Err(NoSuchLog {}.abi_encode().into()), "{name}: log {log}");
        }
    }
    let seen = [messages.len(), logs.len(), undone];
    assert!(seen.iter().all(|count| *count > 30), "{seen:?}");
    told([("a message", messages), ("a log", logs)]);
}

/// What `effective` says of a message.
fn words(prover: &Prover<'_>, message: usize) -> Bytes {
    let head = &prover.claimed.transactions[0].messages[message].head;
    let told = [
        segment::layout::KIND,
        layout::IS_STATIC,
        layout::ORIGIN,
        layout::CALLER,
        layout::TO,
        layout::CONTEXT,
        layout::CALLVALUE,
        segment::layout::CALL_DATA_HASH,
        layout::RETURNDATA_HASH,
        segment::layout::CODE_HASH,
    ];
    let words: Vec<U256> = told.iter().map(|word| head.word(*word)).collect();
    <[U256; 10]>::try_from(words).unwrap().abi_encode().into()
}

/// The project's own witnesses.
fn own() -> Vec<(String, Witness)> {
    let files = fs::read_dir(fixtures::own()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.to_string_lossy().ends_with(".witness.bin")).collect();
    files.sort();
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, Witness::decode(&fs::read(path).unwrap()).unwrap())
    };
    files.into_iter().map(read).collect()
}

/// The package's page says what proofs cost.
fn told(costs: [(&str, Costs); 2]) {
    let head = "| proof of | proofs | gas, median | gas, most | bytes, median | bytes, most |";
    let mut table = format!("{head}\n|---|---|---|---|---|---|\n");
    for (name, costs) in costs {
        let mut gas: Vec<u64> = costs.iter().map(|(gas, _)| *gas).collect();
        let mut bytes: Vec<u64> = costs.iter().map(|(_, bytes)| *bytes as u64).collect();
        gas.sort_unstable();
        bytes.sort_unstable();
        let middle = costs.len() / 2;
        let figures = [gas[middle], gas[gas.len() - 1], bytes[middle], bytes[bytes.len() - 1]];
        let figures = figures.map(thousands).join(" | ");
        let _ = writeln!(table, "| {name} | {} | {figures} |", costs.len());
    }
    let path = package().join("README.md");
    let page = fs::read_to_string(&path).unwrap();
    let expected = replaced(&page, "costs", &table);
    if env::var_os("ISO_BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    assert!(page == expected || env::var_os("ISO_BLESS").is_some(), "ISO_BLESS=1 writes the page");
}
