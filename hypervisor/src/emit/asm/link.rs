//! Lays out the routines of a contract: each handler in its slot, and everything else in the room
//! that the slots leave or behind them. [`super::cut`] makes pieces of what does not fit.

use alloy_primitives::Bytes;
use revm::bytecode::opcode;

use super::{Assembler, Item, Label, Routine};

/// Distance of two slots, in bytes: dispatch jumps to `opcode * STRIDE`.
pub(crate) const STRIDE: usize = 64;
/// Number of slots: one for each value of a byte.
const SLOTS: usize = 256;

/// `JUMPDEST PUSH2 label JUMP`.
const STUB: usize = 5;

/// The smallest gap that is worth the jump out of it.
const LEAST: usize = 16;

/// Where routines can still be placed, and where they are.
#[derive(Debug, Default)]
struct Room {
    placed: Vec<(usize, Routine)>,
    stubs: Vec<(usize, Label)>,
    /// Address and size of what slots leave free.
    gaps: Vec<(usize, usize)>,
    /// Where what is behind the slots ends.
    end: usize,
}

impl Room {
    /// The smallest gap that holds a routine.
    fn gap_for(&self, routine: &Routine) -> Option<usize> {
        let size = routine.size();
        let fits = (0..self.gaps.len()).filter(|gap| self.gaps[*gap].1 >= size);
        fits.min_by_key(|gap| (self.gaps[*gap].1, *gap))
    }

    fn place_in(&mut self, gap: usize, routine: Routine) {
        let size = routine.size();
        let (address, room) = self.gaps[gap];
        self.gaps[gap] = (address + size, room - size);
        self.placed.push((address, routine));
    }

    fn place_behind(&mut self, routine: Routine) {
        let size = routine.size();
        self.placed.push((self.end, routine));
        self.end += size;
    }
}

/// A contract: its bytes, and where each routine of it stands.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    pub(crate) code: Bytes,
    /// Address and routine, ascending.
    pub(crate) placed: Vec<(usize, Routine)>,
    /// Slots that only jump: address and target.
    pub(crate) stubs: Vec<(usize, Label)>,
    pub(crate) names: Vec<String>,
    pub(crate) addresses: Vec<usize>,
}

impl Assembler {
    /// Lays out a contract with a dispatch table: slots without a handler jump to `undefined`.
    pub(crate) fn link_slots(mut self, undefined: Label) -> Linked {
        let mut room = Room::default();
        let mut rest = Vec::new();
        let mut slots: Vec<Option<Routine>> = vec![None; SLOTS];
        for routine in std::mem::take(&mut self.routines) {
            let mut pieces = routine.at_ends().into_iter();
            let first = pieces.next().expect("a routine has an entry");
            match first.slot {
                Some(slot) => {
                    assert!(slots[usize::from(slot)].is_none(), "slot {slot:#x} is taken");
                    slots[usize::from(slot)] = Some(first);
                }
                None => rest.push(first),
            }
            rest.extend(pieces);
        }
        for (index, slot) in slots.into_iter().enumerate() {
            let address = index * STRIDE;
            let used = match slot {
                Some(routine) if routine.size() <= STRIDE => {
                    let size = routine.size();
                    room.placed.push((address, routine));
                    size
                }
                Some(routine) => {
                    room.stubs.push((address, routine.entry));
                    rest.push(routine);
                    STUB
                }
                None => {
                    room.stubs.push((address, undefined));
                    STUB
                }
            };
            room.gaps.push((address + used, STRIDE - used));
        }
        room.end = SLOTS * STRIDE;
        // Largest first, each into the smallest gap that holds it; what may be cut comes last.
        rest.sort_by_key(|routine| {
            (routine.is_seldom, std::cmp::Reverse(routine.size()), routine.entry)
        });
        let mut whole = Vec::new();
        for routine in rest {
            match room.gap_for(&routine) {
                Some(gap) => room.place_in(gap, routine),
                None if routine.is_seldom => whole.push(routine),
                None => room.place_behind(routine),
            }
        }
        for routine in whole {
            self.place_in_pieces(&mut room, routine);
        }
        self.finish(room.placed, room.stubs, room.end)
    }

