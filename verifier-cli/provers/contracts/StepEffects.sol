// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Charges} from "./Charges.sol";
import {Delegations} from "./Delegations.sol";
import {Instants} from "./Instants.sol";
import {Intrinsic} from "./Intrinsic.sol";
import {Optimism} from "./Optimism.sol";
import {Sent} from "./Sent.sol";
import {Signatures} from "./Signatures.sol";
import {TransactionBytes} from "./TransactionBytes.sol";
import {Verdicts} from "./Verdicts.sol";

/// What the steps of a transaction up to its top call or creation do.
library StepEffects {
    using Instants for Instants.Now;
    using Sent for Sent.Known;

    /// Gas and fees are bought, or value minted, and the sender's nonce grows.
    function charge(Instants.Now memory now_, Sent.Known memory known, bytes calldata bytes_) internal pure {
        Accounts.Account memory account = now_.account(known.sender);
        if (known.isDeposit()) {
            account.balance = Optimism.plus(account.balance, known.body.mint);
        } else {
            uint256 beside = Charges.beside(known, bytes_, now_.nodes, now_.instant.entryRoot);
            uint256 due = Optimism.plus(Charges.upfront(known), beside);
            account.balance = Optimism.minus(account.balance, due);
        }
        if (account.nonce < type(uint64).max) account.nonce++;
        now_.write(known.sender, account);
    }

    /// Sender and account called are accessed.
    function accessSender(Instants.Now memory now_, Sent.Known memory known) internal pure {
        now_.warm(known.sender);
        if (!known.body.creates) now_.warm(known.body.to);
    }

    /// An item of the access list is accessed.
    function accessItem(Instants.Now memory now_, Sent.Known memory known, uint256 place) internal pure {
        (address account, bool isSlot, bytes32 key) = TransactionBytes.access(known.body, place);
        if (isSlot) now_.warmSlot(account, key);
        else now_.warm(account);
    }

    /// An account delegates its code, if it has none of its own and the nonce is its. It is accessed in any case.
    function authorize(
        Instants.Now memory now_,
        Sent.Known memory known,
        uint256 place,
        bytes calldata code
    ) internal pure {
        TransactionBytes.Authorization memory told = TransactionBytes.authorization(known.body, place);
        bool isHere = told.chainId == 0 || told.chainId == known.chainId;
        if (!isHere || told.nonce == type(uint64).max) return;
        address authority = Signatures.signer(told.hash, told.odd, told.r, told.s);
        if (authority == address(0)) return;
        now_.warm(authority);
        (bool exists, Accounts.Account memory account) =
            Accounts.read(now_.nodes, now_.instant.stateRoot, authority);
        if (account.nonce != told.nonce) return;
        if (account.codeHash != Accounts.NO_CODE) {
            if (keccak256(code) != account.codeHash) revert Verdicts.CodeMissing(account.codeHash);
            if (!Delegations.isOne(code)) return;
        }
        if (exists) {
            now_.instant.refund += int256(Intrinsic.PER_EMPTY_ACCOUNT_COST - Intrinsic.PER_AUTH_BASE_COST);
        }
        account.codeHash =
            told.target == address(0) ? Accounts.NO_CODE : Delegations.hashOf(told.target);
        account.nonce++;
        now_.write(authority, account);
    }
}
