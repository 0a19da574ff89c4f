// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Effects} from "./Effects.sol";
import {Instants} from "./Instants.sol";
import {Kinds} from "./Kinds.sol";
import {Mpt} from "./Mpt.sol";
import {Places} from "./Places.sol";
import {Outcomes} from "./Outcomes.sol";
import {Records} from "./Records.sol";
import {RecordTable as R} from "./RecordTable.sol";
import {Verdicts} from "./Verdicts.sol";

/// Proves that what is claimed where a message begins or ends does not follow from what is claimed there.
contract FrameProver is IProver {
    using Instants for Instants.Now;

    /// A proof, by `abi.encode`.
    struct Frame {
        /// What is asked: one of the constants below.
        uint256 question;
        /// The record that opens the message. For `LEAVE` only its transaction is looked at.
        Places.Place place;
        /// The message that the record opens; for `LEAVE` any.
        Claims.InTransaction child;
        /// For `RETURN` and `LEAVE`: the instant behind that message's last record.
        Claims.Opened last;
        /// For `RETURN`: the digest that is claimed behind the record.
        bytes32 behind;
        bytes32[] behindPath;
        /// Nodes of tries, one behind the other.
        bytes nodes;
    }

    /// Whether the message's root at entry (`state-root-enter`) and its entry (`entry`) follow from the record
    /// that opens it.
    uint256 internal constant ENTRY = 0;
    /// Whether the code that runs in a called message is the account's (`code-hash`).
    uint256 internal constant CODE = 1;
    /// Whether the record's root (`state-root`) and the instant behind it (`instant`) follow from the message's
    /// end.
    uint256 internal constant RETURN = 2;
    /// Whether a message's root at exit follows from its last instant (`state-root-leave`).
    uint256 internal constant LEAVE = 3;

    /// The first of the two kinds of frame that create, and the last.
    uint256 private constant FIRST_CREATION = 4;
    uint256 private constant LAST_CREATION = 5;

    /// What is false where the message begins or ends.
    function prove(bytes32 root, bytes calldata proof) external pure returns (Mismatch memory) {
        Frame calldata frame = read(proof);
        uint256 question = frame.question;
        if (question == LEAVE) {
            left(root, frame);
        } else {
            Places.open(root, frame.place);
            (uint256 opcode, bytes calldata record) = Records.open(frame.place.record.bytes_);
            openChild(frame, opcode, record);
            if (question == CODE) ran(frame, opcode, record);
            else if (question == ENTRY) entered(frame, opcode, record);
            else if (question == RETURN) returned(frame, opcode, record);
            else revert Verdicts.NotJudged(question);
        }
        revert Claims.Holds();
    }

    /// The record opens the message: the one that is next after all that have been opened before.
    function openChild(Frame calldata frame, uint256 opcode, bytes calldata record) private pure {
        bool opens = R.isCall(opcode)
            ? Records.word(record, R.CALL_OUTCOME) == Outcomes.CHILD
            : R.isCreation(opcode) && Records.word(record, R.CREATE_OUTCOME) == Outcomes.CHILD;
        if (!opens) revert Verdicts.NotJudged(opcode);
        if (frame.child.index != frame.place.before.instant.messages) revert Claims.NotAmong(Claims.MESSAGE);
        Claims.openMessage(frame.place.transaction.transaction, frame.child);
    }

    function entered(Frame calldata frame, uint256 opcode, bytes calldata record) private pure {
        Instants.Now memory now_ = Instants.before(frame.place, frame.nodes);
        Effects.begin(now_, opcode, record);
        now_.instant.messages++;
        now_.instant.depth++;
        Effects.enter(now_, opcode, record);
        Verdicts.Subject memory subject = Verdicts.Subject(frame.child.index, Claims.NONE, 0);
        bytes32 claimed = Claims.word(frame.child.head, Claims.STATE_ROOT_ENTER);
        Verdicts.check(subject, Kinds.ACCESS_STATE_ROOT_ENTER, now_.instant.stateRoot, claimed);
        Verdicts.check(subject, Kinds.CLAIM_ENTRY, Claims.digestOf(now_.instant), frame.child.message.entry);
    }

    function ran(Frame calldata frame, uint256 opcode, bytes calldata record) private pure {
        // A creation's code is in no account.
        if (!R.isCall(opcode)) revert Verdicts.NotJudged(opcode);
        bool delegated = Records.word(record, R.CALL_DELEGATED) == 1;
        address who = Records.account(record, delegated ? R.CALL_DELEGATE : R.CALL_ACCOUNT);
        bytes32 root = frame.place.before.instant.stateRoot;
        (, Accounts.Account memory account) = Accounts.read(Mpt.load(frame.nodes), root, who);
        Verdicts.Subject memory subject = Verdicts.Subject(frame.child.index, 0, 0);
        bytes32 claimed = Claims.word(frame.child.head, Claims.CODE_HASH);
        Verdicts.check(subject, Kinds.ACCESS_CODE_HASH, account.codeHash, claimed);
    }

    function returned(Frame calldata frame, uint256 opcode, bytes calldata record) private pure {
        openLast(frame);
        Places.Place calldata place = frame.place;
        Instants.Now memory now_ = Instants.before(place, frame.nodes);
        if (uint256(Claims.word(frame.child.head, Claims.STATUS)) == 1) {
            uint256 depth = now_.instant.depth;
            now_.instant = frame.last.instant;
            now_.instant.depth = depth;
            if (R.isCreation(opcode)) {
                setCode(now_, Effects.newAddress(now_, opcode, record), frame.child.head);
            }
        } else {
            Effects.begin(now_, opcode, record);
            Claims.Instant memory inner = Instants.copy(now_.instant);
            now_.instant = frame.last.instant;
            now_.undo(inner);
        }
        Verdicts.Subject memory subject = Verdicts.Subject(place.message.index, place.record.index, 0);
        (, uint256 spot) = R.stateRootOf(opcode);
        if (Records.word(record, spot) != 0) {
            Verdicts.check(subject, Kinds.ACCESS_STATE_ROOT, now_.instant.stateRoot, Records.hash(record, spot));
        }
        Claims.openInstant(place.message, place.record.index, frame.behind, frame.behindPath);
        Verdicts.check(subject, Kinds.CLAIM_INSTANT, Claims.digestOf(now_.instant), frame.behind);
    }

    function left(bytes32 root, Frame calldata frame) private pure {
        Claims.openTransaction(root, frame.place.transaction);
        Claims.openMessage(frame.place.transaction.transaction, frame.child);
        bytes calldata head = frame.child.head;
        bytes32 expected = Claims.word(head, Claims.STATE_ROOT_ENTER);
        if (uint256(Claims.word(head, Claims.STATUS)) == 1) {
            openLast(frame);
            expected = frame.last.instant.stateRoot;
            uint256 kind = uint256(Claims.word(head, Claims.KIND));
            if (kind >= FIRST_CREATION && kind <= LAST_CREATION) {
                Instants.Now memory now_;
                now_.instant = frame.last.instant;
                now_.nodes = Mpt.load(frame.nodes);
                setCode(now_, Places.addressIn(head, Claims.CONTEXT), head);
                expected = now_.instant.stateRoot;
            }
        }
        Verdicts.Subject memory subject = Verdicts.Subject(frame.child.index, Claims.NONE, 0);
        bytes32 claimed = Claims.word(head, Claims.STATE_ROOT_LEAVE);
        Verdicts.check(subject, Kinds.ACCESS_STATE_ROOT_LEAVE, expected, claimed);
    }

    /// The instant is the one behind the last record of the message.
    function openLast(Frame calldata frame) private pure {
        uint256 count = uint256(Claims.word(frame.child.head, Claims.RECORD_COUNT));
        if (count == 0 || frame.last.index != count - 1) revert Claims.NotAmong(Claims.INSTANT);
        Claims.openInstant(frame.child, frame.last);
    }

    /// The new account has the code that its creation has returned.
    function setCode(Instants.Now memory now_, address who, bytes calldata head) private pure {
        Accounts.Account memory account = now_.account(who);
        account.codeHash = Claims.word(head, Claims.RETURNDATA_HASH);
        now_.write(who, account);
    }

    /// The proof where it stands.
    function read(bytes calldata proof) private pure returns (Frame calldata frame) {
        if (proof.length < 32 || uint256(bytes32(proof)) != 32) revert Verdicts.NotJudged(proof.length);
        assembly ("memory-safe") {
            frame := add(proof.offset, 32)
        }
    }
}
