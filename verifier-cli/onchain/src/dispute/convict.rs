//! From proofs to a conviction: the first that the contract takes, as it will be sent.

use alloy_eips::BlockId;
use alloy_network::TransactionBuilder;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_eth::{TransactionRequest, state::StateOverride};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use iso_evm_provers::{
    Accused, ClaimKind, Fault, Kind, Prover,
    dispute::{AuditDispute, Windows, advance_calldata, id_of},
    proof::{IProver::proveCall, Mismatch},
};

use super::{
    Act, DisputeError, Disputes, Scene,
    merge::merged,
    scene::{archived, fits},
};
use crate::{
    chain::{CallAnswer, Chain, HostReceipt},
    host::GAS_CAP,
};

/// What a contract says is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Of which kind.
    pub kind: Kind,
    /// Index of the message; none if it is about the transaction or the block.
    pub message: Option<u64>,
    /// Index of the record in it.
    pub record: Option<u64>,
    /// What follows from the other claims.
    pub expected: B256,
    /// What is claimed.
    pub found: B256,
}

/// The transaction that a proof is about; none of one about the block, or how its transactions follow each other.
fn about(accused: &Accused<'_, '_>, prover: Prover, told: &Told) -> Option<usize> {
    use ClaimKind::{Chain, Environment, TransactionCount};
    let is_of_block = matches!(told.kind, Kind::Claim(Chain | Environment | TransactionCount));
    (prover != Prover::Block && !is_of_block).then_some(accused.transaction)
}

/// What convicts an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conviction {
    /// Who is asked.
    pub prover: Prover,
    /// Place in the block of the transaction that it is about; none if it is about the block.
    pub transaction: Option<usize>,
    /// What it will say.
    pub told: Told,
    /// The transactions, in order.
    pub acts: Vec<Act>,
    /// Bytes of the proof that convicts.
    pub proof: Bytes,
}

