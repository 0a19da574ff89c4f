//! Follows L1: what the contract has told since the last time. Blocks that may still be reorganised are read again
//! each time that there is a new one, so that what is told no more is seen to be gone.
//!
//! In the data's way this stands between L1 and the store.

use iso_evm_onchain::{
    course::{Head, PlacedLog},
    dispute::ToldEvent,
};

use super::{Failure, Operators};
use crate::{stop::Stop, store::ToldAt};

/// The most blocks that are asked for at once.
pub(super) const MOST_BLOCKS: u64 = 8_192;

/// How many blocks stand on one that has no more news, where the node knows none that is final.
const CERTAIN: u64 = 64;

impl Operators {
    /// Reads what L1 has told since the last time, if it has a new block. Whether all of it is read.
    pub(super) fn read_l1(&mut self, stop: &Stop) -> Result<bool, Failure> {
        let head = self.chain.newest()?;
        if self.head == Some(head) {
            return Ok(true);
        }
        let settled = self.settled_l1(head)?;
        let known = self.store.l1_next()?;
        let mut from = match known {
            Some(next) => next,
            None => self.first_of_l1(head)?,
        };
        // Blocks above the newest are none, whatever was told of them.
        let end = |to: u64| if to >= head.number { u64::MAX } else { to };
        from = from.min(head.number);
        loop {
            if stop.is_wished() {
                return Ok(false);
            }
            let to = head.number.min(from.saturating_add(self.span - 1));
            let Some(told) = self.told((from, to))? else { continue };
            let next = to.saturating_add(1).min(settled.saturating_add(1)).max(known.unwrap_or(0));
            let account = self.account();
            let news = self.store.put_told(&told, (from, end(to)), next, account)?;
            for event in news {
                self.tell(event)?;
            }
            if to == head.number {
                break;
            }
            from = to + 1;
        }
        self.head = Some(head);
        Ok(true)
    }

    /// What the contract has told in some blocks; none if the node does not say it of so many.
    fn told(&mut self, range: (u64, u64)) -> Result<Option<Vec<ToldAt>>, Failure> {
        let at = self.contract();
        match self.chain.logs_between(at, range) {
            Ok(logs) => {
                self.span = self.span.saturating_mul(2).min(MOST_BLOCKS);
                let told = logs.iter().filter_map(|placed| {
                    let PlacedLog { number, hash, transaction, .. } = *placed;
                    let event = ToldEvent::of_log(&placed.log)?;
                    Some(ToldAt { event, number, hash, transaction })
                });
                Ok(Some(told.collect()))
            }
            // Too many blocks, or too long an answer.
            Err(error) if self.span > 1 && !is_unreachable(&error) => {
                self.span = (self.span / 2).max(1);
                tracing::info!(%error, span = self.span, "fewer blocks");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The last block of L1 that is not reorganised any more, as far as its node says.
    fn settled_l1(&self, head: Head) -> Result<u64, Failure> {
        let finalized = self.chain.finalized()?.map(|block| block.number);
        let finalized = finalized.filter(|number| *number > 0 && *number <= head.number);
        Ok(finalized.unwrap_or_else(|| head.number.saturating_sub(CERTAIN)))
    }

    /// The first block in which something can have been committed to that is open: a window goes by before it is
    /// final, and one more where questions are answered late.
    fn first_of_l1(&mut self, head: Head) -> Result<u64, Failure> {
        if let Some(from) = self.options.from {
            return Ok(from);
        }
        let (windows, _) = self.checked()?;
        let since = head.timestamp.saturating_sub(windows.window.saturating_mul(2));
        Ok(self.chain.first_since(since, head)?)
    }
}

/// Whether no answer came at all: asking for less would not help.
const fn is_unreachable(error: &iso_evm_rpc::RpcError) -> bool {
    matches!(error, iso_evm_rpc::RpcError::Unreachable { .. })
}
