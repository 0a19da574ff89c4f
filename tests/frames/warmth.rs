//! EIP-2929 and EIP-2930: what an access list has warmed, and what a revert cools again.

use iso_evm_wire::Fork;
use revm::context::transaction::{AccessList, AccessListItem};

use super::*;
use crate::harness::guest::CONTRACT;

const BALANCE: u8 = 0x31;
const SLOAD: u8 = 0x54;
const LISTED: u64 = 7;
const UNLISTED: u64 = 8;
const COLD_ACCOUNT: u64 = 2600;
const COLD_SLOT: u64 = 2100;
const WARM: u64 = 100;
/// The push before, POP and GAS after.
const AROUND: u64 = 3 + 2 + 2;

fn balance(program: Program, of: Address, n: u64) -> Program {
    program.op([GAS]).push_address(of).op([BALANCE, op::POP]).spent().keep(n)
}

fn sload(program: Program, slot: u64, n: u64) -> Program {
    program.op([GAS]).push(slot).op([SLOAD, op::POP]).spent().keep(n)
}

fn list(execution: &mut Execution) {
    let key = |slot: u64| B256::from(U256::from(slot));
    let item = |address, storage_keys| AccessListItem { address, storage_keys };
    execution.tx.tx_type = 1;
    execution.tx.access_list = AccessList(vec![
        item(OTHER, vec![key(UNLISTED)]),
        item(CONTRACT, vec![key(LISTED), key(LISTED)]),
        item(OTHER, vec![]),
    ]);
}

#[test]
fn what_the_access_list_names_is_warm_and_nothing_else() {
    let mut cases = Vec::new();
    for fork in since(Fork::Berlin) {
        let program = balance(balance(Program::new(), OTHER, 0), NOBODY, 1);
        let program = sload(sload(program, LISTED, 2), UNLISTED, 3);
        let program = sload(balance(program, NOBODY, 4), UNLISTED, 5).give(6);
        let guest = Guest::new("listed", fork, program.build()).storage(LISTED, 1);
        let costs = [WARM, COLD_ACCOUNT, WARM, COLD_SLOT, WARM, WARM];
        cases.push(Case::new(guest, words(costs.map(|cost| AROUND + cost))).change(list));
    }
    check_all(cases);
}

/// Warm in the child, cold again in its parent if the child failed; warm from the list even then.
#[test]
fn a_revert_cools() {
    let access = Program::new().push_address(NOBODY).op([BALANCE]).push(UNLISTED).op([SLOAD]);
    let access = access.push(LISTED).op([SLOAD, op::POP, op::POP, op::POP]);
    let ends = [
        ("succeeds", access.clone().op([op::STOP]), [WARM, WARM, WARM]),
        (
            "reverts",
            access.clone().push(0).push(0).op([op::REVERT]),
            [COLD_ACCOUNT, COLD_SLOT, WARM],
        ),
        ("halts", access.op([0xfe]), [COLD_ACCOUNT, COLD_SLOT, WARM]),
    ];
    let mut cases = Vec::new();
    for fork in since(Fork::Berlin) {
        for (what, code, costs) in &ends {
            let program = Program::new().call(op::DELEGATECALL, OTHER, 0, Some(50_000));
            let program = balance(program.op([op::POP]), NOBODY, 0);
            let program = sload(sload(program, UNLISTED, 1), LISTED, 2).give(3);
            let guest = Guest::new(format!("child {what}"), fork, program.build())
                .with_code(OTHER, code.clone().build());
            cases.push(Case::new(guest, words(costs.map(|cost| AROUND + cost))).change(list));
        }
    }
    check_all(cases);
}

/// Sender, `to`, precompiles; from Shanghai the coinbase (EIP-3651); a new address even if its
/// creation failed.
#[test]
fn sender_target_precompiles_and_coinbase_are_warm_from_the_start() {
    let coinbase = Guest::new("", Fork::Osaka, []).execution().block.beneficiary;
    let mut cases = Vec::new();
    for fork in since(Fork::Berlin) {
        let created = CONTRACT.create(1);
        let program = balance(Program::new(), CONTRACT, 0);
        let program = balance(program, Address::with_last_byte(9), 1);
        let program = balance(program, crate::harness::guest::SENDER, 2);
        let program = balance(program, coinbase, 3);
        let program = program.op([op::MSIZE, op::POP]).push(0xfe).push(0).op([0x53]);
        let program = program.create(op::CREATE, 0, 1).op([op::POP]);
        let program = balance(program, created, 4).give(5);
        let guest = Guest::new("warm", fork, program.build());
        let coinbase = if fork >= Fork::Shanghai { WARM } else { COLD_ACCOUNT };
        let mut costs = [WARM, WARM, WARM, coinbase, WARM].map(|cost| U256::from(AROUND + cost));
        // the initcode's byte stands over the first word
        let mut first = costs[0].to_be_bytes::<32>();
        first[0] = 0xfe;
        costs[0] = U256::from_be_bytes(first);
        cases.push(Case::new(guest, End::Words(costs.to_vec())));
    }
    check_all(cases);
}
