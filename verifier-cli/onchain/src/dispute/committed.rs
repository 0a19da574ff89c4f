//! A commitment as the contract has told it: the event that a watcher finds in the chain's logs.
//! `specs/14-chain.md`, section Commit.
//!
//! In the data's way this stands between the logs and whoever holds what is claimed against his own.

use alloy_primitives::{Address, B256, Bytes, Log, LogData, U256};
use alloy_sol_types::SolEvent;
use iso_evm_provers::dispute::{AuditDispute, Claims, id_of};
use iso_evm_wire::{
    Rules,
    claim::{BlockClaim, Environment, items::TreeRoot},
};

/// A commitment, as it was told when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// What names it.
    pub id: B256,
    /// Who stands by it.
    pub operator: Address,
    /// The commitment that it goes on from; zero if there is none.
    pub parent: B256,
    /// The root that it is to.
    pub root: B256,
    /// Before this time it does not become final.
    pub deadline: u64,
    /// The words of the block's claim.
    pub claim: BlockClaim,
    /// What the block gives to the messages in it.
    pub environment: Environment,
    /// The event's data, from which it can be read again.
    pub data: Bytes,
}

impl Committed {
    /// A commitment out of a log of the contract's; none if it is another event's, or one that no contract for
    /// disputes can have told.
    pub fn of_log(log: &Log) -> Option<Self> {
        let event = AuditDispute::Committed::decode_log(log).ok()?;
        let claim = claim(&event.block_);
        let environment = environment(&event.environment)?;
        let is_it = claim.root() == event.root
            && id_of(event.operator, event.root) == event.id
            && environment.hash() == claim.environment;
        is_it.then(|| Self {
            id: event.id,
            operator: event.operator,
            parent: event.parent,
            root: event.root,
            deadline: event.deadline,
            claim,
            environment,
            data: log.data.data.clone(),
        })
    }

    /// The same out of what was kept of it: who stands by it, its parent, and the event's data.
    pub fn of_parts(id: B256, operator: Address, parent: B256, data: Bytes) -> Option<Self> {
        let topics =
            vec![AuditDispute::Committed::SIGNATURE_HASH, id, operator.into_word(), parent];
        let data = LogData::new(topics, data)?;
        Self::of_log(&Log { address: Address::ZERO, data })
    }
}

fn claim(told: &Claims::Block) -> BlockClaim {
    let tree = |tree: &Claims::Tree| TreeRoot {
        count: u64::try_from(tree.count).unwrap_or(u64::MAX),
        root: tree.root,
    };
    BlockClaim {
        environment: told.environment,
        header: told.header,
        ancestors: tree(&told.ancestors),
        transactions: tree(&told.transactions),
        enter: told.enter,
        leave: told.leave,
    }
}

/// The contract takes no number of more than 64 bits, but for what a blob gas costs.
fn environment(told: &Claims::Environment) -> Option<Environment> {
    let number = |word: U256| u64::try_from(word).ok();
    Some(Environment {
        chain_id: number(told.chainId)?,
        rules: Rules::of_number(u8::try_from(told.rules).ok()?)?,
        number: number(told.number)?,
        timestamp: number(told.timestamp)?,
        beneficiary: told.beneficiary,
        gas_limit: number(told.gasLimit)?,
        base_fee: number(told.baseFee)?,
        randomness: told.randomness,
        blob_base_fee: told.blobBaseFee,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> (AuditDispute::Committed, Committed) {
        let environment = Environment {
            chain_id: 1,
            rules: Rules::ALL[0],
            number: 7,
            timestamp: 8,
            beneficiary: Address::repeat_byte(9).into_word(),
            gas_limit: 10,
            base_fee: 11,
            randomness: B256::repeat_byte(12),
            // The contract takes any.
            blob_base_fee: U256::MAX,
        };
        let tree = TreeRoot { count: 2, root: B256::repeat_byte(1) };
        let claim = BlockClaim {
            environment: environment.hash(),
            header: B256::repeat_byte(2),
            ancestors: TreeRoot::default(),
            transactions: tree,
            enter: B256::repeat_byte(3),
            leave: B256::repeat_byte(4),
        };
        let (operator, parent) = (Address::repeat_byte(5), B256::repeat_byte(6));
        let words =
            |tree: TreeRoot| Claims::Tree { count: U256::from(tree.count), root: tree.root };
        let event = AuditDispute::Committed {
            id: id_of(operator, claim.root()),
            operator,
            parent,
            root: claim.root(),
            deadline: 77,
            block_: Claims::Block {
                environment: claim.environment,
                header: claim.header,
                ancestors: words(claim.ancestors),
                transactions: words(claim.transactions),
                enter: claim.enter,
                leave: claim.leave,
            },
            environment: Claims::Environment {
                chainId: U256::from(1),
                rules: U256::from(environment.rules.number()),
                number: U256::from(7),
                timestamp: U256::from(8),
                beneficiary: environment.beneficiary,
                gasLimit: U256::from(10),
                baseFee: U256::from(11),
                randomness: environment.randomness,
                blobBaseFee: U256::MAX,
            },
        };
        let (id, root) = (event.id, event.root);
        let data = event.encode_data().into();
        let expected =
            Committed { id, operator, parent, root, deadline: 77, claim, environment, data };
        (event, expected)
    }

    #[test]
    fn a_commitment_is_read_from_its_event_and_again_from_what_is_kept_of_it() {
        let (event, expected) = told();
        let log = Log { address: Address::ZERO, data: event.encode_log_data() };
        assert_eq!(Committed::of_log(&log), Some(expected.clone()));
        let Committed { id, operator, parent, data, .. } = expected.clone();
        assert_eq!(Committed::of_parts(id, operator, parent, data), Some(expected));
    }

    #[test]
    fn an_event_whose_hashes_do_not_hang_together_is_no_commitment() {
        let (event, _) = told();
        let other = [
            AuditDispute::Committed { root: B256::ZERO, ..event.clone() },
            AuditDispute::Committed { operator: Address::ZERO, ..event.clone() },
            AuditDispute::Committed { id: B256::ZERO, ..event },
        ];
        for event in other {
            let log = Log { address: Address::ZERO, data: event.encode_log_data() };
            assert_eq!(Committed::of_log(&log), None);
        }
    }
}
