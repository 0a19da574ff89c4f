// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "../../Claims.sol";

/// Trees by position, as an operator makes them.
library Trees {
    function tree(bytes32[] memory leaves) internal pure returns (Claims.Tree memory) {
        bytes32[] memory row = padded(leaves);
        while (row.length > 1) row = above(row);
        return Claims.Tree(leaves.length, row[0]);
    }

    function path(bytes32[] memory leaves, uint256 place) internal pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](Claims.depthOf(leaves.length));
        bytes32[] memory row = padded(leaves);
        for (uint256 level = 0; level < nodes.length; level++) {
            nodes[level] = row[(place >> level) ^ 1];
            row = above(row);
        }
    }

    /// All places, those without a leaf too.
    function padded(bytes32[] memory leaves) private pure returns (bytes32[] memory row) {
        row = new bytes32[](1 << Claims.depthOf(leaves.length));
        for (uint256 place = 0; place < leaves.length; place++) {
            row[place] = leaves[place];
        }
    }

    function above(bytes32[] memory row) private pure returns (bytes32[] memory next) {
        next = new bytes32[](row.length / 2);
        for (uint256 place = 0; place < next.length; place++) {
            next[place] = keccak256(abi.encodePacked(uint8(1), row[2 * place], row[2 * place + 1]));
        }
    }
}
