//! The questions that a node is asked, each with its place in the cache. All that is about a state
//! or a block names it by its hash (EIP-1898), so that all answers are about the same chain.
//!
//! In the data's way this stands between the node and what is made of its answers.

use alloy_consensus::Header;
use alloy_eips::{BlockId, eip7910::EthConfig};
use alloy_network::{AnyRpcBlock, AnyRpcTransaction, AnyTransactionReceipt, TransactionResponse};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_provider::{Provider, ext::DebugApi};
use alloy_rpc_types_eth::EIP1186AccountProofResponse;
use alloy_rpc_types_trace::geth::{GethDebugTracingOptions, PreStateConfig, PreStateFrame};

use super::{Node, NodeError, block, cache::place};

/// The start of the names of proofs in the cache.
pub(super) const PROOF: &str = "proof-";

impl Node {
    /// The chain's id (`eth_chainId`). If the node does not answer, what it said an earlier time.
    ///
    /// # Errors
    ///
    /// If nothing of it is known.
    pub fn chain_id(&self) -> Result<u64, NodeError> {
        let place = place::node(self.url);
        let asked = self.ask("eth_chainId", |node| async move { node.get_chain_id().await });
        self.lookup(&place, self.wait(asked))
    }

    /// The hash of a number's block (`eth_getBlockByNumber`). If the node does not answer, what it
    /// said an earlier time.
    ///
    /// # Errors
    ///
    /// If there is no such block.
    pub fn block_hash(&self, number: u64) -> Result<B256, NodeError> {
        let chain = self.chain_id()?;
        let block = self.wait(self.ask("eth_getBlockByNumber", |node| async move {
            node.get_block_by_number(number.into()).await
        }));
        let hash = match block {
            Ok(None) => return Err(NodeError::NoBlock(number.to_string())),
            answer => answer.map(|block| block.map(|block| block.header.hash).unwrap_or_default()),
        };
        self.lookup(&place::number(chain, number), hash)
    }

    /// The hash of the block that a transaction is in (`eth_getTransactionByHash`). If the node does
    /// not answer, what it said an earlier time.
    ///
    /// # Errors
    ///
    /// If the node does not know the transaction, or no block has it yet.
    pub fn find(&self, transaction: B256) -> Result<B256, NodeError> {
        let chain = self.chain_id()?;
        let answer: Result<Option<AnyRpcTransaction>, _> =
            self.wait(self.ask("eth_getTransactionByHash", |node| async move {
                node.get_transaction_by_hash(transaction).await
            }));
        let hash = match answer {
            Ok(None) => return Err(NodeError::NoTransaction(transaction)),
            Ok(Some(found)) => Ok(found.block_hash().ok_or(NodeError::Pending(transaction))?),
            Err(error) => Err(error),
        };
        self.lookup(&place::transaction(chain, transaction), hash)
    }

