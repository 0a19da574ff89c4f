//! Messages put before the emitted hypervisor, and before the native engine: whatever a test asks,
//! the two must agree.

use std::{
    ops::Deref,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use alloy_primitives::{Address, Bytes, U256, hex, keccak256};
use iso_evm_hypervisor::{Audited, Code, Engine, Inconclusive, MessageVerdict, NativeEngine};
use iso_evm_wire::{
    MessageWitness, Rules,
    encoding::{decode, encode},
    layout::TUPLE,
    segment::Cut,
};
use iso_evm_witness::{RecordedMessage, Recording};

use super::segments;

static ENGINES: [OnceLock<Both>; Rules::ALL.len()] = [const { OnceLock::new() }; Rules::ALL.len()];

/// The hypervisor of some rules, and the native engine beside it.
#[derive(Debug)]
pub(crate) struct Both {
    hypervisor: Engine,
    pub(crate) native: NativeEngine,
}

impl Deref for Both {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.hypervisor
    }
}

impl Both {
    /// What the hypervisor says; panics if the native engine says otherwise, with somebody watching
    /// or not, or with a limit that is just enough; or if it says anything with one gas less. A host
    /// that ran out of gas says nothing.
    pub(crate) fn audit(&self, calldata: &Bytes, code: &[u8], host_gas: Option<u64>) -> Audited {
        let audited = self.hypervisor.audit(calldata, code, host_gas);
        let out_of_gas = MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas };
        if audited.verdict != out_of_gas {
            let archived = Code::new(Bytes::copy_from_slice(code));
            let native = self.native.audit(calldata, Some(&archived));
            let mut gas = u64::MAX;
            let watched =
                self.native.audit_with(calldata, Some(&archived), &mut gas, &mut |_, _| {});
            let own = u64::MAX - gas;
            let within = |limit| self.native.audit_within(calldata, Some(&archived), Some(limit));
            let enough = within(own);
            let less = own.checked_sub(1).map(within);
            let limited = MessageVerdict::Inconclusive { reason: Inconclusive::GuestGasLimit };
            assert!(
                native == audited.verdict
                    && [&watched, &enough].iter().all(|verdict| **verdict == native)
                    && less.as_ref().is_none_or(|verdict| *verdict == limited),
                "{}: native {native:x?}, watched {watched:x?}, within {own} {enough:x?}, with one \
                 less {less:x?}, hypervisor {:x?}\ncode {}\ncalldata {}",
                self.native.rules(),
                audited.verdict,
                hex::encode(code),
                hex::encode(calldata)
            );
            self.step_by_step(calldata, &archived, own, &native);
            self.by_segments(calldata, code, &archived, own);
            self.with_code(calldata, code, own, &native);
        }
        audited
    }

    /// The same opcode by opcode, of a message that spends little: the verdict is that of the run at once.
    fn step_by_step(&self, calldata: &Bytes, code: &Code, own: u64, verdict: &MessageVerdict) {
        /// Own gas above which nobody looks at each opcode.
        const MOST: u64 = 100_000;
        if own > MOST {
            return;
        }
        let mut run = self.native.run(calldata, Some(code), None);
        while run.step().is_some() {}
        let name = self.native.rules();
        assert_eq!(run.verdict(), Some(verdict), "{name}, calldata {}", hex::encode(calldata));
        assert_eq!(run.own_gas(), own, "{name}, calldata {}", hex::encode(calldata));
    }

    /// The same with the code beside the message, and with none, which is right for a creation; of a message that
    /// spends little. One of the two says what the message alone does, the other says no more of it than that. What
    /// is not canonical is refused, for that reason or another.
    fn with_code(&self, calldata: &Bytes, code: &[u8], own: u64, verdict: &MessageVerdict) {
        /// Own gas above which nobody looks.
        const MOST: u64 = 100_000;
        /// Messages of one run that are all taken; of those behind them, one of so many.
        const ALL: usize = 5_000;
        const ONE_OF: u8 = 32;
        static TAKEN: AtomicUsize = AtomicUsize::new(0);
        if own > MOST || !calldata.starts_with(&U256::from(TUPLE).to_be_bytes::<32>()) {
            return;
        }
        let many = TAKEN.fetch_add(1, Ordering::Relaxed) >= ALL;
        if many && !keccak256(calldata)[2].is_multiple_of(ONE_OF) {
            return;
        }
        let refused = |verdict: &MessageVerdict| {
            matches!(verdict, MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. })
        };
        let is_canonical = decode(calldata).is_ok();
        let same = |said: &MessageVerdict| {
            said == verdict || !is_canonical && refused(said) && refused(verdict)
        };
        let not_its_code = MessageVerdict::Unavailable { archive: Address::ZERO };
        let said =
            [code, &[]].map(|code| self.hypervisor.audit_with_code(calldata, code, None).verdict);
        // Behind a message that does not end where its bytes do, nothing is where it should be; and what is not in
        // an archive of other code is not beside the message either.
        let is_open = !is_canonical || matches!(verdict, MessageVerdict::Unavailable { .. });
        let of_it = said.iter().filter(|said| same(said)).count();
        let none = said.iter().filter(|said| **said == not_its_code).count();
        assert!(
            of_it + none == said.len() && (of_it > 0 || is_open),
            "{}: {verdict:x?}, with code {:x?}, with none {:x?}\ncode {}\ncalldata {}",
            self.native.rules(),
            said[0],
            said[1],
            hex::encode(code),
            hex::encode(calldata)
        );
    }

    /// The same in parts, of a message that spends little: at a stride that its bytes choose.
    fn by_segments(&self, calldata: &Bytes, code: &[u8], archived: &Code, own: u64) {
        /// Segments of one message, about.
        const SEGMENTS: u64 = 24;
        /// Own gas above which a message is left to the tests of segments.
        const MOST: u64 = 100_000;
        /// Messages of one run that are all taken; of those behind them, one of so many.
        const ALL: usize = 10_000;
        const ONE_OF: u8 = 64;
        static TAKEN: AtomicUsize = AtomicUsize::new(0);
        let [choice, lot, ..] = keccak256(calldata).0;
        let many = TAKEN.fetch_add(1, Ordering::Relaxed) >= ALL;
        if own > MOST || (many && !lot.is_multiple_of(ONE_OF)) {
            return;
        }
        let stride = match choice % 4 {
            0 => 1,
            1 => 10,
            2 => 1_000,
            _ => 1 + own / 3,
        };
        let cut = Cut::Stride(stride.max(own / SEGMENTS));
        segments::check(&self.hypervisor, &self.native, calldata, archived, code, cut);
    }
}

/// Both engines of some rules.
pub(crate) fn engine(rules: impl Into<Rules>) -> &'static Both {
    let rules = rules.into();
    ENGINES[rules.index()]
        .get_or_init(|| Both { hypervisor: Engine::new(rules), native: NativeEngine::new(rules) })
}

/// Audits `witness` with the code that `message` ran.
pub(crate) fn audit_as(
    rules: impl Into<Rules>,
    witness: &MessageWitness,
    message: &RecordedMessage,
) -> Audited {
    engine(rules).audit(&encode(witness).into(), &message.code, None)
}

/// Audits every message of a recording; an error names the first that is not valid.
pub(crate) fn all_valid(
    name: &str,
    rules: impl Into<Rules>,
    recording: &Recording,
) -> Result<(), String> {
    let rules = rules.into();
    for (index, message) in recording.messages.iter().enumerate() {
        let verdict = audit_as(rules, &message.witness, message).verdict;
        if verdict != MessageVerdict::Valid {
            let records = message.witness.stateAccessList.len();
            let status = message.witness.status;
            return Err(format!(
                "{name}: {rules} message {index} of {}, status {status}, {records} records: \
                 {verdict:x?}",
                recording.messages.len()
            ));
        }
    }
    Ok(())
}
