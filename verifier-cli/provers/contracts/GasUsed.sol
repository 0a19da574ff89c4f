// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Deposits} from "./Deposits.sol";
import {Intrinsic} from "./Intrinsic.sol";
import {Optimism} from "./Optimism.sol";
import {Rules} from "./Rules.sol";
import {Sent} from "./Sent.sol";

/// Gas that a transaction uses.
library GasUsed {
    using Sent for Sent.Known;

    /// What was spent less the refund, which is at most half of that, from London a fifth (EIP-3529), and never
    /// below the floor (EIP-7623); of some deposits, what they use whatever they do. `valid` is whether it
    /// runs, `gas` what the top call or creation spent.
    function total(Sent.Known memory known, bool valid, uint256 gas, int256 refund)
        internal
        pure
        returns (uint256)
    {
        if (known.isDeposit()) {
            (bool isFlat, uint256 flat) = Deposits.flatGas(known, valid);
            if (isFlat) return flat;
        }
        (uint256 spent, uint256 floor) = Intrinsic.gasOf(known.body, known.fork);
        spent = Optimism.plus(spent, gas);
        if (spent > known.body.gasLimit) spent = known.body.gasLimit;
        uint256 most = spent / (known.fork >= Rules.SMALLER_REFUNDS ? 5 : 2);
        uint256 back = refund > 0 ? uint256(refund) : 0;
        spent -= back < most ? back : most;
        return spent > floor ? spent : floor;
    }
}
