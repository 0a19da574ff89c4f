//! Whether the receipt says what happened. `specs/12-audits.md`, section Transaction audit.
//!
//! In the data's way this stands at the end, beside the final root.

use alloy_primitives::{Bloom, Log};
use iso_evm_wire::container::Receipt;

use super::{TransactionKind as Kind, claims::Findings};
use crate::{audit::state::LogEntry, hash::keccak256};

/// Compares a receipt with the end of a transaction and the logs that it left.
pub(super) fn check(
    receipt: &Receipt,
    status: u8,
    gas_used: u64,
    logs: &[LogEntry],
    findings: &mut Findings<Kind>,
) {
    findings.compare(Kind::Status, status == 1, receipt.success);
    findings.compare(Kind::GasUsed, gas_used, receipt.gas_used);
    let Some(claimed) = &receipt.logs else { return };
    findings.compare(Kind::Logs, logs.len(), claimed.logs.len());
    for (log, claimed) in logs.iter().zip(&claimed.logs) {
        compare(log, claimed, findings);
    }
    let bloom = bloom(logs);
    let holds = bloom == claimed.bloom;
    if !holds {
        let [expected, found] = [bloom, claimed.bloom].map(|bloom| keccak256(bloom.as_slice()));
        findings.require(holds, Kind::Bloom, expected, found);
    }
}

/// Compares one log word by word.
fn compare(log: &LogEntry, claimed: &Log, findings: &mut Findings<Kind>) {
    findings.compare(Kind::Logs, log.address, claimed.address);
    findings.compare(Kind::Logs, log.topics.len(), claimed.topics().len());
    for (topic, claimed) in log.topics.iter().zip(claimed.topics()) {
        findings.compare(Kind::Logs, *topic, *claimed);
    }
    findings.compare(Kind::Logs, log.data_hash, keccak256(&claimed.data.data));
}

/// The bloom filter over logs: three bits of 2,048 for each address and topic, each the low eleven
/// bits of one of the first three pairs of bytes of its hash, counted from the filter's end.
fn bloom(logs: &[LogEntry]) -> Bloom {
    let mut bloom = Bloom::ZERO;
    let mut add = |bytes: &[u8]| {
        let hash = keccak256(bytes);
        for pair in 0..3 {
            let bit = u16::from_be_bytes([hash[2 * pair], hash[2 * pair + 1]]) & 0x7ff;
            bloom[255 - usize::from(bit / 8)] |= 1 << (bit % 8);
        }
    };
    for log in logs {
        add(log.address.as_slice());
        log.topics.iter().for_each(|topic| add(topic.as_slice()));
    }
    bloom
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, B256, Bytes};
    use iso_evm_wire::container::ReceiptLogs;

    use super::*;
    use crate::audit::word::AsWord;

    fn log(byte: u8, topics: usize) -> Log {
        let topics = (0..topics).map(|topic| B256::repeat_byte(byte ^ (topic as u8 + 1)));
        Log::new_unchecked(Address::repeat_byte(byte), topics.collect(), Bytes::from(vec![byte; 3]))
    }

    fn entry(log: &Log) -> LogEntry {
        LogEntry {
            address: log.address,
            topics: log.topics().to_vec(),
            data_hash: keccak256(&log.data.data),
        }
    }

    fn first(receipt: &Receipt, logs: &[LogEntry]) -> Option<(Kind, B256, B256)> {
        let mut findings = Findings::default();
        check(receipt, 1, 21_000, logs, &mut findings);
        findings.first.map(|first| (first.kind, first.expected, first.found))
    }

    #[test]
    fn the_filter_is_alloys() {
        let logs: Vec<Log> = (0..60).map(|byte| log(byte, usize::from(byte % 5))).collect();
        for count in [0, 1, 7, 60] {
            let entries: Vec<_> = logs[..count].iter().map(entry).collect();
            let expected: Bloom = logs[..count].iter().collect();
            assert_eq!(bloom(&entries), expected, "{count} logs");
        }
    }

    #[test]
    fn each_word_of_a_log_counts() {
        let logs = vec![log(1, 2), log(2, 4)];
        let entries: Vec<_> = logs.iter().map(entry).collect();
        let bloom = logs.iter().collect();
        let receipt = |logs: Vec<Log>| Receipt {
            success: true,
            gas_used: 21_000,
            logs: Some(ReceiptLogs { bloom, logs }),
            deposit: None,
        };
        assert_eq!(first(&receipt(logs.clone()), &entries), None);
        let none = Receipt { logs: None, ..receipt(Vec::new()) };
        assert_eq!(first(&none, &entries), None);

        let changed = |change: &dyn Fn(&mut Vec<Log>)| {
            let mut logs = logs.clone();
            change(&mut logs);
            first(&receipt(logs), &entries)
        };
        let word = B256::repeat_byte(0x55);
        let other = Address::repeat_byte(0x55);
        let data_hash = entries[1].data_hash;
        let topic = entries[1].topics[3];
        assert_eq!(
            changed(&|logs| logs[1].address = other),
            Some((Kind::Logs, entries[1].address.word(), other.word()))
        );
        assert_eq!(
            changed(&|logs| logs[1].data.topics_mut_unchecked()[3] = word),
            Some((Kind::Logs, topic, word))
        );
        assert_eq!(
            changed(&|logs| logs[1].data.data = Bytes::new()),
            Some((Kind::Logs, data_hash, keccak256(&[])))
        );
        assert_eq!(
            changed(&|logs| logs[0] = log(1, 1)),
            Some((Kind::Logs, 2_u8.word(), 1_u8.word()))
        );
        assert_eq!(changed(&|logs| drop(logs.pop())), Some((Kind::Logs, 2_u8.word(), 1_u8.word())));
        assert_eq!(changed(&|logs| logs.swap(0, 1)).map(|found| found.0), Some(Kind::Logs));
    }
}
