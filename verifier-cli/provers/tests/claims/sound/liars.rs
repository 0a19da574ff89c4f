//! False claims: of witnesses in which one thing is changed, with every proof about what was changed.

use alloy_primitives::{B256, U256};
use iso_evm_hypervisor::Engine;
use iso_evm_provers::{Accused, Fault, MACHINE};
use iso_evm_verifier::{audit::Subject, claim::claim};
use iso_evm_wire::{MessageWitness, Opened, StoredMessage, Witness};

use crate::{honest::GAS, random::Random};

/// Questions about a claim.
pub(crate) struct Asked {
    /// The root of what is claimed.
    pub(crate) root: B256,
    /// Every question about it, or about what was changed.
    pub(crate) questions: Vec<Fault>,
}

/// A claim of a witness, and questions about the transaction and some of the messages.
pub(crate) fn asked(engine: &Engine, witness: &Witness, of: &[usize]) -> Option<Asked> {
    let opened = Opened::of(witness);
    let subject = Subject::new(&opened);
    let claimed = claim(&subject, GAS)?;
    let accused = Accused {
        subject: &subject,
        claimed: &claimed,
        engine,
        machine: MACHINE,
        transaction: claimed.first,
        gas_limit: GAS,
    };
    let mut questions = accused.questions_of_the_transaction();
    for message in of {
        let count = claimed.transactions[0].messages[*message].records.len();
        let step = count.div_ceil(16).max(1);
        questions.extend(accused.questions(*message, |record| record % step == 0));
    }
    Some(Asked { root: claimed.root(), questions })
}

/// The witness with one thing changed, and the message that it is in, if it is in one.
pub(crate) fn lie(random: &mut Random, witness: &Witness) -> (Witness, Option<usize>) {
    let mut lies = witness.clone();
    if lies.messages.is_empty() || random.once_in(4) {
        match random.below(5) {
            0 => lies.receipt.gas_used += 1,
            1 => lies.receipt.success ^= true,
            2 => lies.roots.leave = random.word(),
            3 => lies.roots.enter = random.word(),
            _ => lies.block.timestamp += 1,
        }
        return (lies, None);
    }
    let index = random.below(lies.messages.len());
    let mut message = witness.message(index).unwrap();
    change(random, &mut message);
    lies.messages[index] = StoredMessage::of(&message);
    (lies, Some(index))
}

fn change(random: &mut Random, message: &mut MessageWitness) {
    if random.once_in(3) {
        match random.below(6) {
            0 => message.gasUsed += U256::ONE,
            1 => message.status = U256::from((message.status.to::<u64>() + 1) % 3),
            2 => message.stateRootLeave = random.word(),
            3 => message.stateRootEnter = random.word(),
            4 => message.callvalue += U256::ONE,
            _ => message.returndataHash = random.word(),
        }
        return;
    }
    let at = random.below(message.stateAccessList.len());
    let record = &mut message.stateAccessList[at];
    let mut metadata = record.metadata.to_vec();
    let spot = 32 * random.below(metadata.len() / 32) + 31;
    metadata[spot] ^= if random.once_in(2) { 1 } else { 1 << random.below(8) };
    record.metadata = metadata.into();
}
