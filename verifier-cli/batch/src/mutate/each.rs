//! Campaigns over all witnesses in files, folders and archives, one after the other.

use std::path::PathBuf;

use super::{Campaign, MutateError, MutateEvent, MutateOptions, run};
use crate::{
    FileError, READ_LIMIT, ReadLimit,
    batch::{
        Place,
        items::{self, Item, Met},
        paths, witness,
    },
    room::Room,
};

/// What has become of a witness's mutants.
#[derive(Debug)]
pub struct Mutated {
    /// Which witness it is.
    pub place: Place,
    /// The campaign; an error if there was none.
    pub campaign: Result<Campaign, MutateError>,
}

/// Mutates all that is in `paths` and below. `on_done` hears of each witness as soon as its campaign is
/// over; what cannot be read or mutated is told there, and the others go on.
///
/// # Errors
///
/// If one of the paths is not there, or there is nothing in any.
pub fn each(
    paths: &[PathBuf],
    options: &MutateOptions,
    on_event: &(dyn Fn(MutateEvent) + Sync),
    mut on_done: impl FnMut(Mutated),
) -> Result<(), FileError> {
    let paths = paths::expanded(paths)?;
    let room = Room::new(ReadLimit { bytes: READ_LIMIT, name: None });
    items::each(&paths, &room, |met| {
        if let Met::Item(Item { place, content, held: _held }) = met {
            let campaign = witness(content, false, &mut Vec::new(), || place.to_string())
                .map_err(MutateError::from)
                .and_then(|witness| run(&witness.into_witness(), options, on_event));
            on_done(Mutated { place, campaign });
        }
        true
    });
    Ok(())
}
