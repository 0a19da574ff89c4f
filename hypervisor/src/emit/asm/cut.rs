//! Cuts routines into pieces that fill what the slots leave free.
//!
//! Behind an unconditional jump nothing but a label follows: what begins there is a piece of its own, at no cost.
//! A routine that runs seldom is cut anywhere too: its piece ends in a jump to the next.

use revm::bytecode::opcode;

use super::{Assembler, Item, Label, Routine};

/// `PUSH2 label JUMP`, at the end of a piece that goes on in another.
const JUMP_ON: usize = 4;

impl Routine {
    /// The pieces between which nothing falls through, in order.
    pub(super) fn at_ends(mut self) -> Vec<Self> {
        let mut pieces = Vec::new();
        let behind_end = |at: &usize| -> bool {
            matches!(self.items[*at], Item::Bind(_)) && ends(&self.items[at - 1])
        };
        let starts: Vec<usize> = (1..self.items.len()).filter(behind_end).collect();
        for start in starts.into_iter().rev() {
            pieces.push(self.split_off(start));
        }
        pieces.push(self);
        pieces.reverse();
        pieces
    }

    /// What stands from the item at `at` on, which must be a label.
    fn split_off(&mut self, at: usize) -> Self {
        let items = self.items.split_off(at);
        let heights = self.heights.split_off(at);
        let Item::Bind(entry) = items[0] else { unreachable!("a piece begins with a label") };
        Self {
            name: self.name.clone(),
            slot: None,
            entry,
            items,
            heights,
            is_seldom: self.is_seldom,
        }
    }
}

/// Whether what stands behind `item` is reached by its label alone.
fn ends(item: &Item) -> bool {
    const ENDS: [u8; 5] =
        [opcode::JUMP, opcode::STOP, opcode::RETURN, opcode::REVERT, opcode::INVALID];
    matches!(item, Item::Op(op) if ENDS.contains(op))
}

impl Assembler {
    /// Cuts `routine` so that its first piece, with a jump to the rest, has at most `room` bytes; none, if no piece
    /// of it is that small.
    pub(super) fn cut(
        &mut self,
        mut routine: Routine,
        room: usize,
    ) -> Result<(Routine, Routine), Routine> {
        let mut size = 0;
        let mut at = 0;
        while let Some(item) = routine.items.get(at)
            && size + item.size() + JUMP_ON <= room
        {
            size += item.size();
            at += 1;
        }
        // A label of its own is no piece, and the address that a jump takes is not parted from it.
        while at > 1 && matches!(routine.items[at - 1], Item::Address(_)) {
            at -= 1;
        }
        if at < 2 || at >= routine.items.len() {
            return Err(routine);
        }
        let height = routine.heights[at];
        let next = match routine.items[at] {
            Item::Bind(label) => label,
            _ => {
                let next = self.new_label(format!("{}.on", routine.name), height);
                self.labels[next.0].bound = true;
                routine.items.insert(at, Item::Bind(next));
                routine.heights.insert(at, height);
                next
            }
        };
        let rest = routine.split_off(at);
        routine.jump_on(next, height);
        Ok((routine, rest))
    }
}

impl Routine {
    fn jump_on(&mut self, next: Label, height: Option<usize>) {
        self.items.extend([Item::Address(next), Item::Op(opcode::JUMP)]);
        self.heights.extend([height, height.map(|height| height + 1)]);
    }
}
