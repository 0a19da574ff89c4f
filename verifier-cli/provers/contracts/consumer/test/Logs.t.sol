// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "../../Claims.sol";
import {Audited} from "../Audited.sol";
import {IAuditDispute} from "../IAuditDispute.sol";
import {Included} from "../Included.sol";
import {Court} from "./Court.sol";
import {Toy} from "./Toy.sol";

/// What else a consumer may ask.
contract Listener is Audited {
    constructor(IAuditDispute dispute, address operator, bytes32 start)
        Audited(dispute, Toy.CHAIN, 1 days, operator, start)
    {}

    function hears(bytes32 id, Included.LogProof calldata proof) external view returns (bytes32) {
        return logOf(id, proof);
    }

    function roots(bytes32 id, Claims.Block calldata block_) external view returns (bytes32, bytes32) {
        return rootsOf(id, block_);
    }

    function when(bytes32 id) external view returns (uint64, uint64) {
        return whenOf(id);
    }
}

/// Logs, roots and times of what is followed.
contract LogsTest is Court {
    function test_hears_logs() public {
        (Listener listener, bytes32 id, Toy.Made memory made) = listens();
        bytes32 key = listener.hears(id, made.log);
        // The last log is another; of its hash alone nobody knows more.
        Included.LogProof memory other = Toy.make(plan()).log;
        other.behind = new bytes32[](0);
        silent(listener, id, other, Included.NoSuchLog.selector);
        other = Toy.make(plan()).log;
        other.dataHash = 0;
        silent(listener, id, other, Included.NoSuchLog.selector);
        other = Toy.make(plan()).log;
        other.emitter = Toy.ROUTER;
        silent(listener, id, other, Included.NoSuchLog.selector);
        other = Toy.make(plan()).log;
        other.topics[1] = bytes32(uint256(6));
        silent(listener, id, other, Included.NoSuchLog.selector);
        same(uint256(key), uint256(listener.hears(id, made.log)));
    }

    function test_refuses_another_end() public {
        (Listener listener, bytes32 id, Toy.Made memory made) = listens();
        made.log.end.refund = 1;
        vm.expectRevert(abi.encodeWithSelector(Claims.NotAmong.selector, Claims.INSTANT));
        listener.hears(id, made.log);
        made = Toy.make(plan());
        made.log.path[0] = 0;
        vm.expectRevert(abi.encodeWithSelector(Claims.NotAmong.selector, Claims.INSTANT));
        listener.hears(id, made.log);
        made = Toy.make(Toy.plan(GENESIS, FIRST, 2, RECEIVER, 1));
        refused(Claims.NotAmong.selector, bytes32(Claims.BLOCK));
        listener.hears(id, made.log);
        refused(Audited.NotFollowed.selector, FIRST);
        listener.hears(FIRST, made.log);
    }

    function test_gives_roots_and_times() public {
        (Listener listener, bytes32 id, Toy.Made memory made) = listens();
        (bytes32 before, bytes32 behind) = listener.roots(id, made.block_);
        same(uint256(GENESIS), uint256(before));
        same(uint256(FIRST), uint256(behind));
        (uint64 number, uint64 time) = listener.when(id);
        same(1, number);
        same(2, time);
        made.block_.leave = SECOND;
        refused(Claims.NotAmong.selector, bytes32(Claims.BLOCK));
        listener.roots(id, made.block_);
        refused(Audited.NotFollowed.selector, FIRST);
        listener.when(FIRST);
    }

    function listens() private returns (Listener listener, bytes32 id, Toy.Made memory made) {
        listener = new Listener(dispute, OPERATOR, GENESIS);
        made = Toy.make(plan());
        id = commits(OPERATOR, 0, made);
        settles(id);
        listener.follow(id, made.block_);
    }

    function silent(Listener listener, bytes32 id, Included.LogProof memory proof, bytes4 reason) private {
        refused(reason);
        listener.hears(id, proof);
    }
}
