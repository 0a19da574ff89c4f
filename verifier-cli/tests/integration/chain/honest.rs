//! Nobody convicts the honest: what a stranger can do to somebody's commitment, and what becomes of
//! it. Each of these ends without a verdict, and the commitment stays open for the right one.

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolError};
use iso_evm_hypervisor::{
    Inconclusive as Reason, MessageVerdict, Missing, SegmentVerdict, verdict::abi,
};
use iso_evm_onchain::{
    chain::CallAnswer,
    plan::{Case, Checkpoints, Plan},
    register::{self, Advance, Part, Said, Standing},
};
use iso_evm_wire::{
    Opened, Witness,
    block::Block,
    encoding,
    segment::{RecordTree, Segment},
};

use super::anvil::{Anvil, address, case, commitment, fixture, plan};

const GAS: u64 = 10_000_000;
/// Who stands by the message, and who has it audited.
const OPERATOR: usize = 0;
const STRANGER: usize = 1;

/// A chain with a register, and a message that nobody has committed to, true or false.
struct Court {
    anvil: Anvil,
    plan: Plan,
    register: Address,
    machine: Address,
    witness: Witness,
    case: Case,
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
        let plan = plan(witness.rules.fork());
        let case = case(&plan, &witness, 0, &Checkpoints::None);
        assert_eq!(case.cuts().len(), 1, "one segment holds it");
        let (register, machine) = (address(&deployed, "register"), address(&deployed, "machine"));
        Some(Self { anvil, plan, register, machine, witness, case })
    }

    fn segment(&self) -> Segment {
        self.case.cuts()[0].clone()
    }

    /// What the register is sent of a segment.
    fn advance(&self, account: usize, machine: Address, segment: &Segment) -> Bytes {
        let records = RecordTree::of(&self.witness.message(0).unwrap());
        let part = Part { archive: Address::ZERO, data: segment.encode() };
        Advance {
            operator: self.anvil.accounts[account],
            machine,
            commitment: self.case.commitment(),
            segment: 0,
            records: records.prove(1..1 + segment.records.len() as u64),
            claimed: None,
            input: vec![part],
        }
        .calldata()
    }

    /// What the register has of a commitment.
    fn standing(&self, account: usize, commitment: B256) -> Standing {
        let operator = self.anvil.accounts[account];
        let call = register::commitmentsCall { operator, commitment };
        match self.anvil.call(OPERATOR, self.register, call.abi_encode().into(), GAS) {
            CallAnswer::Returned(data) => {
                let found = register::commitmentsCall::abi_decode_returns(&data).unwrap();
                Standing::from_number(found.standing).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    fn commit(&self, account: usize, commitment: B256) {
        let data = register::commit_calldata(commitment, &self.witness.block);
        assert!(self.anvil.send(account, self.register, data, GAS).success);
    }

    fn committed(&self) -> B256 {
        self.case.commitment().hash()
    }

    /// The stranger sends the register something, as a call and as a transaction, and gets nothing: it
    /// reverts with this, and the commitment is as it was.
    fn nothing(&self, data: &Bytes, reverted: &[u8]) {
        let before = self.standing(OPERATOR, self.committed());
        let answer = self.anvil.call(STRANGER, self.register, data.clone(), GAS);
        assert_eq!(answer, CallAnswer::Reverted(reverted.to_vec().into()));
        let receipt = self.anvil.send(STRANGER, self.register, data.clone(), GAS);
        assert!(!receipt.success && receipt.logs.is_empty());
        assert_eq!(self.standing(OPERATOR, self.committed()), before);
        assert!(matches!(before, Standing::None | Standing::Open));
    }

    /// The stranger has the message audited, and there is an answer.
    fn verdict(&self) -> Standing {
        let data = self.advance(OPERATOR, self.machine, &self.segment());
        let receipt = self.anvil.send(STRANGER, self.register, data, GAS);
        assert!(receipt.success);
        let [log] = &receipt.logs[..] else { panic!("{receipt:?}") };
        let operator = self.anvil.accounts[OPERATOR];
        let said = register::said_of_log(&log.data, operator, self.committed()).unwrap();
        let standing = self.standing(OPERATOR, self.committed());
        match standing {
            Standing::Open => assert_eq!(said, Said::Held),
            Standing::Fraud => {
                assert!(matches!(said, Said::Fraud(MessageVerdict::Mismatch(_))), "{said:?}");
            }
            Standing::None => panic!("{said:?}"),
        }
        standing
    }
}

/// What a message that is a lie, or not, comes to.
const fn expected(lie: bool) -> Standing {
    if lie { Standing::Fraud } else { Standing::Open }
}

fn not_open() -> Vec<u8> {
    register::NotOpen {}.abi_encode()
}

fn not_proven(answer: Vec<u8>) -> Vec<u8> {
    register::NotProven { answer: answer.into() }.abi_encode()
}

fn not_the_machine(expected: B256, found: B256) -> Vec<u8> {
    register::NotTheMachine { expected, found }.abi_encode()
}

#[test]
fn a_strangers_garbage_convicts_nobody() {
    let Some(court) = Court::of(false) else { return };
    court.commit(OPERATOR, court.committed());
    let mut near = court.committed();
    near[31] ^= 1;
    for garbage in [commitment(b"garbage"), B256::ZERO, near] {
        court.commit(STRANGER, garbage);
        assert_eq!(court.standing(STRANGER, garbage), Standing::Open);
        // In the stranger's name nothing is open that could be opened.
        let data = court.advance(STRANGER, court.machine, &court.segment());
        court.nothing(&data, &not_open());
        assert_eq!(court.standing(OPERATOR, garbage), Standing::None);
    }
    // A message of the operator's with another head.
    let mut other = court.segment();
    other.head.set(iso_evm_wire::layout::GAS_USED, U256::from(1));
    court.nothing(&court.advance(OPERATOR, court.machine, &other), &not_open());
    assert_eq!(court.verdict(), Standing::Open);
}

#[test]
fn nobody_answers_for_what_they_have_not_committed_to() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        let data = court.advance(OPERATOR, court.machine, &court.segment());
        court.nothing(&data, &not_open());
        // Somebody else's commitment is not the operator's.
        court.commit(STRANGER, court.committed());
        court.nothing(&data, &not_open());
    }
}

