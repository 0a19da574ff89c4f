// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Claims} from "./Claims.sol";
import {GasUsed} from "./GasUsed.sol";
import {Instants} from "./Instants.sol";
import {Mpt} from "./Mpt.sol";
import {Optimism} from "./Optimism.sol";
import {Sent} from "./Sent.sol";
import {Steps} from "./Steps.sol";

/// What the steps of a transaction behind its top call or creation do.
library SettleEffects {
    using Instants for Instants.Now;
    using Sent for Sent.Known;

    /// No account goes any more: that there is a step for one is what `StepProver` judges.
    error NobodyIsLeft();

    /// The sender is paid back, or somebody is paid. `gas` is what the top call or creation spent.
    function settle(
        Instants.Now memory now_,
        Sent.Known memory known,
        uint256 step,
        uint256 place,
        uint256 gas,
        bytes calldata bytes_
    ) internal pure {
        uint256 used = GasUsed.total(known, true, gas, now_.instant.refund);
        uint256 price = known.gasPrice();
        if (step == Steps.BENEFICIARY) {
            return add(now_, known.beneficiary, used * Optimism.minus(price, known.baseFee));
        }
        if (step == Steps.VAULT && place == 0) {
            return add(now_, Optimism.BASE_FEE_VAULT, used * known.baseFee);
        }
        uint256 limit = known.body.gasLimit;
        uint256 left = Optimism.minus(limit, used) * price;
        if (!Optimism.isOptimism(known.rules)) return add(now_, known.sender, left);
        Optimism.Prices memory prices = Optimism.read(known.rules, now_.nodes, now_.instant.entryRoot);
        uint256 due = Optimism.operatorFee(prices, used);
        if (step == Steps.REPAID) {
            uint256 back = Optimism.minus(Optimism.operatorFee(prices, limit), due);
            add(now_, known.sender, left + back);
        } else if (place == 1) {
            add(now_, Optimism.L1_FEE_VAULT, Optimism.dataFee(prices, bytes_));
        } else {
            add(now_, Optimism.OPERATOR_FEE_VAULT, due);
        }
    }

    /// Of the accounts that were destroyed the next goes, out of the state and out of the set: the one whose hash
    /// is the least.
    function removeNext(Instants.Now memory now_) internal pure {
        Claims.Instant memory instant = now_.instant;
        if (instant.destroyed == Mpt.EMPTY_ROOT) revert NobodyIsLeft();
        bytes32 path = Mpt.least(now_.nodes, instant.destroyed);
        instant.stateRoot = Mpt.set(now_.nodes, instant.stateRoot, path, "");
        instant.destroyed = Accounts.setItem(now_.nodes, instant.destroyed, path, 0);
    }

    /// Adds to a balance. Nothing touches the account all the same.
    function add(Instants.Now memory now_, address who, uint256 wei_) private pure {
        Accounts.Account memory account = now_.account(who);
        account.balance = Optimism.plus(account.balance, wei_);
        now_.write(who, account);
    }
}
