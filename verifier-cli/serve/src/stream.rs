//! Bodies that are given piece by piece: a file as it is read, a page while whoever made it waits. However slow
//! somebody takes them, little of them is held for it.

use std::{fs::File, io::Read};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::{sync::OwnedSemaphorePermit, task::spawn_blocking};

/// How much is read at once.
const PIECE: usize = 64 << 10;

/// The bytes of a file.
pub(crate) fn file(file: File) -> Body {
    Body::from_stream(stream::try_unfold(file, |mut file| async move {
        let read = spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let count = file.read(&mut piece)?;
            piece.truncate(count);
            Ok::<_, std::io::Error>((count > 0).then(|| (Bytes::from(piece), file)))
        });
        read.await.map_err(std::io::Error::other)?
    }))
}

/// A text, with a permit that is given back when it is taken.
pub(crate) fn text(text: String, permit: OwnedSemaphorePermit) -> Body {
    Body::from_stream(stream::unfold((Bytes::from(text), permit), |(mut rest, permit)| async {
        let piece = rest.split_to(rest.len().min(PIECE));
        (!piece.is_empty()).then(|| (Ok::<_, std::convert::Infallible>(piece), (rest, permit)))
    }))
}