/// Whatever is not given: the truth comes out once it is.
#[test]
fn what_is_withheld_decides_nothing() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        court.commit(OPERATOR, court.committed());
        let missing = |missing: Missing| {
            not_proven(abi::NotProven { missing: U256::from(missing as u8) }.abi_encode())
        };
        let whole = court.segment();
        assert!(whole.call_data.is_some() && whole.records.len() > 2);
        for records in 0..whole.records.len() {
            let mut less = whole.clone();
            less.records.truncate(records);
            let data = court.advance(OPERATOR, court.machine, &less);
            court.nothing(&data, &missing(Missing::Records));
        }
        let less = Segment { call_data: None, ..whole.clone() };
        let data = court.advance(OPERATOR, court.machine, &less);
        court.nothing(&data, &missing(Missing::CallData));
        let other = Segment { code: Some(vec![0x00; 9].into()), ..whole.clone() };
        let data = court.advance(OPERATOR, court.machine, &other);
        court.nothing(&data, &missing(Missing::Code));
        // An end behind the message's own, which the caller chose.
        let gas = court.witness.message(0).unwrap().gasAvailable.to::<u64>();
        let beyond = Segment { end: Some(gas), ..whole };
        let data = court.advance(OPERATOR, court.machine, &beyond);
        let answer = court.anvil.call(STRANGER, court.register, data.clone(), GAS);
        let CallAnswer::Reverted(answer) = answer else { panic!("{answer:?}") };
        court.nothing(&data, &answer);
        assert_eq!(court.verdict(), expected(lie));
    }
}

#[test]
fn a_missing_or_squatted_archive_decides_nothing() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        court.commit(OPERATOR, court.committed());
        let (archive, code) =
            court.plan.archive(&Opened::of(&court.witness), 0, &[]).unwrap().parts[0].clone();
        let unavailable = not_proven(abi::Unavailable { archive }.abi_encode());
        let archived = Segment { code: None, ..court.segment() };
        let data = court.advance(OPERATOR, court.machine, &archived);
        court.nothing(&data, &unavailable);
        let mut flipped = code.to_vec();
        *flipped.last_mut().unwrap() ^= 1;
        let shorter = &code[..code.len() - 1];
        let longer = [&code[..], &[0]].concat();
        for squatter in [&flipped[..], shorter, &longer, &[0], &hex!("600160005260206000f3")] {
            court.anvil.set_code(archive, squatter);
            court.nothing(&data, &unavailable);
        }
        court.anvil.set_code(archive, &code);
        assert!(court.anvil.send(STRANGER, court.register, data, GAS).success);
        assert_eq!(court.standing(OPERATOR, court.committed()), expected(lie));
    }
}

