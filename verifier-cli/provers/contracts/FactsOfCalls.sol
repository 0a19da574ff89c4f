// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {FactsOfAccounts} from "./FactsOfAccounts.sol";
import {Instants} from "./Instants.sol";
import {Kinds} from "./Kinds.sol";
import {Outcomes} from "./Outcomes.sol";
import {Records} from "./Records.sol";
import {RecordTable as R} from "./RecordTable.sol";
import {Rules} from "./Rules.sol";
import {Verdicts} from "./Verdicts.sol";

/// Facts of the records of calls: what prices and steers them, and what has become of them.
library FactsOfCalls {
    using Instants for Instants.Now;
    using Verdicts for Verdicts.Subject;

    /// What the code of an account that delegates begins with (EIP-7702), and how long it is.
    bytes3 private constant MARKER = 0xef0100;
    uint256 private constant DELEGATION_SIZE = 23;

    /// A call of any kind.
    function call(
        Verdicts.Subject memory subject,
        Instants.Now memory now_,
        uint256 opcode,
        bytes calldata record,
        bytes calldata code
    ) internal pure {
        address account = Records.account(record, R.CALL_ACCOUNT);
        FactsOfAccounts.cold(subject, now_, account, Records.word(record, R.CALL_COLD));
        FactsOfAccounts.empty(subject, now_, account, Records.word(record, R.CALL_EMPTY));
        if (subject.asks(Kinds.ACCESS_DELEGATE)) {
            (bool delegates, address to) = delegate(now_, record, code);
            subject.check(Kinds.ACCESS_DELEGATE, delegates, Records.word(record, R.CALL_DELEGATED));
            uint256 found = Records.word(record, R.CALL_DELEGATE);
            subject.check(Kinds.ACCESS_DELEGATE, uint160(to), found);
        }
        if (subject.asks(Kinds.ACCESS_DELEGATE_COLD)) {
            (bool delegates, address to) = delegate(now_, record, code);
            // The account itself is warm by then.
            bool cold = delegates && to != account && now_.isCold(to);
            subject.check(Kinds.ACCESS_DELEGATE_COLD, cold, Records.word(record, R.CALL_DELEGATE_COLD));
        }
        if (subject.asks(Kinds.ACCESS_OUTCOME)) {
            uint256 outcome = Records.word(record, R.CALL_OUTCOME);
            // Gas and depth decide before the state does, and are not of it.
            if (outcome == Outcomes.NONE || outcome == Outcomes.DEPTH) return;
            subject.check(Kinds.ACCESS_OUTCOME, outcomeOf(now_, opcode, record, code), outcome);
        }
    }

    /// What must become of a call for which gas and depth suffice.
    function outcomeOf(Instants.Now memory now_, uint256 opcode, bytes calldata record, bytes calldata code)
        private
        pure
        returns (uint256)
    {
        if (opcode == R.CALL || opcode == R.CALLCODE) {
            uint256 value = Records.word(record, R.CALL_VALUE);
            if (value != 0 && now_.account(now_.context).balance < value) return Outcomes.BALANCE;
        }
        address account = Records.account(record, R.CALL_ACCOUNT);
        if (Rules.isPrecompile(now_.rules, now_.fork, account)) return Outcomes.PRECOMPILE;
        (bool delegates, address to) = delegate(now_, record, code);
        bytes32 runs = now_.account(delegates ? to : account).codeHash;
        return runs == Accounts.NO_CODE ? Outcomes.NOCODE : Outcomes.CHILD;
    }

    /// Whether the account called delegates its code, and to whom. The code decides if it is shown. If it is
    /// not, it is as the record says, unless the code's hash says that this is false: then to nobody. Whatever
    /// is false by this answer, the record says something that is.
    function delegate(Instants.Now memory now_, bytes calldata record, bytes calldata code)
        private
        pure
        returns (bool, address)
    {
        if (!now_.has(Rules.DELEGATION)) return (false, address(0));
        bytes32 hash = now_.account(Records.account(record, R.CALL_ACCOUNT)).codeHash;
        if (hash == Accounts.NO_CODE) return (false, address(0));
        if (code.length != 0) {
            FactsOfAccounts.shown(hash, code);
            if (code.length != DELEGATION_SIZE || bytes3(code) != MARKER) return (false, address(0));
            return (true, address(bytes20(code[3:])));
        }
        address to = Records.account(record, R.CALL_DELEGATE);
        bool delegates = Records.word(record, R.CALL_DELEGATED) == 1
            && hash == keccak256(abi.encodePacked(MARKER, to));
        return delegates ? (true, to) : (false, address(0));
    }
}
