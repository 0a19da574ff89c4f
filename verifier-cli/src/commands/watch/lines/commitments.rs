//! What a person reads of operators' commitments: what becomes of each to stdout, what is held up to stderr.

use alloy_primitives::{U256, utils::format_ether};
use iso_evm_watch::{Commitment, CommitmentNews, FalseCommitment, Judgement, SentAct};

use crate::{
    error::CommandError,
    report::text::{counted, thousands},
    terminal::{print_text, say},
};

/// Prints what is new of a commitment.
pub(super) fn print(commitment: &Commitment, what: &CommitmentNews) -> Result<(), CommandError> {
    let Commitment { id, operator, number, .. } = commitment;
    let said = match what {
        CommitmentNews::Made => {
            format!("of {operator}, to block {number}, until {}", commitment.deadline)
        }
        CommitmentNews::Gone => "gone: the block that it was made in is".to_owned(),
        CommitmentNews::Same { .. } => "it says what the block did".to_owned(),
        CommitmentNews::False(found) => of_false(found),
        CommitmentNews::OtherBlock { reason } => {
            format!("about another block, which convicts nobody: {reason}")
        }
        CommitmentNews::Unknown { reason } => format!("not known: {reason}"),
        CommitmentNews::Withheld { reason } => format!("not published: {reason}"),
        CommitmentNews::Convicted { own: true, .. } => "convicted".to_owned(),
        CommitmentNews::Convicted { by: Some(by), .. } => format!("convicted by {by}"),
        CommitmentNews::Convicted { by: None, .. } => "convicted with its parent".to_owned(),
        CommitmentNews::Final { judgement: Judgement::False } => {
            "final, and false: nobody has convicted it in time".to_owned()
        }
        CommitmentNews::Final { .. } => "final".to_owned(),
        CommitmentNews::Sent(sent) => of_sent(sent),
        CommitmentNews::Mined { what, hash, success, gas_used, paid } => {
            let (gas, paid) = (thousands(U256::from(*gas_used)), ether(*paid));
            let became = if *success { "mined" } else { "mined, and has failed" };
            format!("{what} is {became}: {hash}, {gas} gas, {paid} ETH")
        }
        CommitmentNews::Held { reason } => {
            say(&format!("note: commitment {id}: held up: {reason}"));
            return Ok(());
        }
    };
    print_text(&format!("commitment {id}: {said}\n"))?;
    Ok(())
}

fn of_false(found: &FalseCommitment) -> String {
    let FalseCommitment { family, kind, expected, found: claimed, .. } = found;
    let of = |name: &str, index: Option<u64>| index.map(|index| format!("{name} {index}, "));
    let transaction = found.transaction.map(|place| place as u64);
    let places =
        [of("transaction", transaction), of("message", found.message), of("record", found.record)];
    let places: String = places.into_iter().flatten().collect();
    let cost =
        found.cost.map_or_else(String::new, |cost| format!(", {} ETH at present", ether(cost)));
    format!(
        "false: {places}{family}: {kind}: expected {expected}, found {claimed}\n  the {} prover convicts: {} gas in \
         {}{cost}\n  {}",
        found.prover,
        thousands(U256::from(found.gas)),
        counted(found.transactions, "transaction"),
        found.proof
    )
}

fn of_sent(sent: &SentAct) -> String {
    let SentAct { what, hash, nonce, .. } = sent;
    match sent.replaces {
        Some(replaced) => {
            format!(
                "{what} is sent with higher fees: {hash}, nonce {nonce}, in place of {replaced}"
            )
        }
        None => format!("{what} is sent: {hash}, nonce {nonce}"),
    }
}

fn ether(wei: U256) -> String {
    let text = format_ether(wei);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
