// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Created} from "./Created.sol";
import {Instants} from "./Instants.sol";
import {Mpt} from "./Mpt.sol";
import {Outcomes} from "./Outcomes.sol";
import {Records} from "./Records.sol";
import {RecordTable as R} from "./RecordTable.sol";
import {Refunds} from "./Refunds.sol";
import {Rules} from "./Rules.sol";
import {Verdicts} from "./Verdicts.sol";

/// What a record does: the instant behind it is made of the one before it. Facts in the record are taken
/// as they stand; that they are true is judged by themselves.
library Effects {
    using Instants for Instants.Now;

    /// Makes the effect of a record that opens no message.
    function apply_(Instants.Now memory now_, uint256 opcode, bytes calldata record) internal pure {
        if (R.isCall(opcode)) return called(now_, opcode, record);
        if (R.isCreation(opcode)) return created(now_, opcode, record);
        if (opcode == R.SELFDESTRUCT) return selfdestructed(now_, record);
        if (opcode == R.SSTORE) return stored(now_, record);
        if (opcode >= R.LOG0 && opcode <= R.LOG4) return logged(now_, opcode, record);
        if (opcode == R.SLOAD) {
            now_.warmSlot(now_.context, Records.hash(record, R.SLOAD_KEY));
        } else if (opcode == R.TSTORE) {
            bytes32 path = Instants.pathOf(now_.context, Records.hash(record, R.TRANSIENT_KEY));
            now_.instant.transient_ = Accounts.setItem(
                now_.nodes, now_.instant.transient_, path, Records.hash(record, R.TRANSIENT_VALUE)
            );
        } else if (R.asksAccount(opcode)) {
            now_.warm(Records.account(record, R.BALANCE_ACCOUNT));
        } else if (opcode == R.OPENING) {
            revert Verdicts.NotJudged(opcode);
        }
        // All others change nothing.
    }

    /// What a call or creation does before its value moves, if it comes to this.
    function begin(Instants.Now memory now_, uint256 opcode, bytes calldata record) internal pure {
        if (R.isCall(opcode)) {
            now_.warm(Records.account(record, R.CALL_ACCOUNT));
            if (Records.word(record, R.CALL_DELEGATED) == 1) now_.warm(Records.account(record, R.CALL_DELEGATE));
        } else {
            now_.growNonce(now_.context);
            now_.warm(newAddress(now_, opcode, record));
        }
    }

    /// What a call or creation does between that and the callee's first opcode.
    function enter(Instants.Now memory now_, uint256 opcode, bytes calldata record) internal pure {
        if (R.isCall(opcode)) return moveOfCall(now_, opcode, record);
        address who = newAddress(now_, opcode, record);
        now_.instant.created = now_.withMember(now_.instant.created, Instants.pathOf(who));
        now_.write(who, Accounts.Account(1, now_.account(who).balance, Mpt.EMPTY_ROOT, Accounts.NO_CODE));
        now_.move(now_.context, who, Records.word(record, R.CREATE_VALUE));
    }

    /// The address of a creation's new account.
    function newAddress(Instants.Now memory now_, uint256 opcode, bytes calldata record)
        internal
        pure
        returns (address)
    {
        if (opcode == R.CREATE) return Created.byNonce(now_.context, Records.word(record, R.CREATE_NONCE));
        return Created.bySalt(
            now_.context, Records.hash(record, R.CREATE2_SALT), Records.hash(record, R.CREATE2_INITCODE_HASH)
        );
    }

    function called(Instants.Now memory now_, uint256 opcode, bytes calldata record) private pure {
        uint256 outcome = Records.word(record, R.CALL_OUTCOME);
        if (outcome == Outcomes.CHILD) revert Verdicts.NotJudged(outcome);
        begin(now_, opcode, record);
        if (outcome == Outcomes.NOCODE) {
            moveOfCall(now_, opcode, record);
        } else if (outcome == Outcomes.PRECOMPILE) {
            if (Records.word(record, R.CALL_STATUS) == 1) return moveOfCall(now_, opcode, record);
            // It may have touched what stays touched.
            Instants.Now memory moved = Instants.Now(
                Instants.copy(now_.instant), now_.nodes, now_.rules, now_.fork, now_.beneficiary, now_.context
            );
            moveOfCall(moved, opcode, record);
            moved.undo(now_.instant);
            now_.instant = moved.instant;
        }
    }

    /// `CALL` moves its value to the account, `STATICCALL` zero, `CALLCODE` its value to who sends it,
    /// `DELEGATECALL` none.
    function moveOfCall(Instants.Now memory now_, uint256 opcode, bytes calldata record) private pure {
        address account = Records.account(record, R.CALL_ACCOUNT);
        if (opcode == R.CALL) now_.move(now_.context, account, Records.word(record, R.CALL_VALUE));
        else if (opcode == R.STATICCALL) now_.move(now_.context, account, 0);
    }

    function created(Instants.Now memory now_, uint256 opcode, bytes calldata record) private pure {
        uint256 outcome = Records.word(record, R.CREATE_OUTCOME);
        if (outcome == Outcomes.CHILD) revert Verdicts.NotJudged(outcome);
        if (outcome == Outcomes.COLLISION) begin(now_, opcode, record);
    }

    /// Without a root it ran out of gas, and did nothing but to access the slot.
    function stored(Instants.Now memory now_, bytes calldata record) private pure {
        bytes32 key = Records.hash(record, R.SSTORE_KEY);
        now_.warmSlot(now_.context, key);
        if (Records.word(record, R.SSTORE_STATE_ROOT) == 0) return;
        bytes32 value = Records.hash(record, R.SSTORE_VALUE);
        now_.instant.refund += Refunds.ofStore(
            now_.fork, Records.hash(record, R.SSTORE_ORIGINAL), Records.hash(record, R.SSTORE_CURRENT), value
        );
        Accounts.Account memory account = now_.account(now_.context);
        account.storageRoot = Accounts.setSlot(now_.nodes, account.storageRoot, key, value);
        now_.write(now_.context, account);
    }

    function logged(Instants.Now memory now_, uint256 opcode, bytes calldata record) private pure {
        bytes calldata topics = record[R.LOG_TOPICS:R.LOG_TOPICS + 32 * (opcode - R.LOG0)];
        bytes32 dataHash = Records.hash(record, R.LOG_DATA_HASH);
        bytes32 log = keccak256(bytes.concat(bytes32(uint256(uint160(now_.context))), dataHash, topics));
        now_.instant.logs = keccak256(bytes.concat(now_.instant.logs, log));
    }

    /// Without a root it ran out of gas, and did nothing but to access the beneficiary.
    function selfdestructed(Instants.Now memory now_, bytes calldata record) private pure {
        address heir = Records.account(record, R.SELFDESTRUCT_BENEFICIARY);
        now_.warm(heir);
        if (Records.word(record, R.SELFDESTRUCT_STATE_ROOT) == 0) return;
        bytes32 path = Instants.pathOf(now_.context);
        bool goes = !now_.has(Rules.KEPT_ACCOUNTS) || now_.isIn(now_.instant.created, path);
        bool counts = !now_.has(Rules.SMALLER_REFUNDS);
        if (counts && !now_.isIn(now_.instant.destroyed, path)) now_.instant.refund += Refunds.SELF_DESTRUCT;
        if (goes) now_.instant.destroyed = now_.withMember(now_.instant.destroyed, path);
        if (heir != now_.context) {
            Accounts.Account memory account = now_.account(heir);
            unchecked {
                account.balance += now_.account(now_.context).balance;
            }
            now_.write(heir, account);
        }
        if (goes || heir != now_.context) {
            Accounts.Account memory own = now_.account(now_.context);
            own.balance = 0;
            now_.write(now_.context, own);
        }
    }
}
