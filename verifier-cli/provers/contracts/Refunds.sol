// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Rules} from "./Rules.sol";

/// What is added to the refund counter, or taken from it.
library Refunds {
    /// A contract's first `SELFDESTRUCT`, before London.
    int256 internal constant SELF_DESTRUCT = 24_000;

    /// What a write gives back, by the slot's value when the transaction started, before the write and after
    /// it (EIP-2200; EIP-2929 and EIP-3529 change the amounts).
    function ofStore(uint256 fork, bytes32 original, bytes32 current, bytes32 value)
        internal
        pure
        returns (int256 refund)
    {
        if (value == current) return 0;
        int256 clears = int256(Rules.storageClearRefund(fork));
        if (original == current) return value == 0 ? clears : int256(0);
        if (original != 0) {
            if (current == 0) refund -= clears;
            else if (value == 0) refund += clears;
        }
        if (value == original) {
            uint256 paid = original == 0 ? Rules.GAS_STORAGE_SET : Rules.storageUpdateGas(fork);
            refund += int256(paid - Rules.storageGas(fork));
        }
    }
}
