use std::{fs, path::Path};

use alloy_primitives::{B256, U256};
use iso_evm_hypervisor::Engine;
use iso_evm_wire::{MessageWitness, Opened, Witness, encoding, records::Record};

use crate::verify::{Audit, AuditVerdict, Options, Report, verify_with};

fn fixture(name: &str) -> Witness {
    let path = format!("../../tests/fixtures/{name}.witness.bin");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    Witness::decode(&fs::read(path).unwrap()).unwrap()
}

fn change(witness: &mut Witness, message: usize, change: impl FnOnce(&mut MessageWitness)) {
    let mut changed = witness.message(message).unwrap();
    change(&mut changed);
    witness.messages[message] = encoding::encode(&changed).into();
}

/// Changes the value that a message's first SLOAD has.
fn lie_of_a_slot(message: &mut MessageWitness) {
    let load = message.stateAccessList.iter_mut().find(|record| record.opcode == 0x54).unwrap();
    let Ok(Record::Sload(mut record)) = Record::decode(load) else { panic!("an SLOAD") };
    record.value = B256::with_last_byte(42);
    *load = Record::Sload(record).encode();
}

fn report(witness: &Witness) -> Report {
    let (engine, options) = (Engine::new(witness.rules), Options::default());
    let mut report = verify_with(&engine, witness, &options).unwrap();
    report.look_for_causes(&engine, &Opened::of(witness), &options);
    report
}

/// Each finding's audit, and that of its cause.
fn explained(report: &Report) -> Vec<(Audit, Option<Audit>)> {
    let causes = report.causes.as_ref().unwrap();
    let audit = |index: usize| report.findings[index].kind.audit();
    let findings = 0..report.findings.len();
    findings.map(|index| (audit(index), causes.cause_of(index).map(audit))).collect()
}

#[test]
fn what_code_makes_of_a_false_value_follows_from_the_value() {
    let mut witness = fixture("call-tree");
    change(&mut witness, 4, lie_of_a_slot);
    let report = report(&witness);
    let found = [(Audit::Execution, Some(Audit::Access)), (Audit::Access, None)];
    assert_eq!(explained(&report), found);
    let causes = report.causes.unwrap();
    assert!(causes.is_cause(1) && !causes.is_cause(0));
    assert!(causes.holds_when_put_right());
    assert_eq!(causes.following(1).collect::<Vec<_>>(), [0]);
}

#[test]
fn a_parent_that_is_right_is_no_cause_of_what_its_child_says() {
    let mut witness = fixture("call-tree");
    change(&mut witness, 3, |child| child.gasUsed += U256::from(5));
    let report = report(&witness);
    assert_eq!(
        explained(&report),
        [(Audit::Execution, None), (Audit::Tree, Some(Audit::Execution))]
    );
}

#[test]
fn two_lies_have_two_causes() {
    let mut witness = fixture("call-tree");
    change(&mut witness, 4, lie_of_a_slot);
    witness.receipt.gas_used += 1;
    let report = report(&witness);
    assert_eq!(
        explained(&report),
        [
            (Audit::Execution, Some(Audit::Access)),
            (Audit::Access, None),
            (Audit::Transaction, None)
        ]
    );
    let causes = report.causes.unwrap();
    assert!(causes.is_cause(1) && causes.is_cause(2) && causes.holds_when_put_right());
}

#[test]
fn what_no_word_puts_right_is_called_no_cause() {
    let mut witness = fixture("call-tree");
    change(&mut witness, 4, |message| {
        message.stateAccessList.remove(1);
    });
    let report = report(&witness);
    let causes = report.causes.as_ref().unwrap();
    assert!(!report.findings.is_empty() && !causes.holds_when_put_right());
    assert!((0..report.findings.len()).all(|index| causes.cause_of(index).is_none()));
}

#[test]
fn where_nothing_is_false_there_is_no_cause() {
    let report = report(&fixture("call-tree"));
    assert!(!report.causes.unwrap().holds_when_put_right());
}

