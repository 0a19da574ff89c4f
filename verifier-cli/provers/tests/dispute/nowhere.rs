//! What nobody can convict of becomes final: with it a state that comes from nowhere, if there is no anchor.

use alloy_primitives::{B256, TxKind};
use iso_evm_provers::dispute::{AuditDispute::WrongParent, Windows, commit_calldata};
use iso_evm_wire::claim::{BlockClaim, items::TreeRoot};

use crate::court::*;

const ANCHOR: B256 = B256::repeat_byte(0xaa);

#[test]
fn no_state_becomes_final_that_does_not_follow_from_the_anchor() {
    let mut court = Court::with(Windows { anchor: ANCHOR, ..windows(0) });
    let environment = claim(false, 1, B256::ZERO, B256::ZERO).environment;
    let none = TreeRoot::default();
    let mut commit = |parent: B256, root: B256| {
        let block = BlockClaim {
            environment: environment.hash(),
            header: B256::ZERO,
            ancestors: none,
            transactions: none,
            enter: root,
            leave: root,
        };
        let data = commit_calldata(parent, &block, &environment);
        let id = court.chain.send(OPERATOR, TxKind::Call(court.at), data, court.bond);
        id.map(|id| B256::from_slice(&id))
    };
    // All that is claimed is true of a block without transactions: there is nothing to convict of.
    let made_up = B256::repeat_byte(0xee);
    refused::<_, WrongParent>(commit(B256::ZERO, made_up));
    let first = commit(B256::ZERO, ANCHOR).unwrap();
    refused::<_, WrongParent>(commit(first, made_up));
    court.wait(WINDOW);
    court.finalises(OPERATOR, first).unwrap();
}
