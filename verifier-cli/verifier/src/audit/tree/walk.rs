//! The messages in pre-order, opened and closed as the records say. The stack of those that are
//! open is explicit, and never deeper than the machine's own.

use alloy_primitives::B256;
use iso_evm_wire::{
    OpenedMessage,
    protocol::STACK_DEPTH_LIMIT,
    records::{Outcome, Record},
};

use super::{
    RecordPlace, TreeKind,
    callee::{Callee, RIPEMD160},
    child::Pair,
    stop::Stop,
};
use crate::{
    audit::{
        Finding, Missing, Subject,
        precompiles::{NotRerun, OfMessage, Reruns},
        word::AsWord,
    },
    hash::keccak256,
};

/// A message whose records are being looked at.
#[derive(Debug)]
struct Pending<'a> {
    index: usize,
    message: &'a OpenedMessage,
    /// The record that comes next.
    next: usize,
    /// The root after those before it.
    root: B256,
    /// The record before, while its child is open.
    waiting: Option<Callee>,
    /// Whether `0x03` may have been touched, here or further down.
    touched: bool,
    /// What its calls of precompiles give, once one has been met.
    precompiles: Option<OfMessage>,
}

/// The audit on its way.
#[derive(Debug)]
pub(super) struct TreeWalk<'s, 'a> {
    subject: &'s Subject<'a>,
    reruns: Reruns<'s, 'a>,
    open: Vec<Pending<'s>>,
    /// The message that the next record of outcome *child* opens.
    next: usize,
    /// What was not there first, of that without which the rest can be audited.
    pub(super) missing: Option<Missing>,
}

impl<'s, 'a> TreeWalk<'s, 'a> {
    pub(super) fn new(subject: &'s Subject<'a>, gas_limit: u64) -> Self {
        Self {
            subject,
            reruns: Reruns::new(subject, gas_limit),
            open: Vec::new(),
            next: 0,
            missing: None,
        }
    }

    /// Looks at every record of every message.
    ///
    /// # Errors
    ///
    /// The first thing that is false, or without which the rest cannot be told apart.
    pub(super) fn run(&mut self) -> Result<(), Stop> {
        let messages = self.subject.opened().opened().len();
        if messages == 0 {
            return Ok(());
        }
        let top = self.message(0)?;
        self.enter(top);
        while let Some(open) = self.open.last_mut() {
            let place = RecordPlace { message: open.index, record: open.next };
            let Some(record) = open.message.records().get(open.next) else {
                self.leave()?;
                continue;
            };
            open.next += 1;
            let RecordPlace { message, record: index } = place;
            let record = record.as_ref().map_err(|_| Missing::Record { message, record: index })?;
            self.record(place, record)?;
        }
        if self.next < messages {
            let (expected, found) = (self.next, messages);
            return Err(left_over(TreeKind::ParentMissing, self.next, None, expected, found).into());
        }
        Ok(())
    }

