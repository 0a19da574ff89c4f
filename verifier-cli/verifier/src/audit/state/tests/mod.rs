//! The state against revm's journal, and what cannot be seen in one.

mod differential;
mod model;
mod random_runs;
mod rules;
mod siblings;