/// Where a node is missing that is needed behind a lie, the audit that found the lie comes to no end without it:
/// that it finds nothing then is no proof that all holds.
#[test]
fn an_audit_that_comes_to_no_end_without_a_lie_explains_nothing() {
    let mut lie = fixture("call-tree");
    change(&mut lie, 4, lie_of_a_slot);
    let (mut looked, truth) = (0, fixture("call-tree"));
    for node in truth.nodes.keys() {
        let (mut lacking, mut lying) = (truth.clone(), lie.clone());
        lacking.nodes.remove(node);
        lying.nodes.remove(node);
        let is_open = report(&lacking).audits.access == AuditVerdict::NotRun;
        let report = report(&lying);
        if !is_open || report.audits.access != AuditVerdict::Invalid {
            continue;
        }
        looked += 1;
        let causes = report.causes.unwrap();
        assert!(!causes.holds_when_put_right());
        assert!((0..report.findings.len()).all(|index| !causes.is_cause(index)), "{node}");
    }
    assert!(looked > 0, "no node is needed behind the lie alone");
}

/// The code reverts where it reads less, so that records are left over: those say nothing of what is false.
#[test]
fn a_value_that_leads_the_code_elsewhere_is_no_cause() {
    for name in ["erc20-transfer", "revert-with-data", "create-and-create2"] {
        let truth = fixture(name);
        let mut looked = 0;
        for message in 0..truth.messages.len() {
            let fields = truth.message(message).unwrap();
            if fields.stateAccessList.iter().all(|record| record.opcode != 0x54) {
                continue;
            }
            let mut witness = truth.clone();
            change(&mut witness, message, lie_of_a_slot);
            let report = report(&witness);
            let structural = report.findings.iter().any(|claim| super::is_structural(claim.kind));
            let access =
                report.findings.iter().position(|claim| claim.kind.audit() == Audit::Access);
            let causes = report.causes.as_ref().unwrap();
            assert!(causes.is_cause(access.unwrap()) && causes.holds_when_put_right(), "{name}");
            looked += usize::from(structural);
        }
        assert!(looked > 0 || name == "create-and-create2", "{name}: no lie leads elsewhere");
    }
}

/// A child that says that it failed, where nobody can run it: the parent's record, which is right, is not false for that.
#[test]
fn a_childs_word_that_nothing_proves_is_true_of_its_parent() {
    let truth = fixture("call-tree");
    let code = |message: &MessageWitness| match Record::decode(&message.stateAccessList[0]) {
        Ok(Record::Opening(opening)) => opening.codeHash,
        _ => panic!("an opening record"),
    };
    let codes: Vec<B256> =
        (0..truth.messages.len()).map(|index| code(&truth.message(index).unwrap())).collect();
    let mut looked = 0;
    for (child, code) in codes.iter().enumerate().skip(1) {
        let mut witness = truth.clone();
        witness.codes.remove(code);
        change(&mut witness, child, |message| {
            message.status =
                if message.status == U256::from(1) { U256::from(2) } else { U256::from(1) };
        });
        let report = report(&witness);
        let causes = report.causes.as_ref().unwrap();
        for (index, claim) in report.findings.iter().enumerate() {
            if claim.kind.audit() == Audit::Tree {
                assert!(!causes.is_cause(index), "message {child}: {claim}");
                looked += 1;
            }
        }
    }
    assert!(looked > 5, "{looked}");
}

/// Who gets the fees is false, and nothing binds it: the root that follows from that is not true.
#[test]
fn what_rests_on_the_blocks_fields_is_true_without_a_header() {
    for name in ["call-tree", "erc20-transfer", "block-context"] {
        let mut witness = fixture(name);
        assert!(witness.block.header.is_none());
        witness.block.beneficiary.0[19] ^= 1;
        witness.block.timestamp += 1;
        let report = report(&witness);
        let causes = report.causes.as_ref().unwrap();
        assert!(!report.findings.is_empty(), "{name}");
        assert!((0..report.findings.len()).all(|index| !causes.is_cause(index)), "{name}");
    }
}

#[test]
fn the_balance_of_the_running_account_is_no_cause() {
    let mut witness = fixture("call-tree");
    change(&mut witness, 0, |message| {
        let load = message.stateAccessList.iter_mut().find(|record| record.opcode == 0x47).unwrap();
        let mut words = load.metadata.to_vec();
        words[31] ^= 1;
        load.metadata = words.into();
    });
    let report = report(&witness);
    let access = report.findings.iter().position(|claim| claim.kind.audit() == Audit::Access);
    assert!(report.causes.as_ref().unwrap().is_cause(access.unwrap()));
}
