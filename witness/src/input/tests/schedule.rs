//! The recorder takes a block's fork from the same schedule as disputes do.

use crate::Input;
use iso_evm_wire::{Rules, Schedule, schedule::Activation};

/// What the recorder takes a block's fork to be, where the input does not say.
fn recorded(chain: u64, number: u64, time: u64) -> Option<Rules> {
    let json = format!(
        r#"{{"block": {{"number": "{number:#x}", "timestamp": "{time:#x}"}},
            "transaction": {{"chainId": "{chain:#x}", "gas": "0x5208",
                "from": "0x1111111111111111111111111111111111111111",
                "to": "0x2222222222222222222222222222222222222222"}},
            "prestate": {{}}}}"#
    );
    Input::parse(json.as_bytes(), None).ok().map(|input| input.execution.rules)
}

/// Around every activation the recorder and the schedule of disputes say the same.
#[test]
fn the_recorder_and_the_schedule_agree() {
    for chain in [1, 17_000, 560_048, 11_155_111] {
        let schedule = Schedule::of_chain(chain).unwrap();
        assert!(schedule.activations().is_sorted_by_key(|at| (at.number, at.time)));
        let (mut seen, mut before) = (0, Activation::default());
        for at in schedule.activations() {
            // A block before, or a second, whichever it is that the fork came with: no block
            // has the number of one fork and the time of another.
            let (less_number, less_time) = (at.number > before.number, at.time > before.time);
            for first in [false, true] {
                let number = at.number - u64::from(!first && less_number);
                let time = at.time - u64::from(!first && less_time);
                let expected = recorded(chain, number, time);
                assert_eq!(schedule.rules_at(number, time), expected, "{chain}: {at:?}");
                seen += usize::from(expected.is_some());
            }
            before = *at;
        }
        assert!(seen > 10, "{chain}");
    }
}
