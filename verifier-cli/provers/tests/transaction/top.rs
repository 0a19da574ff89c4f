//! Lies about the first message and about what the top call leaves: each of them convicts.

use alloy_primitives::{B256, U256};
use iso_evm_provers::{ClaimKind, Kind, transaction::top};
use iso_evm_verifier::audit::{AccessKind, TransactionKind};
use iso_evm_wire::{layout, segment};

use crate::{
    case::Case,
    court::{Answer, Prover, ask},
    honest::{OPTIMISM, own},
};

fn judged(case: &Case, question: U256) -> Answer {
    ask(Prover::Top, case.root(), &case.top(question))
}

/// A question, the position of a word in the head, and the kind of a lie there.
const WORDS: [(U256, usize, Kind); 14] = {
    use TransactionKind as T;
    const fn of(kind: T) -> Kind {
        Kind::Transaction(kind)
    }
    [
        (top::FIELDS, segment::layout::KIND, of(T::Kind)),
        (top::FIELDS, layout::ORIGIN, of(T::Origin)),
        (top::FIELDS, layout::GAS_PRICE, of(T::GasPrice)),
        (top::FIELDS, layout::CALLER, of(T::Caller)),
        (top::TARGET, layout::TO, of(T::To)),
        (top::FIELDS, layout::CONTEXT, of(T::Context)),
        (top::FIELDS, layout::CALLVALUE, of(T::Value)),
        (top::FIELDS, segment::layout::CALL_DATA_HASH, of(T::Calldata)),
        (top::FIELDS, segment::layout::CALL_DATA_SIZE, of(T::Calldata)),
        (top::FIELDS, layout::GAS_AVAILABLE, of(T::Gas)),
        (top::FIELDS, layout::IS_STATIC, of(T::Static)),
        (top::CODE, segment::layout::CODE_HASH, Kind::Access(AccessKind::CodeHash)),
        (top::ENTRY, layout::STATE_ROOT_ENTER, Kind::Transaction(TransactionKind::StateRootEnter)),
        (top::TOP, layout::STATUS, Kind::Claim(ClaimKind::Step)),
    ]
};

#[test]
fn each_word_of_the_first_message_that_is_false_convicts() {
    let optimism = OPTIMISM.iter().filter(|case| !case.told().messages.is_empty());
    let cases =
        ["erc20-transfer", "blobs", "creation-transaction", "delegation-7702", "storage-gas"];
    let cases = cases.into_iter().map(own).chain(optimism.take(3).cloned());
    for case in cases {
        let creates = case.witness.transaction.body().kind().is_create();
        for (question, position, kind) in WORDS {
            // A creation's code and target are among its fields.
            let question = if creates && [top::CODE, top::TARGET].contains(&question) {
                top::FIELDS
            } else {
                question
            };
            let word = case.told().messages[0].head.word(position) ^ U256::from(1);
            let lie = case.with_head(position, word);
            let answer = judged(&lie, question);
            answer.convicts_of(kind);
            if question != top::TOP {
                assert_eq!(answer.mismatch().found, B256::from(word));
                let honest = case.told().messages[0].head.word(position);
                assert_eq!(answer.mismatch().expected, B256::from(honest));
            }
        }
    }
}

use alloy_consensus::Transaction as _;

#[test]
fn an_entry_that_is_false_convicts() {
    for name in ["erc20-transfer", "creation-transaction", "delegation-7702"] {
        let case = own(name);
        let lie = case.with(|_, _, _, messages| {
            let told = messages[0].clone();
            let mut entry = told.entry.unwrap();
            entry.messages += 1;
            messages[0] = iso_evm_verifier::claim::ClaimedMessage::new(
                told.head,
                (told.records, told.record_tree),
                Some(entry),
                told.instants,
                told.checkpoints,
            );
        });
        judged(&lie, top::ENTRY).convicts_of(Kind::Claim(ClaimKind::Entry));
    }
}

#[test]
fn a_message_too_many_or_too_few_convicts() {
    let kind = Kind::Transaction(TransactionKind::Message);
    for name in ["erc20-transfer", "creation-transaction", "delegation-7702"] {
        let case = own(name);
        let lie = case.with(|_, _, _, messages| messages.clear());
        let words = [B256::from(U256::from(1)), B256::ZERO];
        judged(&lie, top::MESSAGE).convicts(kind, words);
        judged(&lie, top::COUNT).convicts_of(Kind::Claim(ClaimKind::MessageCount));
    }
    let message = own("erc20-transfer").told().messages[0].clone();
    let case = own("plain-transfer");
    let lie = case.with(|_, _, _, messages| messages.push(message.clone()));
    judged(&lie, top::MESSAGE).convicts(kind, [B256::ZERO, B256::from(U256::from(1))]);
    judged(&lie, top::COUNT).convicts_of(Kind::Claim(ClaimKind::MessageCount));
    let invalid = OPTIMISM[0].with(|_, _, _, messages| messages.push(message.clone()));
    judged(&invalid, top::COUNT).convicts_of(Kind::Claim(ClaimKind::MessageCount));
}

/// Whatever the top came to: the instant behind it follows.
#[test]
fn what_the_top_leaves_convicts_if_it_is_false() {
    let names = [
        "erc20-transfer",
        "creation-transaction",
        "plain-transfer",
        "halt-top-level",
        "revert-with-data",
        "selfdestruct",
    ];
    for case in names.into_iter().map(own).chain(OPTIMISM.iter().take(4).cloned()) {
        let step = case.top_at();
        for lie in [
            case.with_step(step, |instant| instant.state_root.0[0] ^= 1),
            case.with_step(step, |instant| instant.refund += 1),
            case.with_step(step, |instant| instant.messages += 1),
            case.with_step(step, |instant| instant.depth += 1),
            case.with_step(step, |instant| instant.logs = B256::repeat_byte(1)),
        ] {
            judged(&lie, top::TOP).convicts_of(Kind::Claim(ClaimKind::Step));
        }
    }
}
