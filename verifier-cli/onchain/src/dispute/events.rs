//! What the contract tells of commitments, as logs: that they are made, and what becomes of them.
//! `specs/14-chain.md`, section Disputes.
//!
//! In the data's way this stands between the logs and whoever follows the contract.

use alloy_primitives::{Address, B256, Log};
use alloy_sol_types::{SolError, SolEvent};
use iso_evm_provers::dispute::AuditDispute;

use super::{Committed, Standing};

/// What the contract has told of a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToldEvent {
    /// It is made.
    Made(Box<Committed>),
    /// It is convicted, or final.
    Ended(Ended),
    /// An item of it was shown, and it does not become final before this time.
    Answered {
        /// What names it.
        id: B256,
        /// The time, in seconds.
        deadline: u64,
    },
}

/// The end of a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What names the commitment.
    pub id: B256,
    /// What has become of it.
    pub standing: Standing,
    /// Who has convicted it; none of one that fell with its parent, or is final.
    pub by: Option<Address>,
}

/// Whether the contract has reverted because a challenge was not announced before: what it proves it proves.
pub fn is_not_announced(reverted: &[u8]) -> bool {
    AuditDispute::NotAnnounced::abi_decode(reverted).is_ok()
}

impl ToldEvent {
    /// What a log tells; none if it is about something else.
    pub fn of_log(log: &Log) -> Option<Self> {
        let ended = |id, standing, by| Some(Self::Ended(Ended { id, standing, by }));
        if let Some(committed) = Committed::of_log(log) {
            return Some(Self::Made(Box::new(committed)));
        }
        if let Ok(event) = AuditDispute::Convicted::decode_log(log) {
            return ended(event.id, Standing::Convicted, Some(event.challenger));
        }
        if let Ok(event) = AuditDispute::Fallen::decode_log(log) {
            return ended(event.id, Standing::Convicted, None);
        }
        if let Ok(event) = AuditDispute::Finalised::decode_log(log) {
            return ended(event.id, Standing::Final, None);
        }
        let event = AuditDispute::Answered::decode_log(log).ok()?;
        Some(Self::Answered { id: event.id, deadline: event.deadline })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(event: &impl SolEvent) -> Option<ToldEvent> {
        ToldEvent::of_log(&Log { address: Address::ZERO, data: event.encode_log_data() })
    }

    #[test]
    fn the_ends_of_commitments_and_longer_deadlines_are_read_from_logs() {
        let (id, challenger) = (B256::repeat_byte(1), Address::repeat_byte(2));
        let convicted = AuditDispute::Convicted { id, challenger, mismatch: Default::default() };
        let by = Some(challenger);
        let expected = Ended { id, standing: Standing::Convicted, by };
        assert_eq!(told(&convicted), Some(ToldEvent::Ended(expected)));
        let fallen = AuditDispute::Fallen { id, parent: B256::repeat_byte(3) };
        let expected = Ended { id, standing: Standing::Convicted, by: None };
        assert_eq!(told(&fallen), Some(ToldEvent::Ended(expected)));
        let finalised = AuditDispute::Finalised { id };
        let expected = Ended { id, standing: Standing::Final, by: None };
        assert_eq!(told(&finalised), Some(ToldEvent::Ended(expected)));
        let place = B256::repeat_byte(4);
        let answered = AuditDispute::Answered { id, place, answerer: challenger, deadline: 9 };
        assert_eq!(told(&answered), Some(ToldEvent::Answered { id, deadline: 9 }));
        let announced = AuditDispute::Announced { hash: id };
        assert_eq!(told(&announced), None);
    }
}
