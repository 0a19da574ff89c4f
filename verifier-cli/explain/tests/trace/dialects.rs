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
    let (mut taken, mut added) = (0, 0);
    for name in ["create-and-create2", "halts", "call-tree", "storage-gas", "selfdestruct"] {
        let traced = Traced::fixture(name, false);
        let all = lines(&traced);
        let is_stop = |line: &&Map<String, Value>| line.get("op") == Some(&json!(0));
        taken += all.iter().filter(is_stop).count();
        let without: Vec<_> = all.iter().filter(|line| !is_stop(line)).cloned().collect();
        is_equal(&traced, &joined(&without));
        let with = with_stops(&all);
        added += with.len() - all.len();
        is_equal(&traced, &joined(&with));
    }
    assert!(taken > 0 && added > 0, "{taken} taken, {added} added");
}

/// A `STOP` behind every call that opens no frame.
fn with_stops(all: &[Map<String, Value>]) -> Vec<Map<String, Value>> {
    let depth = |line: &Map<String, Value>| line.get("depth").and_then(Value::as_u64);
    let mut with = Vec::new();
    for (index, line) in all.iter().enumerate() {
        with.push(line.clone());
        let op = line.get("op").and_then(Value::as_u64);
        let next = all.get(index + 1).and_then(depth);
        if let (Some(0xf1 | 0xf4 | 0xfa), Some(next)) =
            (op, next.filter(|next| depth(line) == Some(*next)))
        {
            let stop = json!({"pc": 0, "op": 0, "gas": "0x1", "depth": next + 1, "stack": []});
            with.push(stop.as_object().unwrap().clone());
        }
    }
    with
}

/// ganache prints memory as the opcode leaves it, but for what it writes.
#[test]
fn memory_that_has_grown_already_is_no_difference() {
    let traced = Traced::fixture("call-tree", true);
    let mut all = lines(&traced);
    let sizes: Vec<_> =
        all.iter().map(|line| (line.get("depth").cloned(), line.get("memSize").cloned())).collect();
    let mut grown = 0;
    for (line, behind) in all.iter_mut().zip(&sizes[1..]) {
        let (Some(size), Some(next)) = (line.get("memSize"), &behind.1) else { continue };
        let (size, next) = (number(size), number(next));
        if line.get("depth") == behind.0.as_ref() && next > size {
            let memory = line["memory"].as_str().unwrap();
            let zeros = "0".repeat(2 * (next - size) as usize);
            let memory = json!(format!("{memory}{zeros}"));
            line.insert("memory".to_owned(), memory);
            line.insert("memSize".to_owned(), json!(next));
            grown += 1;
        }
    }
    assert!(grown > 0);
    is_equal(&traced, &joined(&all));
    // Grown further than that, or with something in it, it is one.
    let at = all.iter().position(|line| line.get("memSize").is_some_and(Value::is_u64)).unwrap();
    let text = all[at]["memory"].as_str().unwrap().to_owned();
    for memory in [format!("{text}00"), format!("{}01", &text[..text.len() - 2])] {
        all[at].insert("memory".to_owned(), json!(memory));
        let other = joined(&all);
        let compared = compare(&traced.opened, None, Bounds::default(), other.as_bytes()).unwrap();
        assert!(matches!(compared, Compared::Differ(_)), "{compared}");
    }
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
