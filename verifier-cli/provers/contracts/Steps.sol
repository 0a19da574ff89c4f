// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Optimism} from "./Optimism.sol";
import {Rules} from "./Rules.sol";
import {Sent} from "./Sent.sol";

/// Which steps a transaction has, and which is at a place.
library Steps {
    using Sent for Sent.Known;

    uint256 internal constant ENTRY = 0;
    uint256 internal constant CHARGE = 1;
    uint256 internal constant SENDER = 2;
    /// An item of the access list.
    uint256 internal constant ACCESS = 3;
    uint256 internal constant AUTHORIZATION = 4;
    /// The top call or creation.
    uint256 internal constant TOP = 5;
    /// The sender is repaid.
    uint256 internal constant REPAID = 6;
    uint256 internal constant BENEFICIARY = 7;
    /// A vault of the OP Stack.
    uint256 internal constant VAULT = 8;
    /// An account that was destroyed goes.
    uint256 internal constant REMOVAL = 9;

    /// Entry, charge, top: the steps of a deposit that is invalid.
    uint256 private constant OF_INVALID = 3;

    /// Whether so many steps are those of a transaction that runs: only deposits can be in a block and not run.
    /// That there are so many is judged by itself.
    function runs(Sent.Known memory known, uint256 claimed) internal pure returns (bool) {
        return !known.isDeposit() || claimed != OF_INVALID;
    }

    /// How many steps there are whatever is destroyed: behind these accounts go. `valid` is whether the
    /// transaction runs.
    function beforeRemovals(Sent.Known memory known, bool valid) internal pure returns (uint256) {
        return top(known, valid) + 1 + behindTop(known);
    }

    /// Where the top is.
    function top(Sent.Known memory known, bool valid) internal pure returns (uint256) {
        if (!valid) return 2;
        return 3 + known.body.accounts + known.body.keys + known.body.authorizationCount;
    }

    /// Which step is at an index, and which of its kind it is.
    function which(Sent.Known memory known, bool valid, uint256 index)
        internal
        pure
        returns (uint256 step, uint256 place)
    {
        uint256 middle = top(known, valid);
        if (index == middle) return (TOP, 0);
        if (index < middle) {
            if (index <= SENDER) return (index, 0);
            place = index - 3;
            uint256 accesses = known.body.accounts + known.body.keys;
            return place < accesses ? (ACCESS, place) : (AUTHORIZATION, place - accesses);
        }
        place = index - middle - 1;
        uint256 behind = behindTop(known);
        if (place >= behind) return (REMOVAL, place - behind);
        return place < 2 ? (REPAID + place, 0) : (VAULT, place - 2);
    }

    /// How many steps are between the top and the first account that goes.
    function behindTop(Sent.Known memory known) private pure returns (uint256) {
        if (known.isDeposit()) return 0;
        if (!Optimism.isOptimism(known.rules)) return 2;
        return Optimism.has(known.rules, Rules.OPTIMISM_OPERATOR_FEE) ? 5 : 4;
    }
}
