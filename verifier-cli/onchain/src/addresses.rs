//! The addresses of the package's page, `provers/contracts/README.md`: they follow from the contracts, so they are
//! compared with these.

use std::{fs, path::Path};

use alloy_primitives::Address;
use iso_evm_provers::Prover;
use iso_evm_testing::measurements::{Table, blessing, replaced};
use iso_evm_wire::{Rules, Schedule};

use crate::contracts::{Archives, Contracts};

fn page() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../provers/contracts/README.md")
}

fn of_chain(id: u64) -> Contracts {
    let schedule = Schedule::of_chain(id).unwrap();
    Contracts { schedule, ..Contracts::new(Archives::CodeHash) }
}

#[test]
fn the_packages_page_has_the_addresses_that_deploy_gives() {
    let mut disputes = Table::new(["disputes about", "`AuditDispute`", "`SegmentProver`"]);
    for (name, id) in
        [("Ethereum", 1), ("Sepolia", 11_155_111), ("OP Mainnet", 10), ("Base", 8_453)]
    {
        let contracts = of_chain(id);
        let provers = contracts.provers();
        let segment = provers[Prover::Segment as usize].address;
        let at = contracts.dispute(&provers).address;
        disputes.row([name.to_owned(), code(at), code(segment)]);
    }
    let mut provers = Table::new(["contract", "address"]);
    let contracts = of_chain(1);
    provers.row(["archive factory".to_owned(), code(contracts.factory().address)]);
    for prover in Prover::ALL.iter().filter(|prover| **prover != Prover::Segment) {
        let at = contracts.prover(*prover).address;
        provers.row([format!("`{}`", prover.contract()), code(at)]);
    }
    let mut machines = Table::new(["rules", "segment machine", "hypervisor"]);
    for rules in Rules::ALL {
        let [machine, hypervisor] =
            [contracts.machine(rules).address, contracts.hypervisor(rules).address];
        machines.row([rules.to_string(), code(machine), code(hypervisor)]);
    }
    let text = fs::read_to_string(page()).unwrap();
    let blocks = [("disputes", disputes), ("contracts", provers), ("machines", machines)];
    let expected = blocks
        .into_iter()
        .fold(text.clone(), |text, (block, table)| replaced(&text, block, &table.to_string()));
    if blessing() {
        fs::write(page(), &expected).unwrap();
    } else {
        assert_eq!(text, expected, "run with ISO_BLESS=1 if this is meant");
    }
}

fn code(address: Address) -> String {
    format!("`{address}`")
}
