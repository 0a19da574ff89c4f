//! By what the true side of a finding is known.

use iso_evm_hypervisor::MismatchKind;
use iso_evm_verifier::{
    ClaimKind,
    audit::{AccessKind, TransactionKind, TreeKind},
};

/// By what the true side of a finding of this kind is known: what follows "as", "by" or a colon.
pub(crate) fn by(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Execution(kind) => by_execution(kind),
        ClaimKind::Malformed { .. } => "specs/04 says what a message's bytes are",
        ClaimKind::Access(kind) => by_access(kind),
        ClaimKind::Tree(kind) => by_tree(kind),
        ClaimKind::Transaction(kind) => by_transaction(kind),
        _ => "the audit computes it",
    }
}

fn by_execution(kind: MismatchKind) -> &'static str {
    use MismatchKind as Kind;
    match kind {
        Kind::IsStatic | Kind::To => "the kind of frame in the opening record asks for it",
        Kind::CodeHash => "the initcode in the message has this hash",
        Kind::StateRootLeave => "the message's own records lead there",
        kind if kind.is_of_checkpoint() => "the code leads there, run from the checkpoint before",
        kind if kind.is_about_record() => "the code gives it, run on the records before",
        _ => "the code gives it, run on the message's records",
    }
}

fn by_access(kind: AccessKind) -> &'static str {
    use AccessKind as Kind;
    match kind {
        Kind::Balance | Kind::Nonce | Kind::Empty => {
            "the state root proves the account, with what the transaction did before"
        }
        Kind::Value | Kind::Current => {
            "the state root proves the slot, with what the transaction did before"
        }
        Kind::Original => "the state root at the transaction's start proves the slot",
        Kind::CodeHash | Kind::CodeSize | Kind::Code | Kind::Delegate => {
            "the state root proves the account, and its code hash the code"
        }
        Kind::Cold | Kind::DelegateCold => "what the transaction accessed before tells (EIP-2929)",
        Kind::Transient => "what the transaction wrote before tells (EIP-1153)",
        Kind::StateRootEnter => "the state has it, after the value has moved",
        Kind::StateRootLeave => "the state has it, after the message's records",
        Kind::StateRoot => "the state has it, with the record's effect",
        Kind::Block => "the block and the transaction say it",
        Kind::BlockHash => "the hashes of the ancestors that the witness has say it",
        Kind::Outcome => "depth, balance, nonce and code decide it",
        _ => "the state proves it",
    }
}

fn by_tree(kind: TreeKind) -> &'static str {
    use TreeKind as Kind;
    match kind {
        Kind::ChildMissing | Kind::ParentMissing => "the records tell how many messages there are",
        Kind::Status | Kind::GasUsed | Kind::Returndata => "the child's own message says it",
        Kind::StateRoot => "roots go on from the record to the child and back",
        Kind::Depth => "the message's place in the call tree tells (at most 1,024 calls deep)",
        Kind::PrecompileStatus | Kind::PrecompileGas | Kind::PrecompileOutput => {
            "the precompile gives it, run again on the same input"
        }
        Kind::Origin | Kind::GasPrice => "the parent's message says it",
        _ => "the parent's record gave it",
    }
}

fn by_transaction(kind: TransactionKind) -> &'static str {
    use TransactionKind as Kind;
    match kind {
        Kind::Signature => "the signature was made by this account",
        Kind::ChainId => "the witness is about this chain",
        Kind::Fork => "the schedule of the chain gives the block this fork",
        Kind::Nonce | Kind::SenderCode | Kind::Funds => {
            "the state root proves the sender's account"
        }
        Kind::Type
        | Kind::GasLimit
        | Kind::IntrinsicGas
        | Kind::Fee
        | Kind::Initcode
        | Kind::Blob
        | Kind::Authorization => "the rules of the fork ask for it",
        Kind::BlobBaseFee => "the block's excess of blob gas gives it",
        Kind::Ancestor => "each header names its parent's hash",
        Kind::BlockTransaction => "the header's root of transactions proves it",
        Kind::BlockReceipt => "the header's root of receipts proves it",
        Kind::StateRootEnter => {
            "the state has it, after gas was bought, authorisations applied and value moved"
        }
        Kind::Status | Kind::Logs => "the messages came to it",
        Kind::GasUsed => "the messages used it, with intrinsic gas, refund and floor",
        Kind::Bloom => "the receipt's own logs give it",
        Kind::DepositNonce | Kind::DepositVersion => "the sender's account and the fork give it",
        Kind::StateRootLeave => "the state has it, after refund, fees and deletions",
        Kind::Message => "the transaction's target and its code decide it",
        _ => "the signed transaction says it",
    }
}
