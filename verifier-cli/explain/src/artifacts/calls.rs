//! Functions of the source that are under way, told by the jumps between them, and by what runs on without a jump:
//! there the optimizer has put a function into another.

use super::{Jump, Place};

/// Functions that have called one another, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Calls {
    open: Vec<Open>,
    /// Whether the instruction before has entered a function.
    entering: bool,
    /// What was jumped to and is no function's that is under way: code that functions share.
    shared: Option<Place>,
    /// Whether there was a jump behind the last instruction whose function is known.
    jumped: bool,
    /// The function that the contract was called for, once it has been left: what follows is how it returns, code
    /// that functions share.
    left: Option<Place>,
}

/// A function under way.
#[derive(Debug)]
struct Open {
    /// What it has come to; none as long as the source map does not place it.
    place: Option<Place>,
    /// Whether it was put into the one before it: nothing jumps out of it.
    inlined: bool,
}

/// Functions in one another: more than the guest's stack can hold.
const DEPTH: usize = 1024;

impl Calls {
    /// Takes the next instruction, by its place, and whether it is the one behind the last.
    pub(super) fn step(&mut self, place: Option<Place>, follows: bool) {
        let jump = place.as_ref().map_or(Jump::None, |place| place.jump);
        let named = place.filter(|place| place.function.is_some());
        self.jumped |= !follows;
        if std::mem::take(&mut self.entering) {
            self.shared = None;
            self.jumped = false;
            self.enter(named);
        } else if let Some(place) = named {
            let follows = !std::mem::take(&mut self.jumped);
            self.come_to(place, follows);
        }
        match jump {
            Jump::In => self.entering = true,
            Jump::Out => {
                self.leave_inlined();
                let left = self.open.pop().and_then(|open| open.place);
                if self.open.is_empty() && self.left.is_none() {
                    self.left = left.filter(|left| !left.generated);
                }
                self.shared = None;
            }
            Jump::None => {}
        }
    }

    fn come_to(&mut self, place: Place, follows: bool) {
        // The function itself, and those that it was put into.
        let behind = self.open.iter().rev().take_while(|open| open.inlined).count() + 1;
        let first = self.open.len().saturating_sub(behind);
        let is_it = |open: &Open| open.place.as_ref().is_none_or(|it| it.is_of_function_of(&place));
        if let Some(at) = self.open[first..].iter().rposition(is_it) {
            self.open.truncate(first + at + 1);
            self.shared = None;
            if let Some(open) = self.open.last_mut() {
                open.place = Some(place);
            }
        } else if self.open.is_empty() {
            // A function that was not jumped to is one that the contract is called for.
            let shown = match &self.left {
                Some(left) => {
                    self.shared = Some(place);
                    left.clone()
                }
                None => place,
            };
            self.open.push(Open { place: Some(shown), inlined: false });
        } else if self.shared.as_ref().is_some_and(|shared| shared.is_of_function_of(&place)) {
            // More of the same.
        } else if follows && self.open.len() < DEPTH {
            self.open.push(Open { place: Some(place), inlined: true });
        } else {
            self.shared = Some(place);
        }
    }

    fn enter(&mut self, place: Option<Place>) {
        // What unpacks the arguments has the place of the whole function, which it then jumps to.
        let unpacks = |last: &Place, place: &Place| {
            last.is_of_function_of(place)
                && (last.start, last.length) == (place.start, place.length)
        };
        let last = self.open.last().and_then(|open| open.place.as_ref());
        if last.zip(place.as_ref()).is_some_and(|(last, place)| unpacks(last, place)) {
            self.open.pop();
        }
        if self.open.len() < DEPTH {
            self.open.push(Open { place, inlined: false });
        }
    }

    fn leave_inlined(&mut self) {
        while self.open.pop_if(|open| open.inlined).is_some() {}
    }

    /// Where the functions are that come from a source of somebody's own.
    pub(super) fn places(self) -> Vec<Place> {
        let places = self.open.into_iter().filter_map(|open| open.place);
        places.filter(|place| !place.generated).collect()
    }
}
