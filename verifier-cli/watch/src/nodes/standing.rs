//! What is thought of each node, by what was seen of it: whether it answers, whether it has the chain that is
//! followed, whether it keeps up. Each change is told once. `specs/23-watch.md`, section Nodes.
//!
//! In the data's way this stands between what was seen and the choice of the node that is asked.

use std::time::{Duration, Instant};

use alloy_primitives::B256;

use crate::{
    event::{Head, NodeNews},
    vitals::NodeVitals,
};

/// How often in a row something is seen before it is told: a chain that is being reorganised is seen at
/// different times by different nodes.
const CERTAIN: u32 = 3;

/// How often in a row a node does not answer before it counts as silent.
const SILENT: u32 = 2;

/// How many times as long as a silent node is waited for one is not asked that gave what cannot be.
const DISTRUST: u32 = 10;

/// What is thought of all nodes.
#[derive(Debug)]
pub(crate) struct Standings {
    all: Vec<Standing>,
    behind: u64,
    patience: Duration,
}

/// What is thought of a node.
#[derive(Clone, Debug, Default)]
struct Standing {
    /// Number of its newest block, if it has ever answered.
    latest: Option<u64>,
    /// When it answered the last time.
    answered: Option<Instant>,
    missed: u32,
    differed: u32,
    lagged: u32,
    /// Until when it is not asked, having given what cannot be.
    distrusted: Option<Instant>,
    /// Whether it has said which chain it is of.
    identified: bool,
    /// Whether it is of another chain, and is never asked.
    foreign: bool,
    /// How often it gave no answer, or none that can be.
    errors: u64,
}

impl Standings {
    /// Nothing is known of so many nodes. `behind` is by how many blocks a node may be behind, `patience` how long
    /// a silent one is waited for while all others have another chain.
    pub(crate) fn new(nodes: usize, behind: u64, patience: Duration) -> Self {
        Self { all: vec![Standing::default(); nodes], behind, patience }
    }

    /// A node has answered: it has this newest block, and this one where the chain that is followed has
    /// `expected`.
    pub(crate) fn saw(
        &mut self,
        node: usize,
        latest: u64,
        at: Head,
        expected: Option<B256>,
    ) -> Vec<NodeNews> {
        let best = self.best_of_others(node);
        let behind = self.behind;
        let Some(standing) = self.all.get_mut(node) else { return Vec::new() };
        let mut news = Vec::new();
        if std::mem::take(&mut standing.missed) >= SILENT {
            news.push(NodeNews::Answers);
        }
        standing.latest = Some(latest);
        standing.answered = Some(Instant::now());
        if let Some(expected) = expected {
            let told = standing.differed >= CERTAIN;
            if expected == at.hash {
                standing.differed = 0;
                news.extend(told.then_some(NodeNews::Agrees));
            } else {
                standing.differed = standing.differed.saturating_add(1);
                let (number, found) = (at.number, at.hash);
                let disagrees = NodeNews::Disagrees { number, expected, found };
                news.extend((standing.differed == CERTAIN).then_some(disagrees));
            }
        }
        let blocks = best.map_or(0, |best| best.saturating_sub(latest));
        let told = standing.lagged >= CERTAIN;
        if blocks <= behind {
            standing.lagged = 0;
            news.extend(told.then_some(NodeNews::KeepsUp));
        } else {
            standing.lagged = standing.lagged.saturating_add(1);
            news.extend((standing.lagged == CERTAIN).then_some(NodeNews::Lags { blocks }));
        }
        news
    }

    /// A node has not answered.
    pub(crate) fn missed(&mut self, node: usize, reason: String) -> Vec<NodeNews> {
        let Some(standing) = self.all.get_mut(node) else { return Vec::new() };
        standing.missed = standing.missed.saturating_add(1);
        standing.errors = standing.errors.saturating_add(1);
        if standing.missed == SILENT { vec![NodeNews::Silent { reason }] } else { Vec::new() }
    }

    /// A node gave no answer to a question, or none that can be.
    pub(crate) fn failed(&mut self, node: usize) {
        if let Some(standing) = self.all.get_mut(node) {
            standing.errors = standing.errors.saturating_add(1);
        }
    }

