// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {AuditDispute} from "../../AuditDispute.sol";
import {IProver, Mismatch} from "../../Claims.sol";
import {Schedules} from "../../Schedules.sol";
import {Standings} from "../../Standings.sol";
import {IAuditDispute} from "../IAuditDispute.sol";
import {Bridge} from "../examples/Bridge.sol";
import {Toy} from "./Toy.sol";
import {Test} from "./Vm.sol";

/// A prover that finds everything false.
contract Accuser is IProver {
    function prove(bytes32 root, bytes calldata) external pure returns (Mismatch memory) {
        return Mismatch(1, 0, 0, root, 0);
    }
}

/// The contract for disputes, an operator, and a bridge that goes by both.
abstract contract Court is Test {
    address internal constant OPERATOR = address(0x09e2a702);
    address internal constant RECEIVER = address(0x2ece17e2);
    bytes32 internal constant GENESIS = keccak256("genesis");
    bytes32 internal constant FIRST = keccak256("first");
    bytes32 internal constant SECOND = keccak256("second");
    uint64 internal constant WINDOW = 7 days;

    Accuser internal accuser;
    IAuditDispute internal dispute;
    Bridge internal bridge;

    function setUp() public {
        accuser = new Accuser();
        dispute = judged(Toy.CHAIN);
        bridge = bridged(dispute, WINDOW);
        (bool sent,) = address(bridge).call{value: 10 ether}("");
        if (!sent) revert Bridge.NotSent();
    }

    function bridged(IAuditDispute disputes, uint64 window) internal returns (Bridge) {
        return new Bridge(disputes, Toy.CHAIN, window, OPERATOR, GENESIS, Toy.VAULT);
    }

    function judged(uint256 chain) internal returns (IAuditDispute) {
        bytes32[] memory provers = new bytes32[](1);
        provers[0] = address(accuser).codehash;
        Schedules.Activation[] memory forks = new Schedules.Activation[](1);
        Standings.Terms memory terms = Standings.Terms(chain, 1, 1, WINDOW, 1 days, 0, 0, 0);
        return IAuditDispute(address(new AuditDispute(terms, forks, provers, 0)));
    }

    /// What a block is to be in which an ether is given up.
    function plan() internal pure returns (Toy.Plan memory) {
        return Toy.plan(GENESIS, FIRST, 1, RECEIVER, 1 ether);
    }

    function commits(address operator, bytes32 parent, Toy.Made memory made) internal returns (bytes32) {
        vm.prank(operator);
        return dispute.commit(parent, made.block_, made.environment);
    }

    function settles(bytes32 id) internal {
        vm.warp(dispute.commitments(id).deadline);
        dispute.finalise(id);
    }

    /// A block of the operator's, committed to, final, and followed.
    function follows(bytes32 parent, Toy.Plan memory plan_) internal returns (bytes32 id, Toy.Made memory made) {
        made = Toy.make(plan_);
        id = commits(OPERATOR, parent, made);
        settles(id);
        bridge.follow(id, made.block_);
    }
}
