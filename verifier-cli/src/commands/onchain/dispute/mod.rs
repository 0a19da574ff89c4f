//! Commands about what operators commit to: commit, challenge, ask, answer, and what time makes due.
//! `specs/14-chain.md`, section Disputes.
//!
//! `file` is what is at hand, `looked` what is false in it, `desk` the chain where it is disputed,
//! `report` what is said of it.

mod answer;
mod ask;
mod challenge;
mod desk;
mod file;
mod looked;
mod post;
mod report;
mod settle;

pub(in crate::commands) use self::file::{AtHand, Named};
pub(in crate::commands) use self::{
    answer::Answer, ask::Ask, challenge::Challenge, post::Post, settle::Settle,
};
pub(super) use self::{
    challenge::{Bench, Judging, judged},
    desk::Desk,
    post::{posted, provable},
};
