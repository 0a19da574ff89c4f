//! The wire types: [`MessageWitness`], the calldata of the hypervisor, and the [`AccessWitness`]
//! records inside it. Normative text: `specs/02-message-witness.md`.
//!
//! In the data's way this stands after the recorder, which fills these types, and before
//! [`crate::encoding`], which turns them into the one byte string a message has.

use alloy_sol_types::sol;

sol! {
    /// One call frame under audit: what it was given, what it claims to have done, and every
    /// state access it made. `abi.encode(MessageWitness)` is the hypervisor's calldata.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct MessageWitness {
        /// State root when the frame starts, after its value has moved.
        bytes32 stateRootEnter;
        /// State root when the frame has ended; equals `stateRootEnter` unless `status` is 1.
        bytes32 stateRootLeave;
        /// Whether the frame runs in a static context (EIP-214).
        bool isStatic;
        /// The transaction's sender (`ORIGIN`).
        address origin;
        /// `CALLER`.
        address caller;
        /// The account whose code runs; zero in a creation.
        address to;
        /// The account that the code runs as (`ADDRESS`); the new address in a creation.
        address context;
        /// `CALLVALUE`, in wei.
        uint256 callvalue;
        /// `GASPRICE`, in wei: the effective gas price of the transaction.
        uint256 gasPrice;
        /// Gas that the frame starts with; below 2^64.
        uint256 gasAvailable;
        /// Gas that the frame spent, before refunds.
        uint256 gasUsed;
        /// The state-access I/O list, in execution order; the first is the opening record.
        AccessWitness[] stateAccessList;
        /// 0 exceptional halt, 1 success, 2 revert.
        uint256 status;
        /// keccak256 of the returned data; of the deployed code for a successful creation.
        bytes32 returndataHash;
        /// `CALLDATA`; the initcode in a creation (whose code sees empty calldata).
        bytes callData;
    }

    /// One record of the state-access list.
    #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    struct AccessWitness {
        /// The opcode that made the access; 0x00 for the opening record.
        uint8 opcode;
        /// ABI encoding of that opcode's fields: [`crate::records`].
        bytes metadata;
    }
}
