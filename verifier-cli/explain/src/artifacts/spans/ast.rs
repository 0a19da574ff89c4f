//! Solidity's syntax tree, as far down as functions.

use serde::Deserialize;

use super::{Span, Spans};

/// A source's tree: what is in it and where, and the source's path and number.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::artifacts) struct Ast {
    #[serde(default)]
    absolute_path: Option<String>,
    #[serde(default)]
    src: String,
    #[serde(default)]
    nodes: Vec<Node>,
}

/// A definition in the tree.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    #[serde(default)]
    node_type: String,
    #[serde(default)]
    name: Option<String>,
    /// Of a function, since 0.5: `constructor`, `fallback`, `receive`, `function`.
    #[serde(default)]
    kind: Option<String>,
    /// Of a function, before 0.5.
    #[serde(default)]
    is_constructor: bool,
    #[serde(default)]
    src: String,
    #[serde(default)]
    nodes: Vec<Node>,
}

impl Ast {
    pub(in crate::artifacts) fn path(&self) -> Option<&str> {
        self.absolute_path.as_deref()
    }

    /// The source's number in its compilation.
    pub(in crate::artifacts) fn id(&self) -> Option<u32> {
        self.src.split(':').nth(2)?.parse().ok()
    }

    pub(in crate::artifacts) fn spans(&self) -> Spans {
        let mut spans = Vec::new();
        for node in &self.nodes {
            if node.node_type == "ContractDefinition" {
                spans.extend(node.span(node.name.clone(), None));
                let members = node.nodes.iter();
                spans.extend(members.filter_map(|member| member.definition(node.name.clone())));
            } else {
                spans.extend(node.definition(None));
            }
        }
        Spans(spans)
    }
}

impl Node {
    fn definition(&self, contract: Option<String>) -> Option<Span> {
        let name = self.name.clone().filter(|name| !name.is_empty());
        let function = match &*self.node_type {
            "FunctionDefinition" => match self.kind.as_deref() {
                Some(kind @ ("constructor" | "fallback" | "receive")) => kind.to_owned(),
                None if self.is_constructor => "constructor".to_owned(),
                _ => name.unwrap_or_else(|| "fallback".to_owned()),
            },
            "ModifierDefinition" | "VariableDeclaration" => name?,
            _ => return None,
        };
        self.span(contract, Some(function))
    }

    fn span(&self, contract: Option<String>, function: Option<String>) -> Option<Span> {
        let mut numbers = self.src.split(':').map(|number| number.parse::<usize>().ok());
        let start = numbers.next()??;
        let end = start.checked_add(numbers.next()??)?;
        Some(Span { start, end, contract, function })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_function_has_its_name() {
        let json = r#"{"absolutePath": "a/A.sol", "src": "0:200:7", "nodes": [
            {"nodeType": "PragmaDirective", "src": "0:5:7"},
            {"nodeType": "FunctionDefinition", "kind": "freeFunction", "name": "free", "src": "5:5:7"},
            {"nodeType": "ContractDefinition", "name": "A", "src": "10:190:7", "nodes": [
                {"nodeType": "FunctionDefinition", "kind": "constructor", "name": "", "src": "20:10:7"},
                {"nodeType": "FunctionDefinition", "kind": "receive", "name": "", "src": "30:10:7"},
                {"nodeType": "FunctionDefinition", "isConstructor": true, "name": "", "src": "40:10:7"},
                {"nodeType": "FunctionDefinition", "name": "", "src": "50:10:7"},
                {"nodeType": "FunctionDefinition", "name": "f", "src": "60:10:7"},
                {"nodeType": "ModifierDefinition", "name": "m", "src": "70:10:7"},
                {"nodeType": "VariableDeclaration", "name": "v", "src": "80:10:7"},
                {"nodeType": "FunctionDefinition", "name": "lost", "src": "x:10:7"},
                {"nodeType": "EventDefinition", "name": "E", "src": "90:10:7"}]}]}"#;
        let ast: Ast = serde_json::from_str(json).unwrap();
        assert_eq!((ast.path(), ast.id()), (Some("a/A.sol"), Some(7)));
        let spans = ast.spans();
        let name = |start, length| {
            let span = spans.around(start, length)?;
            Some((span.contract.as_deref(), span.function.as_deref()))
        };
        assert_eq!(name(6, 2), Some((None, Some("free"))));
        let members = (20..90).step_by(10).map(|start| name(start + 1, 9).unwrap().1.unwrap());
        let expected = ["constructor", "receive", "constructor", "fallback", "f", "m", "v"];
        assert_eq!(members.collect::<Vec<_>>(), expected);
        assert_eq!(name(92, 3), Some((Some("A"), None)));
        assert_eq!(name(61, 12), Some((Some("A"), None)));
        assert_eq!(name(199, 9), None);
    }
}
