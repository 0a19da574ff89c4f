//! Amounts as arguments: `2gwei`, `0.5gwei`, or a number of wei, as `cast` takes them.

use alloy_primitives::utils::{ParseUnits, Unit};

/// An amount in wei.
pub(in crate::commands) fn wei(text: &str) -> Result<u128, String> {
    let end = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "wei" => Unit::WEI,
        "gwei" => Unit::GWEI,
        "eth" | "ether" => Unit::ETHER,
        _ => return Err("the units are wei, gwei and ether".to_owned()),
    };
    let number = number.trim();
    let digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || !digits(whole) || !digits(fraction) {
        return Err("an amount such as 2gwei, 0.5gwei or 1000000000 is expected".to_owned());
    }
    if number.contains('.') && fraction.len() > usize::from(unit.get()) {
        return Err("there is no part of a wei".to_owned());
    }
    match ParseUnits::parse_units(number, unit) {
        Ok(ParseUnits::U256(amount)) => amount.try_into().map_err(|_| "too large".to_owned()),
        Ok(ParseUnits::I256(_)) | Err(_) => Err("too large".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_with_and_without_units() {
        for (text, expected) in [
            ("0", 0),
            ("7", 7),
            ("7wei", 7),
            ("2gwei", 2_000_000_000),
            ("0.5gwei", 500_000_000),
            ("1.000000001 gwei", 1_000_000_001),
            ("1ether", 1_000_000_000_000_000_000),
            ("3 ETH", 3_000_000_000_000_000_000),
            ("340282366920938463463374607431768211455", u128::MAX),
        ] {
            assert_eq!(wei(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "gwei",
            "-1",
            "-1gwei",
            "+1",
            "1.5",
            "1.",
            ".5gwei",
            "1.0000000001gwei",
            "1e9",
            "0x10",
            "1,5gwei",
            "1gwe",
            "1_000",
            "340282366920938463463374607431768211456",
            "1000000000000000000000000000000000000000000ether",
        ] {
            assert!(wei(text).is_err(), "{text}");
        }
    }
}
