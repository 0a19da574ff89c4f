//! The questions that a node is asked, each with its place in the cache. All that is about a state
//! or a block names it by its hash (EIP-1898), so that all answers are about the same chain.
//!
//! In the data's way this stands between the node and what is made of its answers.

use std::path::Path;

use alloy_consensus::Header;
use alloy_eips::eip7910::EthConfig;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rpc_types_trace::{
    common::TraceResult,
    geth::{GethDebugTracingOptions, PreStateConfig, PreStateFrame},
};
use iso_evm_rpc::{RpcError, Word};
use serde_json::{Value, json};

use super::{
    Node, NodeError,
    answers::{AccountProof, Named, Place},
    at::At,
    block,
    parts::reread,
    pending, place,
};

/// The start of the names of proofs in the cache.
pub(super) const PROOF: &str = "proof-";

/// Where a transaction is.
#[derive(Clone, Debug)]
pub(super) enum Whereabouts {
    /// In the block of this hash.
    Mined(B256),
    /// In no block yet: what the node says of it.
    Waiting(Value),
}

impl Node {
    /// The chain's id (`eth_chainId`). If the node does not answer, what it said an earlier time.
    ///
    /// # Errors
    ///
    /// [`NodeError`], if the node does not say, and never did.
    pub fn chain_id(&self) -> Result<u64, NodeError> {
        self.lookup(&place::node(self.rpc.url()), self.rpc.chain_id())
    }

    /// The hash of a number's block (`eth_getBlockByNumber`). If the node does not answer, what it
    /// said an earlier time.
    ///
    /// # Errors
    ///
    /// [`NodeError`], if there is no such block.
    pub fn block_hash(&self, number: u64) -> Result<B256, NodeError> {
        let chain = self.chain_id()?;
        let hash = match self.wait(self.number(number)) {
            Ok(None) => return Err(NodeError::NoBlock(number.to_string())),
            Ok(Some(hash)) => Ok(hash),
            Err(NodeError::Rpc(error)) => Err(error),
            Err(error) => return Err(error),
        };
        self.lookup(&place::number(self.rpc.url(), chain, number), hash)
    }

    /// Number and hash of the block that has a name at present: `latest`, `safe`, `finalized` or
    /// `earliest` (`eth_getBlockByNumber`).
    ///
    /// # Errors
    ///
    /// [`NodeError`], if the node has no such block.
    pub fn tagged(&self, tag: &'static str) -> Result<(u64, B256), NodeError> {
        let params = json!([tag, false]);
        let ask = self.rpc.request("eth_getBlockByNumber", &params);
        let block: Option<Named> = self.wait(ask)?;
        let named = block.and_then(|block| Some((block.number?, block.hash?)));
        let (Word(number), hash) = named.ok_or_else(|| NodeError::NoBlock(tag.to_owned()))?;
        let number = u64::try_from(number).map_err(|_| NodeError::NoBlock(tag.to_owned()))?;
        Ok((number, hash))
    }

    /// The hash of the block that a transaction is in (`eth_getTransactionByHash`). If the node does
    /// not answer, what it said an earlier time.
    ///
    /// # Errors
    ///
    /// If the node does not know the transaction, or no block has it yet.
    pub fn find(&self, transaction: B256) -> Result<B256, NodeError> {
        match self.whereabouts(transaction)? {
            Some(Whereabouts::Mined(block)) => Ok(block),
            Some(Whereabouts::Waiting(_)) => Err(NodeError::Pending(transaction)),
            None => Err(NodeError::NoTransaction(transaction)),
        }
    }

    /// Where a transaction is, if the node knows it.
    pub(super) fn whereabouts(&self, transaction: B256) -> Result<Option<Whereabouts>, NodeError> {
        let chain = self.chain_id()?;
        let params = json!([transaction]);
        let ask = self.rpc.request(pending::METHOD, &params);
        let answer: Result<Option<Value>, RpcError> = self.wait(ask);
        let hash = match answer {
            Ok(None) => return Ok(None),
            Ok(Some(found)) => {
                match reread::<Place>(pending::METHOD, &found)?.block_of(transaction)? {
                    None => return Ok(Some(Whereabouts::Waiting(found))),
                    Some(hash) => Ok(hash),
                }
            }
            Err(error) => Err(error),
        };
        let place = place::transaction(self.rpc.url(), chain, transaction);
        self.lookup(&place, hash).map(Whereabouts::Mined).map(Some)
    }

