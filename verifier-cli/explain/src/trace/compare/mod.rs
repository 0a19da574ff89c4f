//! [`compare`]: our trace held against another client's, step by step, down to the first difference.
//!
//! Clients differ in what they print of the same run, and that is none: a `STOP` of a callee without code that
//! one prints and another does not, a step printed again because something went wrong at it, what a call's gas
//! cost is, when memory and refunds are looked at. Gas is held against gas before every step, so that no cost
//! can hide. `specs/16-native-engine.md`, section Traces.
//!
//! Here both go on side by side; `fields` holds one step against another.

mod fields;

use std::{collections::BTreeSet, fmt, io::BufRead};

use alloy_primitives::U256;
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_wire::Opened;

use self::fields::Fields;
use super::{
    difference::{Difference, Field, Place, What, judged_in_words},
    other::{self, Opcode, OtherError, OtherStep, OtherSummary, Said},
    step::Step,
    walk::{Bounds, Event, Scope, Walk},
};
use crate::words::form::counted;

/// The opcode of `STOP`.
const STOP: u8 = 0x00;

/// What two traces come to, held against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// They are the same.
    Equal {
        /// How many steps of ours were held against one of the other.
        steps: u64,
        /// What the other tells, and was compared.
        compared: BTreeSet<&'static str>,
        /// What is said of a message that is not true all the same, the first of them.
        judged: Option<(usize, MessageVerdict)>,
    },
    /// They part here.
    Differ(Box<Difference>),
    /// Ours has come to its bounds, and is the same so far.
    Unfinished {
        /// How many steps are the same.
        steps: u64,
    },
}

impl fmt::Display for Compared {
    /// Lines for a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal { steps, compared, .. } => {
                write!(f, "equal in {}", in_steps(*steps))?;
                for (index, name) in compared.iter().enumerate() {
                    write!(f, "{}{name}", if index == 0 { ": " } else { ", " })?;
                }
                Ok(())
            }
            Self::Differ(difference) => write!(f, "differs: {difference}"),
            Self::Unfinished { steps } => write!(
                f,
                "inconclusive: equal in {}, and what follows needs more gas than it may spend",
                in_steps(*steps)
            ),
        }
    }
}

/// A number of steps.
fn in_steps(steps: u64) -> String {
    counted(U256::from(steps), "step")
}

/// Holds a message's trace, or the whole transaction's, against another, which is read as far as need be.
///
/// The other trace of a message may be the transaction's, or the frame's alone. Of an answer about a whole block
/// that about this transaction is read.
///
/// # Errors
///
/// [`OtherError`], if the other is no trace, or has no steps where ours has some.
pub fn compare(
    opened: &Opened<'_>,
    message: Option<usize>,
    bounds: Bounds,
    other: impl BufRead,
) -> Result<Compared, OtherError> {
    let mut comparison = Comparison::new(opened, message, bounds);
    let hash = opened.transaction.hash();
    other::read(other, hash, &mut |said| {
        match said {
            Said::Step(step) => comparison.step(step),
            Said::Summary(summary) => comparison.summary = Some(summary),
        }
        comparison.done.is_none()
    })?;
    if !comparison.begun && comparison.has_steps() {
        return Err(OtherError::SummaryOnly);
    }
    Ok(comparison.end())
}

/// A comparison under way.
#[derive(Debug)]
struct Comparison<'a> {
    opened: &'a Opened<'a>,
    message: Option<usize>,
    bounds: Bounds,
    fields: Fields,
    walk: Walk<'a>,
    /// The message whose steps are held against the other's, where all are walked through.
    only: Option<usize>,
    /// Depth of that message's frame, once one of its steps has come.
    only_depth: Option<usize>,
    /// Depth of the only frame of the other that is looked at.
    at_depth: Option<u64>,
    begun: bool,
    /// What is to be added to the other's depth.
    deeper: u64,
    /// Our step that comes next, if it has been taken.
    ours: Option<Step>,
    /// How many of our steps are over with.
    number: u64,
    /// How many have been held against one of the other's.
    steps: u64,
    compared: BTreeSet<&'static str>,
    /// The other's last step: pc, depth, gas.
    last: Option<(u64, Option<u64>, Option<u64>)>,
    summary: Option<OtherSummary>,
    /// What was said first of a message that is not true.
    judged: Option<(usize, MessageVerdict)>,
    /// The message whose run a record has ended, as long as the other has not gone on as we do.
    cut: Option<(usize, MessageVerdict)>,
    done: Option<Compared>,
}

