//! What the provers of the transaction audit are given, as their contracts read it: a proof is
//! `abi.encode` of one of [`RulesProof`], [`TopProof`], [`StepProof`], [`ReceiptProof`], [`BlockProof`]
//! ([`abi_encode`](alloy_sol_types::SolValue::abi_encode)). Normative text: `specs/20-claims.md`.
//!
//! In the data's way this stands beside [`proof`](crate::proof), between whoever builds a proof and the
//! contracts.

use alloy_sol_types::sol;

use crate::proof::{Block, Environment, InBlock, InTransaction, Opened, Transaction};

sol! {
    /// A transaction of a claim, with its bytes and what its block gives.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Sent {
        InBlock inBlock;
        Environment environment;
        /// The bytes that its hash is of.
        bytes bytes_;
    }

    /// A proof for `RulesProver`: the transaction breaks a rule.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct RulesProof {
        /// What is asked: see [`rules`].
        uint256 question;
        Sent sent;
        /// For `SENDER`: step 0. Its instant has the state before the transaction.
        Opened entry;
        /// For `SENDER`: nodes of tries, one behind the other.
        bytes nodes;
        /// For `SENDER`: the sender's code, if it has any; without it, it is not asked whether it may have one.
        bytes code;
    }

    /// A proof for `TopProver`: the first message, or what the top call or creation leaves, does not follow.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct TopProof {
        /// What is asked: see [`top`].
        uint256 question;
        Sent sent;
        /// The step before the top; for `COUNT` the last step.
        Opened before;
        /// Message 0, where the question is about it, or where there is one.
        InTransaction message;
        /// For `TOP`, where there is a message: the instant behind its last record.
        Opened last;
        /// For `TOP`: the digest that is claimed of the step.
        bytes32 behind;
        bytes32[] behindPath;
        /// Nodes of tries, one behind the other.
        bytes nodes;
        /// The code of the account called, or what it delegates by; empty if it has none, or if its hash
        /// is enough.
        bytes code;
    }

    /// A proof for `StepProver`: a step does not follow.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct StepProof {
        /// What is asked: see [`step`].
        uint256 question;
        Sent sent;
        /// For `STEP`: the step that is judged.
        uint256 step;
        /// The step before it; for `COUNT` of a deposit step 0; for `ENTRY` the last step of the transaction
        /// before, for `LEAVE` that of the last one; for `END` any behind which it may end.
        Opened before;
        /// For `STEP` and `ENTRY`: the digest that is claimed of the step.
        bytes32 behind;
        bytes32[] behindPath;
        /// For steps behind the top: message 0, if there is one.
        InTransaction message;
        /// For `ENTRY`: the transaction before, if there is one.
        Transaction previous;
        bytes32[] previousPath;
        /// Nodes of tries, one behind the other.
        bytes nodes;
        /// For an authorisation: the authority's code, if it has any.
        bytes code;
    }

    /// A proof for `ReceiptProver`: the receipt does not follow.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct ReceiptProof {
        /// What is asked: see [`receipt`].
        uint256 question;
        Sent sent;
        /// The bytes that the receipt's hash is of; for `OTHER` those that it must be of.
        bytes receipt;
        /// The last step.
        Opened last;
        /// Message 0, if there is one.
        InTransaction message;
        /// Of a deposit: nodes that show its sender in the state before it.
        bytes nodes;
    }

    /// A proof for `BlockProver`: what is claimed of a block is not what its header says.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct BlockProof {
        /// What is asked: see [`block`].
        uint256 question;
        Block block_;
        Environment environment;
        /// A header's bytes: the block's; for `ANCESTOR` that of the block above.
        bytes header;
        /// For `ANCESTOR`: the place in the tree of ancestors, what is claimed there, and the path.
        /// For `TRANSACTION` and `RECEIPT`: the transaction's index; `leaf` is not looked at.
        uint256 place;
        bytes32 leaf;
        bytes32[] path;
        /// For `ANCESTOR` from place 1 on: what is claimed at the place before, and the path.
        bytes32 above;
        bytes32[] abovePath;
        /// For `TRANSACTION` and `RECEIPT`: what is claimed of the transaction.
        Transaction transaction;
        /// For `RECEIPT`: the bytes that the receipt's hash is of.
        bytes receipt;
        /// Nodes of the header's trie, from the root down to the index.
        bytes[] nodes;
        /// For `RECEIPT`, but of the first: nodes down to the receipt before.
        bytes[] nodesBefore;
    }
}

/// Questions, by their numbers.
macro_rules! questions {
    ($(#[doc = $doc:literal] $module:ident { $($(#[doc = $about:literal])+ $name:ident = $number:literal;)+ })+) => {
        $(
            #[doc = $doc]
            pub mod $module {
                use alloy_primitives::U256;
                $($(#[doc = $about])+ pub const $name: U256 = U256::from_limbs([$number, 0, 0, 0]);)+
            }
        )+
    };
}

questions! {
    /// What `RulesProver` can be asked.
    rules {
        /// Whether the transaction keeps the rules that need no state.
        RULES = 0;
        /// Whether its sender has its nonce, no code, and the funds.
        SENDER = 1;
        /// Whether anybody has signed it.
        UNSIGNED = 2;
        /// Whether its bytes are a transaction's at all.
        MALFORMED = 3;
    }
    /// What `TopProver` can be asked.
    top {
        /// Whether there should be a message.
        MESSAGE = 0;
        /// Whether message 0 has what the transaction says.
        FIELDS = 1;
        /// Whether message 0 runs the right account's code, and as the right new account.
        TARGET = 2;
        /// Whether message 0 runs that account's code.
        CODE = 3;
        /// Whether message 0's root at entry, or its entry, follows from the step before it.
        ENTRY = 4;
        /// Whether the instant behind the top call or creation follows.
        TOP = 5;
        /// Whether there are as many messages as were opened.
        COUNT = 6;
    }
    /// What `StepProver` can be asked.
    step {
        /// Whether there are as many steps as there must be whatever is destroyed.
        COUNT = 0;
        /// Whether step 0 is in the state that the block, or the transaction before, left.
        ENTRY = 1;
        /// Whether the block leaves the state that its last transaction left.
        LEAVE = 2;
        /// Whether a step follows from the one before it.
        STEP = 3;
        /// Whether they end where no account is left that goes, and no sooner.
        END = 4;
    }
    /// What `ReceiptProver` can be asked.
    receipt {
        /// Whether the receipt says what happened.
        RECEIPT = 0;
        /// Whether its bytes are a receipt's of the transaction's type at all.
        MALFORMED = 1;
        /// Whether the hash is that of the receipt that follows, whose bytes are shown.
        OTHER = 2;
    }
    /// What `BlockProver` can be asked.
    block {
        /// Whether the environment is the header's.
        ENVIRONMENT = 0;
        /// Whether an ancestor's hash is the one that the header above it has.
        ANCESTOR = 1;
        /// Whether the header's block has the transaction at its place.
        TRANSACTION = 2;
        /// Whether the header's block has the receipt at its place.
        RECEIPT = 3;
        /// Whether the header's block has no more transactions.
        COUNT = 4;
        /// Whether the words of the environment are within their ranges.
        RANGE = 5;
    }
}