    /// An answer that can change: the node's if there is one, and it is kept; else the one kept.
    fn lookup<T>(
        &self,
        place: &std::path::Path,
        answer: Result<T, NodeError>,
    ) -> Result<T, NodeError>
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        match answer {
            Ok(answer) => {
                self.keep(place, &answer)?;
                Ok(answer)
            }
            Err(error @ (NodeError::Unreachable { .. } | NodeError::Offline { .. })) => {
                self.cache.as_ref().and_then(|cache| cache.get(place)).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// A block with its transactions.
    pub(super) async fn full_block(
        &self,
        chain: u64,
        hash: B256,
        check: impl Fn(&AnyRpcBlock) -> Result<(), NodeError>,
    ) -> Result<AnyRpcBlock, NodeError> {
        let place = place::block(chain, hash).join("block");
        let ask = async {
            let block = self.ask("eth_getBlockByHash", |node| async move {
                node.get_block_by_hash(hash).full().await
            });
            block.await?.ok_or_else(|| NodeError::NoBlock(hash.to_string()))
        };
        self.cached(&place, check, ask).await
    }

    /// The header of the parent of a block, `of`.
    pub(super) async fn parent(
        &self,
        chain: u64,
        of: B256,
        hash: B256,
    ) -> Result<Header, NodeError> {
        let place = place::block(chain, of).join("parent");
        let ask =
            async {
                let block = self.ask("eth_getBlockByHash", |node| async move {
                    node.get_block_by_hash(hash).await
                });
                block.await?.ok_or(NodeError::Reorganised(hash))
            };
        let check = |block: &AnyRpcBlock| block::header(block, hash).map(|_| ());
        block::header(&self.cached(&place, check, ask).await?, hash)
    }

    /// The block of a number, in the chain below a block, `of`; whether it is, its hash says.
    pub(super) async fn ancestor(
        &self,
        chain: u64,
        of: B256,
        number: u64,
    ) -> Result<AnyRpcBlock, NodeError> {
        let ask = async {
            let block = self.ask("eth_getBlockByNumber", |node| async move {
                node.get_block_by_number(number.into()).await
            });
            block.await?.ok_or_else(|| NodeError::NoBlock(number.to_string()))
        };
        let kept = self.cache.as_ref();
        match kept.and_then(|cache| cache.get(&place::ancestor(chain, of, number))) {
            Some(block) => Ok(block),
            None => ask.await,
        }
    }

    /// Whether the node still knows a block, the cache aside.
    pub(super) async fn knows(&self, hash: B256) -> bool {
        let block = self
            .ask("eth_getBlockByHash", |node| async move { node.get_block_by_hash(hash).await });
        !matches!(block.await, Ok(None))
    }

    /// A block's receipts, in order; one by one where the node has no method for all.
    pub(super) fn receipts(
        &self,
        chain: u64,
        block: B256,
        transactions: &[B256],
        check: impl Fn(&Vec<AnyTransactionReceipt>) -> Result<(), NodeError>,
    ) -> Result<Vec<AnyTransactionReceipt>, NodeError> {
        let place = place::block(chain, block).join("receipts");
        let ask = async {
            let receipts = self.ask("eth_getBlockReceipts", |node| async move {
                node.get_block_receipts(BlockId::hash(block)).await
            });
            receipts.await?.ok_or(NodeError::Reorganised(block))
        };
        match self.wait(self.cached(&place, &check, ask)) {
            Err(error) if error.is_refusal() => {
                let receipts = self.all(transactions, |hash| self.receipt(*hash))?;
                check(&receipts)?;
                self.keep(&place, &receipts)?;
                Ok(receipts)
            }
            answer => answer,
        }
    }

    async fn receipt(&self, transaction: B256) -> Result<AnyTransactionReceipt, NodeError> {
        let receipt = self.ask("eth_getTransactionReceipt", |node| async move {
            node.get_transaction_receipt(transaction).await
        });
        receipt.await?.ok_or(NodeError::NoTransaction(transaction))
    }

    /// An account and slots of it, with the nodes that prove them (EIP-1186).
    pub(super) async fn proof(
        &self,
        (chain, of): (u64, B256),
        state: B256,
        account: Address,
        slots: &[B256],
        check: impl Fn(&EIP1186AccountProofResponse) -> Result<(), NodeError>,
    ) -> Result<EIP1186AccountProofResponse, NodeError> {
        let mut parts: Vec<&[u8]> = vec![state.as_slice(), account.as_slice()];
        parts.extend(slots.iter().map(|slot| slot.as_slice()));
        let place =
            place::block(chain, of).join(format!("{PROOF}{state}-{}", place::question(&parts)));
        let ask = self.ask("eth_getProof", |node| async move {
            node.get_proof(account, slots.to_vec()).hash(state).await
        });
        self.cached(&place, check, ask).await
    }

    /// The code that an account has in a state; it must have the hash that is expected, if one is.
    pub(super) async fn code(
        &self,
        chain: u64,
        of: B256,
        state: B256,
        account: Address,
        expected: Option<B256>,
    ) -> Result<Bytes, NodeError> {
        let place = place::block(chain, of).join(format!("code-{account:#x}"));
        let ask = self
            .ask("eth_getCode", |node| async move { node.get_code_at(account).hash(state).await });
        let check = |code: &Bytes| match expected {
            Some(expected) if keccak256(code) != expected => {
                Err(NodeError::Code { account, expected })
            }
            _ => Ok(()),
        };
        self.cached(&place, check, ask).await
    }

    /// Balance and nonce of an account in a state.
    pub(super) async fn account(
        &self,
        chain: u64,
        of: B256,
        state: B256,
        account: Address,
    ) -> Result<(U256, u64), NodeError> {
        let place = place::block(chain, of).join(format!("account-{account:#x}"));
        let ask = async {
            let balance = self.ask("eth_getBalance", |node| async move {
                node.get_balance(account).hash(state).await
            });
            let nonce = self.ask("eth_getTransactionCount", |node| async move {
                node.get_transaction_count(account).hash(state).await
            });
            Ok((balance.await?, nonce.await?))
        };
        self.cached(&place, |_| Ok(()), ask).await
    }

    /// A slot of an account in a state.
    pub(super) async fn slot(
        &self,
        chain: u64,
        of: B256,
        state: B256,
        account: Address,
        slot: U256,
    ) -> Result<U256, NodeError> {
        let place = place::block(chain, of).join(format!("slot-{account:#x}-{slot:#x}"));
        let ask = self.ask("eth_getStorageAt", |node| async move {
            node.get_storage_at(account, slot).hash(state).await
        });
        self.cached(&place, |_| Ok(()), ask).await
    }

    /// What a transaction looks at, with code (geth's `prestateTracer`).
    pub(super) async fn prestate(
        &self,
        chain: u64,
        of: B256,
        transaction: B256,
    ) -> Result<PreStateFrame, NodeError> {
        let place = place::block(chain, of).join(format!("prestate-{transaction}"));
        let ask = self.ask("debug_traceTransaction", |node| async move {
            let tracer = GethDebugTracingOptions::prestate_tracer(PreStateConfig::default());
            node.debug_trace_transaction_as(transaction, tracer).await
        });
        self.cached(&place, |_| Ok(()), ask).await
    }

    /// What the node says of its chain's forks (EIP-7910).
    pub(super) async fn config(&self, chain: u64, of: B256) -> Result<EthConfig, NodeError> {
        let place = place::block(chain, of).join("config");
        let ask = self.ask("eth_config", |node| async move {
            node.client().request_noparams("eth_config").await
        });
        self.cached(&place, |_| Ok(()), ask).await
    }
}
