//! Which function a piece of source is in: by the compiler's syntax tree, or by a look at the text.

mod ast;
mod scan;

pub(super) use ast::Ast;
pub(super) use scan::scan;

/// A piece of source that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// First byte, and the one after the last.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Contract, library or interface that the piece is, or is in.
    pub(super) contract: Option<String>,
    /// Function, modifier, or variable with its getter; none for the contract itself.
    pub(super) function: Option<String>,
}

/// The pieces of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spans(Vec<Span>);

impl Spans {
    /// The smallest piece in which some bytes are.
    pub(super) fn around(&self, start: usize, length: usize) -> Option<&Span> {
        let end = start.saturating_add(length);
        let around = self.0.iter().filter(|span| span.start <= start && end <= span.end);
        around.min_by_key(|span| span.end - span.start)
    }
}
