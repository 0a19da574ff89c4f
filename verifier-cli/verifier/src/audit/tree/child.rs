//! A record and the message that it opens.

use alloy_primitives::B256;
use iso_evm_wire::{MessageWitness, OpenedMessage, records::FrameKind};

use super::{RecordPlace, TreeKind, callee::Callee, stop::Stop};
use crate::{
    audit::{Finding, Missing, codes::EMPTY_CODE_HASH},
    hash::{call_data_hash, keccak256},
};

/// What a child must agree with.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    /// Place of the record that opens the child.
    pub(super) place: RecordPlace,
    /// Message that the record stands in.
    pub(super) parent: &'a MessageWitness,
    /// What the record says of the callee.
    pub(super) callee: &'a Callee,
    /// Index of the child.
    pub(super) index: usize,
    /// The child's message.
    pub(super) child: &'a OpenedMessage,
}

impl Pair<'_> {
    /// What the child was given: the parent's side proves it, the child must have it. The root
    /// before the opcode is `root`.
    ///
    /// # Errors
    ///
    /// The first thing that differs, or that the child has no opening record.
    pub(super) fn given(&self, root: B256) -> Result<(), Stop> {
        let Self { place, parent, callee, index, child } = self;
        let Some(opening) = child.opening() else {
            return Err(Missing::Record { message: *index, record: 0 }.into());
        };
        let (child, call_data) = (child.fields(), child.call_data());
        place.agree(TreeKind::Kind, callee.kind as u8, opening.kind)?;
        place.agree(TreeKind::Origin, parent.origin, child.origin)?;
        place.agree(TreeKind::GasPrice, parent.gasPrice, child.gasPrice)?;
        place.agree(TreeKind::Caller, callee.caller, child.caller)?;
        place.agree(TreeKind::To, callee.to, child.to)?;
        place.agree(TreeKind::Context, callee.context, child.context)?;
        place.agree(TreeKind::Value, callee.value, child.callvalue)?;
        place.agree(TreeKind::Gas, callee.gas, child.gasAvailable)?;
        if callee.kind.is_create() {
            // A static frame creates nothing, and what creates is not static (EIP-214).
            place.agree(TreeKind::Static, false, parent.isStatic)?;
            place.agree(TreeKind::Static, false, child.isStatic)?;
            place.agree(TreeKind::Calldata, callee.input_hash, opening.codeHash)?;
        } else {
            let is_static = parent.isStatic || callee.kind == FrameKind::Staticcall;
            place.agree(TreeKind::Static, is_static, child.isStatic)?;
        }
        place.agree(TreeKind::Calldata, callee.input_hash, call_data_hash(call_data))?;
        if callee.starts_at_root() {
            place.agree(TreeKind::StateRoot, root, child.stateRootEnter)?;
        }
        Ok(())
    }

    /// What came of it: the child's side proves it, the record must have it.
    ///
    /// # Errors
    ///
    /// The first thing that differs.
    pub(super) fn ended(&self) -> Result<(), Finding<TreeKind>> {
        let Self { place, callee, child, .. } = self;
        let child = child.fields();
        place.agree(TreeKind::Status, child.status, callee.status)?;
        place.agree(TreeKind::GasUsed, child.gasUsed, callee.gas_used)?;
        let returned = if callee.kind.is_create() && callee.status == 1 {
            // Its hash is that of the code: the creator gets nothing.
            EMPTY_CODE_HASH
        } else {
            child.returndataHash
        };
        place.agree(TreeKind::Returndata, returned, keccak256(&callee.returndata))?;
        if callee.status == 1 {
            place.agree(TreeKind::StateRoot, child.stateRootLeave, callee.state_root)?;
        }
        Ok(())
    }
}
