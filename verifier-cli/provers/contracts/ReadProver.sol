// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, IProver, Mismatch} from "./Claims.sol";
import {FactsOfAccounts} from "./FactsOfAccounts.sol";
import {FactsOfBlock} from "./FactsOfBlock.sol";
import {FactsOfCalls} from "./FactsOfCalls.sol";
import {FactsOfCreations} from "./FactsOfCreations.sol";
import {FactsOfStorage} from "./FactsOfStorage.sol";
import {Instants} from "./Instants.sol";
import {Places} from "./Places.sol";
import {Records} from "./Records.sol";
import {RecordTable as R} from "./RecordTable.sol";
import {Verdicts} from "./Verdicts.sol";

/// Proves that a fact in a record is another in the instant before it. Facts are compared in the order of the
/// access audit, and the first that differs is told; kinds in `skip` are passed over, so that a proof need
/// not show what comes before.
contract ReadProver is IProver {
    /// A proof, by `abi.encode`.
    struct Read {
        Places.Place place;
        /// Nodes of tries, one behind the other.
        bytes nodes;
        /// The code that is asked for, or that delegates; empty if none is needed.
        bytes code;
        /// For `BLOCKHASH` inside the last 256: the hash that is claimed of the ancestor, and its path.
        bytes32 ancestor;
        bytes32[] ancestorPath;
        /// Kinds that are passed over: the bit of a kind is its number less that of the access audit's first.
        uint256 skip;
    }

    /// The first fact that is false.
    function prove(bytes32 root, bytes calldata proof) external pure returns (Mismatch memory) {
        if (proof.length < 32 || uint256(bytes32(proof)) != 32) revert Verdicts.NotJudged(proof.length);
        Read calldata read;
        assembly ("memory-safe") {
            read := add(proof.offset, 32)
        }
        Places.open(root, read.place);
        judge(read);
        revert Claims.Holds();
    }

    /// Compares the facts of the record; ends the call at the first that is false.
    function judge(Read calldata read) private pure {
        Places.Place calldata place = read.place;
        (uint256 opcode, bytes calldata record) = Records.open(place.record.bytes_);
        Instants.Now memory now_ = Instants.before(place, read.nodes);
        Verdicts.Subject memory subject = Verdicts.Subject(place.message.index, place.record.index, read.skip);
        if (opcode == R.SLOAD) FactsOfStorage.sload(subject, now_, record);
        else if (opcode == R.SSTORE) FactsOfStorage.sstore(subject, now_, record);
        else if (opcode == R.TLOAD) FactsOfStorage.tload(subject, now_, record);
        else if (R.isCall(opcode)) FactsOfCalls.call(subject, now_, opcode, record, read.code);
        else if (R.isCreation(opcode)) FactsOfCreations.create(subject, now_, opcode, record);
        else if (opcode == R.SELFDESTRUCT) FactsOfAccounts.selfdestruct_(subject, now_, record);
        else if (R.asksAccount(opcode)) FactsOfAccounts.asked(subject, now_, opcode, record, read.code);
        else if (opcode == R.SELFBALANCE) FactsOfAccounts.selfbalance(subject, now_, record);
        else if (opcode == R.BLOCKHASH) {
            FactsOfBlock.blockhash_(subject, place, record, read.ancestor, read.ancestorPath);
        } else if (opcode == R.BLOBHASH) {
            FactsOfBlock.blobhash_(subject, place, record, read.code);
        } else if (R.isValue(opcode)) {
            FactsOfBlock.value(subject, place.environment, opcode, record);
        } else {
            // What is written and logged is no fact.
            revert Verdicts.NotJudged(opcode);
        }
    }
}
