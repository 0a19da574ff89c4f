// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Created} from "./Created.sol";
import {Instants} from "./Instants.sol";
import {Kinds} from "./Kinds.sol";
import {Mpt} from "./Mpt.sol";
import {Outcomes} from "./Outcomes.sol";
import {Records} from "./Records.sol";
import {RecordTable as R} from "./RecordTable.sol";
import {Verdicts} from "./Verdicts.sol";

/// Facts of the records of creations: the creator's nonce, and whether the new account can be there.
library FactsOfCreations {
    using Instants for Instants.Now;
    using Verdicts for Verdicts.Subject;

    /// `CREATE`, `CREATE2`.
    function create(
        Verdicts.Subject memory subject,
        Instants.Now memory now_,
        uint256 opcode,
        bytes calldata record
    ) internal pure {
        Accounts.Account memory creator = now_.account(now_.context);
        if (opcode == R.CREATE && subject.asks(Kinds.ACCESS_NONCE)) {
            subject.check(Kinds.ACCESS_NONCE, creator.nonce, Records.word(record, R.CREATE_NONCE));
        }
        uint256 outcome = Records.word(record, R.CREATE_OUTCOME);
        // Depth decides before the state does, and is not of it.
        if (outcome == Outcomes.DEPTH || !subject.asks(Kinds.ACCESS_OUTCOME)) return;
        subject.check(Kinds.ACCESS_OUTCOME, outcomeOf(now_, creator, opcode, record), outcome);
    }

    /// What must become of a creation for which the depth suffices.
    function outcomeOf(
        Instants.Now memory now_,
        Accounts.Account memory creator,
        uint256 opcode,
        bytes calldata record
    ) private pure returns (uint256) {
        if (creator.balance < Records.word(record, R.CREATE_VALUE)) return Outcomes.BALANCE;
        if (creator.nonce == type(uint64).max) return Outcomes.NONCE;
        address made;
        if (opcode == R.CREATE) {
            made = Created.byNonce(now_.context, creator.nonce);
        } else {
            uint256 outcome = Records.word(record, R.CREATE_OUTCOME);
            // One that is said to be refused has no hash of its initcode: where the account would be nobody needs
            // to know to see that it was not refused.
            if (outcome == Outcomes.BALANCE || outcome == Outcomes.NONCE) return Outcomes.CHILD;
            bytes32 salt = Records.hash(record, R.CREATE2_SALT);
            made = Created.bySalt(now_.context, salt, Records.hash(record, R.CREATE2_INITCODE_HASH));
        }
        return isTaken(now_.account(made)) ? Outcomes.COLLISION : Outcomes.CHILD;
    }

    /// Whether an account cannot be created there: the one that is has a nonce, code (EIP-684) or storage
    /// (EIP-7610).
    function isTaken(Accounts.Account memory account) private pure returns (bool) {
        return account.nonce != 0 || account.codeHash != Accounts.NO_CODE || account.storageRoot != Mpt.EMPTY_ROOT;
    }
}
