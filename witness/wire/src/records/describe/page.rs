//! The fields of records as a table in Markdown.

use super::super::shape::{FieldShape, RecordShape};

/// The fields of a record as a table: name, type, meaning, class, and who checks. Of several records
/// with as many fields each: a cell says of each in turn what differs.
pub fn fields_table(shapes: &[&RecordShape]) -> String {
    let mut table =
        "| field | type | meaning | class | who checks |\n|---|---|---|---|---|\n".to_owned();
    let fields = shapes.iter().map(|shape| shape.fields.len()).max().unwrap_or_default();
    for place in 0..fields {
        let fields: Vec<_> = shapes.iter().filter_map(|shape| shape.fields.get(place)).collect();
        let cell = |of: fn(&FieldShape) -> String| {
            let mut parts: Vec<_> = fields.iter().map(|field| of(field)).collect();
            if parts.iter().all(|part| *part == parts[0]) {
                parts.truncate(1);
            }
            parts.join(" / ")
        };
        let cells = [cell(name), cell(kind), cell(meaning), cell(class), cell(who)];
        table.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    table
}

fn name(field: &FieldShape) -> String {
    format!("`{}`", field.name)
}

fn kind(field: &FieldShape) -> String {
    field.kind.to_string()
}

/// The sentence of the type's documentation, as a cell has it, and the names of the numbers.
fn meaning(field: &FieldShape) -> String {
    let mut text = field.doc.trim_end_matches('.').to_owned();
    let starts_word = text.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase);
    if let (true, Some(first)) = (starts_word, text.get_mut(..1)) {
        first.make_ascii_lowercase();
    }
    let names = field.rule.names.iter().enumerate();
    let names: Vec<_> = names.map(|(number, name)| format!("{number} {name}")).collect();
    if !names.is_empty() {
        text = format!("{text}: {}", names.join(", "));
    }
    match field.rule.since {
        Some(fork) => format!("{text}; zero before {}", format_args!("{fork:?}")),
        None => text,
    }
}

fn class(field: &FieldShape) -> String {
    match field.rule.note {
        Some(note) => format!("{}, {note}", field.rule.class.name()),
        None => field.rule.class.name().to_owned(),
    }
}

fn who(field: &FieldShape) -> String {
    let provers = field.rule.provers.iter().map(|prover| prover.name());
    let provers = provers.collect::<Vec<_>>().join(", ");
    match field.rule.mismatch {
        Some(mismatch) if provers.is_empty() => format!("`{mismatch}`"),
        Some(mismatch) => format!("{provers}; `{mismatch}`"),
        None => provers,
    }
}