    fn message(&self, index: usize) -> Result<&'s OpenedMessage, Missing> {
        self.subject.opened().message(index).ok_or(Missing::Message { message: index })
    }

    /// Opens the next message.
    fn enter(&mut self, message: &'s OpenedMessage) {
        let root = message.fields().stateRootEnter;
        let index = self.next;
        self.next += 1;
        self.open.push(Pending {
            index,
            message,
            next: 0,
            root,
            waiting: None,
            touched: false,
            precompiles: None,
        });
    }

    /// The innermost message has no more records: its parent's goes on.
    fn leave(&mut self) -> Result<(), Stop> {
        let Some(Pending { touched, .. }) = self.open.pop() else { return Ok(()) };
        let Some(parent) = self.open.last_mut() else { return Ok(()) };
        parent.touched |= touched;
        match parent.waiting.take() {
            Some(callee) => parent.settle(&callee, touched),
            None => Ok(()),
        }
    }

    /// One record of the innermost message.
    fn record(&mut self, place: RecordPlace, record: &Record) -> Result<(), Stop> {
        let depth = self.open.len().saturating_sub(1);
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        match record {
            Record::Sstore(record) => open.pass(record.stateRoot),
            Record::Selfdestruct(record) => {
                open.touched |= record.beneficiary == RIPEMD160;
                open.pass(record.stateRoot);
            }
            _ => {}
        }
        let Some(callee) = Callee::of(record, open.message.fields()) else { return Ok(()) };
        if callee.outcome != Some(Outcome::None) {
            let refused = callee.outcome == Some(Outcome::Depth);
            place.agree(TreeKind::Depth, depth >= STACK_DEPTH_LIMIT, refused)?;
        }
        open.touched |= callee.context == RIPEMD160;
        match callee.outcome {
            Some(Outcome::Child) => self.child(place, callee),
            outcome => {
                if outcome == Some(Outcome::Precompile)
                    && self.subject.rules.is_precompile(callee.account)
                {
                    let missing = self.precompile(place, &callee)?;
                    self.missing = self.missing.or(missing);
                }
                match self.open.last_mut() {
                    Some(open) => open.settle(&callee, false),
                    None => Ok(()),
                }
            }
        }
    }

    /// A record that opens a message.
    fn child(&mut self, place: RecordPlace, callee: Callee) -> Result<(), Stop> {
        let index = self.next;
        let messages = self.subject.opened().opened().len();
        if index >= messages {
            let (message, record) = (place.message, Some(place.record));
            let finding = left_over(TreeKind::ChildMissing, message, record, index + 1, messages);
            return Err(finding.into());
        }
        let child = self.message(index)?;
        if let Some(open) = self.open.last_mut() {
            let parent = open.message.fields();
            let pair = Pair { place, parent, callee: &callee, index, child };
            pair.given(open.root)?;
            pair.ended()?;
            open.waiting = Some(callee);
        }
        self.enter(child);
        Ok(())
    }

    /// Runs a precompile again and compares; what it lacked, if it could not.
    fn precompile(&mut self, place: RecordPlace, callee: &Callee) -> Result<Option<Missing>, Stop> {
        let RecordPlace { message, record } = place;
        let Some(open) = self.open.last_mut() else { return Ok(None) };
        let calls = open.precompiles.get_or_insert_with(|| self.reruns.of(message, open.message));
        let ended = match calls.at(record) {
            Ok(ended) => ended,
            Err(NotRerun::Input) => {
                let hash = callee.input_hash;
                return Ok(Some(Missing::Input { hash, message, record }));
            }
            Err(NotRerun::Unbounded) => return Ok(Some(Missing::Rerun { message, record })),
        };
        place.agree(TreeKind::PrecompileStatus, ended.status, callee.status)?;
        place.agree(TreeKind::PrecompileGas, ended.gas_used, callee.gas_used)?;
        if let Some(output) = ended.output {
            let found = keccak256(&callee.returndata);
            place.agree(TreeKind::PrecompileOutput, output, found)?;
        }
        Ok(None)
    }
}

impl Pending<'_> {
    /// The record looked at last has this root; zero is none.
    fn pass(&mut self, root: B256) {
        if !root.is_zero() {
            self.root = root;
        }
    }

    /// The callee of the record looked at last is through. `touched`: it may have touched `0x03`.
    fn settle(&mut self, callee: &Callee, touched: bool) -> Result<(), Stop> {
        if callee.leaves_root(touched) {
            let place = RecordPlace { message: self.index, record: self.next - 1 };
            place.agree(TreeKind::StateRoot, self.root, callee.state_root)?;
        }
        self.pass(callee.state_root);
        Ok(())
    }
}

/// Messages and records do not match in number.
fn left_over(
    kind: TreeKind,
    message: usize,
    record: Option<usize>,
    expected: usize,
    found: usize,
) -> Finding<TreeKind> {
    let (expected, found) = (expected.word(), found.word());
    Finding { kind, message: Some(message), record, expected, found }
}
