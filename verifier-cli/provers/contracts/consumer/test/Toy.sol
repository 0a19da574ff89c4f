// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "../../Claims.sol";
import {Included} from "../Included.sol";
import {Trees} from "./Trees.sol";

/// Claims of a toy rollup. In each block the second of three transactions sends message 0, whose second record opens
/// message 1, a call of the vault, and whose third opens message 2. It leaves three logs, the second of them the vault's.
library Toy {
    uint256 internal constant CHAIN = 901;
    address internal constant VAULT = address(0x7a017);
    address internal constant USER = address(0x05e2);
    address internal constant ROUTER = address(0x2077e2);

    /// What a block is to be.
    struct Plan {
        bytes32 enter;
        bytes32 end;
        uint256 number;
        uint256 topStatus;
        uint256 status;
        uint256 kind;
        uint256 isStatic;
        address to;
        address context;
        bytes callData;
    }

    /// A block, with a proof of its message 1 and one of its log 1.
    struct Made {
        Claims.Block block_;
        Claims.Environment environment;
        bytes32 root;
        Included.MessageProof message;
        Included.LogProof log;
        /// The instants of message 0: before its first opcode, and behind its three records.
        Claims.Opened[4] opened;
    }

    function plan(bytes32 enter, bytes32 end, uint256 number, address to, uint256 amount)
        internal
        pure
        returns (Plan memory)
    {
        bytes memory callData = abi.encodeWithSignature("withdraw(address,uint256)", to, amount);
        return Plan(enter, end, number, 1, 1, 0, 0, VAULT, VAULT, callData);
    }

    function make(Plan memory plan_) internal pure returns (Made memory made) {
        Claims.Transaction memory transaction = Claims.Transaction({
            hash: keccak256("signed"),
            receipt: keccak256("receipt"),
            sender: bytes32(uint256(uint160(USER))),
            steps: Claims.Tree(0, 0),
            messages: Claims.Tree(0, 0)
        });
        transaction.messages = messages(plan_, made);
        transaction.steps = steps(made.log);
        bytes32[] memory transactions = new bytes32[](3);
        transactions[0] = Claims.leaf(keccak256("one before"));
        transactions[1] = Claims.leaf(keccak256(abi.encode(Claims.TRANSACTION_TAG, transaction)));
        transactions[2] = Claims.leaf(keccak256("one behind"));
        made.environment = Claims.Environment(CHAIN, 1, plan_.number, plan_.number * 2, 0, 30_000_000, 7, 0, 0);
        made.block_ = Claims.Block({
            environment: keccak256(abi.encode(Claims.ENVIRONMENT_TAG, made.environment)),
            header: 0,
            ancestors: Claims.Tree(0, 0),
            transactions: Trees.tree(transactions),
            enter: plan_.enter,
            leave: plan_.end
        });
        made.root = keccak256(abi.encode(Claims.BLOCK_TAG, made.block_));
        made.message.transaction = Claims.InBlock(made.block_, transaction, 1, Trees.path(transactions, 1));
        made.log.transaction = made.message.transaction;
    }

    /// Three messages, the second of which is shown with its caller.
    function messages(Plan memory plan_, Made memory made)
        private
        pure
        returns (Claims.Tree memory)
    {
        bytes[] memory heads = new bytes[](3);
        heads[0] = head(plan_.topStatus, [uint256(0), 0, uint160(USER), uint160(ROUTER), uint160(ROUTER)], "", 4);
        uint256[5] memory sent =
            [plan_.kind, plan_.isStatic, uint160(ROUTER), uint160(plan_.to), uint160(plan_.context)];
        heads[1] = head(plan_.status, sent, plan_.callData, 1);
        heads[2] = head(2, [uint256(0), 0, uint160(ROUTER), uint160(VAULT), uint160(VAULT)], plan_.callData, 1);
        // Behind its records message 0 has seen so many messages.
        bytes32[] memory instants = new bytes32[](3);
        for (uint256 place = 0; place < 3; place++) {
            instants[place] = Claims.leaf(Claims.digestOf(instant(place + 1)));
        }
        Claims.Message[] memory all = new Claims.Message[](3);
        bytes32[] memory leaves = new bytes32[](3);
        for (uint256 place = 0; place < 3; place++) {
            bytes32 behind = place == 0 ? Trees.tree(instants).root : bytes32(0);
            bytes32 entry = Claims.digestOf(instant(1));
            all[place] = Claims.Message(keccak256(heads[place]), entry, behind, Claims.Tree(0, 0));
            leaves[place] = keccak256(bytes.concat(hex"00", abi.encode(all[place])));
        }
        made.opened[0] = Claims.Opened(instant(1), 0, new bytes32[](0));
        for (uint256 place = 0; place < 3; place++) {
            made.opened[place + 1] = Claims.Opened(instant(place + 1), place + 1, Trees.path(instants, place));
        }
        made.message.message = Claims.InTransaction(all[1], 1, Trees.path(leaves, 1), heads[1]);
        made.message.callers = new Included.Caller[](1);
        made.message.callers[0] = Included.Caller({
            message: Claims.InTransaction(all[0], 0, Trees.path(leaves, 0), heads[0]),
            before: made.opened[1],
            behind: made.opened[2]
        });
        return Trees.tree(leaves);
    }

    /// Two steps, behind the last of which there are three logs.
    function steps(Included.LogProof memory proof) private pure returns (Claims.Tree memory) {
        (proof.emitter, proof.dataHash) = (VAULT, keccak256("data"));
        proof.topics = new bytes32[](2);
        (proof.topics[0], proof.topics[1]) = (keccak256("Burnt"), bytes32(uint256(5)));
        bytes32 hash = keccak256(abi.encode(proof.emitter, proof.dataHash, proof.topics[0], proof.topics[1]));
        proof.before = keccak256(abi.encode(0, "first log"));
        proof.behind = new bytes32[](1);
        proof.behind[0] = keccak256("third log");
        proof.end = instant(3);
        proof.end.logs = keccak256(abi.encode(keccak256(abi.encode(proof.before, hash)), proof.behind[0]));
        bytes32[] memory leaves = new bytes32[](2);
        leaves[0] = Claims.leaf(Claims.digestOf(instant(0)));
        leaves[1] = Claims.leaf(Claims.digestOf(proof.end));
        proof.path = Trees.path(leaves, 1);
        return Trees.tree(leaves);
    }

    function instant(uint256 opened) private pure returns (Claims.Instant memory made) {
        made.messages = opened;
    }

    /// The words of a head. `sent` is kind, whether static, caller, `to` and context.
    function head(uint256 status, uint256[5] memory sent, bytes memory callData, uint256 records)
        private
        pure
        returns (bytes memory)
    {
        bytes memory first = abi.encode(
            Claims.MESSAGE_TAG, bytes32(0), bytes32(0), sent[1], USER, sent[2], sent[3], sent[4]
        );
        bytes memory second = abi.encode(uint256(0), uint256(1), uint256(9), uint256(9), sent[0], status);
        bytes memory third =
            abi.encode(keccak256(""), keccak256("code"), callData.length, keccak256(callData), records, bytes32(0));
        return bytes.concat(first, second, third);
    }
}