    /// What is thought of each node, as it is shown.
    pub(crate) fn vitals(&self) -> Vec<NodeVitals> {
        self.all.iter().map(Standing::vitals).collect()
    }

    /// A node has said which chain it is of. Whether that is new.
    pub(crate) fn identify(&mut self, node: usize) -> bool {
        self.all.get_mut(node).is_some_and(|it| !std::mem::replace(&mut it.identified, true))
    }

    /// Whether a node is of another chain.
    pub(crate) fn is_foreign(&self, node: usize) -> bool {
        self.all.get(node).is_some_and(|it| it.foreign)
    }

    /// A node is of another chain: it is never asked.
    pub(crate) fn exclude(&mut self, node: usize) {
        if let Some(standing) = self.all.get_mut(node) {
            standing.foreign = true;
        }
    }

    /// Whether all nodes are of other chains.
    pub(crate) fn all_are_foreign(&self) -> bool {
        self.all.iter().all(|it| it.foreign)
    }

    /// Whether a node can be asked: it answers, has the chain that is followed, and keeps up.
    pub(crate) fn is_good(&self, node: usize) -> bool {
        self.all.get(node).is_some_and(|it| it.keeps_up() && it.differed < CERTAIN)
    }

    /// A node gave what cannot be: it is not asked for a while, if there is another.
    pub(crate) fn distrust(&mut self, node: usize) {
        let until = Instant::now() + self.patience.saturating_mul(DISTRUST);
        if let Some(standing) = self.all.get_mut(node) {
            standing.distrusted = Some(until);
        }
    }

    /// Whether a node cannot be asked: it is silent, or of another chain.
    pub(crate) fn is_out(&self, node: usize) -> bool {
        self.all.get(node).is_none_or(Standing::is_out)
    }

    /// Whether another node is to be asked, if there is one. A node of which nothing is known yet is waited for.
    pub(crate) fn is_bad(&self, node: usize) -> bool {
        let is_bad = |it: &Standing| it.is_out() || it.is_distrusted() || it.lagged >= CERTAIN;
        self.all.get(node).is_none_or(is_bad)
    }

    /// Whether a node has answered since an instant.
    pub(crate) fn answered_since(&self, node: usize, instant: Instant) -> bool {
        self.all.get(node).and_then(|it| it.answered).is_some_and(|at| at > instant)
    }

    /// The node to ask in place of one: of those that can be asked the one that comes next, round and round. If
    /// it has been silent for long, one of another chain too: the chain may have been reorganised meanwhile.
    pub(crate) fn instead_of(&self, node: usize) -> Option<usize> {
        let count = self.all.len();
        let others = || (1..count).map(|step| (node + step) % count);
        let is_lost = self.all.get(node).is_some_and(|it| {
            it.missed >= SILENT && it.answered.is_none_or(|at| at.elapsed() > self.patience)
        });
        let keeps_up = |it: &usize| self.all.get(*it).is_some_and(Standing::keeps_up);
        let good = others().find(|it| self.is_good(*it));
        good.or_else(|| others().find(keeps_up).filter(|_| is_lost))
    }

    fn best_of_others(&self, node: usize) -> Option<u64> {
        let others =
            self.all.iter().enumerate().filter(|(it, other)| *it != node && other.answers());
        others.filter_map(|(_, other)| other.latest).max()
    }
}

impl Standing {
    fn vitals(&self) -> NodeVitals {
        let asked = self.latest.is_some() || self.missed > 0;
        NodeVitals {
            latest: self.latest,
            answers: asked.then_some(self.latest.is_some() && self.missed < SILENT),
            disagrees: self.differed >= CERTAIN,
            lags: self.lagged >= CERTAIN,
            is_distrusted: self.is_distrusted(),
            is_foreign: self.foreign,
            errors: self.errors,
        }
    }

    fn keeps_up(&self) -> bool {
        self.answers() && self.lagged < CERTAIN
    }

    fn answers(&self) -> bool {
        self.latest.is_some() && !self.is_out() && !self.is_distrusted()
    }

    const fn is_out(&self) -> bool {
        self.missed >= SILENT || self.foreign
    }

