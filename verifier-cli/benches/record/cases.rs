//! What is recorded.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use iso_evm_wire::Fork;
use iso_evm_witness::{
    Execution, Input, Prepared,
    prestate::{Prestate, PrestateAccount},
    state_root::Account,
};
use revm::{
    InspectEvm,
    context::{BlockEnv, TxEnv},
    inspector::NoOpInspector,
    primitives::TxKind,
};

/// Sizes of storage that writes are measured in.
pub(crate) const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

/// Writes in a transaction.
pub(crate) const WRITES: usize = 100;

/// An ERC-20 transfer in a state of 10,000 accounts.
pub(crate) struct Transfer {
    /// The transaction and the state.
    pub(crate) execution: Execution,
    /// The token's contract.
    pub(crate) token: Address,
    /// Accounts that have changed before the message.
    pub(crate) bought: [(Address, Account); 2],
    /// Slots that the message writes, in order.
    pub(crate) written: [(B256, U256); 2],
    /// Accounts that the transaction has touched, at its end.
    pub(crate) paid: [(Address, Account); 3],
}

/// The transfer, with as many slots in the token's storage, at least those of the fixture.
pub(crate) fn transfer(slots: usize) -> Transfer {
    let json = include_bytes!("../../../tests/fixtures/erc20-transfer.json");
    let mut execution = Input::parse(json, None).unwrap().execution;
    let TxKind::Call(token) = execution.tx.kind else { panic!("a transfer is a call") };
    let storage = &mut execution.prestate.get_mut(&token).unwrap().storage;
    for index in storage.len()..slots {
        storage.insert(keccak256((index as u64).to_be_bytes()), B256::from(U256::from(index)));
    }
    for index in execution.prestate.len()..10_000 {
        let balance = U256::from(10).pow(U256::from(18)) * U256::from(index);
        let account = PrestateAccount { nonce: 1, balance, ..PrestateAccount::default() };
        execution.prestate.insert(Address::from_word(keccak256(index.to_be_bytes())), account);
    }

    let (sender, miner) = (execution.tx.caller, execution.block.beneficiary);
    let prepared = Prepared::new(&execution).unwrap();
    let state = prepared.evm(NoOpInspector).inspect_tx(execution.tx.clone()).unwrap().state;
    let account = |address: Address| {
        let info = &state[&address].info;
        Account { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash }
    };
    let price = execution.tx.gas_priority_fee.unwrap() + u128::from(execution.block.basefee);
    let mut bought = account(sender);
    bought.balance = execution.prestate[&sender].balance
        - U256::from(price) * U256::from(execution.tx.gas_limit);
    // Accounts that are not written are read for the proof.
    let paid = [sender, miner, token].map(|address| (address, account(address)));
    // The sender's balance falls first.
    let mut written: Vec<_> = state[&token].storage.iter().collect();
    written.retain(|(_, slot)| slot.is_changed());
    written.sort_by_key(|(_, slot)| slot.present_value > slot.original_value);
    let written = [0, 1].map(|at: usize| ((*written[at].0).into(), written[at].1.present_value));
    let bought = [(sender, bought), (token, account(token))];
    drop(prepared);
    Transfer { execution, token, bought, written, paid }
}

/// A loop of arithmetic: 100,000 times round.
pub(crate) fn compute_loop() -> Execution {
    // PUSH3 100000, JUMPDEST, PUSH1 3, DUP2, MUL, PUSH1 7, XOR, POP, PUSH1 1, SWAP1, SUB, DUP1,
    // PUSH1 4, JUMPI
    let code = [
        0x62, 0x01, 0x86, 0xa0, 0x5b, 0x60, 3, 0x81, 0x02, 0x60, 7, 0x18, 0x50, 0x60, 1, 0x90,
        0x03, 0x80, 0x60, 4, 0x57,
    ];
    execution(code.to_vec(), 0)
}

/// A hundred slots of a storage of this size written, all there and all to another value.
pub(crate) fn writes(size: usize) -> Execution {
    let mut code = Vec::new();
    for write in 0..WRITES {
        let slot = write * size.div_ceil(WRITES) % size;
        // PUSH3 value, PUSH3 slot, SSTORE
        code.push(0x62);
        code.extend(&(write as u32 + 2).to_be_bytes()[1..]);
        code.push(0x62);
        code.extend(&(slot as u32).to_be_bytes()[1..]);
        code.push(0x55);
    }
    execution(code, size)
}

fn execution(code: Vec<u8>, slots: usize) -> Execution {
    let (sender, contract) = (Address::repeat_byte(1), Address::repeat_byte(2));
    let slot = |index| (B256::from(U256::from(index)), B256::with_last_byte(1));
    let guest = PrestateAccount {
        code: Bytes::from(code),
        storage: (0..slots).map(slot).collect(),
        ..PrestateAccount::default()
    };
    let payer = PrestateAccount { balance: U256::from(1_u64 << 60), ..PrestateAccount::default() };
    Execution {
        rollup: None,
        rules: Fork::Cancun.into(),
        chain_id: 1,
        block: BlockEnv { gas_limit: 60_000_000, ..BlockEnv::default() },
        tx: TxEnv {
            caller: sender,
            kind: TxKind::Call(contract),
            gas_limit: 50_000_000,
            ..TxEnv::default()
        },
        prestate: Prestate::from([(sender, payer), (contract, guest)]),
        block_hashes: Default::default(),
        proofs: None,
    }
}
