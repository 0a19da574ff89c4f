//! What is false in a commitment, as a file that anybody can send: the proof, the transactions that it takes, and what
//! they cost. With a challenger they are planned.
//!
//! In the data's way this stands between the judgement and what is sent.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use alloy_primitives::{B256, U256};
use iso_evm_onchain::dispute::{Act, Conviction};
use serde_json::{Value, json};

use super::{Failure, Operators, send::state};
use crate::{
    commitment::{CommitmentNews, FalseCommitment, Judgement},
    store::{Kept, Planned, StoreError, Turn},
};

/// How often what convicts may fail before it is given up: each time costs its gas.
const MOST_FAILURES: u64 = 5;

impl Operators {
    /// Writes the proof, keeps that the commitment is false, and plans what is to be sent.
    pub(super) fn prove(
        &mut self,
        kept: &Kept,
        block: Option<B256>,
        conviction: &Conviction,
    ) -> Result<(), Failure> {
        let gas = conviction.acts.iter().map(|act| act.step.gas).sum();
        // A node that does not say its fees says them another time; the proof is there.
        let price = self.chain.price().ok();
        let told = conviction.told;
        let path = self.options.proofs.join(format!("{}.json", kept.made.committed.id));
        let found = FalseCommitment {
            block: block.unwrap_or_default(),
            prover: conviction.prover.name(),
            family: told.kind.family(),
            kind: told.kind.name(),
            transaction: conviction.transaction,
            message: told.message,
            record: told.record,
            expected: told.expected,
            found: told.found,
            proof: path.display().to_string(),
            proof_bytes: conviction.proof.len(),
            transactions: conviction.acts.len(),
            gas,
            cost: price.map(|price| U256::from(price).saturating_mul(U256::from(gas))),
        };
        let document = self.document(kept, conviction, &found)?;
        write(&path, &document)
            .map_err(|error| StoreError::File { file: path.display().to_string(), error })?;
        let acts = self.plan(kept, conviction)?;
        let turn = Turn {
            judgement: Judgement::False,
            block,
            reason: None,
            found: Some(&found),
            acts: &acts,
            again: None,
        };
        let is_new = kept.judgement != Judgement::False;
        let event = is_new.then(|| kept.event(CommitmentNews::False(Box::new(found.clone()))));
        self.store.judge(kept, &turn, event.as_ref())?;
        event.map_or(Ok(()), |event| self.tell(event))
    }

    /// The transactions that are to be sent: none without a challenger, if they are planned already, or if they have
    /// failed too often.
    fn plan(&mut self, kept: &Kept, conviction: &Conviction) -> Result<Vec<Planned>, Failure> {
        if self.options.challenger.is_none() {
            return Ok(Vec::new());
        }
        let acts: Vec<Planned> = conviction.acts.iter().map(planned).collect();
        let known = self.store.acts(kept.made.committed.id, kept.plan)?;
        let is_on_its_way =
            |act: &Planned| !matches!(act.state.as_str(), state::FAILED | state::GIVEN_UP);
        let as_planned =
            |act: &Planned| Planned { state: state::PLANNED.to_owned(), ..act.clone() };
        if known.iter().all(is_on_its_way) && known.iter().map(as_planned).eq(acts.iter().cloned())
        {
            return Ok(Vec::new());
        }
        if self.store.failures(kept.made.committed.id)? >= MOST_FAILURES {
            self.held(kept, format!("it has failed {MOST_FAILURES} times"))?;
            return Ok(Vec::new());
        }
        Ok(acts)
    }

    /// The proof as JSON.
    fn document(
        &mut self,
        kept: &Kept,
        conviction: &Conviction,
        found: &FalseCommitment,
    ) -> Result<Value, Failure> {
        let (_, chain_id) = self.checked()?;
        let rules = kept.made.committed.environment.rules;
        let (dispute, disputes) = (self.contract(), self.disputes_for(rules));
        let prover = disputes.prover(conviction.prover).address;
        let act = |act: &Act| {
            json!({
                "what": act.what,
                "to": act.step.to,
                "value": act.step.value,
                "data": act.step.data,
                "gas": act.step.gas,
                "gasLimit": act.step.gas_limit,
            })
        };
        Ok(json!({
            "chainId": chain_id,
            "dispute": dispute,
            "challenger": self.account(),
            "commitment": kept.told(),
            "conviction": found,
            "proof": conviction.proof,
            "prover": prover,
            "transactions": conviction.acts.iter().map(act).collect::<Vec<_>>(),
        }))
    }
}

/// A transaction as it is planned.
pub(super) fn planned(act: &Act) -> Planned {
    let step = &act.step;
    Planned {
        what: act.what.to_owned(),
        to: step.to,
        value: step.value,
        data: step.data.clone(),
        gas: step.gas,
        gas_limit: step.gas_limit,
        makes: act.makes.as_ref().map(|(address, _)| *address),
        reaches: act.reaches,
        state: state::PLANNED.to_owned(),
    }
}

/// Writes a file that is whole as soon as it has its name.
fn write(path: &Path, document: &Value) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".unfinished-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file: the umask takes away what the user does not want.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    let text = serde_json::to_string_pretty(document)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
