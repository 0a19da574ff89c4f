//! [`TransactionRow`]: the table of transactions, a row for each item that was met.
//! `specs/24-tables.md`, section Transactions.

use super::outcome::Outcome;
use crate::row::rows;

rows! {
    /// A row of the table of transactions.
    #[derive(Clone, Debug, PartialEq)]
    pub struct TransactionRow {
        /// The item's id.
        pub id: String,
        /// Where the item was found.
        pub source: String,
        ..
        /// What is said of the item.
        pub outcome: Outcome,
    }
}
