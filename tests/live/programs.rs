//! Whole programs: what they return, and what they cost on the host, as a snapshot under review:
//! `snapshots/live-host-gas.md` (`ISO_BLESS=1` writes it anew).

use std::fmt::Write as _;

use super::compare;
use crate::{
    guests::{Whole, load, whole},
    harness::{
        blessed,
        frame::{self, Compared, End, Frame},
    },
};

#[test]
fn below_hyvm_on_every_row() {
    let Some(cases) = load::<Whole>("guests/programs.json") else { return };
    let mut page = "# Host gas of whole programs, live\n\n\
        Gas of the live machine's frame under Prague rules, the host's own storage opcodes \n\
        included; *HyVM* is what that one took.\n\n\
        | program | native gas | live | HyVM | ratio |\n|---|---|---|---|---|\n"
        .replace(" \n", "\n");
    let mut dearer = Vec::new();
    for case in &cases {
        let guest = whole(case);
        let Ok(Some(Compared::Same { native, live, .. })) = compare(&guest) else {
            panic!("{}: {:?}", case.name, compare(&guest));
        };
        assert_eq!(native.gas_used, case.native_gas, "{}", case.name);
        let execution = guest.execution();
        let block = execution.block.clone();
        let world = frame::world(
            frame::state(&execution),
            guest.fork().spec_id(),
            block,
            execution.tx.clone(),
        );
        let (done, _) =
            Frame::of(&guest).expect("a call").live(&world, frame::machine(guest.fork()));
        assert_eq!(done.end, End::Return(case.output.clone()), "{}", case.name);
        let (hyvm, ratio) = match case.host_gas_hyvm {
            Some(hyvm) => (hyvm.to_string(), format!("{:.2}", live.gas_used as f64 / hyvm as f64)),
            None => ("fails".to_owned(), String::new()),
        };
        let (name, native) = (&case.name, native.gas_used);
        let _ = writeln!(page, "| `{name}` | {native} | {} | {hyvm} | {ratio} |", live.gas_used);
        if case.host_gas_hyvm.is_some_and(|hyvm| live.gas_used >= hyvm) {
            dearer.push(name.as_str());
        }
    }
    println!("{page}");
    assert!(dearer.is_empty(), "{dearer:?}");
    blessed::compare("snapshots/live-host-gas.md", &page);
}
