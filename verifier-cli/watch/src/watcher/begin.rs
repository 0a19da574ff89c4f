//! Where a watcher begins: with the block that was asked for, or where its store has come to.
//!
//! In the data's way this stands between the first sight of a node and the first block.

use super::{Start, Watcher};
use crate::{error::WatchError, nodes::Sight};

impl Watcher {
    /// Finds out where to begin, the first time that a node has answered.
    pub(super) fn find_start(&mut self, sight: &Sight) -> Result<(), WatchError> {
        if self.first.is_some() {
            return Ok(());
        }
        let asked = match self.options.start {
            Start::Number(number) => Some(number),
            _ => None,
        };
        if let Some(first) = self.store.begins_at()? {
            let next = self.tip.map_or(first, |tip| tip.number.saturating_add(1));
            if let Some(asked) = asked.filter(|asked| *asked < first || *asked > next) {
                return Err(WatchError::OtherStart { asked, first, next });
            }
            self.first = Some(first);
            return Ok(());
        }
        let named = match self.options.start {
            Start::Number(number) => Ok(number),
            Start::Latest => Ok(sight.latest.number),
            Start::Safe => sight.heads.safe.map(|head| head.number).ok_or("safe"),
            Start::Finalized => sight.heads.finalized.map(|head| head.number).ok_or("finalized"),
        };
        let first = named.map_err(WatchError::NoStart)?;
        self.store.begin_at(first)?;
        self.first = Some(first);
        Ok(())
    }
}
