// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Effects} from "./Effects.sol";
import {Instants} from "./Instants.sol";
import {Kinds} from "./Kinds.sol";
import {Places} from "./Places.sol";
import {Records} from "./Records.sol";
import {RecordTable} from "./RecordTable.sol";
import {Verdicts} from "./Verdicts.sol";

/// Proves that what is claimed behind a record does not follow from what is claimed before it: the record's
/// root (`state-root`), or else the instant (`instant`). Of a record that opens a message `FrameProver`
/// judges.
contract WriteProver is IProver {
    /// A proof, by `abi.encode`.
    struct Write {
        Places.Place place;
        /// The digest that is claimed behind the record. It is not looked at if the record's root is false.
        bytes32 behind;
        bytes32[] behindPath;
        /// Nodes of tries, one behind the other.
        bytes nodes;
    }

    /// What is false behind the record.
    function prove(bytes32 root, bytes calldata proof) external pure returns (Mismatch memory) {
        Write calldata write = read(proof);
        Places.Place calldata place = write.place;
        Places.open(root, place);
        (uint256 opcode, bytes calldata record) = Records.open(place.record.bytes_);
        Instants.Now memory now_ = Instants.before(place, write.nodes);
        Effects.apply_(now_, opcode, record);
        Verdicts.Subject memory subject = Verdicts.Subject(place.message.index, place.record.index, 0);
        (bool has, uint256 spot) = RecordTable.stateRootOf(opcode);
        if (has && Records.word(record, spot) != 0) {
            Verdicts.check(subject, Kinds.ACCESS_STATE_ROOT, now_.instant.stateRoot, Records.hash(record, spot));
        }
        Claims.openInstant(place.message, place.record.index, write.behind, write.behindPath);
        Verdicts.check(subject, Kinds.CLAIM_INSTANT, Claims.digestOf(now_.instant), write.behind);
        revert Claims.Holds();
    }

    /// The proof where it stands.
    function read(bytes calldata proof) private pure returns (Write calldata write) {
        if (proof.length < 32 || uint256(bytes32(proof)) != 32) revert Verdicts.NotJudged(proof.length);
        assembly ("memory-safe") {
            write := add(proof.offset, 32)
        }
    }
}
