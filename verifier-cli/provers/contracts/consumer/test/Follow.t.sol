// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "../../Claims.sol";
import {Parts} from "../../Parts.sol";
import {Audited} from "../Audited.sol";
import {IAuditDispute} from "../IAuditDispute.sol";
import {Court} from "./Court.sol";
import {Toy} from "./Toy.sol";

/// Which commitments are followed.
contract FollowTest is Court {
    function test_follows_the_chain() public {
        (bytes32 id,) = follows(0, plan());
        (bytes32 next,) = follows(id, Toy.plan(FIRST, SECOND, 2, RECEIVER, 1));
        same(uint256(next), uint256(bridge.last()));
        same(uint256(SECOND), uint256(bridge.stateRoot()));
    }

    function test_refuses_what_is_open() public {
        Toy.Made memory made = Toy.make(plan());
        bytes32 id = commits(OPERATOR, 0, made);
        vm.warp(dispute.commitments(id).deadline);
        refused(Audited.NotFinal.selector, id);
        bridge.follow(id, made.block_);
        dispute.finalise(id);
        bridge.follow(id, made.block_);
    }

    function test_refuses_what_is_convicted() public {
        Toy.Made memory made = Toy.make(plan());
        bytes32 id = commits(OPERATOR, 0, made);
        dispute.challenge(id, 0, address(accuser), new Parts.Part[](0));
        vm.warp(dispute.commitments(id).deadline);
        refused(Audited.NotFinal.selector, id);
        bridge.follow(id, made.block_);
    }

    function test_refuses_what_nobody_committed_to() public {
        Toy.Made memory made = Toy.make(plan());
        refused(Audited.NotFinal.selector, FIRST);
        bridge.follow(FIRST, made.block_);
    }

    function test_refuses_another_operators() public {
        Toy.Made memory made = Toy.make(plan());
        bytes32 id = commits(RECEIVER, 0, made);
        settles(id);
        refused(Audited.NotNext.selector, id);
        bridge.follow(id, made.block_);
    }

    /// Final, true, and of a state that somebody made up.
    function test_refuses_what_begins_elsewhere() public {
        Toy.Made memory made = Toy.make(Toy.plan(SECOND, FIRST, 1, RECEIVER, 1));
        bytes32 id = commits(OPERATOR, 0, made);
        settles(id);
        refused(Audited.NotNext.selector, id);
        bridge.follow(id, made.block_);
    }

    /// An operator may commit to two blocks that begin where one ends.
    function test_follows_one_of_two() public {
        (bytes32 id,) = follows(0, plan());
        Toy.Made memory other = Toy.make(Toy.plan(FIRST, SECOND, 2, RECEIVER, 1));
        bytes32 second = commits(OPERATOR, id, other);
        settles(second);
        follows(id, Toy.plan(FIRST, SECOND, 2, RECEIVER, 2));
        refused(Audited.NotNext.selector, second);
        bridge.follow(second, other.block_);
    }

    /// The state is the right one, the way there is another.
    function test_refuses_another_parent() public {
        follows(0, plan());
        Toy.Made memory made = Toy.make(Toy.plan(FIRST, SECOND, 2, RECEIVER, 1));
        bytes32 id = commits(OPERATOR, 0, made);
        settles(id);
        refused(Audited.NotNext.selector, id);
        bridge.follow(id, made.block_);
    }

    function test_refuses_other_words() public {
        Toy.Made memory made = Toy.make(plan());
        bytes32 id = commits(OPERATOR, 0, made);
        settles(id);
        made.block_.leave = SECOND;
        refused(Claims.NotAmong.selector, bytes32(Claims.BLOCK));
        bridge.follow(id, made.block_);
    }

    function test_refuses_another_chain() public {
        IAuditDispute other = judged(Toy.CHAIN + 1);
        refused(Audited.WrongDispute.selector);
        bridged(other, WINDOW);
        refused(Audited.WrongDispute.selector);
        bridged(dispute, WINDOW + 1);
        // And who disputes about the chain takes no block of another.
        dispute = other;
        Toy.Made memory made = Toy.make(plan());
        vm.prank(OPERATOR);
        refused(IAuditDispute.WrongEnvironment.selector);
        other.commit(0, made.block_, made.environment);
    }
}
