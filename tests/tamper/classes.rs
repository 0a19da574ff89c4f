//! The class of every field: of the message (specs/02) and of each record (specs/03).

use iso_evm_hypervisor::MismatchKind::{self, *};
use iso_evm_wire::records::{
    shape::{FieldClass, FieldShape, FieldType, Prover},
    shape_of,
};

/// Who answers for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The execution audit computes it; the mismatch that names it.
    Output(MismatchKind),
    /// The execution audit takes it as given and goes by it; this audit proves it.
    Input(Audit),
    /// The execution audit makes nothing of it.
    Other(Audit),
}

/// The audits that prove what the execution audit takes as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audit {
    Access,
    Tree,
    Transaction,
}

/// Name, type and class of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: FieldType,
    pub(crate) class: Class,
}

const fn field(name: &'static str, kind: FieldType, class: Class) -> Field {
    Field { name, kind, class }
}

const FACT: Class = Class::Input(Audit::Access);
const CALLER: Class = Class::Input(Audit::Tree);

/// The fifteen fields of a message; `stateAccessList` and `callData` are `Bytes` here.
pub(crate) const MESSAGE: [Field; 15] = [
    field("stateRootEnter", FieldType::Bytes32, FACT),
    field("stateRootLeave", FieldType::Bytes32, Class::Output(StateRootLeave)),
    field("isStatic", FieldType::Bool, CALLER),
    field("origin", FieldType::Address, Class::Input(Audit::Transaction)),
    field("caller", FieldType::Address, CALLER),
    field("to", FieldType::Address, Class::Other(Audit::Tree)),
    field("context", FieldType::Address, CALLER),
    field("callvalue", FieldType::Uint256, CALLER),
    field("gasPrice", FieldType::Uint256, Class::Input(Audit::Transaction)),
    field("gasAvailable", FieldType::Uint64, CALLER),
    field("gasUsed", FieldType::Uint256, Class::Output(GasUsed)),
    field("stateAccessList", FieldType::Bytes, FACT),
    field("status", FieldType::Uint256, Class::Output(Status)),
    field("returndataHash", FieldType::Bytes32, Class::Output(ReturndataHash)),
    field("callData", FieldType::Bytes, CALLER),
];

/// The fields of the record of an opcode, one a word, as the table of records says.
///
/// The code hash of the opening record is classed as it is in most frames: not in a creation.
pub(crate) fn record(opcode: u8) -> Vec<Field> {
    let shape = shape_of(opcode).expect("the opcode has a record");
    let fields = shape.fields_of(opcode).into_iter();
    fields.map(|(_, kind, shape)| field(shape.name, kind, class(shape))).collect()
}

fn class(shape: &FieldShape) -> Class {
    let audit = match shape.rule.provers.first() {
        Some(Prover::Tree) => Audit::Tree,
        Some(Prover::Access) | None => Audit::Access,
    };
    match shape.rule.class {
        FieldClass::Output => {
            let named = |kind: &&MismatchKind| Some(kind.name()) == shape.rule.mismatch;
            let kind = MismatchKind::ALL.iter().find(named);
            Class::Output(*kind.expect("an output has a mismatch"))
        }
        FieldClass::Input => Class::Input(audit),
        FieldClass::Other => Class::Other(audit),
    }
}
