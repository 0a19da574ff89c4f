// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "../../Claims.sol";
import {Parts} from "../../Parts.sol";
import {Audited} from "../Audited.sol";
import {Included} from "../Included.sol";
import {Bridge} from "../examples/Bridge.sol";
import {Court} from "./Court.sol";
import {Toy} from "./Toy.sol";

/// What the bridge pays for.
contract BridgeTest is Court {
    function test_pays_once() public {
        Toy.Plan memory plan_ = plan();
        (bytes32 id, Toy.Made memory made) = follows(0, plan_);
        bridge.pay(id, made.message, plan_.callData);
        same(1 ether, RECEIVER.balance);
        refused(Bridge.PaidAlready.selector);
        bridge.pay(id, made.message, plan_.callData);
        // The same message in the next block is another.
        (plan_.enter, plan_.end, plan_.number) = (FIRST, SECOND, 2);
        (id, made) = follows(id, plan_);
        bridge.pay(id, made.message, plan_.callData);
        same(2 ether, RECEIVER.balance);
    }

    function test_refuses_what_is_not_followed() public {
        Toy.Plan memory plan_ = plan();
        Toy.Made memory made = Toy.make(plan_);
        bytes32 id = commits(OPERATOR, 0, made);
        refused(Audited.NotFollowed.selector, id);
        bridge.pay(id, made.message, plan_.callData);
        bytes32 theirs = commits(RECEIVER, 0, made);
        settles(theirs);
        refused(Audited.NotFollowed.selector, theirs);
        bridge.pay(theirs, made.message, plan_.callData);
        dispute.challenge(id, 0, address(accuser), new Parts.Part[](0));
        refused(Audited.NotFollowed.selector, id);
        bridge.pay(id, made.message, plan_.callData);
    }

    /// What is proved of one block is not proved of another.
    function test_refuses_another_commitments_proof() public {
        (bytes32 id,) = follows(0, plan());
        Toy.Plan memory other = Toy.plan(GENESIS, FIRST, 1, RECEIVER, 2 ether);
        refused(Claims.NotAmong.selector, bytes32(Claims.BLOCK));
        bridge.pay(id, Toy.make(other).message, other.callData);
    }

    function test_refuses_other_paths_and_places() public {
        Toy.Plan memory plan_ = plan();
        (bytes32 id, Toy.Made memory made) = follows(0, plan_);
        bytes memory transaction = abi.encodeWithSelector(Claims.NotAmong.selector, Claims.TRANSACTION);
        bytes memory message = abi.encodeWithSelector(Claims.NotAmong.selector, Claims.MESSAGE);
        bytes memory instant = abi.encodeWithSelector(Claims.NotAmong.selector, Claims.INSTANT);
        made.message.transaction.index = 0;
        wrong(id, plan_, made, transaction);
        // Beyond the end, where a longer path would lead to the same leaf.
        made.message.transaction.index = 5;
        wrong(id, plan_, made, transaction);
        made.message.transaction.index = 1;
        made.message.transaction.path[1] = 0;
        wrong(id, plan_, made, transaction);
        made = Toy.make(plan_);
        made.message.message.index = 2;
        wrong(id, plan_, made, message);
        made.message.message.index = 1;
        made.message.message.path = new bytes32[](0);
        wrong(id, plan_, made, message);
        made = Toy.make(plan_);
        made.message.message.head[Claims.STATUS] = 0x01;
        wrong(id, plan_, made, abi.encodeWithSelector(Claims.NotAmong.selector, Claims.HEAD));
        made = Toy.make(plan_);
        made.message.callers[0].before.index = 0;
        wrong(id, plan_, made, instant);
        made = Toy.make(plan_);
        made.message.callers[0].behind.instant.messages = 3;
        wrong(id, plan_, made, instant);
    }

    /// A message that is not the transaction's first was opened by another, which has not failed either.
    function test_refuses_what_was_undone() public {
        Toy.Plan memory plan_ = plan();
        plan_.topStatus = 2;
        (bytes32 id, Toy.Made memory made) = follows(0, plan_);
        wrong(id, plan_, made, abi.encodeWithSelector(Included.Undone.selector, 0));
        made.message.callers = new Included.Caller[](0);
        wrong(id, plan_, made, abi.encodeWithSelector(Included.NotItsCaller.selector, 1));
    }

    /// Only the record that opened the message shows who called it.
    function test_refuses_another_record() public {
        Toy.Plan memory plan_ = plan();
        (bytes32 id, Toy.Made memory made) = follows(0, plan_);
        bytes memory reason = abi.encodeWithSelector(Included.NotItsCaller.selector, 0);
        for (uint256 before = 0; before < 4; before++) {
            for (uint256 behind = 0; behind < 4; behind++) {
                if (before == 1 && behind == 2) continue;
                made.message.callers[0].before = made.opened[before];
                made.message.callers[0].behind = made.opened[behind];
                wrong(id, plan_, made, reason);
            }
        }
    }

    function test_refuses_what_has_failed() public {
        Toy.Plan memory plan_ = plan();
        plan_.status = 2;
        (bytes32 id, Toy.Made memory made) = follows(0, plan_);
        wrong(id, plan_, made, abi.encodeWithSelector(Included.Undone.selector, 1));
    }

    function test_refuses_what_is_no_withdrawal() public {
        bytes memory none = abi.encodeWithSelector(Bridge.NoWithdrawal.selector);
        bytes32 id;
        for (uint256 change = 0; change < 6; change++) {
            Toy.Plan memory plan_ = plan();
            if (change == 0) plan_.kind = 2;
            else if (change == 1) plan_.isStatic = 1;
            else if (change == 2) plan_.to = Toy.ROUTER;
            else if (change == 3) plan_.context = Toy.ROUTER;
            else if (change == 4) plan_.callData = abi.encodeWithSignature("deposit(address,uint256)", RECEIVER, 1);
            else plan_.callData = hex"f3fef3a3";
            (plan_.enter, plan_.end) = (bridge.stateRoot(), keccak256(abi.encode(change)));
            Toy.Made memory made;
            (id, made) = follows(id, plan_);
            wrong(id, plan_, made, none);
        }
        Toy.Plan memory last = Toy.plan(bridge.stateRoot(), SECOND, 9, RECEIVER, 1);
        (bytes32 good, Toy.Made memory right) = follows(id, last);
        last.callData = abi.encodeWithSignature("withdraw(address,uint256)", RECEIVER, 2);
        wrong(good, last, right, none);
    }

    function wrong(bytes32 id, Toy.Plan memory plan_, Toy.Made memory made, bytes memory reason) private {
        vm.expectRevert(reason);
        bridge.pay(id, made.message, plan_.callData);
    }
}
