//! The options by which witnesses are judged, and what an item may take.

use clap::Args;
use iso_evm_batch::READ_LIMIT;
use iso_evm_verifier::verify::{Audit, AuditSelection, EngineKind};

use crate::{
    error::ClusterError,
    options::{AuditOptions, ITEM_MEMORY, ITEM_SECONDS, Limits},
};

/// By whom witnesses are judged.
#[derive(Debug, Args)]
pub(super) struct Judged {
    /// The most gas that the audit of one message may take on the host
    #[arg(long, value_name = "N")]
    host_gas_limit: Option<u64>,
    /// The most gas that a message's own opcodes may spend, whatever gas it says that it has
    /// [default: what its transaction can have paid for]
    #[arg(long, value_name = "N")]
    guest_gas_limit: Option<u64>,
    /// Who answers for the execution audit: hypervisor, native or both
    #[arg(long, value_name = "NAME", default_value_t)]
    engine: EngineKind,
    /// Only these audits: the verdict is then about them, and says so [default: all four]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    audit: Vec<Audit>,
    /// Inconclusive where a check could not be made, if only one
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    item: Item,
}

/// What an item may take; more is a row that says so.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Item {
    /// The longest witness that is audited
    #[arg(long, value_name = "BYTES", default_value_t = READ_LIMIT)]
    item_bytes: u64,
    /// The most memory that the process in which an item is audited may have
    #[arg(long, value_name = "BYTES", default_value_t = ITEM_MEMORY)]
    item_memory: u64,
    /// The longest that the audit of an item may take
    #[arg(long, value_name = "SECONDS", default_value_t = ITEM_SECONDS, value_parser = clap::value_parser!(u64).range(1..))]
    item_seconds: u64,
}

impl Item {
    pub(super) const fn limits(&self) -> Limits {
        Limits { bytes: self.item_bytes, memory: self.item_memory, seconds: self.item_seconds }
    }
}

impl Judged {
    /// How each witness is audited.
    pub(super) fn options(&self) -> Result<AuditOptions, ClusterError> {
        let meaningless = |option, command| Err(ClusterError::Meaningless { option, command });
        if self.engine.asks_node() {
            return meaningless("--engine node", "executors, which have no node to ask");
        }
        if self.engine == EngineKind::Native && self.host_gas_limit.is_some() {
            return meaningless("--host-gas-limit", "--engine native");
        }
        Ok(AuditOptions {
            engine: self.engine,
            audits: AuditSelection::only(self.audit.iter().copied()).unwrap_or_default(),
            strict: self.strict,
            host_gas_limit: self.host_gas_limit,
            guest_gas_limit: self.guest_gas_limit,
            limits: self.item.limits(),
        })
    }
}
