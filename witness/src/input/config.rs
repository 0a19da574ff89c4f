//! A chain's configuration as go-ethereum's genesis files have it: which fork a block is of, and what
//! its blobs cost. `specs/schemas/README.md`.
//!
//! In the data's way this stands beside [`iso_evm_wire::schedule`], for chains that bring their
//! schedule along.

use std::collections::BTreeMap;

use alloy_eips::eip7840::BlobParams;
use alloy_primitives::U256;
use serde_json::Value;

use super::InputError;
use iso_evm_wire::{Fork, fork::ForkError, protocol::Change, quantity::Number, schedule};

/// A chain's configuration. geth does not look at the case of its keys.
pub(super) struct Config(BTreeMap<String, Value>);

/// What decides a block's fork beside the configuration.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Position {
    /// Number of the block.
    pub(super) number: u64,
    /// Seconds since 1970.
    pub(super) timestamp: u64,
    /// The block's difficulty, if it is given.
    pub(super) difficulty: Option<U256>,
    /// Difficulty of the parent, if it is given.
    pub(super) parent_difficulty: Option<U256>,
}

/// What an upgrade brings.
#[derive(Clone, Copy)]
enum Brings {
    /// A fork before Istanbul.
    Early(&'static str),
    /// A fork that is audited.
    Fork(Fork),
    /// Other blob parameters and nothing else (EIP-7892).
    Blobs,
    /// A fork after the last that is audited.
    Late(&'static str),
}

/// Upgrades, oldest first, by the key that says when. Paris is not among them: a configuration says
/// it by the difficulty.
const UPGRADES: [(&str, Brings); 21] = [
    ("homesteadblock", Brings::Early("homestead")),
    ("eip150block", Brings::Early("tangerine")),
    ("eip158block", Brings::Early("spuriousdragon")),
    ("byzantiumblock", Brings::Early("byzantium")),
    ("constantinopleblock", Brings::Early("constantinople")),
    ("petersburgblock", Brings::Early("petersburg")),
    ("istanbulblock", Brings::Fork(Fork::Istanbul)),
    ("berlinblock", Brings::Fork(Fork::Berlin)),
    ("londonblock", Brings::Fork(Fork::London)),
    ("shanghaitime", Brings::Fork(Fork::Shanghai)),
    ("cancuntime", Brings::Fork(Fork::Cancun)),
    ("praguetime", Brings::Fork(Fork::Prague)),
    ("osakatime", Brings::Fork(Fork::Osaka)),
    ("bpo1time", Brings::Blobs),
    ("bpo2time", Brings::Blobs),
    ("bpo3time", Brings::Blobs),
    ("bpo4time", Brings::Blobs),
    ("bpo5time", Brings::Blobs),
    ("amsterdamtime", Brings::Late("amsterdam")),
    ("bogotatime", Brings::Late("bogota")),
    ("verkletime", Brings::Late("verkle")),
];

impl Config {
    pub(super) fn new(config: BTreeMap<String, Value>) -> Self {
        let lower = |(key, value): (String, _)| (key.to_ascii_lowercase(), value);
        Self(config.into_iter().map(lower).collect())
    }

    /// The chain's id; mainnet's if it has none.
    pub(super) fn chain_id(&self) -> u64 {
        let given = self.number("chainid").and_then(|id| id.try_into().ok());
        given.unwrap_or(schedule::MAINNET)
    }

    fn number(&self, key: &str) -> Option<U256> {
        Some(serde_json::from_value::<Number>(self.0.get(key)?.clone()).ok()?.0)
    }

    /// Whether the moment that a key names is there.
    fn active(&self, key: &str, at: Position) -> bool {
        let now = if key.ends_with("time") { at.timestamp } else { at.number };
        self.number(key).is_some_and(|start| start <= U256::from(now))
    }

    /// Whether a block comes after the merge (EIP-3675): on a chain that began so, or past the block
    /// that names it, or by a difficulty of zero, which no block before it has. If none is given the
    /// configuration's own word counts.
    fn is_merged(&self, at: Position) -> bool {
        let terminal = self.number("terminaltotaldifficulty");
        if terminal == Some(U256::ZERO) || self.active("mergenetsplitblock", at) {
            return true;
        }
        let passed = self.0.get("terminaltotaldifficultypassed") == Some(&Value::Bool(true));
        match at.difficulty.or(at.parent_difficulty) {
            Some(difficulty) => (terminal.is_some() || passed) && difficulty.is_zero(),
            None => passed,
        }
    }

    /// The last fork that is active. Those after London need the merge.
    pub(super) fn fork(&self, at: Position) -> Result<Fork, InputError> {
        let merged = self.is_merged(at);
        let mut last = Err("frontier");
        for (key, brings) in UPGRADES {
            let active = self.active(key, at) && (merged || !key.ends_with("time"));
            match brings {
                Brings::Early(name) if active => last = Err(name),
                Brings::Fork(fork) if active => last = Ok(fork),
                Brings::Late(name) if active => {
                    return Err(InputError::ForkTooLate(name.to_owned()));
                }
                _ => {}
            }
            if key == "londonblock" && active && merged {
                last = Ok(Fork::Paris);
            }
        }
        last.map_err(|name| ForkError::TooEarly(name.to_owned()).into())
    }

    /// The blob schedule of a block of this fork: that of the last upgrade that is active and has
    /// one in the configuration (EIP-7840, EIP-7892). If the configuration has none at all, it is
    /// what mainnet gave an upgrade of that name.
    pub(super) fn blob_params(&self, fork: Fork, at: Position) -> BlobParams {
        let schedule = self.0.get("blobschedule").filter(|schedule| !schedule.is_null());
        let alone = schedule.is_none() && fork.has(Change::BlobSchedules);
        let later = |key| alone && self.active(key, at);
        let own = if later("bpo2time") {
            BlobParams::bpo2()
        } else if later("bpo1time") {
            BlobParams::bpo1()
        } else {
            schedule::own_blobs(fork)
        };
        let active = UPGRADES.iter().rev().filter(|(key, _)| self.active(key, at));
        let given = active.filter_map(|(key, _)| schedule?.get(key.strip_suffix("time")?)).next();
        let field = |name: &str| {
            let number = serde_json::from_value::<Number>(given?.get(name)?.clone()).ok()?;
            u64::try_from(number.0).ok()
        };
        BlobParams {
            target_blob_count: field("target").unwrap_or(own.target_blob_count),
            max_blob_count: field("max").unwrap_or(own.max_blob_count),
            update_fraction: field("baseFeeUpdateFraction")
                .filter(|fraction| *fraction > 0)
                .map_or(own.update_fraction, u128::from),
            ..own
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(more: &Value) -> Config {
        let mut config = json!({
            "homesteadBlock": 0, "eip150Block": 0, "eip158Block": 0, "byzantiumBlock": 0,
            "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0, "berlinBlock": 0,
            "londonBlock": 10
        });
        let config = config.as_object_mut().unwrap();
        config.extend(more.as_object().unwrap().clone());
        Config::new(config.clone().into_iter().collect())
    }

    fn at(number: u64, timestamp: u64, difficulty: Option<u64>) -> Position {
        let difficulty = difficulty.map(U256::from);
        Position { number, timestamp, difficulty, parent_difficulty: None }
    }

    #[test]
    fn the_merge_is_told_by_the_difficulty() {
        let times = json!({"shanghaiTime": 100, "cancunTime": 200, "pragueTime": "0x12c"});
        for (merge, difficulty, expected) in [
            // A chain that was never before the merge, whatever its blocks say.
            (json!({"terminalTotalDifficulty": 0}), Some(2), Fork::Cancun),
            // Mainnet's, on both sides.
            (json!({"terminalTotalDifficulty": "58750000000000000000000"}), Some(0), Fork::Cancun),
            (json!({"terminalTotalDifficulty": "58750000000000000000000"}), Some(7), Fork::London),
            (json!({"terminalTotalDifficulty": "0xc70d808a128d7380000"}), Some(0), Fork::Cancun),
            // What is said of the network today decides nothing of an older block.
            (json!({"terminalTotalDifficultyPassed": true}), Some(7), Fork::London),
            (json!({"terminalTotalDifficultyPassed": true}), Some(0), Fork::Cancun),
            (json!({"terminalTotalDifficultyPassed": true}), None, Fork::Cancun),
            (json!({"terminalTotalDifficultyPassed": false}), None, Fork::London),
            (json!({"mergeNetsplitBlock": 20}), Some(0), Fork::Cancun),
            (json!({"mergeNetsplitBlock": 21}), Some(0), Fork::London),
            // A chain that knows of no merge.
            (json!({}), Some(0), Fork::London),
        ] {
            let mut more = times.clone();
            more.as_object_mut().unwrap().extend(merge.as_object().unwrap().clone());
            let found = config(&more).fork(at(20, 250, difficulty));
            assert_eq!(found.unwrap(), expected, "{merge} {difficulty:?}");
        }
        let unsaid = Position { parent_difficulty: Some(U256::ZERO), ..at(20, 250, None) };
        let mainnet = config(&json!({"terminalTotalDifficulty": 9, "shanghaiTime": 100}));
        assert_eq!(mainnet.fork(unsaid).unwrap(), Fork::Shanghai);
    }

    #[test]
    fn each_upgrade_begins_at_its_block_or_time() {
        let config = config(&json!({
            "terminalTotalDifficulty": 0, "shanghaiTime": 1, "cancunTime": 2, "pragueTime": 3,
            "osakaTime": 4, "bpo1Time": 5, "amsterdamTime": 6
        }));
        for (number, timestamp, fork) in [
            (9, 0, Fork::Berlin),
            (10, 0, Fork::Paris),
            (10, 1, Fork::Shanghai),
            (10, 2, Fork::Cancun),
            (10, 3, Fork::Prague),
            (10, 4, Fork::Osaka),
            (10, 5, Fork::Osaka),
        ] {
            assert_eq!(config.fork(at(number, timestamp, Some(0))).unwrap(), fork);
        }
        let late = config.fork(at(10, 6, Some(0))).unwrap_err().to_string();
        assert_eq!(late, "fork amsterdam is later than osaka, the last that is audited");
    }

    #[test]
    fn blob_parameters_are_those_of_the_last_upgrade_that_has_some() {
        let config = config(&json!({
            "terminalTotalDifficulty": 0, "shanghaiTime": 1, "cancunTime": 2, "pragueTime": 3,
            "osakaTime": 4, "bpo1Time": 5, "bpo2Time": 6,
            "blobSchedule": {
                "cancun": {"target": 1, "max": 2, "baseFeeUpdateFraction": 3},
                "osaka": {"target": 4, "max": 5, "baseFeeUpdateFraction": "0x6"},
                "bpo1": {"target": 7, "max": 8, "baseFeeUpdateFraction": 9}
            }
        }));
        for (timestamp, expected) in [
            (2, [1, 2, 3]),
            // Without an entry of its own: geth goes on with the one before.
            (3, [1, 2, 3]),
            (4, [4, 5, 6]),
            (5, [7, 8, 9]),
            (6, [7, 8, 9]),
        ] {
            let at = at(10, timestamp, Some(0));
            let blobs = config.blob_params(config.fork(at).unwrap(), at);
            let found =
                [blobs.target_blob_count, blobs.max_blob_count, blobs.update_fraction as u64];
            assert_eq!(found, expected, "{timestamp}");
        }
        let config = self::config(&json!({
            "terminalTotalDifficulty": 0, "shanghaiTime": 1, "cancunTime": 2, "pragueTime": 3,
            "osakaTime": 4, "bpo1Time": 5, "bpo2Time": 6
        }));
        for (timestamp, expected) in [
            (2, BlobParams::cancun()),
            (3, BlobParams::prague()),
            (4, BlobParams::osaka()),
            (5, BlobParams::bpo1()),
            (6, BlobParams::bpo2()),
        ] {
            let at = at(10, timestamp, Some(0));
            assert_eq!(config.blob_params(config.fork(at).unwrap(), at), expected, "{timestamp}");
        }
    }
}
