//! What compilers and their frameworks put out, and which file is which: solc's standard JSON (output and
//! input), Foundry's `out/`, Hardhat's `artifacts/` with their build info, and what has the same shape.

mod metadata;
mod single;
mod solc;

use serde_json::value::RawValue;

use super::{Artifacts, ArtifactsError, json::Fields};

/// Adds a file to what is known, and says how many contracts are in it.
pub(super) fn add(
    artifacts: &mut Artifacts,
    name: &str,
    json: &[u8],
) -> Result<usize, ArtifactsError> {
    let not_json = |reason: String| ArtifactsError::NotJson { name: name.to_owned(), reason };
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let value: &RawValue =
        serde_json::from_slice(json).map_err(|error| not_json(error.to_string()))?;
    let other = |found: &str| ArtifactsError::NotAnArtifact {
        name: name.to_owned(),
        found: found.to_owned(),
    };
    let Some(fields) = Fields::of(value) else {
        return if value.get().starts_with('[') && single::add_abi(artifacts, name, value) {
            Ok(1)
        } else {
            Err(other("no object"))
        };
    };
    if fields.text("_format").is_some_and(|format| format.starts_with("hh-sol-dbg")) {
        // Hardhat's note of where its build info is.
        return Ok(0);
    }
    // Build info: what the compiler was given, and what it put out, or one of them.
    if let Some(output) = fields.object("output") {
        if let Some(input) = fields.object("input") {
            solc::add_input(artifacts, &input);
        }
        return solc::add_output(artifacts, name, &output);
    }
    if let Some(input) = fields.object("input").filter(|input| input.has("sources")) {
        solc::add_input(artifacts, &input);
        return Ok(0);
    }
    if fields.has("source_id_to_path") {
        single::add_paths(artifacts, &fields);
        return Ok(0);
    }
    if fields.has("contracts") || (fields.has("errors") && fields.has("sources")) {
        return solc::add_output(artifacts, name, &fields);
    }
    if fields.has("abi") {
        single::add(artifacts, name, &fields);
        return Ok(1);
    }
    if fields.has("language") && fields.has("sources") {
        solc::add_input(artifacts, &fields);
        return Ok(0);
    }
    let names: Vec<_> = fields.names().take(4).collect();
    Err(other(&match names[..] {
        [] => "an object without fields".to_owned(),
        _ => format!("an object with the fields {}", names.join(", ")),
    }))
}
