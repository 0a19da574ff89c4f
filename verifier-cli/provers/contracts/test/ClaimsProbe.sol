// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "../Claims.sol";

/// What the tests call to reach the library. All that opens something reverts if it is not there.
contract ClaimsProbe {
    /// Whether each leaf stands at each place of a tree, by one path: a byte each, places outermost.
    function stand(
        Claims.Tree calldata tree,
        uint256[] calldata places,
        bytes32[] calldata leaves,
        bytes32[] calldata path
    ) external pure returns (bytes memory found) {
        found = new bytes(places.length * leaves.length);
        uint256 spot;
        for (uint256 place; place < places.length; place++) {
            for (uint256 leaf; leaf < leaves.length; leaf++) {
                if (Claims.stands(tree, places[place], leaves[leaf], path)) found[spot] = 0x01;
                spot++;
            }
        }
    }

    function transaction(bytes32 root, Claims.InBlock calldata at) external pure {
        Claims.openTransaction(root, at);
    }

    function message(Claims.Transaction calldata within, Claims.InTransaction calldata at) external pure {
        Claims.openMessage(within, at);
    }

    function record(bytes calldata head, Claims.InMessage calldata at) external pure {
        Claims.openRecord(head, at);
    }

    function instant(
        Claims.InTransaction calldata at,
        uint256 index,
        bytes32 digest,
        bytes32[] calldata path
    ) external pure {
        Claims.openInstant(at, index, digest, path);
    }
}