    fn is_distrusted(&self) -> bool {
        self.distrusted.is_some_and(|until| until > Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(600);
    const OURS: B256 = B256::repeat_byte(1);
    const OTHERS: B256 = B256::repeat_byte(2);

    fn saw(standings: &mut Standings, node: usize, latest: u64, hash: B256) -> Vec<NodeNews> {
        standings.saw(node, latest, Head { number: 5, hash }, Some(OURS))
    }

    #[test]
    fn a_node_that_differs_for_a_moment_is_not_told_and_one_that_stays_with_it_is_once() {
        let mut standings = Standings::new(2, 3, PATIENCE);
        for hash in [OTHERS, OTHERS, OURS, OTHERS, OTHERS] {
            assert_eq!(saw(&mut standings, 1, 9, hash), []);
        }
        let disagrees = NodeNews::Disagrees { number: 5, expected: OURS, found: OTHERS };
        assert_eq!(saw(&mut standings, 1, 9, OTHERS), [disagrees]);
        assert_eq!(saw(&mut standings, 1, 9, OTHERS), []);
        // It does not stand in for another, but for one that is lost.
        saw(&mut standings, 0, 9, OURS);
        assert_eq!(standings.instead_of(0), None);
        for _ in 0..SILENT {
            standings.missed(0, "gone".to_owned());
        }
        assert_eq!(standings.instead_of(0), None);
        standings.patience = Duration::ZERO;
        assert_eq!(standings.instead_of(0), Some(1));
        assert_eq!(saw(&mut standings, 1, 9, OURS), [NodeNews::Agrees]);
    }

    #[test]
    fn a_node_that_lags_is_not_asked_until_it_keeps_up() {
        let mut standings = Standings::new(2, 3, PATIENCE);
        saw(&mut standings, 1, 100, OURS);
        assert_eq!(saw(&mut standings, 0, 97, OURS), []);
        for _ in 0..2 {
            assert_eq!(saw(&mut standings, 0, 90, OURS), []);
            assert!(standings.is_good(0));
        }
        assert_eq!(saw(&mut standings, 0, 90, OURS), [NodeNews::Lags { blocks: 10 }]);
        assert!(!standings.is_good(0));
        assert_eq!(standings.instead_of(0), Some(1));
        assert_eq!(saw(&mut standings, 0, 99, OURS), [NodeNews::KeepsUp]);
        assert!(standings.is_good(0));
    }

    #[test]
    fn a_silent_node_is_told_once_and_nobody_waits_for_its_height() {
        let mut standings = Standings::new(2, 3, PATIENCE);
        saw(&mut standings, 0, 100, OURS);
        assert_eq!(standings.missed(0, "gone".to_owned()), []);
        assert_eq!(
            standings.missed(0, "gone".to_owned()),
            [NodeNews::Silent { reason: "gone".to_owned() }]
        );
        assert_eq!(standings.missed(0, "gone".to_owned()), []);
        assert!(!standings.is_good(0));
        for _ in 0..5 {
            assert_eq!(saw(&mut standings, 1, 50, OURS), []);
        }
        assert_eq!(saw(&mut standings, 0, 100, OURS), [NodeNews::Answers]);
    }

    /// A node that says that it has a million blocks more, and has none of them.
    #[test]
    fn a_node_that_gave_what_cannot_be_makes_no_other_lag() {
        let mut standings = Standings::new(2, 3, PATIENCE);
        for _ in 0..CERTAIN {
            saw(&mut standings, 1, 1_000_000, OURS);
            saw(&mut standings, 0, 90, OURS);
        }
        assert!(standings.is_bad(0) && !standings.is_out(0));
        assert_eq!(standings.instead_of(0), Some(1));
        standings.distrust(1);
        assert_eq!(standings.instead_of(0), None);
        assert_eq!(saw(&mut standings, 0, 90, OURS), [NodeNews::KeepsUp]);
        assert!(!standings.is_bad(0) && standings.is_bad(1));
        assert_eq!(standings.instead_of(1), Some(0));
    }

    #[test]
    fn a_node_of_another_chain_is_never_asked() {
        let mut standings = Standings::new(2, 3, PATIENCE);
        saw(&mut standings, 0, 1, OURS);
        saw(&mut standings, 1, 1, OURS);
        standings.exclude(1);
        assert_eq!(standings.instead_of(0), None);
        assert!(!standings.all_are_foreign());
        standings.exclude(0);
        assert!(standings.all_are_foreign());
    }
}
