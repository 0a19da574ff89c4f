//! A trace that differs in one thing, and a witness that is false: where they part is said, and how.

use alloy_primitives::B256;
use iso_evm_explain::trace::{Bounds, Compared, Event, Lines, Scope, Walk, compare};
use iso_evm_hypervisor::{MessageVerdict, MismatchKind};
use iso_evm_wire::{Opened, Witness, encoding::encode, records::Record};
use serde_json::{Value, json};

use crate::revm_tracer::{Traced, witness};

/// What the comparison says of revm's trace with one line changed.
fn changed(traced: &Traced, line: usize, change: impl FnOnce(&mut Value)) -> String {
    let mut lines: Vec<String> = traced.revm.lines().map(str::to_owned).collect();
    let mut value = serde_json::from_str(&lines[line]).unwrap();
    change(&mut value);
    lines[line] = value.to_string();
    let compared =
        compare(&traced.opened, None, Bounds::default(), lines.join("\n").as_bytes()).unwrap();
    let Compared::Differ(difference) = compared else { panic!("line {line}: {compared}") };
    assert_eq!(difference.step, line as u64);
    assert_eq!(difference.line, Some(line as u64 + 1));
    difference.to_string()
}

#[test]
fn every_field_of_a_step_is_held_against_ours() {
    let traced = Traced::fixture("arithmetic", true);
    let at = traced.revm.lines().position(|line| {
        let value: Value = serde_json::from_str(line).unwrap();
        value["stack"].as_array().is_some_and(|stack| stack.len() > 1) && value["memSize"] != "0x0"
    });
    let at = at.expect("a step with memory and two words");
    let line: Value = serde_json::from_str(traced.revm.lines().nth(at).unwrap()).unwrap();
    let place = format!(
        "step {at}, line {} of the other trace: message 0, pc {}, {}\n",
        at + 1,
        line["pc"],
        line["opName"].as_str().unwrap()
    );
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 8] = [
        ("opcode", |line| line["op"] = json!(0xfd)),
        ("gas left", |line| line["gas"] = json!("0x7")),
        ("gas cost", |line| line["gasCost"] = json!("0x1234567")),
        ("words on the stack", |line| line["stack"] = json!([])),
        ("top of the stack", |line| {
            let last = line["stack"].as_array().unwrap().len() - 1;
            line["stack"][last] = json!("0xdead");
        }),
        ("bytes of memory", |line| line["memSize"] = json!("0x7")),
        ("memory at 0x0", |line| {
            let text = line["memory"].as_str().unwrap();
            line["memory"] = json!(format!("0xff{}", &text[4..]));
        }),
        ("refund", |line| line["refund"] = json!("0x7")),
    ];
    for (what, change) in changes {
        let words = changed(&traced, at, change);
        let rest = words.strip_prefix(&place).unwrap_or_else(|| panic!("{what}: {words}"));
        assert!(rest.starts_with(&format!("  {what}:")), "{what}: {words}");
    }
    // Another place is told by both.
    let words = changed(&traced, at, |line| line["pc"] = json!(4096));
    assert!(
        words.ends_with(&format!(
            "\n  here  message 0, pc {}, {name}\n  there pc 4096, {name}",
            line["pc"],
            name = line["opName"].as_str().unwrap()
        )),
        "{words}"
    );
    let words = changed(&traced, at, |line| line["depth"] = json!(2));
    assert!(words.contains("depth 1\n") && words.ends_with("depth 2"), "{words}");
}

#[test]
fn a_trace_that_ends_early_or_goes_on_is_told() {
    let traced = Traced::fixture("erc20-transfer", false);
    let steps = traced.revm.lines().count() - 1;
    let compared = |text: &str| {
        compare(&traced.opened, None, Bounds::default(), text.as_bytes()).unwrap().to_string()
    };
    let half: Vec<_> = traced.revm.lines().take(steps / 2).collect();
    let words = compared(&half.join("\n"));
    assert!(words.starts_with(&format!("differs: step {}\n  here  message 0, pc ", steps / 2)));
    assert!(words.ends_with("\n  there it has ended"), "{words}");
    let more = format!("{}\n{{\"pc\":7,\"op\":1}}", traced.revm.trim_end());
    let words = compared(&more);
    assert!(words.ends_with("\n  here  it has ended\n  there pc 7, ADD"), "{words}");
    let other_end = traced.revm.replace("\"pass\":true", "\"pass\":false");
    let words = compared(&other_end);
    assert!(words.ends_with("\n  ended with: here success, there failure"), "{words}");
}

