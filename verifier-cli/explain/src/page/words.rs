//! [`Words`]: words of the stack and of memory by number, so that each stands in the file once.

use std::{collections::HashMap, fmt::Write as _};

use alloy_primitives::U256;
use serde::{Serialize, Serializer};

/// Words, each once. The first is zero.
#[derive(Debug)]
pub(super) struct Words {
    numbers: HashMap<U256, usize>,
    all: Vec<U256>,
}

impl Default for Words {
    fn default() -> Self {
        Self { numbers: HashMap::from([(U256::ZERO, 0)]), all: vec![U256::ZERO] }
    }
}

impl Words {
    /// The number of a word.
    pub(super) fn number(&mut self, word: U256) -> usize {
        *self.numbers.entry(word).or_insert_with(|| {
            self.all.push(word);
            self.all.len() - 1
        })
    }

    /// How many there are.
    pub(super) const fn count(&self) -> usize {
        self.all.len()
    }
}

/// In hex without leading zeros, one behind the other.
impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        for word in &self.all {
            let _ = write!(text, "{word:x} ");
        }
        serializer.serialize_str(text.trim_end())
    }
}