    /// An answer that can change: the node's if there is one, and it is kept; else the one kept.
    fn lookup<T>(&self, place: &Path, answer: Result<T, RpcError>) -> Result<T, NodeError>
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        match answer {
            Ok(answer) => {
                self.keep(place, &answer)?;
                Ok(answer)
            }
            Err(error) if error.is_silence() => {
                let kept = self.rpc.cache().and_then(|cache| cache.get(place));
                Ok(kept.ok_or(error)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A block with its transactions. It is kept if it passes the check.
    pub(super) async fn full_block(
        &self,
        chain: u64,
        hash: B256,
        check: impl Fn(&Value) -> Result<(), NodeError>,
    ) -> Result<Value, NodeError> {
        let place = place::block(chain, hash).join("block");
        if let Some(block) = self.rpc.kept(&place, &check) {
            return Ok(block);
        }
        let block: Option<Value> =
            self.rpc.request("eth_getBlockByHash", &json!([hash, true])).await?;
        let block = block.ok_or_else(|| NodeError::NoBlock(hash.to_string()))?;
        if check(&block).is_ok() {
            self.keep(&place, &block)?;
        }
        Ok(block)
    }

    /// The header of the parent of a block, `of`.
    pub(super) async fn parent(
        &self,
        chain: u64,
        of: B256,
        hash: B256,
    ) -> Result<Header, NodeError> {
        let place = place::block(chain, of).join("parent");
        let ask = async {
            let params = json!([hash, false]);
            let block: Option<Value> = self.rpc.request("eth_getBlockByHash", &params).await?;
            block.ok_or(NodeError::Reorganised(hash))
        };
        let check = |block: &Value| block::header(block, hash).map(|_| ());
        block::header(&self.rpc.cached(&place, check, ask).await?, hash)
    }

    /// The block of a number, in the chain below a block, `of`; whether it is, its hash says.
    pub(super) async fn ancestor(
        &self,
        chain: u64,
        of: B256,
        number: u64,
    ) -> Result<Value, NodeError> {
        let kept = self.rpc.cache();
        if let Some(block) = kept.and_then(|cache| cache.get(&place::ancestor(chain, of, number))) {
            return Ok(block);
        }
        let params = json!([format!("{number:#x}"), false]);
        let block: Option<Value> = self.rpc.request("eth_getBlockByNumber", &params).await?;
        block.ok_or_else(|| NodeError::NoBlock(number.to_string()))
    }

    /// Whether the node has a block of this hash (`eth_getBlockByHash`). If it does not answer, no.
    pub fn has_block(&self, hash: B256) -> bool {
        let params = json!([hash, false]);
        let ask = self.rpc.request::<Option<Named>>("eth_getBlockByHash", &params);
        matches!(self.wait(ask), Ok(Some(_)))
    }

    /// Whether the node still knows a block, the cache aside.
    pub(super) async fn knows(&self, hash: B256) -> bool {
        let params = json!([hash, false]);
        let block = self.rpc.request::<Option<Value>>("eth_getBlockByHash", &params).await;
        !matches!(block, Ok(None))
    }

    /// A block's receipts, in order; one by one where the node has no method for all.
    pub(super) fn receipts(
        &self,
        chain: u64,
        block: B256,
        transactions: &[B256],
        check: impl Fn(&Vec<Value>) -> Result<(), NodeError>,
    ) -> Result<Vec<Value>, NodeError> {
        let place = place::block(chain, block).join("receipts");
        let method = "eth_getBlockReceipts";
        // Its parameter is a hash as well as EIP-1898's object: all nodes that have it take the first.
        let ask = async {
            let receipts: Option<Vec<Value>> = self.rpc.request(method, &json!([block])).await?;
            Ok(receipts.ok_or(RpcError::Nothing { method })?)
        };
        match self.wait(self.rpc.cached(&place, &check, ask)) {
            Err(error) if error.is_refusal() => {
                let receipts = self.all(transactions, |hash| self.receipt(block, *hash))?;
                check(&receipts)?;
                self.keep(&place, &receipts)?;
                Ok(receipts)
            }
            answer => answer,
        }
    }

    async fn receipt(&self, block: B256, transaction: B256) -> Result<Value, NodeError> {
        let method = "eth_getTransactionReceipt";
        let receipt: Option<Value> = self.rpc.request(method, &json!([transaction])).await?;
        match receipt {
            Some(receipt) => Ok(receipt),
            None if self.knows(block).await => Err(RpcError::Nothing { method }.into()),
            None => Err(NodeError::Reorganised(block)),
        }
    }

    /// An account and slots of it, with the nodes that prove them (EIP-1186).
    pub(super) async fn proof(
        &self,
        (chain, of): (u64, B256),
        at: At,
        account: Address,
        slots: &[B256],
        check: impl Fn(&AccountProof) -> Result<(), NodeError>,
    ) -> Result<AccountProof, NodeError> {
        let state = at.hash;
        let mut parts: Vec<&[u8]> = vec![state.as_slice(), account.as_slice()];
        parts.extend(slots.iter().map(|slot| slot.as_slice()));
        let place =
            place::block(chain, of).join(format!("{PROOF}{state}-{}", place::question(&parts)));
        let method = "eth_getProof";
        let ask = async {
            let asked = self.request_at(method, at, |name| json!([account, slots, name]));
            let proof: Option<AccountProof> = asked.await?;
            let mut proof = proof.ok_or(RpcError::Nothing { method })?;
            proof.name(account, slots);
            Ok(proof)
        };
        self.rpc.cached(&place, check, ask).await
    }

    /// The code that an account has in a state, whose hash is known.
    pub(super) async fn code(
        &self,
        (chain, of): (u64, B256),
        at: At,
        account: Address,
        expected: B256,
    ) -> Result<Bytes, NodeError> {
        let place = place::block(chain, of).join(format!("code-{account:#x}"));
        let ask = self.request_at("eth_getCode", at, |name| json!([account, name]));
        let check = |code: &Bytes| match keccak256(code) == expected {
            true => Ok(()),
            false => Err(NodeError::Code { account, expected }),
        };
        self.rpc.cached(&place, check, ask).await
    }

    /// Balance, nonce and code of an account in a state, as the node says.
    pub(super) async fn account(
        &self,
        (chain, of): (u64, B256),
        at: At,
        account: Address,
    ) -> Result<(U256, u64, Bytes), NodeError> {
        let place = self.said(chain, of).join(format!("account-{account:#x}"));
        let params = |name| json!([account, name]);
        let ask = async {
            let Word(balance) = self.request_at("eth_getBalance", at, params).await?;
            let method = "eth_getTransactionCount";
            let Word(nonce) = self.request_at(method, at, params).await?;
            let error = || format!("{nonce} is no 64-bit number");
            let nonce =
                u64::try_from(nonce).map_err(|_| RpcError::Answer { method, error: error() })?;
            Ok((balance, nonce, self.request_at("eth_getCode", at, params).await?))
        };
        self.rpc.cached(&place, |_| Ok(()), ask).await
    }

    /// A slot of an account in a state, as the node says.
    pub(super) async fn slot(
        &self,
        (chain, of): (u64, B256),
        at: At,
        account: Address,
        slot: U256,
    ) -> Result<U256, NodeError> {
        let place = self.said(chain, of).join(format!("slot-{account:#x}-{slot:#x}"));
        let ask = async {
            let params = |name| json!([account, slot, name]);
            let Word(value) = self.request_at("eth_getStorageAt", at, params).await?;
            Ok(value)
        };
        self.rpc.cached(&place, |_| Ok(()), ask).await
    }

    /// What a transaction looks at, with code (geth's `prestateTracer`).
    pub(super) async fn prestate(
        &self,
        (chain, of): (u64, B256),
        transaction: B256,
    ) -> Result<PreStateFrame, NodeError> {
        let place = self.said(chain, of).join(format!("prestate-{transaction}"));
        let tracer = GethDebugTracingOptions::prestate_tracer(PreStateConfig::default());
        let params = json!([transaction, tracer]);
        let ask = self.rpc.request("debug_traceTransaction", &params);
        Ok(self.rpc.cached(&place, |_| Ok::<_, RpcError>(()), ask).await?)
    }

    /// What each transaction of the block looks at, with code, asked for at once: a node that replays what stands
    /// before a transaction does so once. None of one whose trace the node could not make.
    pub(super) async fn prestates(
        &self,
        (chain, of): (u64, B256),
    ) -> Result<Vec<Option<PreStateFrame>>, RpcError> {
        let place = self.said(chain, of).join("prestates");
        let tracer = GethDebugTracingOptions::prestate_tracer(PreStateConfig::default());
        let params = json!([of, tracer]);
        let ask = self.rpc.request("debug_traceBlockByHash", &params);
        let traces: Vec<TraceResult<PreStateFrame, Value>> =
            self.rpc.cached(&place, |_| Ok::<_, RpcError>(()), ask).await?;
        Ok(traces.into_iter().map(|trace| trace.success().cloned()).collect())
    }

    /// What the node says of its chain's forks (EIP-7910).
    pub(super) async fn config(&self, chain: u64, of: B256) -> Result<EthConfig, NodeError> {
        let place = self.said(chain, of).join("config");
        let params = json!([]);
        let ask = self.rpc.request("eth_config", &params);
        Ok(self.rpc.cached(&place, |_| Ok::<_, RpcError>(()), ask).await?)
    }

    /// Where what the node says of a block is kept, and does not prove.
    fn said(&self, chain: u64, of: B256) -> std::path::PathBuf {
        place::said(self.rpc.url(), chain).join(of.to_string())
    }
}
