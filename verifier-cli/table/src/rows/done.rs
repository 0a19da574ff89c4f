//! [`DoneRow`]: what is looked at of a row of transactions to go on behind it.
//! `specs/24-tables.md`, section Results.

use super::outcome::NotRunRow;
use crate::row::rows;

rows! {
    /// What of a row of transactions counts for whoever goes on behind it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct DoneRow {
        /// The item's id.
        pub id: String,
        /// The verdict by its name; none if the item cannot be verified.
        pub verdict: Option<String>,
        /// What headers prove of the roots.
        pub roots: Option<String>,
        /// Number of the messages.
        pub message_count: Option<u64>,
        /// How many of them are invalid.
        pub invalid_messages: Option<u64>,
        /// How many of them are inconclusive.
        pub inconclusive_messages: Option<u64>,
        /// The audits and checks that did not run.
        pub not_run: Vec<NotRunRow>,
    }
}
