// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "./Claims.sol";

/// Where in a claim a record is, and what holds before it.
library Places {
    /// A record with the instant before it, and what the block gives.
    struct Place {
        Claims.InBlock transaction;
        Claims.InTransaction message;
        Claims.InMessage record;
        Claims.Opened before;
        Claims.Environment environment;
    }

    /// All of it is the operator's, and the instant is the one before the record.
    function open(bytes32 root, Place calldata place) internal pure {
        Claims.openTransaction(root, place.transaction);
        Claims.openEnvironment(place.transaction.block_, place.environment);
        Claims.openMessage(place.transaction.transaction, place.message);
        Claims.openRecord(place.message.head, place.record);
        Claims.openInstant(place.message, place.before);
        // A record that could be opened has an index above 0.
        if (place.before.index != place.record.index - 1) revert Claims.NotAmong(Claims.INSTANT);
    }

    /// The address in a word of a message's head.
    function addressIn(bytes calldata head, uint256 position) internal pure returns (address) {
        return address(uint160(uint256(Claims.word(head, position))));
    }
}
