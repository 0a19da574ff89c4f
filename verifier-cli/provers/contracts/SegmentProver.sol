// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Kinds} from "./Kinds.sol";
import {Parts} from "./Parts.sol";
import {Segments} from "./Segments.sol";

/// What a run of a segment came to.
struct Step {
    /// 0: it is as the operator says; 1: the machine came to a place before the segment's end; 2: it is false.
    uint256 outcome;
    /// Whether it started from the operator's own checkpoint, or the message's start. If not, it says something
    /// only if `start` has been reached in the segment that `key` names.
    uint256 based;
    /// Names the machine, the message with its checkpoints, and the segment.
    bytes32 key;
    /// The digest that it started from.
    bytes32 start;
    /// The digest that the machine came to, and the gas used there.
    bytes32 digest;
    uint256 gasUsed;
    /// What is false.
    Mismatch mismatch;
}

/// What runs segments and says what they came to.
interface ISegments {
    function step(bytes32 root, bytes calldata proof) external view returns (Step memory);
}

/// The prover of the execution audit: it has a segment machine run a part of a message, from a checkpoint that
/// the operator claims (or one that a machine came to before: who remembers that is `AuditDispute`), and holds
/// what comes out against the operator's next checkpoint or the message's end. `specs/14-chain.md`, A segment.
///
/// It trusts nobody: not the address that it is told to call, whose code hash must be that of the machine of the
/// block's rules, nor the archives that it reads. The machines are part of its own code, and it has no storage, so
/// its code hash says all that it does.
contract SegmentProver is IProver, ISegments {
    /// A checkpoint of the operator's, and what shows that it is one.
    struct Leaf {
        uint256 record;
        uint256 gasUsed;
        bytes32 digest;
        bytes32[] path;
    }

    /// A proof: `abi.encode` of this.
    struct Segment {
        Claims.InBlock transaction;
        Claims.Environment environment;
        /// Its head is not looked at: it stands in the input.
        Claims.InTransaction message;
        /// Where the segment machine is.
        address machine;
        /// Which segment: the number of checkpoints before it.
        uint256 segment;
        /// The checkpoints before and behind it, where there are any.
        Leaf from;
        Leaf to;
        /// What shows that the records are the message's.
        bytes32[] records;
        /// The words of the checkpoint at the end, if they are known: only for a reason that says more.
        bytes claimed;
        Parts.Part[] input;
    }

    /// What a segment is judged by.
    struct Judged {
        uint256 message;
        bytes32 codeHash;
        /// Whether the operator has a checkpoint at its end, and whether it is this that is asked for.
        bool bounded;
        bool target;
    }

    /// The rules have no machine here.
    error UnknownRules(uint256 rules);
    /// The address does not hold the code of the rules' machine.
    error NotTheMachine(bytes32 expected, bytes32 found);
    /// The operator has no such checkpoint at this place.
    error NoCheckpoint(uint256 place);
    /// The segment does not start from a checkpoint of the operator's.
    error NotReached(bytes32 digest);
    /// The segment does not end at this gas.
    error NotNext(uint256 gasUsed);
    /// The segment came to no end: this is what the machine answered.
    error NotProven(bytes answer);

    uint256 private constant ADVANCED = 1;
    uint256 private constant FALSE = 2;

    /// The number of the first rules of the family.
    uint256 private immutable FIRST;
    // Code hashes of the segment machines by rules, in order.
    bytes32 private immutable MACHINE_0;
    bytes32 private immutable MACHINE_1;
    bytes32 private immutable MACHINE_2;
    bytes32 private immutable MACHINE_3;
    bytes32 private immutable MACHINE_4;
    bytes32 private immutable MACHINE_5;
    bytes32 private immutable MACHINE_6;
    bytes32 private immutable MACHINE_7;
    bytes32 private immutable MACHINE_8;

    constructor(uint8 first, bytes32[9] memory codeHashes) {
        FIRST = first;
        MACHINE_0 = codeHashes[0];
        MACHINE_1 = codeHashes[1];
        MACHINE_2 = codeHashes[2];
        MACHINE_3 = codeHashes[3];
        MACHINE_4 = codeHashes[4];
        MACHINE_5 = codeHashes[5];
        MACHINE_6 = codeHashes[6];
        MACHINE_7 = codeHashes[7];
        MACHINE_8 = codeHashes[8];
    }

    /// The code hash of the segment machine of these rules; zero if there is none.
    function machineOf(uint256 rules) public view returns (bytes32) {
        bytes32[9] memory all =
            [MACHINE_0, MACHINE_1, MACHINE_2, MACHINE_3, MACHINE_4, MACHINE_5, MACHINE_6, MACHINE_7, MACHINE_8];
        return rules >= FIRST && rules - FIRST < all.length ? all[rules - FIRST] : bytes32(0);
    }

    /// What is false in a segment that starts from a checkpoint of the operator's.
    function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory) {
        Step memory made = stepped(root, proof);
        if (made.based == 0) revert NotReached(made.start);
        if (made.outcome != FALSE) revert Claims.Holds();
        return made.mismatch;
    }

    /// What a segment came to. Who asks must know that its start has been reached, if it is not based.
    function step(bytes32 root, bytes calldata proof) external view returns (Step memory) {
        return stepped(root, proof);
    }

    function stepped(bytes32 root, bytes calldata proof) private view returns (Step memory made) {
        Segment calldata claim;
        if (uint256(bytes32(proof)) != 32) revert Claims.Holds();
        assembly ("memory-safe") {
            claim := add(proof.offset, 32)
        }
        Claims.openTransaction(root, claim.transaction);
        Claims.openEnvironment(claim.transaction.block_, claim.environment);
        Claims.openLeaf(claim.transaction.transaction, claim.message);
        Judged memory judged;
        judged.message = claim.message.index;
        judged.codeHash = machineOf(claim.environment.rules);
        if (judged.codeHash == 0) revert UnknownRules(claim.environment.rules);
        if (claim.machine.codehash != judged.codeHash) {
            revert NotTheMachine(judged.codeHash, claim.machine.codehash);
        }

        Parts.Input memory given = Parts.assembled(claim.input);
        if (
            given.size < Segments.RECORDS || Parts.word(given, 0) != Segments.MESSAGE_TAG
                || Parts.word(given, Segments.START) != Segments.CHECKPOINT_TAG
                || Segments.hashed(given, 0, Segments.START, Segments.WORDS) != claim.message.message.head
        ) revert Segments.NotBound(Segments.WORDS);
        made.key = keyOf(judged.codeHash, claim.message.message, claim.segment);
        starts(given, claim, made);
        judge(given, claim, judged, made);
    }

    /// What names a machine, a message with its checkpoints, and a segment of it.
    function keyOf(bytes32 codeHash, Claims.Message calldata message, uint256 segment)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(codeHash, message.head, message.checkpoints, segment));
    }

    /// Whether the segment starts from the operator's checkpoint.
    function starts(Parts.Input memory given, Segment calldata claim, Step memory made) private pure {
        bytes32 base;
        if (claim.segment == 0) {
            bytes32 enter = Parts.word(given, Segments.STATE_ROOT_ENTER);
            bytes32 empty = Segments.EMPTY;
            base = keccak256(
                bytes.concat(
                    abi.encode(Segments.CHECKPOINT_TAG, 0, 0, 1, 0, empty),
                    abi.encode(0, empty, 0, empty, enter)
                )
            );
        } else {
            if (!among(claim, claim.from, claim.segment - 1)) revert NoCheckpoint(claim.segment - 1);
            base = claim.from.digest;
        }
        made.start = Segments.hashed(given, Segments.START, Segments.END - Segments.START, Segments.WORDS);
        made.based = made.start == base ? 1 : 0;
    }

    /// Whether a checkpoint stands at a place among the operator's.
    function among(Segment calldata claim, Leaf calldata leaf, uint256 place) private pure returns (bool) {
        bytes32 hash = keccak256(abi.encodePacked(uint8(0), leaf.record, leaf.gasUsed, leaf.digest));
        return Claims.stands(claim.message.message.checkpoints, place, hash, leaf.path);
    }

    function judge(Parts.Input memory given, Segment calldata claim, Judged memory judged, Step memory made)
        private
        view
    {
        uint256 checkpoints = claim.message.message.checkpoints.count;
        if (claim.segment > checkpoints) revert NoCheckpoint(claim.segment);
        judged.bounded = claim.segment < checkpoints;
        uint256 used = Segments.number(given, Segments.GAS_USED_SO_FAR);
        uint256 most = Segments.number(given, Segments.GAS_AVAILABLE);
        if (judged.bounded) {
            if (!among(claim, claim.to, claim.segment)) revert NoCheckpoint(claim.segment);
            uint256 next = claim.to.gasUsed;
            // Between two checkpoints gas is used, and no more than there is.
            if (made.based == 1 && next <= used) return gasUsed(judged, made, used, next);
            if (next > most) return gasUsed(judged, made, most, next);
            most = next;
        }
        uint256 end = Segments.number(given, Segments.END);
        if (end == 0 ? judged.bounded : (end <= used || end > most)) revert NotNext(end);
        judged.target = judged.bounded && end == most;

        Segments.bind(given, claim.records);
        (bool success, bytes memory answer) = Segments.run(claim.machine, given);
        if (success && end == 0 && answer.length == 32 && uint256(bytes32(answer)) == 1) return;
        bool came = answer.length == Segments.CHECKPOINT_SIZE && bytes32(answer) == Segments.CHECKPOINT_TAG;
        if (success && end != 0 && came) {
            if (judged.target) return compare(claim, answer, judged, made);
            made.outcome = ADVANCED;
            made.digest = keccak256(answer);
            made.gasUsed = fieldOf(answer, Segments.GAS_USED_SO_FAR);
            return;
        }
        if (success || !Segments.convicts(answer, judged.target)) revert NotProven(answer);
        refuted(answer, judged, made);
    }

    /// What a machine says that convicts.
    function refuted(bytes memory answer, Judged memory judged, Step memory made) private pure {
        uint256 first = uint256(Segments.wordOf(answer, 4));
        if (bytes4(answer) == Segments.Malformed.selector) {
            return convict(judged, made, Kinds.CLAIM_MALFORMED, Claims.NONE, 0, bytes32(first));
        }
        uint256 record = uint256(Segments.wordOf(answer, 4 + 64));
        convict(judged, made, first, record, Segments.wordOf(answer, 4 + 96), Segments.wordOf(answer, 4 + 128));
    }

    /// Holds the operator's checkpoint against the one that the machine came to.
    function compare(Segment calldata claim, bytes memory answer, Judged memory judged, Step memory made)
        private
        pure
    {
        Leaf calldata leaf = claim.to;
        bytes32 digest = keccak256(answer);
        uint256 used = fieldOf(answer, Segments.GAS_USED_SO_FAR);
        uint256 record = fieldOf(answer, Segments.RECORD);
        if (digest != leaf.digest) {
            if (claim.claimed.length == Segments.CHECKPOINT_SIZE && keccak256(claim.claimed) == leaf.digest) {
                for (uint256 offset = 32; offset < Segments.CHECKPOINT_SIZE; offset += 32) {
                    bytes32 other = bytes32(claim.claimed[offset:offset + 32]);
                    bytes32 ours = Segments.wordOf(answer, offset);
                    if (other == ours) continue;
                    uint256 kind = Kinds.EXECUTION_CHECKPOINT_PC + offset / 32 - 1;
                    return convict(judged, made, kind, Claims.NONE, ours, other);
                }
            }
            convict(judged, made, Kinds.EXECUTION_CHECKPOINT, Claims.NONE, digest, leaf.digest);
        } else if (used != leaf.gasUsed) {
            gasUsed(judged, made, used, leaf.gasUsed);
        } else if (record != leaf.record) {
            convict(judged, made, Kinds.EXECUTION_CHECKPOINT_RECORD, Claims.NONE, bytes32(record), bytes32(leaf.record));
        }
    }

    /// The word of the machine's answer that stands at a position in an input.
    function fieldOf(bytes memory answer, uint256 position) private pure returns (uint256) {
        return uint256(Segments.wordOf(answer, position - Segments.START));
    }

    function gasUsed(Judged memory judged, Step memory made, uint256 expected, uint256 found) private pure {
        convict(judged, made, Kinds.EXECUTION_CHECKPOINT_GAS_USED, Claims.NONE, bytes32(expected), bytes32(found));
    }

    function convict(
        Judged memory judged,
        Step memory made,
        uint256 kind,
        uint256 record,
        bytes32 expected,
        bytes32 found
    ) private pure {
        made.outcome = FALSE;
        made.mismatch = Mismatch(kind, judged.message, record, expected, found);
    }
}
