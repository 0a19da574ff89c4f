//! Some steps of a message, for whoever explains one.

use iso_evm_explain::trace::{
    Bounds, Event, Scope, Step, Walk,
    window::{Around, window},
};
use iso_evm_hypervisor::{Code, NativeEngine};
use iso_evm_wire::Opened;

use crate::revm_tracer::witness;

#[test]
fn a_window_has_the_steps_of_the_walk() {
    let witness = witness("call-tree");
    let opened = Opened::of(&witness);
    let engine = NativeEngine::new(opened.rules);
    for message in 0..opened.messages.len() {
        let mut walk = Walk::new(&opened, Scope::Message(message), true, Bounds::default());
        let mut steps: Vec<Step> = Vec::new();
        while let Some(event) = walk.next() {
            let Event::Step(step) = event else { panic!("{event:?}") };
            assert_eq!(step.message, message);
            steps.push(step.clone());
        }
        let calldata = opened.messages[message].bytes();
        let code = opened.code(message).map(|bytes| Code::new(bytes.clone()));
        let last = steps.len() as u64 - 1;
        let taken = steps.iter().rposition(|step| step.record.is_some());
        let record = taken.and_then(|at| steps[at].record);
        let cases = [
            (Around::End, Some(last)),
            (Around::Step(2), Some(2)),
            (Around::Pc(0), Some(0)),
            (Around::Pc(usize::MAX), None),
            (Around::Record(record.unwrap_or(u64::MAX)), taken.map(|at| at as u64)),
        ];
        for (around, at) in cases {
            let found = window(&engine, (&calldata, code.as_ref()), None, around, (3, 2));
            assert_eq!((found.at, found.total), (at, last + 1), "{message} {around:?}");
            let Some(at) = at else {
                assert!(found.steps.is_empty());
                continue;
            };
            assert_eq!(found.first, at.saturating_sub(3));
            let end = (at + 2).min(last);
            assert_eq!(found.steps.len() as u64, end + 1 - found.first, "{around:?}");
            for (step, index) in found.steps.iter().zip(found.first..) {
                let whole = &steps[index as usize];
                assert_eq!((step.pc, step.opcode, step.gas), (whole.pc, whole.opcode, whole.gas));
                assert_eq!((&step.stack, &step.memory), (&whole.stack, &whole.memory));
            }
        }
    }
}
