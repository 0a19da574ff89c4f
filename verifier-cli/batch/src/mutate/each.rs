//! Campaigns over all witnesses in files, folders and archives, one after the other.

use std::{path::PathBuf, sync::Arc};

use super::{Campaign, MutateError, MutateEvent, MutateOptions, run};
use crate::{
    FileError, READ_LIMIT, ReadLimit,
    batch::{
        items::{self, Item, Met},
        witness,
    },
    room::Room,
};

/// What has become of a witness's mutants.
#[derive(Debug)]
pub struct Mutated {
    /// The file, as it was found; within an archive, behind the archive's name.
    pub source: Arc<str>,
    /// Which of the source's containers.
    pub container: usize,
    /// The campaign; an error if there was none.
    pub campaign: Result<Campaign, MutateError>,
}

/// Mutates all that is in `paths` and below. `on_done` hears of each witness as soon as its campaign is
/// over; what cannot be read or mutated is told there, and the others go on.
///
/// # Errors
///
/// If one of the paths is not there.
pub fn each(
    paths: &[PathBuf],
    options: &MutateOptions,
    on_event: &(dyn Fn(MutateEvent) + Sync),
    mut on_done: impl FnMut(Mutated),
) -> Result<(), FileError> {
    let paths = items::expanded(paths)?;
    let room = Room::new(ReadLimit { bytes: READ_LIMIT, name: None });
    items::each(&paths, &room, |met| {
        if let Met::Item(Item { source, container, content, held: _held }) = met {
            let campaign = witness(content, || source.to_string())
                .map_err(MutateError::from)
                .and_then(|witness| run(&witness.into_witness(), options, on_event));
            on_done(Mutated { source, container, campaign });
        }
        true
    });
    Ok(())
}
