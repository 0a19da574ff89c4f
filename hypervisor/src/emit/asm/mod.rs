//! The macro assembler. A contract is a set of [`Routine`]s whose stack effects are declared and
//! checked while they are written; [`link`] lays them out. Normative text:
//! `specs/05-hypervisor.md`, section Assembly.
//!
//! A height counts the words that a routine may reach: it never looks below the words it was
//! given. Labels carry the height at which they may be entered, so that every jump is checked.

mod cut;
mod link;
mod listing;

use alloy_primitives::U256;
use revm::bytecode::opcode::{self, OpCode};

pub(crate) use link::Linked;
pub(crate) use link::STRIDE;

/// A place in the contract. Bound once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Label(usize);

/// One instruction, or the place of a label.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// An opcode without immediate.
    Op(u8),
    /// A constant; its PUSH opcode follows from the length.
    Push(Vec<u8>),
    /// `PUSH2` of a label's address.
    Address(Label),
    /// `JUMPDEST`, where a label is bound.
    Bind(Label),
}

impl Item {
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Op(_) | Self::Bind(_) => 1,
            Self::Push(bytes) => 1 + bytes.len(),
            Self::Address(_) => 3,
        }
    }
}

/// A piece of code that is entered through its labels only and never falls out at its end.
#[derive(Clone, Debug)]
pub(crate) struct Routine {
    pub(crate) name: String,
    /// The opcode whose slot it is entered through.
    pub(crate) slot: Option<u8>,
    pub(crate) entry: Label,
    pub(crate) items: Vec<Item>,
    /// Height before each item; `None` where it cannot be reached.
    pub(crate) heights: Vec<Option<usize>>,
    /// Whether it runs so seldom that a jump more between two of its opcodes costs nothing.
    pub(crate) is_seldom: bool,
}

impl Routine {
    pub(crate) fn size(&self) -> usize {
        self.items.iter().map(Item::size).sum()
    }
}

#[derive(Clone, Debug)]
struct LabelInfo {
    name: String,
    /// Height on entry; `None` for a routine that ends the run and looks at no guest word.
    height: Option<usize>,
    bound: bool,
}

/// A routine that is called with a return address on top of its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subroutine {
    pub(crate) label: Label,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

/// Collects the routines of one contract.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assembler {
    labels: Vec<LabelInfo>,
    routines: Vec<Routine>,
}

impl Assembler {
    /// A new label that is entered with `height` words in reach.
    pub(crate) fn label(&mut self, name: impl Into<String>, height: usize) -> Label {
        self.new_label(name.into(), Some(height))
    }

    /// A new label that may be entered with anything on the stack, and whose routine ends the run.
    pub(crate) fn terminal(&mut self, name: impl Into<String>) -> Label {
        self.new_label(name.into(), None)
    }

    fn new_label(&mut self, name: String, height: Option<usize>) -> Label {
        self.labels.push(LabelInfo { name, height, bound: false });
        Label(self.labels.len() - 1)
    }

    /// A subroutine of `inputs` arguments and `outputs` results, to be written with
    /// [`Assembler::routine`] at its label.
    pub(crate) fn subroutine(&mut self, name: &str, inputs: usize, outputs: usize) -> Subroutine {
        Subroutine { label: self.label(name, inputs + 1), inputs, outputs }
    }

    /// Starts a routine at `entry`.
    pub(crate) fn routine(&mut self, entry: Label) -> Code<'_> {
        self.start(entry, None)
    }

    /// Starts the handler of `opcode`.
    pub(crate) fn handler(&mut self, opcode: u8, entry: Label) -> Code<'_> {
        self.start(entry, Some(opcode))
    }

    fn start(&mut self, entry: Label, slot: Option<u8>) -> Code<'_> {
        let name = self.labels[entry.0].name.clone();
        let mut code = Code {
            routine: Routine {
                name,
                slot,
                entry,
                items: Vec::new(),
                heights: Vec::new(),
                is_seldom: false,
            },
            height: self.labels[entry.0].height,
            reachable: false,
            asm: self,
        };
        code.bind(entry);
        code
    }

    /// Name of a label.
    pub(crate) fn name(&self, label: Label) -> &str {
        &self.labels[label.0].name
    }
}

/// Writes one routine. Every method that breaks the declared stack discipline panics: the emitter
/// has no input but its own source and the fork, so that is a defect of this crate, found by the
/// test that emits every fork.
#[derive(Debug)]
pub(crate) struct Code<'a> {
    asm: &'a mut Assembler,
    routine: Routine,
    /// Words in reach; `None` in a terminal routine, where nothing is counted.
    height: Option<usize>,
    reachable: bool,
}

