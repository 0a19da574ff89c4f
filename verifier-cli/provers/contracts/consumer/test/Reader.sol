// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Included} from "../Included.sol";

/// What is proved of a root that nobody has to stand by.
contract Reader {
    function effective(bytes32 root, Included.MessageProof calldata proof)
        external
        pure
        returns (Included.Message memory)
    {
        return Included.effective(root, proof);
    }

    function logged(bytes32 root, Included.LogProof calldata proof) external pure {
        Included.logged(root, proof);
    }
}
