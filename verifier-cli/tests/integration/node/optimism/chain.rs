//! A chain of one block, and the state before it: what a block file holds, as nodes print it.

use std::collections::BTreeMap;

use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{Nibbles, TrieAccount, nodes::TrieNode};
use iso_evm_wire::{block::BlockFields, receipt::ReceiptFields, transaction::TransactionFields};
use iso_evm_witness::{
    block_file::{BlockFile, RecordedTransaction},
    proof::StateProof,
    state_root::StateTrie,
};
use serde_json::{Value, json};

/// Whose answers a node's look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// op-geth: what is false or nothing in a deposit is left out.
    Geth,
    /// op-reth: all is there.
    Reth,
}

/// A block, its ancestors, and the state that the parent has left.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) chain_id: u64,
    pub(super) header: Header,
    pub(super) parent: Header,
    ancestors: Vec<Header>,
    pub(super) transactions: Vec<Value>,
    pub(super) receipts: Vec<Value>,
    pub(super) withdrawals: Vec<Value>,
    nodes: BTreeMap<B256, Bytes>,
}

impl Chain {
    /// What a file holds, with what its replay gives; the witnesses beside it.
    pub(super) fn of(file: &BlockFile, style: Style) -> (Self, Vec<RecordedTransaction>) {
        let recorded = file.record().unwrap();
        let header = recorded.header().clone();
        let witnesses: Vec<_> = recorded.witnesses().collect();
        let (mut transactions, mut receipts) = (Vec::new(), Vec::new());
        for (transaction, recorded) in file.transactions.iter().zip(&witnesses) {
            let receipt = &recorded.witness.receipt;
            let mut answer = json!(ReceiptFields::from(receipt));
            let mut listed = json!(TransactionFields::from(transaction));
            let place = [
                ("blockNumber", json!(format!("{:#x}", header.number))),
                ("transactionIndex", json!(format!("{:#x}", recorded.index))),
            ];
            for (key, value) in place {
                (answer[key], listed[key]) = (value.clone(), value);
            }
            answer["status"] = json!(format!("{:#x}", u8::from(receipt.success)));
            answer["transactionHash"] = json!(recorded.transaction);
            answer["type"] = listed["type"].clone();
            // What only a rollup's receipts have, and nothing here looks at.
            for key in [
                "l1BaseFeeScalar",
                "l1BlobBaseFee",
                "l1BlobBaseFeeScalar",
                "l1Fee",
                "l1GasPrice",
                "l1GasUsed",
                "operatorFeeConstant",
                "operatorFeeScalar",
                "daFootprintGasScalar",
                "blobGasUsed",
            ] {
                answer[key] = json!("0x7");
            }
            if transaction.body().is_deposit() {
                dress(&mut listed, &answer, style);
            }
            transactions.push(listed);
            receipts.push(answer);
        }
        let chain = Self {
            chain_id: file.chain_id,
            header,
            parent: file.parent.clone(),
            ancestors: file.ancestors.clone(),
            transactions,
            receipts,
            withdrawals: Vec::new(),
            nodes: file.preimages.clone(),
        };
        (chain, witnesses)
    }

    /// The same chain, with the nodes of another file too.
    pub(super) fn knowing(mut self, file: &BlockFile) -> Self {
        self.nodes.extend(file.preimages.clone());
        self
    }

    /// The block's hash.
    pub(super) fn hash(&self) -> B256 {
        self.header.hash_slow()
    }

    fn headers(&self) -> impl Iterator<Item = &Header> {
        [&self.header, &self.parent].into_iter().chain(&self.ancestors)
    }

    /// The header that a question names: by its number, or its hash, or EIP-1898's object.
    fn named(&self, name: &Value) -> Option<&Header> {
        let text = name.as_str().or_else(|| name["blockHash"].as_str())?;
        let is_it = |header: &&Header| {
            text == header.hash_slow().to_string() || text == format!("{:#x}", header.number)
        };
        self.headers().find(is_it)
    }

    /// The answer to a question; none if the node does not offer it.
    pub(super) fn answer(&self, method: &str, params: &Value) -> Option<Result<Value, String>> {
        let lacks = |name: &Value| format!("missing trie node: no state of {name}");
        Some(Ok(match method {
            "eth_chainId" => json!(format!("{:#x}", self.chain_id)),
            "eth_getBlockByHash" | "eth_getBlockByNumber" => {
                self.named(&params[0]).map_or(Value::Null, |header| self.block(header))
            }
            "eth_getTransactionByHash" => {
                let mut all = self.transactions.iter();
                let found = all.find(|listed| listed["hash"] == params[0]).cloned();
                found.map_or(Value::Null, |mut found| {
                    found["blockHash"] = json!(self.hash());
                    found
                })
            }
            "eth_getBlockReceipts" if params[0] == json!(self.hash()) => json!(self.receipts),
            "eth_getBlockReceipts" => Value::Null,
            "debug_traceTransaction" => json!({}),
            "eth_getProof" => match self.named(&params[2]) {
                Some(header) => self.proof(header.state_root, params),
                None => return Some(Err(lacks(&params[2]))),
            },
            "eth_getCode" | "eth_getBalance" | "eth_getTransactionCount" | "eth_getStorageAt" => {
                let name = params.as_array().and_then(|params| params.last());
                let value = name.and_then(|name| self.value(method, self.named(name)?, params));
                return Some(value.ok_or_else(|| lacks(params)));
            }
            _ => return None,
        }))
    }