impl<'a> Comparison<'a> {
    fn new(opened: &'a Opened<'a>, message: Option<usize>, bounds: Bounds) -> Self {
        let scope = message.map_or(Scope::Transaction, Scope::Message);
        Self {
            opened,
            message,
            bounds,
            fields: Fields::of(opened.rules.fork()),
            walk: Walk::new(opened, scope, false, bounds),
            only: None,
            only_depth: None,
            at_depth: None,
            begun: false,
            deeper: 0,
            ours: None,
            number: 0,
            steps: 0,
            compared: BTreeSet::new(),
            last: None,
            summary: None,
            judged: None,
            cut: None,
            done: None,
        }
    }

    /// The other's first step tells what the other is a trace of.
    fn begin(&mut self, theirs: &OtherStep) {
        self.begun = true;
        self.fields.begin(theirs);
        // Some count from zero.
        self.deeper = u64::from(theirs.depth == Some(0));
        let depth = theirs.depth.map(|depth| depth.saturating_add(self.deeper));
        match self.message {
            // The whole transaction's: all of it is walked through, to know where the message is in it.
            Some(message) if message > 0 && depth == Some(1) => {
                self.walk = Walk::new(self.opened, Scope::Transaction, false, self.bounds);
                self.only = Some(message);
            }
            Some(_) => self.at_depth = depth,
            None => {}
        }
    }

    /// Takes our next step, unless it has been taken; whether there is one. `memory`: whether it is to have
    /// its memory.
    fn take(&mut self, memory: bool) -> bool {
        self.walk.keep_memory(memory);
        while self.ours.is_none() {
            match self.walk.next() {
                Some(Event::Step(step)) => self.ours = Some(step.clone()),
                Some(Event::Judged { message, verdict, is_cut }) => {
                    if self.only.is_none_or(|only| only == message) {
                        let judged = (message, verdict.clone());
                        self.cut = is_cut.then(|| judged.clone()).or(self.cut.take());
                        self.judged.get_or_insert(judged);
                    }
                }
                None => return false,
            }
        }
        true
    }

    /// Whether there is a step of ours that comes next, and that any client prints.
    fn has_steps(&mut self) -> bool {
        while self.take(false) {
            if self.ours.as_ref().is_some_and(|ours| ours.opcode != STOP) {
                return true;
            }
            self.pass();
        }
        false
    }

    /// Our step is over with.
    fn pass(&mut self) {
        self.ours = None;
        self.number += 1;
    }
}

