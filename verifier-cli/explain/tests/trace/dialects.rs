//! A run that other clients print otherwise is the same run.

use iso_evm_explain::trace::{Bounds, Compared, compare};
use serde_json::{Map, Value, json};

use crate::revm_tracer::Traced;

/// The lines of revm's trace, each as an object.
fn lines(traced: &Traced) -> Vec<Map<String, Value>> {
    let parse = |line| serde_json::from_str::<Map<_, _>>(line).unwrap();
    traced.revm.lines().map(parse).collect()
}

fn joined(lines: &[Map<String, Value>]) -> String {
    lines.iter().map(|line| Value::Object(line.clone()).to_string() + "\n").collect()
}

fn number(value: &Value) -> u64 {
    let text = value.as_str().unwrap_or_default();
    u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
}

fn is_equal(traced: &Traced, other: &str) -> u64 {
    match compare(&traced.opened, None, Bounds::default(), other.as_bytes()).unwrap() {
        Compared::Equal { steps, judged: None, .. } => steps,
        other => panic!("{other}"),
    }
}

#[test]
fn a_node_answers_with_the_same_steps() {
    for name in ["call-tree", "erc20-transfer", "create-and-create2"] {
        let traced = Traced::fixture(name, true);
        let all = lines(&traced);
        let (last, steps) = all.split_last().unwrap();
        let logs = steps.iter().map(|line| {
            let digits = line["memory"].as_str().unwrap().trim_start_matches("0x").as_bytes();
            let words = digits.chunks(64).map(|word| std::str::from_utf8(word).unwrap());
            json!({
                "pc": line["pc"], "op": line["opName"], "gas": number(&line["gas"]),
                "gasCost": number(&line["gasCost"]), "depth": line["depth"],
                "stack": line["stack"], "memory": words.collect::<Vec<_>>(),
            })
        });
        let logs: Vec<_> = logs.collect();
        let answer = json!({"jsonrpc": "2.0", "id": 1, "result": {
            "gas": 1, "failed": last["pass"] == false, "returnValue": last["output"],
            "structLogs": logs,
        }});
        for text in [answer.to_string(), serde_json::to_string_pretty(&answer).unwrap()] {
            assert_eq!(is_equal(&traced, &text), steps.len() as u64, "{name}");
        }
    }
}

/// Some print a `STOP` for every callee without code, some none for a creation without initcode, some none at all.
#[test]
fn a_stop_that_one_prints_and_the_other_does_not_is_no_difference() {
    let traced = Traced::fixture("call-tree", false);
    let all = lines(&traced);
    let without: Vec<_> = all.iter().filter(|line| line.get("op") != Some(&json!(0))).collect();
    let without: Vec<_> = without.into_iter().cloned().collect();
    assert!(without.len() < all.len());
    is_equal(&traced, &joined(&without));
    let mut with = Vec::new();
    for line in all {
        let calls = line.get("op").is_some_and(|op| [0xf1, 0xf4, 0xfa].contains(op));
        let depth = line.get("depth").and_then(Value::as_u64);
        with.push(line.clone());
        if let (true, Some(depth)) = (calls, depth) {
            let stop = json!({"pc": 0, "op": 0, "gas": "0x1", "depth": depth + 1, "stack": []});
            with.push(stop.as_object().unwrap().clone());
        }
    }
    is_equal(&traced, &joined(&with));
}

/// geth prints a step again where something went wrong, and a summary of an inner call.
#[test]
fn a_step_that_is_printed_again_is_no_difference() {
    for name in ["halts", "revert-with-data"] {
        let traced = Traced::fixture(name, false);
        let mut text = String::new();
        for mut line in lines(&traced) {
            let wrong = line.remove("error");
            text += &(Value::Object(line.clone()).to_string() + "\n");
            if let Some(wrong) = wrong {
                line.insert("error".to_owned(), wrong);
                text += &(Value::Object(line).to_string() + "\n");
                text += "{\"output\":\"\",\"gasUsed\":\"0x0\",\"error\":\"inner\"}\n";
            }
        }
        let end = lines(&traced).pop().unwrap();
        text += &(Value::Object(end).to_string() + "\n");
        is_equal(&traced, &text);
    }
}

#[test]
fn less_is_told_and_depth_from_zero() {
    let traced = Traced::fixture("call-tree", false);
    let mut all = lines(&traced);
    all.pop();
    for line in &mut all {
        for key in ["stack", "memSize", "refund", "gasCost", "opName"] {
            line.remove(key);
        }
        let depth = line["depth"].as_u64().unwrap();
        line.insert("depth".to_owned(), json!(depth - 1));
    }
    let text = joined(&all);
    let compared = compare(&traced.opened, None, Bounds::default(), text.as_bytes()).unwrap();
    let words = format!("equal in {} steps: depth, gas left, opcode, pc", grouped(all.len()));
    assert_eq!(compared.to_string(), words);
}

fn grouped(number: usize) -> String {
    if number < 1000 {
        number.to_string()
    } else {
        format!("{},{:03}", number / 1000, number % 1000)
    }
}