/// The witness of the transfer, with the record of its first SLOAD changed.
fn lying(change: impl FnOnce(&mut Record)) -> Witness {
    let mut witness = witness("erc20-transfer");
    let mut message = witness.message(0).unwrap();
    let records = &mut message.stateAccessList;
    let access = records.iter_mut().find(|access| access.opcode == 0x54).unwrap();
    let mut record = Record::decode(access).unwrap();
    change(&mut record);
    *access = record.encode();
    witness.messages[0] = encode(&message).into();
    witness
}

/// A slot's value that is a lie parts the traces right behind the SLOAD: its word is another.
#[test]
fn a_slot_that_is_a_lie_is_seen_on_the_stack() {
    let traced = Traced::fixture("erc20-transfer", false);
    let witness = lying(|record| {
        let Record::Sload(sload) = record else { panic!("an SLOAD") };
        sload.value = B256::repeat_byte(0x77);
    });
    let opened = Opened::of(&witness);
    let compared = compare(&opened, None, Bounds::default(), traced.revm.as_bytes()).unwrap();
    let Compared::Differ(difference) = &compared else { panic!("{compared}") };
    let before = traced.revm.lines().nth(difference.step as usize - 1).unwrap();
    assert!(before.contains("\"SLOAD\""), "{before}");
    let words = difference.to_string();
    let top = format!("  top of the stack:\n    here  {}\n    there 0x", B256::repeat_byte(0x77));
    assert!(words.contains(&top), "{words}");
}

/// A record of another slot ends the message's run: the trace goes up to there.
#[test]
fn a_trace_goes_up_to_the_record_that_is_false() {
    let traced = Traced::fixture("erc20-transfer", false);
    let witness = lying(|record| {
        let Record::Sload(sload) = record else { panic!("an SLOAD") };
        sload.key = B256::repeat_byte(0x77);
    });
    let opened = Opened::of(&witness);
    let mut walk = Walk::new(&opened, Scope::Transaction, false, Bounds::default());
    let (mut last, mut judged) = (None, None);
    while let Some(event) = walk.next() {
        match event {
            Event::Step(step) => last = Some((step.pc as u64, step.opcode)),
            Event::Judged { message, verdict, .. } => judged = Some((message, verdict.clone())),
        }
    }
    let Some((0, MessageVerdict::Mismatch(mismatch))) = judged else { panic!("{judged:?}") };
    assert_eq!(mismatch.kind, MismatchKind::Key);
    assert_eq!(last, mismatch.pc.map(|pc| (pc, 0x54)));
    assert!(walk.ended().is_none());
    // And says so, as a line and held against another.
    let mut walk = Walk::new(&opened, Scope::Transaction, false, Bounds::default());
    let line: Value = serde_json::from_str(&Lines::new(&mut walk).last().unwrap()).unwrap();
    assert_eq!((&line["message"], &line["kind"]), (&json!(0), &json!("key")));
    let compared = compare(&opened, None, Bounds::default(), traced.revm.as_bytes()).unwrap();
    let words = compared.to_string();
    let told = "\n  here message 0 ends:\n    message 0, the call of 0x";
    assert!(words.contains(told), "{words}");
    let title =
        "\n      The record is about another slot, block number or index.\n      says 0x7777";
    assert!(words.contains(title) && words.contains(": SLOAD of slot 0x7777"), "{words}");
}