/// The machine gets 63 parts of 64 of what is left, and the register goes on with the rest: with any
/// gas at all there is the right answer, or none.
#[test]
fn too_little_gas_decides_nothing() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        court.commit(OPERATOR, court.committed());
        // With little calldata, so that the floor (EIP-7623) is not enough.
        let (archive, code) =
            court.plan.archive(&Opened::of(&court.witness), 0, &[]).unwrap().parts[0].clone();
        court.anvil.set_code(archive, &code);
        let archived = Segment { code: None, ..court.segment() };
        let data = court.advance(OPERATOR, court.machine, &archived);
        // Whether there is an answer, which must be the right one.
        let decides = |gas: u64| match court.anvil.call(STRANGER, court.register, data.clone(), gas)
        {
            CallAnswer::Returned(data) => {
                let said = register::said_of_returned(&data).unwrap();
                assert_eq!(matches!(said, Said::Fraud(_)), lie, "{gas} gas");
                assert_eq!(said == Said::Held, !lie, "{gas} gas");
                true
            }
            CallAnswer::Reverted(data) => {
                let verdict = register::verdict_of_revert(&data);
                let reason = Reason::TooLarge;
                let silent = SegmentVerdict::Message(MessageVerdict::Inconclusive { reason });
                assert!(verdict.is_none_or(|verdict| verdict == silent), "{gas}: {data}");
                false
            }
            CallAnswer::OutOfGas => false,
        };
        let floor = iso_evm_onchain::host::calldata_gas(&data).1;
        let (mut low, mut high) = (floor, 4_000_000);
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
        for gas in [floor, high - 10_000, high - 100, high - 1] {
            let receipt = court.anvil.send(STRANGER, court.register, data.clone(), gas);
            assert!(!receipt.success && receipt.logs.is_empty());
            assert_eq!(court.standing(OPERATOR, court.committed()), Standing::Open);
        }
        assert!(court.anvil.send(STRANGER, court.register, data.clone(), high).success);
        assert_eq!(court.standing(OPERATOR, court.committed()), expected(lie));
    }
}

#[test]
fn the_machine_of_another_fork_decides_nothing() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        let prague = court.anvil.deploy("--fork prague");
        let wrong = address(&prague, "machine");
        let wrong_hash = prague["machineCodeHash"].as_str().unwrap().parse::<B256>().unwrap();
        let right_hash = court.plan.machine().code_hash();
        court.commit(OPERATOR, court.committed());
        let data = court.advance(OPERATOR, wrong, &court.segment());
        court.nothing(&data, &not_the_machine(right_hash, wrong_hash));
        // Nor can the operator take another fork afterwards.
        let block = Block { timestamp: court.witness.block.timestamp - 1, ..Block::default() };
        for block in [block, court.witness.block.clone()] {
            let number = court.witness.block.number;
            let again = register::commit_calldata(court.committed(), &Block { number, ..block });
            let answer = court.anvil.call(OPERATOR, court.register, again, GAS);
            let refused = register::AlreadyCommitted {}.abi_encode();
            assert_eq!(answer, CallAnswer::Reverted(refused.into()));
        }
        assert_eq!(court.verdict(), expected(lie));
    }
}

#[test]
fn an_address_that_is_no_machine_decides_nothing() {
    for lie in [false, true] {
        let Some(court) = Court::of(lie) else { return };
        court.commit(OPERATOR, court.committed());
        let right = court.plan.machine().code_hash();
        let impostor = |byte: u8, code: &[u8]| {
            let address = Address::repeat_byte(byte);
            court.anvil.set_code(address, code);
            (address, commitment(code))
        };
        let delegation = [&hex!("ef0100")[..], court.machine.as_slice()].concat();
        let mismatch = abi::Mismatch {
            kind: U256::from(5),
            pc: U256::ZERO,
            record: U256::MAX,
            expected: B256::ZERO,
            found: B256::ZERO,
        };
        let nothing = commitment(&[]);
        for (address, found) in [
            // nobody, who is not even there; somebody with funds
            (Address::repeat_byte(0x99), B256::ZERO),
            (court.anvil.accounts[2], nothing),
            // returns 1; reverts with a mismatch
            impostor(0x91, &super::answers::code(false, &U256::ONE.to_be_bytes::<32>())),
            impostor(0x92, &super::answers::code(true, &mismatch.abi_encode())),
            // an account that delegates to the machine
            impostor(0x93, &delegation),
        ] {
            let data = court.advance(OPERATOR, address, &court.segment());
            court.nothing(&data, &not_the_machine(right, found));
        }
        assert_eq!(court.verdict(), expected(lie));
    }
}
