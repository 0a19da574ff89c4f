//! Functions as a look at the text finds them: words and braces of Solidity or Yul, outside of comments and
//! strings. For sources without a syntax tree.

use super::{Span, Spans};

/// The pieces of a source that have a name.
pub(in crate::artifacts) fn scan(text: &str) -> Spans {
    let mut scan = Scan::default();
    for (start, token) in tokens(text) {
        scan.take(start, token);
    }
    Spans(scan.spans)
}

/// What stands open.
struct Open {
    /// Braces that were open before its own.
    depth: usize,
    start: usize,
    contract: Option<String>,
    function: Option<String>,
}

#[derive(Default)]
struct Scan {
    spans: Vec<Span>,
    open: Vec<Open>,
    depth: usize,
    /// A definition whose brace has not come yet.
    coming: Option<Coming>,
}

struct Coming {
    start: usize,
    keyword: Keyword,
    name: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keyword {
    Contract,
    Function,
    /// A function whose keyword is its name: `constructor`.
    Itself,
}

impl Scan {
    fn take(&mut self, start: usize, token: &str) {
        let keyword = match token {
            "contract" | "library" | "interface" => Some(Keyword::Contract),
            "function" | "modifier" => Some(Keyword::Function),
            // Within a function they are names of something else.
            "constructor" | "fallback" | "receive" if !self.in_function() => Some(Keyword::Itself),
            _ => None,
        };
        match (token, &mut self.coming) {
            ("{", _) => self.enter(),
            ("}", _) => self.leave(start + 1),
            // Declared, and nothing else; or a type: `function (uint256) external f;`.
            (";", _) => self.coming = None,
            // `fallback` and others are names here, as in `function fallback`.
            (name, Some(coming)) if coming.keyword != Keyword::Itself && coming.name.is_none() => {
                if is_word(name) {
                    coming.name = Some(name.to_owned());
                } else {
                    self.coming = None;
                }
            }
            // A parameter that is a function stands within a definition.
            (_, Some(_)) => {}
            (name, coming @ None) => {
                let named = |keyword| (keyword == Keyword::Itself).then(|| name.to_owned());
                *coming = keyword.map(|keyword| Coming { start, keyword, name: named(keyword) });
            }
        }
    }

    fn in_function(&self) -> bool {
        self.open.last().is_some_and(|open| open.function.is_some())
    }

    fn enter(&mut self) {
        if let Some(Coming { start, keyword, name: Some(name) }) = self.coming.take() {
            let (contract, function) = match keyword {
                Keyword::Contract => (Some(name), None),
                _ => (self.open.last().and_then(|open| open.contract.clone()), Some(name)),
            };
            self.open.push(Open { depth: self.depth, start, contract, function });
        }
        self.depth += 1;
    }

    fn leave(&mut self, end: usize) {
        self.coming = None;
        self.depth = self.depth.saturating_sub(1);
        if let Some(Open { start, contract, function, .. }) =
            self.open.pop_if(|open| open.depth == self.depth)
        {
            self.spans.push(Span { start, end, contract, function });
        }
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphanumeric() || first == '_' || first == '$')
}

/// Words, and other characters one by one, each with where it begins.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &text[at..];
            let start = at;
            let first = rest.chars().next()?;
            let length = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if let Some(comment) = rest.strip_prefix("/*") {
                comment.find("*/").map_or(rest.len(), |end| end + 4)
            } else if first == '"' || first == '\'' {
                string(rest, first)
            } else if is_word(rest) {
                let end = |c: char| !(c.is_alphanumeric() || c == '_' || c == '$');
                rest.find(end).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            at += length;
            let skipped = rest.starts_with("//")
                || rest.starts_with("/*")
                || matches!(first, '"' | '\'')
                || first.is_whitespace();
            if !skipped {
                return Some((start, &text[start..at]));
            }
        }
    })
}

/// Bytes of a string, which ends at its mark, or with the line.
fn string(rest: &str, mark: char) -> usize {
    let mut escaped = false;
    let end = rest[1..].find(|character: char| {
        let ends = character == '\n' || (character == mark && !escaped);
        escaped = character == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(source: &str, piece: &str) -> Option<(Option<String>, Option<String>)> {
        let start = source.find(piece).unwrap();
        let spans = scan(source);
        let span = spans.around(start, piece.len())?;
        Some((span.contract.clone(), span.function.clone()))
    }

    #[test]
    fn functions_are_found_without_a_tree() {
        let source = r#"
            // contract Not { function not() {} }
            function free(uint a) pure returns (uint) { return a + 1; }
            /* } */ abstract contract A is B("}") {
                string s = "} function no() {"; string t = '\'}';
                function (uint256) external callback;
                constructor() { s = "made"; }
                function declared() external virtual;
                modifier only { require(ok); _; }
                function f(function (uint) external g) public only { if (x) { y(); } else { z(); } }
                fallback() external payable { fell(); }
                receive() external payable { got(); }
                function fallback2() public { try a.receive() { r(); } catch { } }
            }
            library L { function l() internal { assembly { function yul(a) -> b { b := a } } } }"#;
        let name = |piece| {
            let (contract, function) = named(source, piece)?;
            Some(format!("{}.{}", contract.unwrap_or_default(), function.unwrap_or_default()))
        };
        for (piece, expected) in [
            ("a + 1", Some(".free")),
            ("string t", Some("A.")),
            ("callback", Some("A.")),
            ("\"made\"", Some("A.constructor")),
            ("declared", Some("A.")),
            ("require", Some("A.only")),
            ("z()", Some("A.f")),
            ("fell", Some("A.fallback")),
            ("got", Some("A.receive")),
            ("r();", Some("A.fallback2")),
            ("b := a", Some("L.yul")),
            ("contract Not", None),
        ] {
            assert_eq!(name(piece).as_deref(), expected, "{piece}");
        }
    }

    #[test]
    fn no_text_is_too_odd_to_look_at() {
        for text in ["}}}{", "\"", "'\\", "/*", "function", "contract {", "é{ƒ}", "//", "\u{0}\n'"]
        {
            scan(text);
        }
    }
}
