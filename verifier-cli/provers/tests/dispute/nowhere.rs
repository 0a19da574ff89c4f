//! What nobody can convict of becomes final: with it a state that comes from nowhere.

use alloy_primitives::{B256, TxKind};
use iso_evm_provers::dispute::commit_calldata;
use iso_evm_wire::claim::{BlockClaim, items::TreeRoot};

use crate::court::*;

#[test]
#[ignore = "a commitment without a parent begins anywhere, and all that follows can become final"]
fn no_state_becomes_final_that_follows_from_no_other() {
    let mut court = Court::new(0);
    let environment = claim(false, 1, B256::ZERO, B256::ZERO).environment;
    let made_up = B256::repeat_byte(0xee);
    let none = TreeRoot::default();
    let block = BlockClaim {
        environment: environment.hash(),
        header: B256::ZERO,
        ancestors: none,
        transactions: none,
        enter: made_up,
        leave: made_up,
    };
    let data = commit_calldata(B256::ZERO, &block, &environment);
    let id = court.chain.send(OPERATOR, TxKind::Call(court.at), data, court.bond).unwrap();
    let id = B256::from_slice(&id);
    court.wait(WINDOW);
    // All that is claimed is true of it: there is nothing to convict of.
    let _ = court.finalises(OPERATOR, id);
    assert_ne!(court.standing(id), 2, "a state that the operator made up is final");
}
