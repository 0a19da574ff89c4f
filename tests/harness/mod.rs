//! What the tests stand on.

pub(crate) mod audit;
pub(crate) mod blessed;
pub(crate) mod frame;
pub(crate) mod guest;
pub(crate) mod host;
pub(crate) mod proved;
pub(crate) mod random;
pub(crate) mod segments;

pub(crate) use iso_evm_testing::{fixtures, npm, parallel, program};
