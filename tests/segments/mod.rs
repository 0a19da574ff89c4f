//! Messages by their segments: `specs/19-segments.md`. Every message that any test puts before both
//! engines is put before them by its segments too (`harness::audit`); here stand all strides over a
//! fixed sample, what segments of long guests take, and the dearest that can be made.

mod edges;
mod guests;
mod lies;
mod strides;
mod worst;
