//! An artifact of one contract, as Foundry writes them to `out/` and Hardhat to `artifacts/`: code as an object or
//! as its hexadecimal digits, the compiler's other outputs beside it. Truffle's have the same shape.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::metadata::Metadata;
use crate::artifacts::{
    Artifacts, abi::Interface, bytecode::Bytecode, compiled::Compiled, json::Fields,
    source_map::SourceMap, spans::Ast, storage::Layout,
};

/// Adds a contract.
pub(super) fn add(artifacts: &mut Artifacts, name: &str, fields: &Fields<'_>) {
    let metadata = Metadata::of(fields);
    let ast = fields.get::<Ast>("ast");
    let (target_file, target_name) = metadata.target.unzip();
    let path = ast.as_ref().and_then(|ast| ast.path().map(str::to_owned));
    let file = target_file
        .or(path)
        .or_else(|| fields.text("inputSourceName"))
        .or_else(|| fields.text("sourceName"))
        .or_else(|| fields.text("sourcePath"));
    let contract = target_name
        .or_else(|| fields.text("contractName"))
        .or_else(|| fields.text("contract"))
        .unwrap_or_else(|| stem(name).to_owned());
    let file = file.unwrap_or_else(|| name.to_owned());
    let own = fields.get("id").or_else(|| ast.as_ref().and_then(Ast::id));

    let build = &mut artifacts.builds[Artifacts::LOOSE];
    if let Some(own) = own {
        build.name(own, &file);
    }
    if let Some(ast) = ast {
        build.spans.insert(file.clone(), ast.spans());
    }
    if let Some(text) = fields.text("source") {
        artifacts.sources.add(&file, text);
    }
    for (path, text) in metadata.texts {
        artifacts.sources.add(&path, text);
    }
    let layout = |field| fields.object(field).and_then(|layout| Layout::read(&layout));
    artifacts.push(Compiled {
        file,
        name: contract,
        build: Artifacts::LOOSE,
        own,
        runtime: code(fields, ["deployedBytecode", "deployedSourceMap", "immutableReferences"]),
        creation: code(fields, ["bytecode", "sourceMap", ""]),
        interface: Interface::read(fields),
        layout: layout("storageLayout"),
        transient: layout("transientStorageLayout"),
        hashes: metadata.hashes,
    });
}

/// Adds an ABI alone, if an array is one.
pub(super) fn add_abi(artifacts: &mut Artifacts, name: &str, abi: &RawValue) -> bool {
    let interface = Interface::of(serde_json::from_str(abi.get()).unwrap_or_default());
    let is_abi = !interface.is_empty();
    if is_abi {
        artifacts.push(Compiled {
            file: name.to_owned(),
            name: stem(name).to_owned(),
            interface,
            ..Compiled::default()
        });
    }
    is_abi
}

/// Adds the numbers that sources have, which Foundry writes as its build info.
pub(super) fn add_paths(artifacts: &mut Artifacts, fields: &Fields<'_>) {
    let paths: BTreeMap<u32, String> = fields.get("source_id_to_path").unwrap_or_default();
    for (id, path) in paths {
        artifacts.builds[Artifacts::LOOSE].name(id, &path);
    }
}

/// Code, its source map, and what is filled in later: in one object, or each for itself.
fn code(fields: &Fields<'_>, [code, map, later]: [&str; 3]) -> Bytecode {
    if let Some(object) = fields.object(code) {
        return Bytecode::read(&object);
    }
    let mut bytecode = Bytecode::from_hex(&fields.text(code).unwrap_or_default());
    bytecode.map = fields.text(map).and_then(|map| SourceMap::parse(&map));
    if fields.has(later) {
        bytecode.fill_later(fields);
    }
    bytecode
}

/// A file's name without folder and extension.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.strip_suffix(".json").unwrap_or(file)
}
