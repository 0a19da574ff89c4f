// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "../Claims.sol";

/// @title What a claim says of a transaction's effects, opened from its root
/// @notice Pure functions of a root and a proof. They show that the claim has something; that the claim is true is
/// another matter, which `Audited` looks after.
library Included {
    /// A message, and the messages that it ran in: its caller's, the caller's caller's, up to the transaction's first.
    struct MessageProof {
        Claims.InBlock transaction;
        Claims.InTransaction message;
        Caller[] callers;
    }

    /// A message that opened another: the instants before and behind the record that did.
    struct Caller {
        Claims.InTransaction message;
        Claims.Opened before;
        Claims.Opened behind;
    }

    /// A log of a transaction, with the instant behind the transaction's last step and that step's path. `before` is the
    /// chain of the logs before it, `behind` are the hashes of those behind it, in order.
    struct LogProof {
        Claims.InBlock transaction;
        Claims.Instant end;
        bytes32[] path;
        address emitter;
        bytes32[] topics;
        bytes32 dataHash;
        bytes32 before;
        bytes32[] behind;
    }

    /// What a message was sent, and what it returned.
    struct Message {
        /// 0 call, 1 callcode, 2 delegatecall, 3 staticcall, 4 create, 5 create2.
        uint256 kind;
        /// Whether it could change nothing.
        bool isStatic;
        /// Who signed the transaction, who called, whose code ran, and as whom.
        address origin;
        address caller;
        address to;
        address context;
        /// Wei.
        uint256 value;
        bytes32 callDataHash;
        bytes32 returndataHash;
        bytes32 codeHash;
    }

    /// The message, or one that it ran in, has failed: it has done nothing.
    error Undone(uint256 index);
    /// This message did not open that one.
    error NotItsCaller(uint256 index);
    /// No such log is among the transaction's.
    error NoSuchLog();
    /// A word of the message's head is out of its range.
    error OutOfRange(uint256 position);

    uint256 internal constant SUCCESS = 1;
    uint256 internal constant CALL = 0;

    /// A message that has succeeded, and that nothing around it has undone. A message alone says only how it ended: if
    /// what called it reverts, nothing of it is left. So all that it ran in is shown too.
    function effective(bytes32 root, MessageProof calldata proof) internal pure returns (Message memory) {
        Claims.openTransaction(root, proof.transaction);
        Claims.Transaction calldata transaction = proof.transaction.transaction;
        uint256 index = succeeded(transaction, proof.message);
        for (uint256 level = 0; level < proof.callers.length; level++) {
            Caller calldata caller = proof.callers[level];
            uint256 above = succeeded(transaction, caller.message);
            Claims.openInstant(caller.message, caller.before);
            Claims.openInstant(caller.message, caller.behind);
            // The next message to be opened is this one, and the record has opened it.
            if (
                caller.behind.index != caller.before.index + 1 || caller.before.instant.messages != index
                    || caller.behind.instant.messages <= index
            ) revert NotItsCaller(above);
            index = above;
        }
        // Only the first has no caller.
        if (index != 0) revert NotItsCaller(index);
        return read(proof.message.head);
    }

    /// A log that a transaction has left. What failed has left none, so nothing else needs to be shown.
    function logged(bytes32 root, LogProof calldata proof) internal pure {
        Claims.openTransaction(root, proof.transaction);
        Claims.Tree calldata steps = proof.transaction.transaction.steps;
        bytes32 last = Claims.leaf(Claims.digestOf(proof.end));
        if (steps.count == 0 || !Claims.stands(steps, steps.count - 1, last, proof.path)) {
            revert Claims.NotAmong(Claims.INSTANT);
        }
        bytes32 hash = keccak256(
            abi.encodePacked(uint256(uint160(proof.emitter)), proof.dataHash, proof.topics)
        );
        bytes32 chain = keccak256(abi.encode(proof.before, hash));
        for (uint256 place = 0; place < proof.behind.length; place++) {
            chain = keccak256(abi.encode(chain, proof.behind[place]));
        }
        if (chain != proof.end.logs) revert NoSuchLog();
    }

    /// The message stands in the transaction and has succeeded.
    function succeeded(Claims.Transaction calldata transaction, Claims.InTransaction calldata shown)
        private
        pure
        returns (uint256)
    {
        Claims.openMessage(transaction, shown);
        if (uint256(Claims.word(shown.head, Claims.STATUS)) != SUCCESS) revert Undone(shown.index);
        return shown.index;
    }

    function read(bytes calldata head) private pure returns (Message memory) {
        return Message({
            kind: uint256(Claims.word(head, Claims.KIND)),
            isStatic: Claims.word(head, Claims.IS_STATIC) != 0,
            origin: account(head, Claims.ORIGIN),
            caller: account(head, Claims.CALLER),
            to: account(head, Claims.TO),
            context: account(head, Claims.CONTEXT),
            value: uint256(Claims.word(head, Claims.CALL_VALUE)),
            callDataHash: Claims.word(head, Claims.CALL_DATA_HASH),
            returndataHash: Claims.word(head, Claims.RETURNDATA_HASH),
            codeHash: Claims.word(head, Claims.CODE_HASH)
        });
    }

    function account(bytes calldata head, uint256 position) private pure returns (address) {
        uint256 word = uint256(Claims.word(head, position));
        if (word >> 160 != 0) revert OutOfRange(position);
        return address(uint160(word));
    }
}