/// What a message's claim says that it came to is not repeated where it is false.
#[test]
fn a_summary_repeats_no_claim_that_is_false() {
    let summary = |witness: &Witness, scope: Scope| -> Value {
        let opened = Opened::of(witness);
        let mut walk = Walk::new(&opened, scope, false, Bounds::default());
        serde_json::from_str(&Lines::new(&mut walk).last().unwrap()).unwrap()
    };
    let honest = witness("call-tree");
    let mut lie = honest.clone();
    let mut message = lie.message(2).unwrap();
    message.gasUsed += alloy_primitives::U256::ONE;
    message.stateRootLeave = B256::repeat_byte(0x77);
    lie.messages[2] = encode(&message).into();
    for scope in [Scope::Transaction, Scope::Message(2)] {
        let (truth, told) = (summary(&honest, scope), summary(&lie, scope));
        assert!(truth["stateRoot"].is_string() && truth["gasUsed"].is_string());
        assert_eq!((told.get("stateRoot"), &told["output"]), (None, &truth["output"]));
        let gas = Some(&truth["gasUsed"]).filter(|_| scope == Scope::Message(2));
        assert_eq!(told.get("gasUsed"), gas);
    }
    // Of the others nothing is known to be false.
    assert_eq!(summary(&honest, Scope::Message(1)), summary(&lie, Scope::Message(1)));
}

/// A false figure at the end of a message changes none of its steps.
#[test]
fn a_claim_that_is_false_of_the_end_is_told_beside_equal_steps() {
    let traced = Traced::fixture("call-tree", false);
    let mut witness = witness("call-tree");
    let mut message = witness.message(2).unwrap();
    message.gasUsed += alloy_primitives::U256::ONE;
    witness.messages[2] = encode(&message).into();
    let opened = Opened::of(&witness);
    let compared = compare(&opened, None, Bounds::default(), traced.revm.as_bytes()).unwrap();
    let Compared::Equal { judged: Some((2, MessageVerdict::Mismatch(mismatch))), .. } = compared
    else {
        panic!("{compared}")
    };
    assert_eq!(mismatch.kind, MismatchKind::GasUsed);
}

#[test]
fn a_run_that_comes_to_its_bounds_is_not_equal() {
    let traced = Traced::fixture("call-tree", false);
    for bounds in [Bounds { each: Some(1_000), all: None }, Bounds { each: None, all: Some(1_000) }]
    {
        let compared = compare(&traced.opened, None, bounds, traced.revm.as_bytes()).unwrap();
        let words = compared.to_string();
        assert!(
            matches!(compared, Compared::Unfinished { .. })
                || words.contains("more gas than the limit"),
            "{words}"
        );
    }
}

/// A message that is false of its end does not take the blame for a step that differs later.
#[test]
fn a_step_that_differs_is_not_put_down_to_a_message_that_was_through() {
    let traced = Traced::fixture("call-tree", false);
    let mut witness = witness("call-tree");
    let mut message = witness.message(2).unwrap();
    message.gasUsed += alloy_primitives::U256::ONE;
    witness.messages[2] = encode(&message).into();
    let opened = Opened::of(&witness);
    let mut lines: Vec<String> = traced.revm.lines().map(str::to_owned).collect();
    let last = lines.len() - 2;
    let mut line: Value = serde_json::from_str(&lines[last]).unwrap();
    line["gas"] = json!("0x7");
    lines[last] = line.to_string();
    let text = lines.join("\n");
    let compared = compare(&opened, None, Bounds::default(), text.as_bytes()).unwrap();
    let Compared::Differ(difference) = &compared else { panic!("{compared}") };
    assert_eq!((difference.step, difference.line), (last as u64, Some(last as u64 + 1)));
    lines.insert(last, json!({"pc": 4096, "op": 1}).to_string());
    let text = lines.join("\n");
    let compared = compare(&opened, None, Bounds::default(), text.as_bytes()).unwrap();
    assert!(compared.to_string().ends_with("\n  there pc 4096, ADD"), "{compared}");
}

/// anvil without `--steps-tracing` answers so: that is no difference, and nothing was compared.
#[test]
fn a_summary_without_steps_is_no_verdict() {
    let nothing = r#"{"gas":21000,"failed":false,"returnValue":"","structLogs":[]}"#;
    let traced = Traced::fixture("arithmetic", false);
    let error = compare(&traced.opened, None, Bounds::default(), nothing.as_bytes()).unwrap_err();
    assert!(
        error.to_string().starts_with("it says what the run came to, and has no steps"),
        "{error}"
    );
    // A transfer has none.
    let traced = Traced::fixture("plain-transfer", false);
    let compared = compare(&traced.opened, None, Bounds::default(), nothing.as_bytes()).unwrap();
    assert!(matches!(compared, Compared::Equal { steps: 0, .. }), "{compared}");
}
