// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Callees} from "./Callees.sol";
import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Kinds} from "./Kinds.sol";

/// The prover of the tree audit: whether the record of a call or creation agrees with the message that it
/// opens, and whether each message has its record. `specs/12-audits.md`, section Tree audit, has the steps;
/// what comes first there is told first here. Precompiles are `PrecompileProver`'s.
contract PairProver is IProver {
    using Callees for Callees.Callee;

    /// A proof: `abi.encode` of this. `record.index` 0 asks whether a message is left over: `parent` is then
    /// the transaction's first message and `before` the instant behind its last record.
    struct Pair {
        Claims.InBlock transaction;
        Claims.InTransaction parent;
        Claims.InMessage record;
        /// The instant before the record: behind the record before it, or the message's entry.
        Claims.Opened before;
        /// The message that the record opens, whose index is `before.instant.messages`. Not looked at where
        /// the outcome is another, or there is no such message.
        Claims.InTransaction child;
        /// The instant behind the record. Only looked at if its index is the record's: without it what an
        /// undone child leaves is not judged.
        Claims.Opened behind;
    }

    /// What differs; the kind is 0 if nothing does.
    struct Difference {
        uint256 kind;
        bytes32 expected;
        bytes32 found;
    }

    /// The instant is not the one before the record, or the message not the one that it opens.
    error NotNext(uint256 expected, uint256 found);

    /// Most frames above a frame.
    uint256 private constant DEPTH_LIMIT = 1024;
    /// The account that stays touched when its call is undone.
    bytes32 private constant RIPEMD160 = bytes32(uint256(3));

    /// What is false of a record and the message that it opens.
    function prove(bytes32 root, bytes calldata proof) external pure returns (Mismatch memory) {
        Pair calldata pair;
        if (uint256(bytes32(proof)) != 32) revert Claims.Holds();
        assembly ("memory-safe") {
            pair := add(proof.offset, 32)
        }
        Claims.openTransaction(root, pair.transaction);
        Claims.openMessage(pair.transaction.transaction, pair.parent);
        Claims.openInstant(pair.parent, pair.before);
        if (pair.record.index == 0) return leftOver(pair);
        Claims.openRecord(pair.parent.head, pair.record);
        if (pair.before.index != pair.record.index - 1) {
            revert NotNext(pair.record.index - 1, pair.before.index);
        }
        Difference memory found = judged(pair);
        if (found.kind == 0) revert Claims.Holds();
        return Mismatch(found.kind, pair.parent.index, pair.record.index, found.expected, found.found);
    }

    /// After the last record of the first message no message is left over.
    function leftOver(Pair calldata pair) private pure returns (Mismatch memory) {
        uint256 count = uint256(Claims.word(pair.parent.head, Claims.RECORD_COUNT));
        if (pair.parent.index != 0 || count == 0 || pair.before.index != count - 1) {
            revert NotNext(count - 1, pair.before.index);
        }
        uint256 opened = pair.before.instant.messages;
        uint256 messages = pair.transaction.transaction.messages.count;
        if (opened >= messages) revert Claims.Holds();
        return Mismatch(Kinds.TREE_PARENT_MISSING, opened, Claims.NONE, bytes32(opened), bytes32(messages));
    }

    /// The steps, in the audit's order.
    function judged(Pair calldata pair) private pure returns (Difference memory difference) {
        Claims.Instant calldata before = pair.before.instant;
        Callees.Callee memory callee = Callees.read(pair.record.bytes_, pair.parent.head);
        if (callee.outcome != Callees.NONE) {
            bool refused = callee.outcome == Callees.DEPTH;
            difference = agree(Kinds.TREE_DEPTH, truth(before.depth >= DEPTH_LIMIT), truth(refused));
            if (difference.kind != 0) return difference;
        }
        if (callee.outcome == Callees.CHILD) {
            uint256 messages = pair.transaction.transaction.messages.count;
            if (before.messages >= messages) {
                unchecked {
                    return Difference(Kinds.TREE_CHILD_MISSING, bytes32(before.messages + 1), bytes32(messages));
                }
            }
            if (pair.child.index != before.messages) revert NotNext(before.messages, pair.child.index);
            Claims.openMessage(pair.transaction.transaction, pair.child);
            difference = given(pair, callee);
            if (difference.kind != 0) return difference;
            difference = ended(pair.child.head, callee);
            if (difference.kind != 0) return difference;
        }
        if (leavesRoot(pair, callee)) return agree(Kinds.TREE_STATE_ROOT, before.stateRoot, callee.stateRoot);
    }

    /// What the child was given: the parent's side proves it, the child must have it.
    function given(Pair calldata pair, Callees.Callee memory callee)
        private
        pure
        returns (Difference memory difference)
    {
        bytes calldata parent = pair.parent.head;
        bytes calldata child = pair.child.head;
        difference = agree(Kinds.TREE_KIND, bytes32(callee.kind), Claims.word(child, Claims.KIND));
        if (difference.kind != 0) return difference;
        difference = passed(Kinds.TREE_ORIGIN, parent, child, Claims.ORIGIN);
        if (difference.kind != 0) return difference;
        difference = passed(Kinds.TREE_GAS_PRICE, parent, child, Claims.GAS_PRICE);
        if (difference.kind != 0) return difference;
        difference = agree(Kinds.TREE_CALLER, callee.caller, Claims.word(child, Claims.CALLER));
        if (difference.kind != 0) return difference;
        difference = agree(Kinds.TREE_TO, callee.to, Claims.word(child, Claims.TO));
        if (difference.kind != 0) return difference;
        difference = agree(Kinds.TREE_CONTEXT, callee.context, Claims.word(child, Claims.CONTEXT));
        if (difference.kind != 0) return difference;
        difference = agree(Kinds.TREE_VALUE, callee.value, Claims.word(child, Claims.CALL_VALUE));
        if (difference.kind != 0) return difference;
        difference = agree(Kinds.TREE_GAS, callee.gas, Claims.word(child, Claims.GAS_AVAILABLE));
        if (difference.kind != 0) return difference;
        bytes32 isStatic = Claims.word(parent, Claims.IS_STATIC);
        if (callee.creates()) {
            // A static frame creates nothing, and what creates is not static (EIP-214).
            difference = agree(Kinds.TREE_STATIC, 0, isStatic);
            if (difference.kind != 0) return difference;
            isStatic = 0;
        } else if (callee.kind == Callees.STATICCALL) {
            isStatic = truth(true);
        }
        difference = agree(Kinds.TREE_STATIC, isStatic, Claims.word(child, Claims.IS_STATIC));
        if (difference.kind != 0) return difference;
        if (callee.creates()) {
            difference = agree(Kinds.TREE_CALLDATA, callee.input, Claims.word(child, Claims.CODE_HASH));
            if (difference.kind != 0) return difference;
        }
        difference = agree(Kinds.TREE_CALLDATA, callee.input, Claims.word(child, Claims.CALL_DATA_HASH));
        if (difference.kind != 0 || !callee.startsAtRoot()) return difference;
        bytes32 enter = Claims.word(child, Claims.STATE_ROOT_ENTER);
        return agree(Kinds.TREE_STATE_ROOT, pair.before.instant.stateRoot, enter);
    }

    /// What came of it: the child's side proves it, the record must have it.
    function ended(bytes calldata child, Callees.Callee memory callee)
        private
        pure
        returns (Difference memory difference)
    {
        difference = agree(Kinds.TREE_STATUS, Claims.word(child, Claims.STATUS), callee.status);
        if (difference.kind != 0) return difference;
        difference = agree(Kinds.TREE_GAS_USED, Claims.word(child, Claims.GAS_USED), callee.gasUsed);
        if (difference.kind != 0) return difference;
        bool succeeded = callee.status == truth(true);
        // Of a creation that succeeded the hash is that of the code: the creator gets nothing.
        bytes32 returned =
            callee.creates() && succeeded ? keccak256("") : Claims.word(child, Claims.RETURNDATA_HASH);
        difference = agree(Kinds.TREE_RETURNDATA, returned, callee.returndata);
        if (difference.kind != 0 || !succeeded) return difference;
        return agree(Kinds.TREE_STATE_ROOT, Claims.word(child, Claims.STATE_ROOT_LEAVE), callee.stateRoot);
    }

    /// Whether the opcode must leave the root where it was: it was refused before anything happened, or undone,
    /// or nobody but the caller's own account was touched. A creation that failed leaves its creator's nonce
    /// grown, unless it was refused before. Where `0x03` has been touched for good, nothing is said.
    function leavesRoot(Pair calldata pair, Callees.Callee memory callee) private pure returns (bool) {
        uint256 outcome = callee.outcome;
        if (outcome == Callees.DEPTH || outcome == Callees.BALANCE || outcome == Callees.NONCE) return true;
        bool undone = callee.status != truth(true) && !callee.creates();
        if (outcome == Callees.PRECOMPILE) {
            bool stays = callee.account == RIPEMD160 || pair.before.instant.ripemdTouched != 0;
            return callee.inPlace() || undone && !stays;
        }
        if (outcome == Callees.NOCODE) return callee.inPlace();
        if (outcome != Callees.CHILD || !undone || pair.behind.index != pair.record.index) return false;
        Claims.openInstant(pair.parent, pair.behind);
        return pair.behind.instant.ripemdTouched == 0;
    }

    function passed(uint256 kind, bytes calldata parent, bytes calldata child, uint256 position)
        private
        pure
        returns (Difference memory)
    {
        return agree(kind, Claims.word(parent, position), Claims.word(child, position));
    }

    function agree(uint256 kind, bytes32 expected, bytes32 found)
        private
        pure
        returns (Difference memory difference)
    {
        if (expected != found) return Difference(kind, expected, found);
    }

    function truth(bool is_) private pure returns (bytes32) {
        return bytes32(uint256(is_ ? 1 : 0));
    }
}