impl Code<'_> {
    fn item(&mut self, item: Item) {
        assert!(self.reachable, "{}: unreachable code", self.routine.name);
        self.routine.heights.push(self.height);
        self.routine.items.push(item);
    }

    fn effect(&mut self, inputs: usize, outputs: usize) {
        if let Some(height) = &mut self.height {
            assert!(
                *height >= inputs,
                "{}: needs {inputs} words, found {height}, after {:?}",
                self.routine.name,
                self.routine.items
            );
            *height = *height - inputs + outputs;
        }
    }

    /// Opcodes without immediates and without jumps.
    pub(crate) fn ops(&mut self, ops: &[u8]) -> &mut Self {
        for &op in ops {
            assert!(!matches!(op, opcode::JUMP | opcode::JUMPI | opcode::JUMPDEST));
            let info = OpCode::new(op).expect("host opcodes are defined");
            self.item(Item::Op(op));
            self.effect(usize::from(info.inputs()), usize::from(info.outputs()));
            const ENDS: [u8; 5] = [
                opcode::STOP,
                opcode::RETURN,
                opcode::REVERT,
                opcode::INVALID,
                opcode::SELFDESTRUCT,
            ];
            if ENDS.contains(&op) {
                self.reachable = false;
            }
        }
        self
    }

    /// Writes a PUSH of a constant.
    pub(crate) fn push(&mut self, value: impl TryInto<U256>) -> &mut Self {
        let value = value.try_into().ok().expect("constants fit a word");
        if value.is_zero() {
            return self.ops(&[opcode::PUSH0]);
        }
        self.item(Item::Push(value.to_be_bytes_trimmed_vec()));
        self.effect(0, 1);
        self
    }

    /// The address of a label.
    fn address(&mut self, label: Label) -> &mut Self {
        self.item(Item::Address(label));
        self.effect(0, 1);
        self
    }

    fn check_jump(&self, label: Label) {
        if let (Some(wanted), Some(height)) = (self.asm.labels[label.0].height, self.height) {
            assert_eq!(
                wanted,
                height,
                "{}: jump to {} with the wrong height",
                self.routine.name,
                self.asm.name(label)
            );
        }
    }

    /// Jumps to `label`.
    pub(crate) fn jump(&mut self, label: Label) {
        self.address(label);
        self.item(Item::Op(opcode::JUMP));
        self.effect(1, 0);
        self.check_jump(label);
        self.reachable = false;
    }

    /// Takes a condition from the stack and jumps to `label` if it is not zero.
    pub(crate) fn jumpi(&mut self, label: Label) -> &mut Self {
        self.address(label);
        self.item(Item::Op(opcode::JUMPI));
        self.effect(2, 0);
        self.check_jump(label);
        self
    }

    /// Jumps to the address on the stack, to a place where `height` words are expected.
    pub(crate) fn jump_out(&mut self, height: usize) {
        self.item(Item::Op(opcode::JUMP));
        self.effect(1, 0);
        if let Some(found) = self.height {
            assert_eq!(height, found, "{}: leaves the wrong height", self.routine.name);
        }
        self.reachable = false;
    }

    /// Binds `label` here.
    pub(crate) fn bind(&mut self, label: Label) -> &mut Self {
        let info = &mut self.asm.labels[label.0];
        assert!(!info.bound, "label {} is bound twice", info.name);
        info.bound = true;
        let wanted = info.height;
        if self.reachable {
            self.check_jump(label);
        }
        self.height = wanted;
        self.reachable = true;
        self.item(Item::Bind(label));
        self
    }

    /// Calls a subroutine whose arguments are on the stack.
    pub(crate) fn call(&mut self, subroutine: Subroutine) -> &mut Self {
        let height = self.height();
        let name = format!("{}.return", self.routine.name);
        let after = height - subroutine.inputs + subroutine.outputs;
        let back = self.asm.label(name, after);
        self.address(back);
        self.address(subroutine.label);
        self.item(Item::Op(opcode::JUMP));
        self.reachable = false;
        self.bind(back)
    }

    /// Ends a subroutine: the return address is on top, the results below it.
    pub(crate) fn ret(&mut self, subroutine: Subroutine) {
        self.jump_out(subroutine.outputs);
    }

    /// Reorders the top of the stack with as few SWAPs as it takes: `before` and `after` name the
    /// same words, top first.
    pub(crate) fn arrange(&mut self, before: &str, after: &str) -> &mut Self {
        let mut stack: Vec<&str> = before.split_whitespace().collect();
        let wanted: Vec<&str> = after.split_whitespace().collect();
        let place = |name: &str| {
            let mut places = (0..wanted.len()).filter(|place| wanted[*place] == name);
            let first = places.next().expect("a word is named before and after");
            assert!(
                places.next().is_none() && stack_holds_once(before, name),
                "{name} is not unique"
            );
            first
        };
        assert_eq!(stack.len(), wanted.len(), "{before} / {after}");
        loop {
            let home = place(stack[0]);
            let with = if home == 0 {
                match (0..stack.len()).find(|at| place(stack[*at]) != *at) {
                    Some(at) => at,
                    None => return self,
                }
            } else {
                home
            };
            stack.swap(0, with);
            self.ops(&[opcode::SWAP1 + with as u8 - 1]);
        }
    }

    /// Words in reach here.
    pub(crate) fn height(&self) -> usize {
        self.height.expect("a terminal routine has no height")
    }

    /// A label of this routine at the current height plus `offset`.
    pub(crate) fn local(&mut self, name: &str, offset: isize) -> Label {
        let height = self.height().checked_add_signed(offset).expect("heights are positive");
        let name = format!("{}.{name}", self.routine.name);
        self.asm.label(name, height)
    }

    /// Starts to count: a terminal routine that from here on has `height` words in reach.
    pub(crate) fn assume(&mut self, height: usize) -> &mut Self {
        self.height = Some(height);
        self
    }

    /// Says that the routine runs so seldom that it may stand in pieces.
    pub(crate) fn seldom(&mut self) -> &mut Self {
        self.routine.is_seldom = true;
        self
    }

    /// Ends the routine.
    pub(crate) fn end(&mut self) {
        assert!(!self.reachable, "{}: falls out at its end", self.routine.name);
        let routine = self.routine.clone();
        self.asm.routines.push(routine);
    }
}

fn stack_holds_once(stack: &str, name: &str) -> bool {
    stack.split_whitespace().filter(|word| *word == name).count() == 1
}
