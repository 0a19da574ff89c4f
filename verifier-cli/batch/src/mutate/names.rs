//! What the items of a `witness.bin` are called. `specs/09-container.md`.

use alloy_consensus::TxType;

/// The items of the file.
const PARTS: [&str; 13] = [
    "chainId",
    "fork",
    "block",
    "ancestors",
    "blockHashes",
    "transaction",
    "receipt",
    "roots",
    "messages",
    "callData",
    "codes",
    "nodes",
    "inclusion",
];
/// A block that has no header, with what its fork has of it.
const BLOCK: [&str; 8] = [
    "number",
    "timestamp",
    "miner",
    "gasLimit",
    "difficulty or mixHash",
    "baseFeePerGas",
    "excessBlobGas",
    "blobBaseFee",
];
const HEADER: [&str; 21] = [
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "number",
    "gasLimit",
    "gasUsed",
    "timestamp",
    "extraData",
    "mixHash",
    "nonce",
    "baseFeePerGas",
    "withdrawalsRoot",
    "blobGasUsed",
    "excessBlobGas",
    "parentBeaconBlockRoot",
    "requestsHash",
];
const RECEIPT: [&str; 4] = ["status", "gasUsed", "logsBloom", "logs"];
/// A deposit's receipt, with what only such a one tells.
const DEPOSIT_RECEIPT: [&str; 5] = ["status", "gasUsed", "deposit", "logsBloom", "logs"];
const DEPOSIT_TOLD: [&str; 2] = ["depositNonce", "depositReceiptVersion"];
const DEPOSIT: [&str; 8] =
    ["sourceHash", "from", "to", "mint", "value", "gas", "isSystemTx", "input"];
const LOG: [&str; 3] = ["address", "topics", "data"];
const ROOTS: [&str; 2] = ["enter", "leave"];
const AUTHORIZATION: [&str; 6] = ["chainId", "address", "nonce", "yParity", "r", "s"];

/// The fields of a transaction of a type.
const fn transaction(kind: Option<TxType>) -> &'static [&'static str] {
    match kind {
        None => &[],
        Some(TxType::Legacy) => {
            &["nonce", "gasPrice", "gas", "to", "value", "input", "v", "r", "s"]
        }
        Some(TxType::Eip2930) => &[
            "chainId",
            "nonce",
            "gasPrice",
            "gas",
            "to",
            "value",
            "input",
            "accessList",
            "yParity",
            "r",
            "s",
        ],
        Some(TxType::Eip1559) => &[
            "chainId",
            "nonce",
            "maxPriorityFeePerGas",
            "maxFeePerGas",
            "gas",
            "to",
            "value",
            "input",
            "accessList",
            "yParity",
            "r",
            "s",
        ],
        Some(TxType::Eip4844) => &[
            "chainId",
            "nonce",
            "maxPriorityFeePerGas",
            "maxFeePerGas",
            "gas",
            "to",
            "value",
            "input",
            "accessList",
            "maxFeePerBlobGas",
            "blobVersionedHashes",
            "yParity",
            "r",
            "s",
        ],
        Some(TxType::Eip7702) => &[
            "chainId",
            "nonce",
            "maxPriorityFeePerGas",
            "maxFeePerGas",
            "gas",
            "to",
            "value",
            "input",
            "accessList",
            "authorizationList",
            "yParity",
            "r",
            "s",
        ],
    }
}

/// What decides how items are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Forms {
    /// The block is a header.
    pub(super) header: bool,
    /// The transaction's type, if it is one of Ethereum's.
    pub(super) transaction: Option<TxType>,
    /// The transaction is a deposit of the OP Stack.
    pub(super) deposit: bool,
}

/// The name of the item with this index in each list: a name where it is a field, else the index.
pub(super) fn name(path: &[usize], forms: Forms) -> String {
    let mut names = Vec::new();
    for depth in 0..path.len() {
        // A transaction's fields are a list in a byte string in a list: these have no names.
        if path[0] == 5 && matches!(depth, 1 | 2) && path[1] == 0 {
            continue;
        }
        let field = fields(&path[..depth], forms).get(path[depth]);
        names.push(field.map_or_else(|| path[depth].to_string(), |name| (*name).to_owned()));
    }
    if names.is_empty() { "witness".to_owned() } else { names.join(".") }
}

/// The names of the items in a list.
fn fields(list: &[usize], forms: Forms) -> &'static [&'static str] {
    match list {
        [] => &PARTS,
        [2] if forms.header => &["header", "blobBaseFee"],
        [2] => &BLOCK,
        [2, 0] | [3, _] => &HEADER,
        [4, _] => &["number", "hash"],
        [5] => &["", "from"],
        [5, 0, 0] if forms.deposit => &DEPOSIT,
        [5, 0, 0] => transaction(forms.transaction),
        [5, 0, 0, 7 | 8, _] if !matches!(forms.transaction, None | Some(TxType::Legacy)) => {
            &["address", "storageKeys"]
        }
        [5, 0, 0, 9, _] if forms.transaction == Some(TxType::Eip7702) => &AUTHORIZATION,
        [6] if forms.deposit => &DEPOSIT_RECEIPT,
        [6, 2] if forms.deposit => &DEPOSIT_TOLD,
        [6, 4, _] if forms.deposit => &LOG,
        [6] => &RECEIPT,
        [6, 3, _] => &LOG,
        [7] => &ROOTS,
        [8, _] => &["start", "callDataPieces"],
        [12] => &["index", "nodes"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_parts() {
        let plain = Forms { transaction: Some(TxType::Legacy), ..Forms::default() };
        let other = Forms { header: true, transaction: Some(TxType::Eip7702), deposit: false };
        let deposit = Forms { deposit: true, ..Forms::default() };
        for (path, forms, expected) in [
            (&[][..], plain, "witness"),
            (&[0], plain, "chainId"),
            (&[2, 3], plain, "block.gasLimit"),
            (&[2, 0, 8], other, "block.header.number"),
            (&[2, 1], other, "block.blobBaseFee"),
            (&[3, 1, 0], plain, "ancestors.1.parentHash"),
            (&[5, 0], plain, "transaction"),
            (&[5, 0, 0, 2], plain, "transaction.gas"),
            (&[5, 0, 0, 4], other, "transaction.gas"),
            (&[5, 0, 0, 8, 1, 1, 0], other, "transaction.accessList.1.storageKeys.0"),
            (&[5, 0, 0, 9, 1, 4], other, "transaction.authorizationList.1.r"),
            (&[5, 1], plain, "transaction.from"),
            (&[6, 3, 1, 2], plain, "receipt.logs.1.data"),
            (&[5, 0, 0, 6], deposit, "transaction.isSystemTx"),
            (&[6, 2, 1], deposit, "receipt.deposit.depositReceiptVersion"),
            (&[6, 4, 1, 2], deposit, "receipt.logs.1.data"),
            (&[7, 1], plain, "roots.leave"),
            (&[8, 3, 0], plain, "messages.3.start"),
            (&[8, 3, 1, 2], plain, "messages.3.callDataPieces.2"),
            (&[9, 1], plain, "callData.1"),
            (&[11, 7], plain, "nodes.7"),
            (&[12, 0], plain, "inclusion.index"),
            (&[12, 1, 2], plain, "inclusion.nodes.2"),
        ] {
            assert_eq!(name(path, forms), expected, "{path:?}");
        }
    }
}
