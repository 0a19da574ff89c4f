//! The steps as the page's own program reads them back, against the native engine's at every step.

use std::{
    collections::HashMap,
    process::{Command, Stdio},
};

use alloy_primitives::hex;
use iso_evm_hypervisor::{Code, NativeEngine};
use iso_evm_testing::npm;
use iso_evm_wire::{Opened, Witness, records::FrameKind};

use crate::subjects::{own, page_of, script, with_another_value, written};

/// What the engine has before each step of a message, a line each, as `steps.mjs` prints it.
fn run(witness: &Opened<'_>, engine: &NativeEngine, index: usize) -> Vec<String> {
    let message = witness.message(index).unwrap();
    let creates = message.kind().is_some_and(FrameKind::is_create);
    let code =
        if creates { Some(message.call_data().bytes()) } else { witness.code(index).cloned() };
    let Some(code) = code.map(Code::new) else { return Vec::new() };
    let mut run = engine.run(&witness.messages[index].bytes(), Some(&code), None);
    let mut lines = Vec::new();
    while let Some(state) = run.state() {
        let stack: Vec<_> = state.stack().iter().map(|word| format!("{word:x}")).collect();
        lines.push(format!(
            "{index} {} {} {} [{}] {}",
            lines.len(),
            state.pc(),
            state.gas(),
            stack.join(" "),
            hex::encode(&*state.memory())
        ));
        run.step();
    }
    lines
}

fn check(name: &str, witness: &Witness) {
    let page = written(&format!("{name}.steps.html"), &page_of(witness, None));
    let node =
        Command::new("node").arg(script("steps.mjs")).arg(page).stderr(Stdio::inherit()).output();
    let output = node.unwrap();
    assert!(output.status.success(), "{name}");
    let read = String::from_utf8(output.stdout).unwrap();
    let opened = Opened::of(witness);
    let engine = NativeEngine::new(witness.rules);
    let ran: Vec<_> =
        (0..witness.messages.len()).flat_map(|index| run(&opened, &engine, index)).collect();
    // A long run is not kept whole; what is kept are its steps, in order.
    let place = |line: &str| line.splitn(3, ' ').take(2).map(str::to_owned).collect::<Vec<_>>();
    let by_place: HashMap<_, _> = ran.iter().map(|line| (place(line), line)).collect();
    let mut count = 0;
    for line in read.lines() {
        assert_eq!(by_place.get(&place(line)).map(|line| line.as_str()), Some(line), "{name}");
        count += 1;
    }
    assert!(
        count > 0 && (count == ran.len() || count == 10_000),
        "{name}: {count} of {}",
        ran.len()
    );
}

#[test]
fn the_page_reads_back_every_step_as_it_ran() {
    // Node comes with npm; where it is not, that is said.
    if npm::modules("playwright-core@1.65.1").is_none() {
        return;
    }
    for name in [
        "arithmetic",
        "call-tree",
        "create-and-create2",
        "creation-transaction",
        "erc20-transfer",
        "halts",
        "revert-with-data",
        "code-24576",
    ] {
        check(name, &own(name));
    }
    check("lie", &with_another_value());
}
