//! Nobody convicts the honest: what a stranger can do to somebody's commitment, and what becomes of
//! it. Each of these ends without a verdict, and the commitment stays open for the right one.

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolError};
use iso_evm_hypervisor::{Inconclusive as Reason, MessageVerdict, verdict::abi};
use iso_evm_onchain::{
    chain::CallAnswer,
    plan::{Plan, Route},
    register::{self, Standing},
};
use iso_evm_wire::{Opened, Witness, block::Block, encoding};

use super::anvil::{Anvil, address, commitment, fixture, plan};

const GAS: u64 = 10_000_000;
/// Who stands by the message, and who has it audited.
const OPERATOR: usize = 0;
const STRANGER: usize = 1;

/// A chain with a register, and a message that nobody has committed to, true or false.
struct Court {
    anvil: Anvil,
    plan: Plan,
    register: Address,
    hypervisor: Address,
    witness: Witness,
    message: Bytes,
}

impl Court {
    fn of(lie: bool) -> Option<Self> {
        let anvil = Anvil::start()?;
        let deployed = anvil.deploy("");
        let mut witness = fixture("erc20-transfer");
        if lie {
            let mut message = witness.message(0).unwrap();
            message.gasUsed += U256::ONE;
            witness.messages[0] = encoding::encode(&message).into();
        }
        Some(Self {
            register: address(&deployed, "register"),
            hypervisor: address(&deployed, "hypervisor"),
            plan: plan(witness.rules.fork()),
            message: witness.messages[0].bytes(),
            anvil,
            witness,
        })
    }

    /// What the register has of a message of the operator's.
    fn standing(&self, account: usize, message: &[u8]) -> Standing {
        let operator = self.anvil.accounts[account];
        let call = register::commitmentsCall { operator, witness: commitment(message) };
        match self.anvil.call(OPERATOR, self.register, call.abi_encode().into(), GAS) {
            CallAnswer::Returned(data) => {
                let found = register::commitmentsCall::abi_decode_returns(&data).unwrap();
                Standing::from_number(found.verdict).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    fn commit(&self, account: usize, message: &[u8]) {
        let data = register::commit_calldata(message, &self.witness.block);
        assert!(self.anvil.send(account, self.register, data, GAS).success);
    }

    /// Puts the code where the hypervisor looks, by the factory.
    fn archive(&self) {
        let archive = self.plan.archive(&Opened::of(&self.witness), 0, &[]).unwrap();
        let factory = self.plan.factory().address;
        assert!(self.anvil.send(STRANGER, factory, archive.step.data, GAS).success);
    }

    /// The stranger has a message audited, as a call and as a transaction, and gets nothing: the
    /// register reverts with this, and the commitment is as it was.
    fn nothing(&self, hypervisor: Address, message: &Bytes, reverted: &[u8]) {
        let before = self.standing(OPERATOR, message);
        let operator = self.anvil.accounts[OPERATOR];
        let data = register::audit_calldata(operator, hypervisor, message);
        let answer = self.anvil.call(STRANGER, self.register, data.clone(), GAS);
        assert_eq!(answer, CallAnswer::Reverted(reverted.to_vec().into()));
        let receipt = self.anvil.send(STRANGER, self.register, data, GAS);
        assert!(!receipt.success && receipt.logs.is_empty());
        assert_eq!(self.standing(OPERATOR, message), before);
        assert!(matches!(before, Standing::None | Standing::Open));
    }

    /// The stranger has the message audited, and there is a verdict.
    fn verdict(&self) -> Standing {
        let operator = self.anvil.accounts[OPERATOR];
        let data = register::audit_calldata(operator, self.hypervisor, &self.message);
        let receipt = self.anvil.send(STRANGER, self.register, data, GAS);
        assert!(receipt.success);
        let [log] = &receipt.logs[..] else { panic!("{receipt:?}") };
        let said =
            register::verdict_of_log(&log.data, operator, commitment(&self.message)).unwrap();
        let standing = self.standing(OPERATOR, &self.message);
        match standing {
            Standing::Accepted => assert_eq!(said, MessageVerdict::Valid),
            Standing::Fraud => assert!(matches!(said, MessageVerdict::Mismatch(_))),
            Standing::None | Standing::Open => panic!("{said:?}"),
        }
        standing
    }
}

fn not_open() -> Vec<u8> {
    register::NotOpen {}.abi_encode()
}

fn inconclusive(answer: Vec<u8>) -> Vec<u8> {
    register::Inconclusive { answer: answer.into() }.abi_encode()
}

fn not_the_hypervisor(expected: B256, found: B256) -> Vec<u8> {
    register::NotTheHypervisor { expected, found }.abi_encode()
}

#[test]
fn a_strangers_garbage_convicts_the_stranger_alone() {
    let Some(court) = Court::of(false) else { return };
    court.archive();
    court.commit(OPERATOR, &court.message);
    let mut near = court.message.to_vec();
    *near.last_mut().unwrap() ^= 1;
    for garbage in [Bytes::from_static(b"garbage"), Bytes::new(), near.into()] {
        // In the operator's name.
        court.nothing(court.hypervisor, &garbage, &not_open());
        // In the stranger's own.
        court.commit(STRANGER, &garbage);
        court.nothing(court.hypervisor, &garbage, &not_open());
        let stranger = court.anvil.accounts[STRANGER];
        let data = register::audit_calldata(stranger, court.hypervisor, &garbage);
        assert!(court.anvil.send(STRANGER, court.register, data, GAS).success);
        assert_eq!(court.standing(STRANGER, &garbage), Standing::Fraud);
        assert_eq!(court.standing(OPERATOR, &garbage), Standing::None);
    }
    assert_eq!(court.verdict(), Standing::Accepted);
}

#[test]
fn nobody_answers_for_what_they_have_not_committed_to() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        court.archive();
        court.nothing(court.hypervisor, &court.message, &not_open());
        // Somebody else's commitment is not the operator's.
        court.commit(STRANGER, &court.message);
        court.nothing(court.hypervisor, &court.message, &not_open());
    }
}

#[test]
fn a_missing_archive_decides_nothing() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        court.commit(OPERATOR, &court.message);
        let archive = court.plan.archive(&Opened::of(&court.witness), 0, &[]).unwrap().parts[0].0;
        let unavailable = inconclusive(abi::Unavailable { archive }.abi_encode());
        court.nothing(court.hypervisor, &court.message, &unavailable);
        // Once it is there, the truth comes out.
        court.archive();
        let expected = if lie { Standing::Fraud } else { Standing::Accepted };
        assert_eq!(court.verdict(), expected);
        // And is final.
        court.anvil.set_code(archive, &[0]);
        let operator = court.anvil.accounts[OPERATOR];
        let data = register::audit_calldata(operator, court.hypervisor, &court.message);
        let answer = court.anvil.call(STRANGER, court.register, data, GAS);
        assert_eq!(answer, CallAnswer::Reverted(not_open().into()));
    }
}

