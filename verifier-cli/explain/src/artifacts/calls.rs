//! Functions of the source that are under way, told by the jumps between them.

use super::{Jump, Place};

/// Functions that have called one another, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// What each function has come to; none for one that the source map does not place.
    open: Vec<Option<Place>>,
    /// Whether the instruction before has entered a function.
    entering: bool,
}

/// Functions in one another: more than the guest's stack can hold.
const DEPTH: usize = 1024;

impl Calls {
    /// Takes the next instruction, by its place.
    pub(super) fn step(&mut self, place: Option<Place>) {
        let jump = place.as_ref().map_or(Jump::None, |place| place.jump);
        let named = place.filter(|place| place.function.is_some());
        if std::mem::take(&mut self.entering) {
            self.enter(named);
        } else {
            match (self.open.last_mut(), named) {
                // A function that was not jumped to is one that the contract is called for.
                (None, Some(place)) => self.open.push(Some(place)),
                (Some(Some(last)), Some(place)) if same_function(last, &place) => *last = place,
                // Code that functions share, and what was put into this one.
                _ => {}
            }
        }
        match jump {
            Jump::In => self.entering = true,
            Jump::Out => {
                self.open.pop();
            }
            Jump::None => {}
        }
    }

    fn enter(&mut self, place: Option<Place>) {
        // What unpacks the arguments has the place of the whole function, which it then jumps to.
        let unpacked = match (self.open.last(), &place) {
            (Some(Some(last)), Some(place)) => {
                same_function(last, place)
                    && (last.start, last.length) == (place.start, place.length)
            }
            _ => false,
        };
        if unpacked {
            self.open.pop();
        }
        if self.open.len() < DEPTH {
            self.open.push(place);
        }
    }

    /// Where the functions are that come from a source of somebody's own.
    pub(super) fn places(self) -> Vec<Place> {
        self.open.into_iter().flatten().filter(|place| !place.generated).collect()
    }
}

fn same_function(one: &Place, other: &Place) -> bool {
    (&one.file, &one.contract, &one.function) == (&other.file, &other.contract, &other.function)
}
