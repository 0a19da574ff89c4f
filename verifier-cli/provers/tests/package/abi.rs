//! Items of a contract's ABI, as one line each.

use alloy_primitives::keccak256;
use serde_json::Value;

/// Functions, events and errors, each as a line, sorted. A getter of a struct returns its fields one by one, which is
/// encoded as the struct is: so what is returned stands here without the brackets around structs.
pub(crate) fn lines(abi: &Value) -> Vec<String> {
    let all = abi.as_array().unwrap().iter().filter(|item| item["type"] != "constructor");
    let mut lines: Vec<_> = all.map(line).collect();
    lines.sort();
    lines
}

/// The first four bytes of calldata of a function.
pub(crate) fn selector(abi: &Value, name: &str) -> [u8; 4] {
    let item = abi.as_array().unwrap().iter().find(|item| item["name"] == name).unwrap();
    let text = format!("{name}({})", types(&item["inputs"]).join(","));
    *keccak256(text).first_chunk().unwrap()
}

fn line(item: &Value) -> String {
    let text = |key: &str| item[key].as_str().unwrap_or_default();
    let inputs = item["inputs"].as_array().unwrap().iter();
    let inputs: Vec<_> = inputs
        .map(|input| {
            let indexed = if input["indexed"] == true { " indexed" } else { "" };
            format!("{}{indexed}", kind(input))
        })
        .collect();
    let outputs = types(&item["outputs"]).join(",");
    let outputs = if outputs.contains('[') { outputs } else { outputs.replace(['(', ')'], "") };
    let (sort, name, mutability) = (text("type"), text("name"), text("stateMutability"));
    format!("{sort} {name}({}) {mutability} ({outputs})", inputs.join(","))
}

fn types(parameters: &Value) -> Vec<String> {
    parameters.as_array().map(|all| all.iter().map(kind).collect()).unwrap_or_default()
}

fn kind(parameter: &Value) -> String {
    let text = parameter["type"].as_str().unwrap();
    match text.strip_prefix("tuple") {
        Some(arrays) => format!("({}){arrays}", types(&parameter["components"]).join(",")),
        None => text.to_owned(),
    }
}
