//! The provers of the access audit: what they are given is a claim that is made by hand, in which one
//! thing is false, or none.

#[path = "../mpt/model.rs"]
mod model;

mod answer;
mod claim;
mod effect;
mod reads;
mod records;
mod sources;
mod world;