/// The factory puts no other code there; if something else did, it would convict nobody.
#[test]
fn a_squatted_archive_decides_nothing() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        court.commit(OPERATOR, &court.message);
        let (archive, code) =
            court.plan.archive(&Opened::of(&court.witness), 0, &[]).unwrap().parts[0].clone();
        let unavailable = inconclusive(abi::Unavailable { archive }.abi_encode());
        let mut flipped = code.to_vec();
        *flipped.last_mut().unwrap() ^= 1;
        let shorter = &code[..code.len() - 1];
        let longer = [&code[..], &[0]].concat();
        for squatter in [&flipped[..], shorter, &longer, &[0], &hex!("600160005260206000f3")] {
            court.anvil.set_code(archive, squatter);
            court.nothing(court.hypervisor, &court.message, &unavailable);
        }
        court.anvil.set_code(archive, &code);
        let expected = if lie { Standing::Fraud } else { Standing::Accepted };
        assert_eq!(court.verdict(), expected);
    }
}

/// The audit gets 63 parts of 64 of what is left, and the register goes on with the rest: with any
/// gas at all there is the right verdict, or none.
#[test]
fn too_little_gas_decides_nothing() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        court.archive();
        court.commit(OPERATOR, &court.message);
        let operator = court.anvil.accounts[OPERATOR];
        let route = Route::Register { register: court.register, operator };
        let parts = court.plan.archive(&Opened::of(&court.witness), 0, &[]).unwrap().parts;
        let cost = court.plan.audit(&court.message, &parts, route, None);
        let expected = if lie { Standing::Fraud } else { Standing::Accepted };
        // Whether there is a verdict, which must be the right one.
        let decides = |gas: u64| match court.anvil.call(
            STRANGER,
            court.register,
            cost.step.data.clone(),
            gas,
        ) {
            CallAnswer::Returned(data) => {
                let number = register::auditCall::abi_decode_returns(&data).unwrap();
                assert_eq!(Standing::from_number(number), Some(expected), "{gas} gas");
                true
            }
            CallAnswer::Reverted(data) => {
                let verdict = register::verdict_of_revert(&data);
                let silent = MessageVerdict::Inconclusive { reason: Reason::TooLarge };
                assert!(verdict.is_none_or(|verdict| verdict == silent), "{gas} gas: {data}");
                false
            }
            CallAnswer::OutOfGas => false,
        };
        let (mut low, mut high) = (cost.floor_gas, cost.step.gas_limit);
        assert!(!decides(low) && decides(high));
        for part in 0..60 {
            decides(low + (high - low) * part / 60);
        }
        while high - low > 1 {
            let middle = low.midpoint(high);
            *(if decides(middle) { &mut high } else { &mut low }) = middle;
        }
        for gas in high - 20..high + 20 {
            assert_eq!(decides(gas), gas >= high, "{gas} gas");
        }
        // And as transactions.
        for gas in [cost.floor_gas, high - 10_000, high - 100, high - 1] {
            let receipt = court.anvil.send(STRANGER, court.register, cost.step.data.clone(), gas);
            assert!(!receipt.success && receipt.logs.is_empty());
            assert_eq!(court.standing(OPERATOR, &court.message), Standing::Open);
        }
        assert!(court.anvil.send(STRANGER, court.register, cost.step.data.clone(), high).success);
        assert_eq!(court.standing(OPERATOR, &court.message), expected);
    }
}

