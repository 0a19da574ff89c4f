// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, Mismatch} from "./Claims.sol";
import {Parts} from "./Parts.sol";
import {Questions} from "./Questions.sol";
import {Standings} from "./Standings.sol";

/// Items that somebody lacks are asked for, and shown: only silence costs, and only after it was asked for.
abstract contract Asks is Standings {
    /// A question. None has an asker of zero.
    struct Asked {
        address asker;
        uint64 until;
        bool closed;
    }

    /// This has been asked for already, or the time for it is over.
    error NotToBeAsked();
    /// This is not asked for, or the time for it is over, or not yet over.
    error NotAsked();

    event AskedFor(
        bytes32 indexed id,
        bytes32 indexed place,
        uint256 level,
        uint256 transaction,
        uint256 message,
        uint256 index,
        uint64 until
    );
    event Answered(bytes32 indexed id, bytes32 indexed place, address answerer, uint64 deadline);

    /// Questions, by the hash of commitment and place.
    mapping(bytes32 key => Asked) public questions;

    /// Asks for an item that the operator claims and somebody lacks. Each is asked for once.
    function ask(bytes32 id, Questions.Question calldata question) external payable returns (bytes32 place) {
        if (msg.value != agreed.deposit) revert WrongValue(agreed.deposit);
        Commitment storage made = opened(id);
        place = Questions.placeOf(made.root, question);
        Asked storage item = questions[keyOf(id, place)];
        if (block.timestamp >= made.asksUntil || item.asker != address(0)) revert NotToBeAsked();
        item.asker = msg.sender;
        item.until = uint64(block.timestamp) + agreed.answerPeriod;
        made.asked += 1;
        emit AskedFor(
            id,
            place,
            question.level,
            question.transaction.index,
            question.message.index,
            question.index,
            item.until
        );
    }

    /// Shows what was asked for: its bytes, in parts, and its path. Who does gets the deposit. What was shown stays in the
    /// chain's history, and there is time to make something of it.
    function answer(
        bytes32 id,
        Questions.Question calldata question,
        Parts.Part[] calldata parts,
        bytes32[] calldata path
    ) external {
        Commitment storage made = opened(id);
        bytes32 place = Questions.placeOf(made.root, question);
        Asked storage item = questions[keyOf(id, place)];
        if (item.asker == address(0) || item.closed || block.timestamp > item.until) revert NotAsked();
        Questions.check(question, Parts.assembled(parts), path);
        item.closed = true;
        made.asked -= 1;
        uint64 least = uint64(block.timestamp) + agreed.answerPeriod;
        if (least > made.deadline) made.deadline = least;
        owed[msg.sender] += agreed.deposit;
        emit Answered(id, place, msg.sender, made.deadline);
    }

    /// An item was asked for and not shown in time. Who asked gets what a conviction gives, and the deposit back.
    function convictSilent(bytes32 id, bytes32 place) external {
        opened(id);
        Asked storage item = questions[keyOf(id, place)];
        if (item.asker == address(0) || item.closed || block.timestamp <= item.until) revert NotAsked();
        item.closed = true;
        owed[item.asker] += agreed.deposit;
        convict(id, Mismatch(0, Claims.NONE, Claims.NONE, place, 0), item.asker);
    }

    /// The deposit of a question goes back where nobody needs an answer any more.
    function reclaim(bytes32 id, bytes32 place) external {
        Asked storage item = questions[keyOf(id, place)];
        if (commitments[id].standing != Standing.Convicted || item.asker == address(0) || item.closed) {
            revert NotAsked();
        }
        item.closed = true;
        owed[item.asker] += agreed.deposit;
    }

    /// What a question is kept by.
    function keyOf(bytes32 id, bytes32 place) public pure returns (bytes32) {
        return keccak256(abi.encode(id, place));
    }
}
