//! The two errors that Solidity itself reverts with.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::U256;

use super::{Argument, Decoded, decode, value};

/// `Error(string)`: `require` and `revert` with a text.
const ERROR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];

/// `Panic(uint256)`: what the compiler checks.
const PANIC: [u8; 4] = [0x4e, 0x48, 0x7b, 0x71];

/// What return data of a revert say without any artifact: `Error(string)`, or `Panic(uint256)` and what it means.
pub fn reason(data: &[u8]) -> Option<Decoded> {
    let (selector, data) = data.split_first_chunk::<4>()?;
    let said = |signature: &str, argument: Option<Argument>| {
        let name = signature.split('(').next().unwrap_or_default();
        Decoded::new(name, signature.to_owned(), argument.map(|argument| vec![argument]))
    };
    let value = |kind: DynSolType| decode(vec![kind], data)?.into_iter().next();
    match *selector {
        ERROR => {
            let text = match value(DynSolType::String) {
                Some(DynSolValue::String(text)) => Some(argument("string", value::string(&text))),
                _ => None,
            };
            Some(said("Error(string)", text))
        }
        PANIC => {
            let code = match value(DynSolType::Uint(256)) {
                Some(DynSolValue::Uint(code, _)) => Some(code),
                _ => None,
            };
            let shown = code.map(|code| argument("uint256", format!("0x{code:02x}")));
            let mut panic = said("Panic(uint256)", shown);
            panic.meaning = code.and_then(meaning).map(str::to_owned);
            Some(panic)
        }
        _ => None,
    }
}

fn argument(kind: &str, value: String) -> Argument {
    Argument { name: String::new(), kind: kind.to_owned(), value, bytes: None }
}

/// What a code of `Panic` means: Solidity's documentation, section Panic via assert and Error via require.
fn meaning(code: U256) -> Option<&'static str> {
    Some(match u8::try_from(code).ok()? {
        0x00 => "a check that the compiler has put in",
        0x01 => "an assertion does not hold",
        0x11 => "the result of an operation is too large or too small for its type",
        0x12 => "a division by zero",
        0x21 => "a number that is no member of the enum",
        0x22 => "a byte array in storage that is not encoded as one",
        0x31 => "pop of an empty array",
        0x32 => "an index that is not in the array",
        0x41 => "more memory than there can be, or an array too large",
        0x51 => "a call of a function variable that was never set",
        _ => return None,
    })
}