impl Disputes {
    /// The first of these proofs that the contract takes, of a commitment of an operator's to the claim that is accused,
    /// as a challenger sends it; none if it takes none of them. A segment that no transaction holds is gone through
    /// in parts.
    ///
    /// # Errors
    ///
    /// If the contract would not take the commitment; if no transaction holds the proof.
    pub fn convict(
        &self,
        windows: Windows,
        accused: &Accused<'_, '_>,
        faults: &[Fault],
        operator: Address,
        challenger: Address,
    ) -> Result<Option<Conviction>, DisputeError> {
        let id = id_of(operator, accused.claimed.root());
        let mut scene = self.scene(Windows { anchor: B256::ZERO, ..windows });
        scene.commit(operator, B256::ZERO, accused.claimed)?;
        let mut too_large = None;
        for fault in faults {
            let (acts, sent) = scene.clone().challenge(challenger, id, fault);
            let Some(told) = sent.success.then(|| told(&sent.output)).flatten() else { continue };
            let (prover, proof) = (fault.prover, fault.proof.clone());
            match acts.iter().try_for_each(fits) {
                Ok(()) => {
                    let transaction = about(accused, prover, &told);
                    return Ok(Some(Conviction { prover, transaction, told, acts, proof }));
                }
                Err(error) => too_large = too_large.or(Some(error)),
            }
        }
        for fault in faults.iter().filter(|fault| fault.prover == Prover::Segment) {
            // Without a bond: so it is seen what convicts before that is announced.
            let free = Windows { anchor: B256::ZERO, bond: U256::ZERO, ..windows };
            let mut free = self.scene(free);
            free.commit(operator, B256::ZERO, accused.claimed)?;
            let found = self.advanced((&scene, free), accused, fault, id, challenger)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        too_large.map_or(Ok(None), Err)
    }

    /// The transactions that go through a segment in parts, if they convict. Of two scenes the second has no bond.
    fn advanced(
        &self,
        (scene, mut free): (&Scene<'_>, Scene<'_>),
        accused: &Accused<'_, '_>,
        fault: &Fault,
        id: B256,
        challenger: Address,
    ) -> Result<Option<Conviction>, DisputeError> {
        let Ok(proof) = iso_evm_provers::tree::Segment::abi_decode(&fault.proof) else {
            return Ok(None);
        };
        let place = |word: U256| usize::try_from(word).ok();
        let (Some(message), Some(index)) = (place(proof.message.index), place(proof.segment))
        else {
            return Ok(None);
        };
        let parts = accused.parts(message, index);
        let at = self.prover(Prover::Segment).address;
        let (mut scene, mut acts, mut next) = (scene.clone(), Vec::new(), 0);
        while let Some(left) = parts.get(next..).filter(|left| !left.is_empty()) {
            let step = |count: usize| {
                let first = left[0].clone();
                let joined =
                    left[1..count].iter().fold(first, |joined, next| merged(&joined, next));
                let proof: Bytes = accused.part(message, index, &joined)?.abi_encode().into();
                let laid = self.laid(&proof);
                let data = advance_calldata(id, at, laid.parts.clone());
                let (step, sent) = free.clone().with_archives(&laid).tried(challenger, &data);
                let said = sent.success.then_some(sent.output)?;
                let said = AuditDispute::advanceCall::abi_decode_returns(&said).ok()?;
                Some((proof, laid, data, step, said))
            };
            // As many as fit: first as many as take as much each as the first does.
            let Some(mut found) = step(1) else { return Ok(None) };
            let guess = usize::try_from(GAS_CAP / found.3.gas.max(1)).unwrap_or(1);
            let mut count = 1;
            for tried in (2..=guess.min(left.len())).rev() {
                if let Some(more) =
                    step(tried).filter(|more| more.3.fits() && more.1.archives.is_empty())
                {
                    (count, found) = (tried, more);
                    break;
                }
            }
            let (proof, laid, data, _, said) = found;
            scene = scene.with_archives(&laid);
            free = free.with_archives(&laid);
            free.act("advance", challenger, U256::ZERO, &data);
            let convicts = said.outcome == U256::from(FALSE);
            if convicts {
                acts.extend(scene.announce(challenger, id, &proof));
            }
            acts.extend(archived(&laid));
            let (mut act, _) = scene.act("advance", challenger, U256::ZERO, &data);
            fits(&act)?;
            act.reaches = (!convicts).then_some((said.key, said.digest));
            acts.push(act);
            if convicts {
                let mismatch = said.mismatch;
                let told = of_words(
                    mismatch.kind,
                    (mismatch.message, mismatch.record),
                    (mismatch.expected, mismatch.found),
                );
                let prover = Prover::Segment;
                return Ok(told.map(|told| {
                    let transaction = about(accused, prover, &told);
                    Conviction { prover, transaction, told, acts, proof }
                }));
            }
            next += count;
        }
        Ok(None)
    }

    /// What a prover says to a proof, asked on the chain; none if it convicts nobody.
    ///
    /// # Errors
    ///
    /// If the node does not run the call.
    pub fn asked(
        &self,
        chain: &Chain,
        prover: Prover,
        root: B256,
        proof: &Bytes,
    ) -> Result<Option<Told>, DisputeError> {
        let data = proveCall { root, proof: proof.clone() }.abi_encode();
        let to = self.prover(prover).address;
        let request = TransactionRequest::default().with_to(to).with_input(data);
        let answer = chain.call(&request, BlockId::latest(), &StateOverride::default())?;
        Ok(match answer {
            CallAnswer::Returned(data) => told(&data),
            CallAnswer::Reverted(_) | CallAnswer::OutOfGas => None,
        })
    }

    /// What a receipt says of a conviction.
    pub fn convicted(&self, receipt: &HostReceipt, id: B256) -> Option<Told> {
        let own = receipt.logs.iter().filter(|log| log.address == self.address());
        let mut events = own.filter_map(|log| AuditDispute::Convicted::decode_log(log).ok());
        let event = events.find(|event| event.id == id)?;
        let Mismatch { kind, message, record, expected, found } =
            Mismatch::abi_decode(&event.mismatch.abi_encode()).ok()?;
        of_words(kind, (message, record), (expected, found))
    }
}

/// The outcome of `advance` that convicts.
const FALSE: u64 = 2;

/// What a prover says, out of exactly its five words.
pub fn told(data: &[u8]) -> Option<Told> {
    let told = Mismatch::abi_decode_validate(data).ok()?;
    of_words(told.kind, (told.message, told.record), (told.expected, told.found))
}

fn of_words(kind: U256, at: (U256, U256), values: (B256, B256)) -> Option<Told> {
    let index = |word: U256| u64::try_from(word).ok();
    Some(Told {
        kind: Kind::of_number(u8::try_from(kind).ok()?)?,
        message: index(at.0),
        record: index(at.1),
        expected: values.0,
        found: values.1,
    })
}
