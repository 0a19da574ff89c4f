//! What transactions look at, asked for before they run: geth's `prestateTracer` says it, and all proofs
//! are then asked for at once.
//!
//! In the data's way this stands before the replay. Nothing of what it says is believed.

use alloy_primitives::{B256, keccak256};
use alloy_rpc_types_trace::geth::PreStateFrame;
use iso_evm_rpc::RpcError;

use super::{
    NodeError,
    parent::{Parent, Wanted},
};

impl Parent<'_> {
    /// Asks what the transactions look at, and for proofs of it. Where the node has no
    /// `prestateTracer`, state is read as it is asked for.
    pub(super) fn prefetch(&self, transactions: &[B256]) -> Result<(), NodeError> {
        let Some((first, rest)) = transactions.split_first() else { return Ok(()) };
        if let Some(traces) = self.traces_of_block(transactions) {
            return self.prove(&self.looked_at(traces));
        }
        let ask = |hash: &B256| self.node.prestate(self.place(), *hash);
        // One alone, to see whether it can be done.
        let traces = match self.node.wait(ask(first)) {
            Ok(trace) => {
                let mut traces = vec![trace];
                match self.node.all(rest, ask) {
                    Ok(more) => traces.extend(more),
                    Err(error) => self.without_tracer(&error),
                }
                traces
            }
            Err(error) => {
                self.without_tracer(&error);
                return Ok(());
            }
        };
        self.prove(&self.looked_at(traces))
    }

    /// What all transactions of the block look at, by one question; none if these are not all, or if the node has
    /// no answer to it.
    fn traces_of_block(&self, transactions: &[B256]) -> Option<Vec<PreStateFrame>> {
        let all = self.block.transactions.len();
        if all < 2 || transactions.len() < all || !self.node.traces_blocks() {
            return None;
        }
        match self.node.wait(self.node.prestates(self.place())) {
            Ok(traces) if traces.len() == all => traces.into_iter().collect(),
            Ok(_) => None,
            Err(error) => {
                if matches!(error, RpcError::NotOffered { .. }) {
                    self.node.trace_no_blocks();
                }
                None
            }
        }
    }

    fn looked_at(&self, traces: Vec<PreStateFrame>) -> Wanted {
        let mut wanted = Wanted::new();
        for trace in traces {
            self.look(trace, &mut wanted);
        }
        wanted
    }

    fn without_tracer(&self, error: &NodeError) {
        // In the cache there need not be any.
        if !matches!(error, NodeError::Rpc(RpcError::Offline { .. })) {
            self.node.notice(format!("{error}: state is read as it is asked for"));
        }
    }

    /// Notes accounts and slots of a trace, and keeps its code. Its values are those before the
    /// transaction, which proofs cannot tell: they are not looked at.
    fn look(&self, trace: PreStateFrame, wanted: &mut Wanted) {
        let mut known = self.known.borrow_mut();
        for (address, account) in trace.into_pre_state() {
            wanted.entry(address).or_default().extend(account.storage.into_keys());
            if let Some(code) = account.code {
                known.codes.insert(keccak256(&code), code);
            }
        }
    }
}
