//! What there is to verify: the containers and inputs in files, folders, archives and streams.

use std::{
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use alloy_primitives::FixedBytes;
use iso_evm_verifier::hash::keccak256;
use iso_evm_wire::container::{Containers, MAGIC, StreamError};

use crate::{
    FileError, ItemError,
    files::{self, MAX_SIZE, STANDARD},
    room::{self, Counted, Held, Room},
    source::{self, Endings, Progress},
    workers::locked,
};

/// What is taken from folders and archives; a file that is named is taken in any case.
const ENDINGS: Endings = &[".bin", ".json"];

/// One witness, or what one is recorded of.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) source: Arc<str>,
    /// Which of the source's containers.
    pub(crate) container: usize,
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

/// Names an item in little room.
pub(crate) type Key = FixedBytes<16>;

/// The key of a container of a source.
pub(crate) fn key(source: &str, container: usize) -> Key {
    let name = [source.as_bytes(), &container.to_be_bytes()].concat();
    Key::from_slice(&keccak256(&name)[..16])
}

impl Item {
    pub(crate) fn key(&self) -> Key {
        key(&self.source, self.container)
    }
}

/// What is met on the way.
#[derive(Debug)]
pub(crate) enum Met {
    /// Bytes on disk that were read.
    Read(u64),
    Item(Item),
}

/// Bytes on disk of all files that a run reads; `None` if some of it is a stream.
pub fn size(paths: &[PathBuf]) -> Option<u64> {
    let paths = expanded(paths).ok()?;
    (!paths.iter().any(|path| is_stream(path))).then(|| source::size(&paths, ENDINGS))
}

fn is_stream(path: &Path) -> bool {
    path.as_os_str() == STANDARD
}

/// The paths, with the patterns among them replaced by what they match.
///
/// # Errors
///
/// If one of them is not there.
pub(crate) fn expanded(paths: &[PathBuf]) -> Result<Vec<PathBuf>, FileError> {
    let mut all = Vec::new();
    for path in paths {
        let matches = pattern(path);
        if matches.is_empty() {
            all.push(path.clone());
        } else {
            all.extend(matches);
        }
    }
    let files: Vec<_> = all.iter().filter(|path| !is_stream(path)).cloned().collect();
    source::exist(&files)?;
    Ok(all)
}

/// What a pattern matches, in order of name; nothing if there is a file of that name, or if it is
/// none.
fn pattern(path: &Path) -> Vec<PathBuf> {
    let Some(text) = path.to_str().filter(|_| !path.exists() && !is_stream(path)) else {
        return Vec::new();
    };
    glob::glob(text).map_or_else(|_| Vec::new(), |matches| matches.filter_map(Result::ok).collect())
}

/// Hands every item to `meet`, in order of name, until that says `false`.
pub(crate) fn each(paths: &[PathBuf], room: &Arc<Room>, mut meet: impl FnMut(Met) -> bool) {
    for path in paths {
        let go_on = if is_stream(path) {
            let source = files::name(path).into();
            items(&source, Ok(&mut io::stdin().lock()), room, &mut meet)
        } else {
            let mut go_on = true;
            source::each(std::slice::from_ref(path), ENDINGS, room, |progress| {
                go_on = match progress {
                    Progress::Read(bytes) => meet(Met::Read(bytes)),
                    Progress::File(source, read) => items(&source, read, room, &mut meet),
                };
                go_on
            });
            go_on
        };
        if !go_on {
            return;
        }
    }
}

/// Hands on the items of a file or stream.
fn items(
    source: &Arc<str>,
    read: io::Result<&mut dyn Read>,
    room: &Arc<Room>,
    meet: &mut impl FnMut(Met) -> bool,
) -> bool {
    let file = || source.to_string();
    let held = Mutex::new(room.hold());
    let mut meet = |container, content| {
        let (source, held) = (source.clone(), locked(&held).take());
        meet(Met::Item(Item { source, container, content, held }))
    };
    let mut read = match read.map(BufReader::new) {
        Ok(read) => read,
        Err(error) => {
            let error = FileError::Read { file: file(), error };
            return meet(0, Content::Unreadable(error.into()));
        }
    };
    let is_container = match read.fill_buf() {
        Ok(bytes) => bytes.first() == MAGIC.first(),
        // Reading on says the same again.
        Err(_) => false,
    };
    if !is_container {
        return meet(0, json(Counted::new(read, &held), file));
    }
    Containers::new(Counted::new(read, &held), MAX_SIZE).enumerate().all(|(index, bytes)| {
        let error = match bytes {
            Ok(bytes) => return meet(index, Content::Witness(bytes)),
            Err(StreamError::Io(error)) => FileError::Read { file: file(), error }.into(),
            Err(StreamError::Container(error)) => ItemError::Container { file: file(), error },
            Err(StreamError::Oversized { limit }) => {
                FileError::Oversized { file: file(), limit }.into()
            }
        };
        meet(index, Content::Unreadable(error))
    })
}

/// An input; what is none is told when it is looked at.
fn json(read: impl Read, file: impl Fn() -> String) -> Content {
    match room::whole(read, MAX_SIZE) {
        Ok(bytes) if bytes.is_empty() => {
            Content::Unreadable(FileError::Empty { file: file() }.into())
        }
        Ok(bytes) if files::is_json(&bytes) => Content::Input(bytes),
        Ok(bytes) => Content::Witness(bytes),
        Err(error) => Content::Unreadable(FileError::Read { file: file(), error }.into()),
    }
}
