//! The provers of the access audit: what they are given is a claim that is made by hand, in which one
//! thing is false, or none.

mod sources;
