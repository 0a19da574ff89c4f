// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Instants} from "./Instants.sol";
import {Kinds} from "./Kinds.sol";
import {Records} from "./Records.sol";
import {RecordTable as R} from "./RecordTable.sol";
import {Verdicts} from "./Verdicts.sol";

/// Facts of the records about accounts: what their balance and code are.
library FactsOfAccounts {
    using Instants for Instants.Now;
    using Verdicts for Verdicts.Subject;

    /// `BALANCE`, `EXTCODESIZE`, `EXTCODEHASH`, `EXTCODECOPY`.
    function asked(
        Verdicts.Subject memory subject,
        Instants.Now memory now_,
        uint256 opcode,
        bytes calldata record,
        bytes calldata code
    ) internal pure {
        address who = Records.account(record, R.BALANCE_ACCOUNT);
        cold(subject, now_, who, Records.word(record, R.BALANCE_COLD));
        if (opcode == R.BALANCE) {
            if (!subject.asks(Kinds.ACCESS_BALANCE)) return;
            uint256 balance = now_.account(who).balance;
            subject.check(Kinds.ACCESS_BALANCE, balance, Records.word(record, R.BALANCE_BALANCE));
        } else if (opcode == R.EXTCODEHASH) {
            if (!subject.asks(Kinds.ACCESS_CODE_HASH)) return;
            Accounts.Account memory account = now_.account(who);
            // EIP-1052
            bytes32 hash = Accounts.isEmpty(account) ? bytes32(0) : account.codeHash;
            subject.check(Kinds.ACCESS_CODE_HASH, hash, Records.hash(record, R.EXTCODEHASH_CODE_HASH));
        } else if (opcode == R.EXTCODESIZE) {
            if (!subject.asks(Kinds.ACCESS_CODE_SIZE)) return;
            uint256 size = shown(now_.account(who).codeHash, code).length;
            subject.check(Kinds.ACCESS_CODE_SIZE, size, Records.word(record, R.EXTCODESIZE_SIZE));
        } else if (subject.asks(Kinds.ACCESS_CODE)) {
            copied(subject, shown(now_.account(who).codeHash, code), record);
        }
    }

    /// `SELFBALANCE`.
    function selfbalance(Verdicts.Subject memory subject, Instants.Now memory now_, bytes calldata record)
        internal
        pure
    {
        if (!subject.asks(Kinds.ACCESS_BALANCE)) return;
        uint256 balance = now_.account(now_.context).balance;
        subject.check(Kinds.ACCESS_BALANCE, balance, Records.word(record, R.VALUE_VALUE));
    }

    /// `SELFDESTRUCT`.
    function selfdestruct_(Verdicts.Subject memory subject, Instants.Now memory now_, bytes calldata record)
        internal
        pure
    {
        address heir = Records.account(record, R.SELFDESTRUCT_BENEFICIARY);
        cold(subject, now_, heir, Records.word(record, R.SELFDESTRUCT_COLD));
        empty(subject, now_, heir, Records.word(record, R.SELFDESTRUCT_EMPTY));
        if (!subject.asks(Kinds.ACCESS_BALANCE)) return;
        uint256 balance = now_.account(now_.context).balance;
        subject.check(Kinds.ACCESS_BALANCE, balance, Records.word(record, R.SELFDESTRUCT_BALANCE));
    }

    /// An access to an account is as cold as is said.
    function cold(Verdicts.Subject memory subject, Instants.Now memory now_, address who, uint256 found)
        internal
        pure
    {
        if (subject.asks(Kinds.ACCESS_COLD)) subject.check(Kinds.ACCESS_COLD, now_.isCold(who), found);
    }

    /// An account is as empty as is said (EIP-161).
    function empty(Verdicts.Subject memory subject, Instants.Now memory now_, address who, uint256 found)
        internal
        pure
    {
        if (!subject.asks(Kinds.ACCESS_EMPTY)) return;
        subject.check(Kinds.ACCESS_EMPTY, Accounts.isEmpty(now_.account(who)), found);
    }

    /// The code with a hash: what the proof has, or none if it is the hash of none.
    function shown(bytes32 hash, bytes calldata code) internal pure returns (bytes calldata) {
        if (hash == Accounts.NO_CODE) return code[:0];
        if (keccak256(code) != hash) revert Verdicts.CodeMissing(hash);
        return code;
    }

    /// `EXTCODECOPY` has the bytes of the code in its range, to the code's end and no further.
    function copied(Verdicts.Subject memory subject, bytes calldata code, bytes calldata record) private pure {
        uint256 start = lesser(Records.word(record, R.EXTCODECOPY_OFFSET), code.length);
        uint256 end = start + lesser(Records.word(record, R.EXTCODECOPY_SIZE), code.length - start);
        bytes32 expected = keccak256(code[start:end]);
        subject.check(Kinds.ACCESS_CODE, expected, keccak256(Records.tail(record, R.EXTCODECOPY_LENGTH)));
    }

    function lesser(uint256 one, uint256 other) private pure returns (uint256) {
        return one < other ? one : other;
    }
}
