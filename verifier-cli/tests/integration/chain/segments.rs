//! Messages that do not fit one transaction: by segments, and in a dispute without any checkpoint.

use alloy_primitives::{Bytes, U256, hex};
use iso_evm_wire::{Witness, encoding};
use iso_evm_witness::{Input, record};
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, address},
    claims::{claimed, disputes, publish, stands_by_claim, with_checkpoints, with_message},
    costs::compute,
    verdicts::put,
};
use crate::schemas::schema;

/// Disputes are about a chain that goes by Osaka's rules from its first block on.
const GUESTS: &str = "--schedule osaka=0";

pub(crate) fn recorded(json: &str) -> Witness {
    let input = Input::parse(json.as_bytes(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

/// A message of code that is called with calldata.
fn runs(code: &str, calldata: &Bytes) -> Witness {
    recorded(
        &json!({
            "fork": "osaka",
            "transaction": {
                "from": "0x1111111111111111111111111111111111111111",
                "to": "0x2222222222222222222222222222222222222222",
                "gas": "0xf00000",
                "input": calldata
            },
            "prestate": {"0x2222222222222222222222222222222222222222": {"code": code}}
        })
        .to_string(),
    )
}

/// The same with a unit of gas more than the code uses.
fn lying(mut witness: Witness) -> Witness {
    let mut message = witness.message(0).unwrap();
    message.gasUsed += U256::ONE;
    witness.messages[0] = encoding::encode(&message).into();
    witness
}

fn outcomes(message: &Value) -> Vec<&str> {
    let segments = message["segments"].as_array().unwrap().iter();
    segments.map(|segment| segment["outcome"].as_str().unwrap()).collect()
}

/// Straight the segment machine itself is asked.
#[test]
fn what_does_not_fit_goes_to_the_machine_in_segments() {
    let Some(anvil) = Anvil::start() else { return };
    let hypervisor = address(&anvil.deploy(GUESTS), "hypervisor");
    for (witness, code) in
        [(recorded(&compute(1_200_000)), 0), (lying(recorded(&compute(1_200_000))), 1)]
    {
        let folder = tempfile::tempdir().unwrap();
        let file = put(folder.path(), &witness);
        let line = format!("submit {file} --hypervisor {hypervisor}");
        for options in ["--dry-run", ""] {
            let document = anvil.json(folder.path(), &format!("{line} {options}"), code);
            schema("submit").check(&document).unwrap();
            let told = outcomes(&document["messages"][0]);
            assert_eq!(told.last(), Some(&if code == 0 { "held" } else { "false" }));
        }
    }
}

/// An operator who has no checkpoints is convicted too: in as many transactions as it takes.
#[test]
fn a_lie_convicts_without_any_checkpoint() {
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy(GUESTS);
    let truth = recorded(&compute(3_000_000));
    let witness = lying(truth.clone());
    let lie = with_message(&claimed(&witness), |told| with_checkpoints(told, Vec::new()));
    stands_by_claim(&anvil, &disputes(&deployed, &witness, GUESTS), &lie);
    let folder = tempfile::tempdir().unwrap();
    let file = publish(folder.path(), &lie);
    put(folder.path(), &truth);
    let at = address(&deployed, "dispute");
    let line = format!("challenge {file} --witness witness.bin --dispute {at} {GUESTS}");
    let dry = anvil.json(folder.path(), &format!("{line} --dry-run"), 1);
    let document = anvil.json(folder.path(), &line, 1);
    schema("dispute").check(&document).unwrap();
    assert_eq!(document["standing"], "convicted");
    assert_eq!(document["conviction"]["kind"], "gas-used");
    assert_eq!(document["conviction"], dry["conviction"]);
    let sent = document["transactions"].as_array().unwrap();
    assert!(sent.len() > 3, "{}", sent.len());
    for sent in sent {
        assert_eq!((&sent["what"], &sent["gasUsed"]), (&json!("advance"), &sent["predictedGas"]));
    }
}

/// Calldata that no mempool takes: the proof is archived in parts, and read from there.
#[test]
fn a_proof_that_calldata_has_no_room_for_is_archived() {
    // PUSH0 CALLDATALOAD POP STOP
    let calldata = Bytes::from((0..140_000_u32).map(|byte| byte as u8 | 1).collect::<Vec<_>>());
    let witness = lying(runs(&hex::encode_prefixed(hex!("5f355000")), &calldata));
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy(GUESTS);
    super::claims::stands_by(&anvil, &deployed, &witness, GUESTS);
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), &witness);
    let at = address(&deployed, "dispute");
    let line = format!("challenge {file} --dispute {at} {GUESTS}");
    let document = anvil.json(folder.path(), &line, 1);
    assert_eq!(document["conviction"]["kind"], "gas-used");
    let sent = document["transactions"].as_array().unwrap();
    let archives = sent.iter().filter(|sent| sent["what"] == "archive").count();
    assert_eq!((archives, sent.len()), (1, 2), "{document}");
    // Straight nothing is archived.
    let hypervisor = address(&deployed, "hypervisor");
    let ran = anvil.iso(folder.path(), &format!("submit {file} --hypervisor {hypervisor}"));
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    assert!(ran.stderr.contains("in a dispute, parts of it are archived"), "{}", ran.stderr);
}
