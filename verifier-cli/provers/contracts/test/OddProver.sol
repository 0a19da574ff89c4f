// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, IProver, Mismatch} from "../Claims.sol";
import {ISegments, Step} from "../SegmentProver.sol";

/// A prover for tests: a root is false if it is odd. What a segment comes to, the proof says.
contract OddProver is IProver, ISegments {
    function prove(bytes32 root, bytes calldata proof) external pure returns (Mismatch memory) {
        if (uint256(root) % 2 == 0) revert Claims.Holds();
        return Mismatch(1, Claims.NONE, Claims.NONE, root, keccak256(proof));
    }

    function step(bytes32 root, bytes calldata proof) external pure returns (Step memory made) {
        made = abi.decode(proof, (Step));
        if (made.outcome == 2 && uint256(root) % 2 == 0) revert Claims.Holds();
    }
}