#[test]
fn the_hypervisor_of_another_fork_decides_nothing() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        court.archive();
        let prague = court.anvil.deploy("--fork prague");
        let (wrong, wrong_hash) = (
            address(&prague, "hypervisor"),
            prague["hypervisorCodeHash"].as_str().unwrap().parse::<B256>().unwrap(),
        );
        let right_hash = court.plan.hypervisor().code_hash();
        court.commit(OPERATOR, &court.message);
        let refused = not_the_hypervisor(right_hash, wrong_hash);
        court.nothing(wrong, &court.message, &refused);
        // Nor can the operator take another fork afterwards.
        let block = Block { timestamp: court.witness.block.timestamp - 1, ..Block::default() };
        for block in [block, court.witness.block.clone()] {
            let number = court.witness.block.number;
            let again = register::commit_calldata(&court.message, &Block { number, ..block });
            let answer = court.anvil.call(OPERATOR, court.register, again, GAS);
            assert_eq!(
                answer,
                CallAnswer::Reverted(register::AlreadyCommitted {}.abi_encode().into())
            );
        }
        let expected = if lie { Standing::Fraud } else { Standing::Accepted };
        assert_eq!(court.verdict(), expected);
    }
}

#[test]
fn an_address_that_is_no_hypervisor_decides_nothing() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        court.archive();
        court.commit(OPERATOR, &court.message);
        let expected = court.plan.hypervisor().code_hash();
        let impostor = |byte: u8, code: &[u8]| {
            let address = Address::repeat_byte(byte);
            court.anvil.set_code(address, code);
            (address, commitment(code))
        };
        let delegation = [&hex!("ef0100")[..], court.hypervisor.as_slice()].concat();
        let mismatch = abi::Mismatch {
            kind: U256::from(5),
            pc: U256::ZERO,
            record: U256::MAX,
            expected: B256::ZERO,
            found: B256::ZERO,
        };
        let nothing = commitment(&[]);
        for (address, found) in [
            // nobody, who is not even there; somebody with funds; a precompile
            (Address::repeat_byte(0x99), B256::ZERO),
            (court.anvil.accounts[2], nothing),
            // returns 1; reverts with a mismatch
            impostor(0x91, &super::answers::code(false, &U256::ONE.to_be_bytes::<32>())),
            impostor(0x92, &super::answers::code(true, &mismatch.abi_encode())),
            // an account that delegates to the hypervisor
            impostor(0x93, &delegation),
        ] {
            let refused = not_the_hypervisor(expected, found);
            court.nothing(address, &court.message, &refused);
        }
        let verdict = if lie { Standing::Fraud } else { Standing::Accepted };
        assert_eq!(court.verdict(), verdict);
    }
}
