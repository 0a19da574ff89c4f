// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Intrinsic} from "./Intrinsic.sol";
import {Optimism} from "./Optimism.sol";
import {Rules} from "./Rules.sol";
import {Sent} from "./Sent.sol";

/// Deposits: transactions of the OP Stack that nobody signed and that pay for no gas.
library Deposits {
    /// Most bytes of initcode (EIP-3860).
    uint256 internal constant MAX_INIT_CODE_SIZE = 49_152;

    /// Whether deposits use the gas that they use, and none is a system transaction.
    function areMetered(uint256 rules) internal pure returns (bool) {
        return Optimism.has(rules, Rules.OPTIMISM_METERED_DEPOSITS);
    }

    /// Whether it takes nothing of the block's gas: a system transaction, which there was before Regolith.
    function takesNoGas(Sent.Known memory known) internal pure returns (bool) {
        return known.body.isSystem && !areMetered(known.rules);
    }

    /// Whether a deposit runs at all, if its sender has so much, mint included.
    function isValid(Sent.Known memory known, uint256 balance) internal pure returns (bool) {
        if (known.body.isSystem && areMetered(known.rules)) return false;
        bool fits = known.body.inputLength <= MAX_INIT_CODE_SIZE;
        if (known.body.creates && known.fork >= Rules.INITCODE_LIMIT && !fits) return false;
        return known.body.gasLimit >= Intrinsic.least(known.body, known.fork) && balance >= known.body.value;
    }

    /// Whether a deposit uses some gas whatever it does, and how much: an invalid one, and before Regolith each.
    function flatGas(Sent.Known memory known, bool valid) internal pure returns (bool isFlat, uint256 gas) {
        if (takesNoGas(known)) return (true, 0);
        return (!valid || !areMetered(known.rules), known.body.gasLimit);
    }
}
