//! solc's standard JSON: its output, which Hardhat's build info has in it, and its input, which has the texts.

use super::metadata::Metadata;
use crate::artifacts::{
    Artifacts, ArtifactsError,
    abi::Interface,
    bytecode::Bytecode,
    compiled::{Build, Compiled},
    json::Fields,
    spans::Ast,
    storage::Layout,
};

/// Adds the texts of an input.
pub(super) fn add_input(artifacts: &mut Artifacts, input: &Fields<'_>) {
    let Some(sources) = input.object("sources") else { return };
    for (path, source) in sources.objects() {
        if let Some(text) = source.text("content") {
            artifacts.sources.add(path, text);
        }
    }
}

/// Adds the contracts of an output.
pub(super) fn add_output(
    artifacts: &mut Artifacts,
    name: &str,
    output: &Fields<'_>,
) -> Result<usize, ArtifactsError> {
    let mut build = Build::default();
    if let Some(sources) = output.object("sources") {
        for (path, source) in sources.objects() {
            if let Some(id) = source.get("id") {
                build.name(id, path);
            }
            if let Some(ast) = source.get::<Ast>("ast") {
                build.spans.insert(path.to_owned(), ast.spans());
            }
        }
    }
    let build = artifacts.begin(build);
    let mut count = 0;
    for (file, contracts) in output.object("contracts").iter().flat_map(Fields::objects) {
        for (contract, fields) in contracts.objects() {
            let compiled = contract_of(artifacts, build, file, contract, &fields);
            artifacts.push(compiled);
            count += 1;
        }
    }
    let first = output.list("errors").into_iter().filter_map(Fields::of).find_map(|error| {
        let is_error = error.text("severity").is_none_or(|severity| severity == "error");
        is_error.then(|| error.text("message"))?
    });
    match first {
        Some(message) if count == 0 => {
            Err(ArtifactsError::NotCompiled { name: name.to_owned(), message })
        }
        _ => Ok(count),
    }
}

fn contract_of(
    artifacts: &mut Artifacts,
    build: usize,
    file: &str,
    name: &str,
    fields: &Fields<'_>,
) -> Compiled {
    let code = |field| {
        let evm = fields.object("evm")?;
        Some(Bytecode::read(&evm.object(field)?))
    };
    let metadata = Metadata::of(fields);
    for (path, text) in metadata.texts {
        artifacts.sources.add(&path, text);
    }
    let layout = |field| fields.object(field).and_then(|layout| Layout::read(&layout));
    Compiled {
        file: file.to_owned(),
        name: name.to_owned(),
        build,
        own: None,
        runtime: code("deployedBytecode").unwrap_or_default(),
        creation: code("bytecode").unwrap_or_default(),
        interface: Interface::read(fields),
        layout: layout("storageLayout"),
        transient: layout("transientStorageLayout"),
        hashes: metadata.hashes,
    }
}
