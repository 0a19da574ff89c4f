//! How numbers, addresses and ends are written for people.

use alloy_primitives::{Address, U256};
pub(crate) use iso_evm_explain::thousands;

/// The deepest indentation of a call tree.
pub(super) const MAX_INDENT: usize = 12;

/// Whose code runs; the new account of a creation.
pub(super) fn target(to: Address, context: Address) -> Address {
    if to.is_zero() { context } else { to }
}

pub(super) fn status(status: U256) -> String {
    match u8::try_from(status) {
        Ok(0) => "halt".to_owned(),
        Ok(1) => "success".to_owned(),
        Ok(2) => "revert".to_owned(),
        _ => format!("{status:#x}"),
    }
}

/// First and last digits of an address.
pub(super) fn short(address: Address) -> String {
    let hex = format!("{address:#x}");
    format!("{}…{}", &hex[..8], &hex[36..])
}

/// A count with its unit, which is given in the singular.
pub(crate) fn counted(count: usize, unit: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{} {unit}{end}", thousands(U256::from(count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_thing_is_named_in_the_singular() {
        let said = [0, 1, 2, 1_000].map(|count| counted(count, "record"));
        assert_eq!(said, ["0 records", "1 record", "2 records", "1,000 records"]);
    }

    #[test]
    fn groups_of_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(U256::from(number)), text);
        }
    }
}
