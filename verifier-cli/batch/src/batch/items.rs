//! What there is to verify: the containers and inputs in files, folders, archives and streams.

use std::{
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
    sync::{Arc, Mutex},
};

use iso_evm_wire::container::{Containers, MAGIC, StreamError};
use iso_evm_witness::input::{Document, document::recognise};

use super::{
    lines,
    paths::{Found, is_stream},
    place::Place,
    table_rows::{self, Ids},
};
use crate::{
    FileError, ItemError,
    files::{self, MAX_SIZE},
    room::{Counted, Held, Room},
    source::{self, Progress},
    walk::{self, Endings, TABLE},
    workers::locked,
};

/// What is taken from folders and archives; a file that is named is taken in any case.
pub(crate) const ENDINGS: Endings = &[".bin", ".json", TABLE];

/// One witness, or what one is recorded of.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) place: Place,
    pub(crate) content: Content,
    /// Room for the content.
    pub(crate) held: Held,
}

/// What an item is.
#[derive(Debug)]
pub(crate) enum Content {
    /// The bytes of a container.
    Witness(Vec<u8>),
    /// An `INPUT.json`.
    Input(Vec<u8>),
    /// Neither can be had.
    Unreadable(ItemError),
}

/// What is met on the way.
#[derive(Debug)]
pub(crate) enum Met {
    /// Bytes on disk that were read.
    Read(u64),
    Item(Item),
}

/// Hands every item to `meet`, in order of name, until that says `false`. A path in which there is none
/// is an item that cannot be verified.
pub(crate) fn each(paths: &[Found], room: &Arc<Room>, mut meet: impl FnMut(Met) -> bool) {
    let mut ids = Ids::default();
    for one in paths {
        let path = &one.path;
        let (found, mut go_on) = (Cell::new(false), true);
        let mut meet = |met| {
            found.set(found.get() || matches!(met, Met::Item(_)));
            meet(met)
        };
        if is_stream(path) {
            let source = files::name(path).into();
            go_on = items(&source, Ok(&mut io::stdin().lock()), room, &mut meet);
        } else if one.is_irregular() {
            let source = files::name(path).into();
            go_on = items(&source, Err(walk::irregular()), room, &mut meet);
        } else {
            source::each(std::slice::from_ref(path), ENDINGS, room, |progress| {
                go_on = match progress {
                    Progress::Read(bytes) => meet(Met::Read(bytes)),
                    Progress::File(source, read) => items(&source, read, room, &mut meet),
                    Progress::Table(source, file) => {
                        table_rows::each(&source, file, room, &mut ids, &mut meet)
                    }
                };
                go_on
            });
        }
        if go_on && !found.get() {
            let error = FileError::Nothing { file: files::name(path) };
            let (source, held) = (files::name(path).into(), Mutex::new(room.hold()));
            let mut nothing = Source { source: &source, held: &held, meet: &mut meet };
            go_on = nothing.item(0, None, |_| Content::Unreadable(error.into()));
        }
        if !go_on {
            return;
        }
    }
}

/// A file or stream whose items are handed on.
struct Source<'a, M> {
    source: &'a Arc<str>,
    /// Room for what is read of it.
    held: &'a Mutex<Held>,
    meet: &'a mut M,
}

impl<M: FnMut(Met) -> bool> Source<'_, M> {
    /// Hands on an item, with the room that is held for it.
    fn item(
        &mut self,
        container: usize,
        line: Option<u64>,
        content: impl FnOnce(&Place) -> Content,
    ) -> bool {
        let place = Place { source: self.source.clone(), container, line, id: None };
        let (content, held) = (content(&place), locked(self.held).take());
        (self.meet)(Met::Item(Item { place, content, held }))
    }
}

/// Hands on the items of a file or stream.
fn items(
    source: &Arc<str>,
    read: io::Result<&mut dyn Read>,
    room: &Arc<Room>,
    meet: &mut impl FnMut(Met) -> bool,
) -> bool {
    let held = &Mutex::new(room.hold());
    let mut items = Source { source, held, meet };
    let mut read = match read.map(BufReader::new) {
        Ok(read) => read,
        Err(error) => return items.item(0, None, |place| unreadable(place, error)),
    };
    let is_container = match read.fill_buf() {
        Ok(bytes) => bytes.first() == MAGIC.first(),
        // Reading on says the same again.
        Err(_) => false,
    };
    if !is_container {
        return lines::each(source, read, held, |container, line, read| {
            items.item(container, line, |place| match read {
                Ok(bytes) => text(place, bytes),
                Err(error) => unreadable(place, error),
            })
        });
    }
    let containers = Containers::new(Counted::new(read, held), MAX_SIZE);
    containers.enumerate().all(|(index, bytes)| {
        items.item(index, None, |place| match bytes {
            Ok(bytes) => Content::Witness(bytes),
            Err(StreamError::Io(error)) => unreadable(place, error),
            Err(StreamError::Container(error)) => {
                Content::Unreadable(ItemError::Container { file: place.to_string(), error })
            }
            Err(StreamError::Oversized { limit }) => {
                Content::Unreadable(FileError::Oversized { file: place.to_string(), limit }.into())
            }
        })
    })
}

/// An input; what is none is told when it is looked at.
fn text(place: &Place, bytes: Vec<u8>) -> Content {
    if bytes.is_empty() {
        Content::Unreadable(FileError::Empty { file: place.to_string() }.into())
    } else if place.line.is_some() || is_input(&bytes) {
        Content::Input(bytes)
    } else {
        Content::Witness(bytes)
    }
}

/// Whether bytes are not those of a witness, but what may be recorded, or is told by its name.
fn is_input(bytes: &[u8]) -> bool {
    let other = |document| !matches!(document, Document::Witness | Document::Unknown);
    files::is_json(bytes) || recognise(bytes).is_ok_and(|(document, _)| other(document))
}

fn unreadable(place: &Place, error: io::Error) -> Content {
    Content::Unreadable(FileError::Read { file: place.to_string(), error }.into())
}
