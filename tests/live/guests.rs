//! The small programs on which earlier hypervisors went wrong, and the guests of the other tests
//! that probe offsets, lengths and destinations.

use iso_evm_wire::Fork;
use serde_json::Value;

use super::compare;
use crate::{
    guests::{Corner, corner, load},
    harness::{
        frame::{Compared, Rule},
        parallel,
    },
};

#[test]
fn corner_cases_end_as_natively() {
    let Some(cases) = load::<Corner>("guests/corner_cases.json") else { return };
    let cases: Vec<_> =
        Fork::ALL.iter().flat_map(|&fork| cases.iter().map(move |case| (case, fork))).collect();
    parallel::check_all(&cases, |(case, fork)| {
        let (name, code) = (&case.name, &case.code);
        match compare(&corner(case, *fork))? {
            Some(Compared::Same { native, .. }) => {
                // What the file says of revm is what revm did, where it names a result.
                let said = case.native.as_str().and_then(|text| text.split(' ').next());
                let expected = said.filter(|text| *text != "gas" && *fork == Fork::Osaka);
                let found = format!("{:?}", native.result);
                match expected {
                    Some(expected) if expected.chars().all(char::is_alphabetic) => {
                        let same = expected == found || expected.starts_with("Stack");
                        if same { Ok(()) } else { Err(format!("{name}: {found}, not {expected}")) }
                    }
                    _ => Ok(()),
                }
            }
            Some(Compared::Excluded(Rule::ReadsGas, _)) if code.contains(&0x5a) => Ok(()),
            // Some are about running out.
            Some(Compared::Excluded(Rule::OutOfGas, _)) if speaks_of_gas(case) => Ok(()),
            other => Err(format!("{name} {fork}: {other:?}")),
        }
    });
}

/// Whether a case is about the gas that a frame has.
fn speaks_of_gas(case: &Corner) -> bool {
    let native = match &case.native {
        Value::String(text) => text.as_str(),
        _ => "",
    };
    case.name.contains("gasAvailable") || native.contains("OOG") || native.contains("OutOfGas")
}
