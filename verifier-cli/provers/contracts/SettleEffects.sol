// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
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

    /// The accounts that are given are not all that go, or not only these.
    error NotThoseThatGo();

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

    /// The accounts that were destroyed go. They are all that are in the set: without them it is empty.
    function finish(Instants.Now memory now_, address[] calldata destroyed) internal pure {
        bytes32 set = now_.instant.destroyed;
        for (uint256 index = 0; index < destroyed.length; index++) {
            address who = destroyed[index];
            bytes32 path = Instants.pathOf(who);
            if (!now_.isIn(set, path)) revert NotThoseThatGo();
            set = Accounts.setItem(now_.nodes, set, path, 0);
            now_.instant.stateRoot = Accounts.remove(now_.nodes, now_.instant.stateRoot, who);
        }
        if (set != Mpt.EMPTY_ROOT) revert NotThoseThatGo();
    }

    /// Adds to a balance. Nothing touches the account all the same.
    function add(Instants.Now memory now_, address who, uint256 wei_) private pure {
        Accounts.Account memory account = now_.account(who);
        account.balance = Optimism.plus(account.balance, wei_);
        now_.write(who, account);
    }
}