    /// Fills the largest gaps that are left with pieces of `routine`.
    fn place_in_pieces(&mut self, room: &mut Room, mut routine: Routine) {
        loop {
            if let Some(gap) = room.gap_for(&routine) {
                return room.place_in(gap, routine);
            }
            let largest = (0..room.gaps.len()).max_by_key(|gap| room.gaps[*gap].1);
            let largest = largest.filter(|gap| room.gaps[*gap].1 >= LEAST);
            let Some(gap) = largest else { return room.place_behind(routine) };
            match self.cut(routine, room.gaps[gap].1) {
                Ok((piece, on)) => {
                    room.place_in(gap, piece);
                    routine = on;
                }
                Err(whole) => {
                    // An item is larger than the gap.
                    room.gaps[gap].1 = 0;
                    routine = whole;
                }
            }
        }
    }

    /// Lays out a contract without a dispatch table, in the order in which it was written.
    pub(crate) fn link_plain(self) -> Linked {
        let mut placed = Vec::new();
        let mut end = 0;
        for routine in self.routines.iter().cloned() {
            let size = routine.size();
            placed.push((end, routine));
            end += size;
        }
        self.finish(placed, Vec::new(), end)
    }

    fn finish(
        self,
        mut placed: Vec<(usize, Routine)>,
        stubs: Vec<(usize, Label)>,
        end: usize,
    ) -> Linked {
        placed.sort_by_key(|(address, _)| *address);
        let mut addresses = vec![usize::MAX; self.labels.len()];
        for (address, routine) in &placed {
            let mut at = *address;
            for item in &routine.items {
                if let Item::Bind(label) = item {
                    addresses[label.0] = at;
                }
                at += item.size();
            }
        }
        let address_of = |label: Label| -> [u8; 2] {
            let address = addresses[label.0];
            assert!(address != usize::MAX, "label {} is not bound", self.labels[label.0].name);
            u16::try_from(address).expect("addresses fit 16 bits").to_be_bytes()
        };
        let mut code = vec![opcode::INVALID; end];
        for (address, target) in &stubs {
            let [high, low] = address_of(*target);
            code[*address..*address + STUB].copy_from_slice(&[
                opcode::JUMPDEST,
                opcode::PUSH2,
                high,
                low,
                opcode::JUMP,
            ]);
        }
        for (address, routine) in &placed {
            let mut bytes = Vec::with_capacity(routine.size());
            for item in &routine.items {
                match item {
                    Item::Op(op) => bytes.push(*op),
                    Item::Bind(_) => bytes.push(opcode::JUMPDEST),
                    Item::Push(constant) => {
                        bytes.push(opcode::PUSH0 + constant.len() as u8);
                        bytes.extend_from_slice(constant);
                    }
                    Item::Address(label) => {
                        bytes.push(opcode::PUSH2);
                        bytes.extend_from_slice(&address_of(*label));
                    }
                }
            }
            code[*address..*address + bytes.len()].copy_from_slice(&bytes);
        }
        let names = self.labels.into_iter().map(|label| label.name).collect();
        Linked { code: code.into(), placed, stubs, names, addresses }
    }
}

impl Linked {
    /// The contract's bytes.
    pub(crate) fn code(&self) -> &Bytes {
        &self.code
    }

    /// Every opcode that the contract holds, slots' stubs included; immediates are skipped.
    pub(crate) fn opcodes(&self) -> impl Iterator<Item = u8> + '_ {
        let items = self.placed.iter().flat_map(|(_, routine)| &routine.items);
        let of_items = items.map(|item| match item {
            Item::Op(op) => *op,
            Item::Bind(_) => opcode::JUMPDEST,
            Item::Push(constant) => opcode::PUSH0 + constant.len() as u8,
            Item::Address(_) => opcode::PUSH2,
        });
        let stub = [opcode::JUMPDEST, opcode::PUSH2, opcode::JUMP];
        of_items.chain(self.stubs.iter().flat_map(move |_| stub))
    }
}
