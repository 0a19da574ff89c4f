//! What becomes of lies that are found, that are not, and that are found elsewhere.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{
    audit::Subject,
    segments::{self, Places},
    verify::{EngineKind, Options},
};
use iso_evm_wire::Witness;
use iso_evm_witness::{Input, record};

use super::*;

/// What is said of claims.
type Judge<'a> = dyn Fn(&Place, Claim) -> Option<Mutant> + 'a;

/// Has a look at all places of a witness whose one message runs this code.
fn with_places(code: &str, look: impl FnOnce(&[Place], &Judge<'_>)) {
    let json = format!(
        r#"{{"fork": "osaka", "transaction": {{"from": "0x{from}", "to": "0x{to}", "gas": "0x186a0"}},
        "prestate": {{"0x{to}": {{"code": "{code}"}}}}}}"#,
        from = "11".repeat(20),
        to = "22".repeat(20),
    );
    let input = Input::parse(json.as_bytes(), None).unwrap();
    let witness: Witness = record(&input.execution).unwrap().witness(&input);
    let (engine, opened) = (Engine::new(witness.rules), Opened::of(&witness));
    let subject = Subject::new(&opened);
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let judge = |place: &Place, claim: Claim| {
        let (places, index) = (Places::Claimed(&claim.claimed), place.message());
        let said = segments::of_message(&engine, &subject, &options, places, index).unwrap();
        claim.judged(&said, engine.native(), &opened)
    };
    look(&places(engine.native(), &opened), &judge);
}

/// PUSH1 42, PUSH0, SSTORE, PUSH0, PUSH0, RETURN.
const STORES: &str = "0x602a5f555f5ff3";

#[test]
fn every_lie_about_a_checkpoint_is_killed_and_no_true_claim_is_told() {
    with_places(STORES, |places, judge| {
        let (mut lies, mut truths) = (0, 0);
        for place in places {
            for claim in place.changes() {
                let (is_lie, change) = (claim.lie.is_some(), claim.change.clone());
                let mutant = judge(place, claim);
                let killed = mutant.as_ref().is_some_and(|mutant| mutant.killer.is_some());
                assert_eq!((is_lie, is_lie), (killed, mutant.is_some()), "{change}");
                *(if is_lie { &mut lies } else { &mut truths }) += 1;
            }
        }
        assert!(lies > 200 && truths > 10, "{lies} {truths}");
    });
}

#[test]
fn what_is_found_elsewhere_or_as_something_else_or_not_at_all_has_survived() {
    with_places(STORES, |places, judge| {
        let place = places.iter().find(|place| place.list.len() > 2 && place.at == 1).unwrap();
        let claim = |field: &str| {
            let mut claims = place.changes().into_iter();
            claims.find(|claim| claim.change.contains(field)).unwrap()
        };
        let told = |claim: Claim, what: &str| {
            let change = format!("{}: {what}", claim.change);
            assert_eq!(judge(place, claim), Some(Mutant { change, killer: None, trial: None }));
        };
        let found = "segment 1 is invalid: checkpoint-stack-height";
        let (mut elsewhere, mut other, mut truth) =
            (claim("stackHeight"), claim("stackHeight"), claim("stackHeight"));
        elsewhere.lie.as_mut().unwrap().segment = 2;
        told(elsewhere, found);
        other.lie.as_mut().unwrap().kind = Some(MismatchKind::CheckpointPc);
        told(other, found);
        truth.lie = None;
        told(truth, &format!("true, and {found}"));
        let mut not_at_all = claim("all are true");
        not_at_all.lie = Some(Lie { segment: place.list.len(), kind: None });
        told(not_at_all, "valid");
    });
}

/// JUMPDEST, PUSH0, JUMP: one state at every eleven gas, so that another amount of gas is no lie.
#[test]
fn a_checkpoint_on_a_circle_is_true_at_other_amounts_of_gas() {
    with_places("0x5b5f56", |places, judge| {
        let place = places.iter().find(|place| place.list.len() > 2 && place.at == 1).unwrap();
        let mut checkpoint = place.list[1];
        checkpoint.gas_used.0 += 11;
        let mut claimed: Vec<_> = place.list.iter().copied().map(ClaimedLeaf::Checkpoint).collect();
        claimed[1] = ClaimedLeaf::Checkpoint(checkpoint);
        let claim = |claimed| {
            let lie = Some(Lie { segment: 1, kind: None });
            Claim { change: "circle".to_owned(), message: 0, claimed, lie }
        };
        assert_eq!(judge(place, claim(claimed.clone())), None);
        checkpoint.gas_used.0 += 1;
        claimed[1] = ClaimedLeaf::Checkpoint(checkpoint);
        assert!(judge(place, claim(claimed)).unwrap().killer.is_some());
    });
}
