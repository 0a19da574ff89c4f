//! Records a transaction run in revm as one [`MessageWitness`] per call frame.

pub mod block;
pub mod container;
pub mod encoding;
pub mod execute;
pub mod fork;
pub mod input;
pub mod layout;
pub mod message;
pub mod prestate;
pub mod recorder;
pub mod records;
pub mod state_root;
pub mod transaction;

pub use container::Witness;
pub use execute::{ExecuteError, Execution, Recording, record};
pub use fork::Fork;
pub use input::Input;
pub use message::{AccessWitness, MessageWitness};
pub use recorder::{Recorded, Recorder, RecorderError};
