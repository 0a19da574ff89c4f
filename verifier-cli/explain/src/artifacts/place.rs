//! Where in a source an instruction comes from.

use std::fmt;

use serde::Serialize;

use super::source_map::Jump;

/// The piece of source that an instruction was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Path of the source, as the compiler was given it.
    pub file: String,
    /// First byte of the piece in the source.
    pub start: usize,
    /// Bytes of the piece.
    pub length: usize,
    /// Line in which the piece begins, from 1; none if the source's text is not known.
    pub line: Option<usize>,
    /// Character of that line, from 1.
    pub column: Option<usize>,
    /// The whole line.
    pub text: Option<String>,
    /// Contract, library or interface that the piece is in.
    pub contract: Option<String>,
    /// Function or modifier that the piece is in, or the variable whose getter it is; none for what belongs to
    /// the contract as a whole, as what chooses the function does.
    pub function: Option<String>,
    /// Whether the compiler has written the source itself.
    pub generated: bool,
    /// Which way a jump goes, if the instruction is one.
    pub jump: Jump,
}

impl Place {
    /// Whether both are of one function.
    pub fn is_of_function_of(&self, other: &Self) -> bool {
        (&self.file, &self.contract, &self.function)
            == (&other.file, &other.contract, &other.function)
    }
}

/// `Token.sol:34, in Token.transfer`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        match self.line {
            Some(line) => write!(f, ":{line}")?,
            None => write!(f, ", byte {}", self.start)?,
        }
        match (&self.contract, &self.function) {
            (Some(contract), Some(function)) => write!(f, ", in {contract}.{function}"),
            (Some(name), None) | (None, Some(name)) => write!(f, ", in {name}"),
            (None, None) => Ok(()),
        }
    }
}
