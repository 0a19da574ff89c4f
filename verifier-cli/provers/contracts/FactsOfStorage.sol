// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Instants} from "./Instants.sol";
import {Kinds} from "./Kinds.sol";
import {Records} from "./Records.sol";
import {RecordTable as R} from "./RecordTable.sol";
import {Verdicts} from "./Verdicts.sol";

/// Facts of the records about storage, lasting and transient.
library FactsOfStorage {
    using Instants for Instants.Now;
    using Verdicts for Verdicts.Subject;

    /// `SLOAD`.
    function sload(Verdicts.Subject memory subject, Instants.Now memory now_, bytes calldata record) internal pure {
        bytes32 key = Records.hash(record, R.SLOAD_KEY);
        cold(subject, now_, key, Records.word(record, R.SLOAD_COLD));
        if (!subject.asks(Kinds.ACCESS_VALUE)) return;
        subject.check(Kinds.ACCESS_VALUE, now_.slot(now_.context, key), Records.hash(record, R.SLOAD_VALUE));
    }

    /// `SSTORE`.
    function sstore(Verdicts.Subject memory subject, Instants.Now memory now_, bytes calldata record) internal pure {
        bytes32 key = Records.hash(record, R.SSTORE_KEY);
        cold(subject, now_, key, Records.word(record, R.SSTORE_COLD));
        if (subject.asks(Kinds.ACCESS_ORIGINAL)) {
            bytes32 original = now_.original(now_.context, key);
            subject.check(Kinds.ACCESS_ORIGINAL, original, Records.hash(record, R.SSTORE_ORIGINAL));
        }
        if (subject.asks(Kinds.ACCESS_CURRENT)) {
            bytes32 current = now_.slot(now_.context, key);
            subject.check(Kinds.ACCESS_CURRENT, current, Records.hash(record, R.SSTORE_CURRENT));
        }
    }

    /// `TLOAD`.
    function tload(Verdicts.Subject memory subject, Instants.Now memory now_, bytes calldata record) internal pure {
        if (!subject.asks(Kinds.ACCESS_TRANSIENT)) return;
        bytes32 value = now_.transient_(now_.context, Records.hash(record, R.TRANSIENT_KEY));
        subject.check(Kinds.ACCESS_TRANSIENT, value, Records.hash(record, R.TRANSIENT_VALUE));
    }

    /// An access to a slot is as cold as is said.
    function cold(Verdicts.Subject memory subject, Instants.Now memory now_, bytes32 key, uint256 found) private pure {
        if (!subject.asks(Kinds.ACCESS_COLD)) return;
        subject.check(Kinds.ACCESS_COLD, now_.isSlotCold(now_.context, key), found);
    }
}