    fn block(&self, header: &Header) -> Value {
        let mut block = json!(BlockFields::from(header));
        if *header == self.header {
            block["transactions"] = json!(self.transactions);
        } else {
            block["transactions"] = json!([]);
        }
        if header.withdrawals_root.is_some() {
            block["withdrawals"] = json!(self.withdrawals);
        }
        block["uncles"] = json!([]);
        block["size"] = json!("0x7");
        block
    }

    /// A proof as far as the nodes reach. The values beside it are nothing: nobody looks at them.
    fn proof(&self, root: B256, params: &Value) -> Value {
        let address: Address = serde_json::from_value(params[0].clone()).unwrap();
        let slots: Vec<B256> = serde_json::from_value(params[1].clone()).unwrap();
        let (proof, leaf) = self.walk(root, keccak256(address));
        let account = leaf.map(|leaf| TrieAccount::decode(&mut &leaf[..]).unwrap());
        let storage_root = account.map(|account| account.storage_root);
        let slots = slots.iter().map(|slot| {
            let nodes = storage_root.map(|root| self.walk(root, keccak256(slot)).0);
            json!({"key": slot, "value": "0x0", "proof": nodes.unwrap_or_default()})
        });
        let slots: Vec<_> = slots.collect();
        let mut answer = json!({"address": address, "accountProof": proof, "storageProof": slots});
        answer["storageHash"] = json!(storage_root);
        answer
    }

    /// The nodes from a root down to a key, and the leaf's value if it is there.
    fn walk(&self, root: B256, key: B256) -> (Vec<Bytes>, Option<Vec<u8>>) {
        let key = Nibbles::unpack(key);
        let (mut nodes, mut depth, mut next) = (Vec::new(), 0, Some(root));
        while let Some(node) = next.and_then(|hash| self.nodes.get(&hash)) {
            nodes.push(node.clone());
            let left = key.slice(depth..);
            next = match TrieNode::decode(&mut &node[..]).unwrap() {
                TrieNode::Branch(branch) => {
                    depth += 1;
                    let branch = branch.as_ref();
                    let mut children = branch.children();
                    let child = children.find(|(nibble, _)| left.first() == Some(*nibble));
                    child.and_then(|(_, child)| child?.as_hash())
                }
                TrieNode::Extension(extension) if left.starts_with(&extension.key) => {
                    depth += extension.key.len();
                    extension.child.as_hash()
                }
                TrieNode::Leaf(leaf) if leaf.key == left => return (nodes, Some(leaf.value)),
                _ => None,
            };
        }
        (nodes, None)
    }

    /// A value of the state after a block, as nodes say it without a proof.
    fn value(&self, method: &str, header: &Header, params: &Value) -> Option<Value> {
        let address: Address = serde_json::from_value(params[0].clone()).ok()?;
        let (root, nodes) = (header.state_root, self.nodes.clone());
        let trie = StateTrie::from_proof(&StateProof { root, nodes });
        let account = trie.account(address).ok()?;
        Some(match method {
            "eth_getCode" => {
                let code = account.and_then(|account| self.nodes.get(&account.code_hash));
                json!(code.cloned().unwrap_or_default())
            }
            "eth_getBalance" => {
                json!(account.map(|account| account.balance).unwrap_or_default())
            }
            "eth_getTransactionCount" => {
                json!(format!("{:#x}", account.map_or(0, |account| account.nonce)))
            }
            _ => {
                let slot: U256 = serde_json::from_value(params[1].clone()).ok()?;
                json!(B256::from(trie.storage(address, slot.into()).ok()?))
            }
        })
    }
}

/// Puts on a deposit what nodes add to it, so that it looks like a transaction.
fn dress(deposit: &mut Value, receipt: &Value, style: Style) {
    for key in ["v", "r", "s", "gasPrice"] {
        deposit[key] = json!("0x0");
    }
    deposit["nonce"] = receipt.get("depositNonce").cloned().unwrap_or(json!("0x0"));
    if let Some(version) = receipt.get("depositReceiptVersion") {
        deposit["depositReceiptVersion"] = version.clone();
    }
    let fields = deposit.as_object_mut().unwrap();
    match style {
        Style::Geth => {
            let nothing = [("isSystemTx", json!(false)), ("mint", json!("0x0"))];
            for (key, value) in nothing {
                if fields[key] == value {
                    fields.remove(key);
                }
            }
        }
        Style::Reth => {
            fields.insert("yParity".to_owned(), json!("0x0"));
        }
    }
}