impl Comparison<'_> {
    /// The other's next step.
    fn step(&mut self, theirs: &OtherStep) {
        if !self.begun {
            self.begin(theirs);
        }
        let depth = theirs.depth.map(|depth| depth.saturating_add(self.deeper));
        if self.at_depth.is_some() && depth != self.at_depth {
            return;
        }
        let here = (theirs.pc, depth, theirs.gas);
        // What went wrong at a step is told by printing it again.
        if theirs.is_error && self.last == Some(here) {
            return;
        }
        self.last = Some(here);
        while self.take(theirs.memory.is_some()) {
            let Some(ours) = &self.ours else { return };
            if self.is_through(ours) {
                self.done = Some(self.equal());
                return;
            }
            let is_there = depth.is_none_or(|depth| depth == ours.depth as u64);
            if is_there && ours.pc as u64 == theirs.pc {
                self.cut = None;
                self.fields(theirs);
                return self.pass();
            }
            if theirs.opcode == Some(Opcode::Byte(STOP)) {
                return;
            }
            if ours.opcode != STOP {
                let what = What::Places(self.theirs(theirs, depth));
                return self.part(Some(theirs.line), what);
            }
            self.pass();
        }
        if theirs.opcode == Some(Opcode::Byte(STOP)) {
            return;
        }
        if !self.walk.is_complete() {
            self.done = Some(Compared::Unfinished { steps: self.steps });
            return;
        }
        let what = What::OursEnded(self.theirs(theirs, depth));
        self.part(Some(theirs.line), what);
    }

    /// Whether the only message that is looked at has no more steps, now that this one comes.
    fn is_through(&self, ours: &Step) -> bool {
        let over = |depth| ours.depth <= depth && self.only != Some(ours.message);
        self.only_depth.is_some_and(over)
    }

    /// The traces part: because a record has ended a message's run, if one just has.
    fn part(&mut self, line: Option<u64>, what: What) {
        let of_record = self.cut.take().map(|(message, verdict)| {
            let words = judged_in_words(self.opened, message, &verdict);
            What::Judged { message, words }
        });
        self.differ(line, of_record.unwrap_or(what));
    }

    fn differ(&mut self, line: Option<u64>, what: What) {
        let ours = self.ours.as_ref().map(|ours| Place {
            message: Some(ours.message),
            depth: Some(ours.depth as u64),
            pc: ours.pc as u64,
            name: Some(self.fields.name(&Opcode::Byte(ours.opcode))),
        });
        let difference = Difference { step: self.number, ours, line, what };
        self.done = Some(Compared::Differ(Box::new(difference)));
    }

    fn equal(&mut self) -> Compared {
        let (steps, compared) = (self.steps, std::mem::take(&mut self.compared));
        Compared::Equal { steps, compared, judged: self.judged.take() }
    }

    fn theirs(&self, theirs: &OtherStep, depth: Option<u64>) -> Place {
        let name = theirs.opcode.as_ref().map(|opcode| self.fields.name(opcode));
        Place { message: None, depth, pc: theirs.pc, name }
    }

    /// Holds a step against the other's at the same place.
    fn fields(&mut self, theirs: &OtherStep) {
        let Some(ours) = &self.ours else { return };
        if self.only.is_some_and(|only| only != ours.message) {
            return;
        }
        self.only_depth = self.only.map(|_| ours.depth);
        self.steps += 1;
        let differing = self.fields.differing(ours, theirs, &mut self.compared);
        if !differing.is_empty() {
            self.differ(Some(theirs.line), What::Fields(differing));
        }
    }

    /// Neither trace goes on.
    fn end(mut self) -> Compared {
        if let Some(done) = self.done {
            return done;
        }
        // What is left of ours may be what the other does not print, or not of the message.
        while self.take(false) {
            let Some(ours) = &self.ours else { break };
            if ours.opcode != STOP && self.only.is_none_or(|only| only == ours.message) {
                self.part(None, What::OtherEnded);
                break;
            }
            self.pass();
        }
        if let Some(done) = self.done {
            return done;
        }
        if !self.walk.is_complete() {
            return Compared::Unfinished { steps: self.steps };
        }
        if let Some(field) = self.result() {
            self.differ(None, What::Result(field));
        }
        match self.done.take() {
            Some(done) => done,
            None => self.equal(),
        }
    }

    /// What both came to, where they differ.
    fn result(&mut self) -> Option<Field> {
        if self.message.is_some_and(|message| message > 0) {
            return None;
        }
        let (ended, summary) = (self.walk.ended()?, self.summary.take()?);
        let words = |pass| if pass { "success" } else { "failure" }.to_owned();
        let pass = ended.status == 1;
        if let Some(there) = summary.pass {
            self.compared.insert("success");
            if there != pass {
                let name = "ended with".to_owned();
                return Some(Field { name, here: words(pass), there: words(there) });
            }
        }
        let there = summary.output?;
        // After a halt some print what was returned before.
        if ended.status != 0 {
            self.compared.insert("returned data");
            if there != ended.output {
                let (here, there) = (ended.output.to_string(), there.to_string());
                return Some(Field { name: "returned data".to_owned(), here, there });
            }
        }
        None
    }
}
