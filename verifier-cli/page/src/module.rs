//! The module's functions, for whoever has instantiated it: room for a question, the question asked,
//! where the answer is.
//!
//! What goes in and out has one form: four bytes, the length of the JSON, little-endian; the JSON; the
//! bytes beside it. An answer's JSON is `{"said": …}` or `{"error": "…"}`.

use std::cell::RefCell;

use serde_json::json;

use crate::{Answer, ask};

thread_local! {
    /// The question, and after it is asked the answer.
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a question of this length, and says where it is.
#[unsafe(no_mangle)]
pub extern "C" fn iso_room(length: usize) -> *mut u8 {
    ROOM.with_borrow_mut(|room| {
        room.clear();
        room.resize(length, 0);
        room.as_mut_ptr()
    })
}

/// Answers the question in the room, and says where the answer is.
#[unsafe(no_mangle)]
pub extern "C" fn iso_ask() -> *const u8 {
    ROOM.with_borrow_mut(|room| {
        *room = framed(&std::mem::take(room));
        room.as_ptr()
    })
}

/// Length of the answer.
#[unsafe(no_mangle)]
pub extern "C" fn iso_length() -> usize {
    ROOM.with_borrow(Vec::len)
}

/// Answers a framed question by a framed answer.
pub fn framed(question: &[u8]) -> Vec<u8> {
    // What is no frame is no question either.
    let (question, bytes) = parts(question).unwrap_or_default();
    let (json, bytes) = match ask(question, bytes) {
        Ok(Answer { said, bytes }) => (json!({ "said": said }), bytes),
        Err(error) => (json!({ "error": error.to_string() }), Vec::new()),
    };
    let json = json.to_string();
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), json.as_bytes(), &bytes].concat()
}

/// JSON and bytes of what is framed.
fn parts(framed: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = framed.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// There is no chance in the module: who asks for it is refused.
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod chance {
    fn none(_: &mut [u8]) -> Result<(), getrandom::Error> {
        Err(getrandom::Error::UNSUPPORTED)
    }

    getrandom::register_custom_getrandom!(none);
}
