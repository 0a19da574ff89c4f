//! What differs between a certificate and what is found, for a person: each field with both sides in words, and a
//! last line that says that it is not reproduced.

use iso_evm_verifier::{certificate::Difference, verify::NamedVerdict};
use serde_json::Value;

use crate::{
    report::{
        layout::{filled, labelled},
        text::counted,
    },
    terminal::line,
};

/// The fields that differ, in lines of this width; `verdict` is what the witness comes to.
pub(super) fn in_words(differences: &[Difference], verdict: NamedVerdict, width: usize) -> String {
    let mut text = String::new();
    for Difference { field, certificate, found } in differences {
        text += &format!("{}\n", line(field));
        text += &labelled("  certified", &line(&value(field, certificate)), width);
        text += &labelled("  found", &line(&value(field, found)), width);
    }
    let names: Vec<_> = differences.iter().map(|difference| &*difference.field).collect();
    let differ = if names.len() == 1 { "differs" } else { "differ" };
    let fields = counted(names.len(), "field");
    let last = format!(
        "not reproduced: {fields} {differ} ({}); the witness is {verdict}",
        names.join(", ")
    );
    text + &filled(&line(&last), width, "", "  ")
}

/// What a field holds.
fn value(field: &str, held: &Value) -> String {
    match (field, held) {
        (_, Value::Null) => "nothing".to_owned(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Bool(said)) => if *said { "yes" } else { "no" }.to_owned(),
        ("findings", Value::Array(findings)) => listed(findings.iter().map(finding), "; "),
        ("notRun", Value::Array(not_run)) => listed(not_run.iter().map(lack), "; "),
        (_, Value::Array(items)) => listed(items.iter().map(|item| value("", item)), ", "),
        // A hash needs no name; what is none has its own.
        (_, Value::Object(fields)) => {
            let told = fields.iter().map(|(name, held)| match &**name {
                "hash" => value("", held),
                name => format!("{name} {}", value("", held)),
            });
            listed(told, ", ")
        }
        (_, number @ Value::Number(_)) => number.to_string(),
    }
}

fn listed(items: impl Iterator<Item = String>, between: &str) -> String {
    let items: Vec<_> = items.collect();
    if items.is_empty() { "none".to_owned() } else { items.join(between) }
}

/// A finding: `access (value) of message 4, record 1: 0x…, computed 0x…`.
fn finding(of: &Value) -> String {
    let said = |name: &str| value("", &of[name]);
    let mut text = format!("{} ({})", said("audit"), said("kind"));
    for (name, label) in [("message", " of message "), ("record", ", record "), ("pc", ", pc ")] {
        if !of[name].is_null() {
            text += &format!("{label}{}", said(name));
        }
    }
    if !of["found"].is_null() || !of["expected"].is_null() {
        text += &format!(": {}, computed {}", said("found"), said("expected"));
    }
    text
}

/// An audit or a check that did not run.
fn lack(of: &Value) -> String {
    let said = |name: &str| value("", &of[name]);
    match &of["check"] {
        Value::Null => format!("{}: not run", said("audit")),
        check => format!("{}: {} not checked", said("audit"), value("", check)),
    }
}
