// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Created} from "./Created.sol";
import {Delegations} from "./Delegations.sol";
import {Instants} from "./Instants.sol";
import {Intrinsic} from "./Intrinsic.sol";
import {Kinds} from "./Kinds.sol";
import {Proofs} from "./Proofs.sol";
import {Places} from "./Places.sol";
import {Rules} from "./Rules.sol";
import {Sent} from "./Sent.sol";
import {Steps} from "./Steps.sol";
import {TopCall} from "./TopCall.sol";
import {Verdicts} from "./Verdicts.sol";

/// Proves that a transaction's first message is not what the transaction says, or that what is claimed behind
/// the top call or creation does not follow from its end.
contract TopProver is IProver {
    using Instants for Instants.Now;
    using Sent for Sent.Known;

    /// A proof, by `abi.encode`.
    struct Proof {
        /// What is asked: one of the constants below.
        uint256 question;
        Sent.Told sent;
        /// The step before the top; for `COUNT` the last step.
        Claims.Opened before;
        /// Message 0, where the question is about it, or where there is one.
        Claims.InTransaction message;
        /// For `TOP`, where there is a message: the instant behind its last record.
        Claims.Opened last;
        /// For `TOP`: the digest that is claimed of the step.
        bytes32 behind;
        bytes32[] behindPath;
        /// Nodes of tries, one behind the other.
        bytes nodes;
        /// The code of the account called, or what it delegates by; empty if it has none, or if its hash is
        /// enough.
        bytes code;
    }

    /// Whether there should be a message (`message`).
    uint256 internal constant MESSAGE = 0;
    /// Whether message 0 has what the transaction says: the kinds of its fields.
    uint256 internal constant FIELDS = 1;
    /// Whether message 0 runs the right account's code (`to`), and as the right new account (`context`).
    uint256 internal constant TARGET = 2;
    /// Whether message 0 runs that account's code (`code-hash`).
    uint256 internal constant CODE = 3;
    /// Whether message 0's root at entry (`state-root-enter`) or its entry (`entry`) follows.
    uint256 internal constant ENTRY = 4;
    /// Whether the instant behind the top call or creation follows (`step`).
    uint256 internal constant TOP = 5;
    /// Whether there are as many messages as were opened (`message-count`).
    uint256 internal constant COUNT = 6;

    /// Kinds of frames.
    uint256 private constant CALL = 0;
    uint256 private constant CREATE = 4;

    /// What is false of the top.
    function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory) {
        Proof calldata told;
        uint256 place = Proofs.place(proof);
        assembly ("memory-safe") {
            told := place
        }
        Sent.open(root, told.sent);
        Sent.Known memory known = Sent.read(told.sent);
        uint256 question = told.question;
        if (question == FIELDS) {
            judgeFields(told, known);
        } else if (question == COUNT) {
            judgeCount(told);
        } else {
            Instants.Now memory now_ = begin(told, known);
            if (question == MESSAGE) judgeMessage(told, known, now_);
            else if (question == TARGET) judgeTarget(told, known, now_);
            else if (question == CODE) judgeCode(told, known, now_);
            else if (question == ENTRY) judgeEntry(told, known, now_);
            else if (question == TOP) judgeTop(told, known, now_);
            else revert Verdicts.NotJudged(question);
        }
        revert Claims.Holds();
    }

    function isValid(Proof calldata told, Sent.Known memory known) private pure returns (bool) {
        return Steps.runs(known, told.sent.inBlock.transaction.steps.count);
    }

    /// The instant of the step before the top.
    function begin(Proof calldata told, Sent.Known memory known) private pure returns (Instants.Now memory) {
        Sent.openStep(told.sent, told.before);
        if (told.before.index + 1 != Steps.top(known, isValid(told, known))) {
            revert Claims.NotAmong(Claims.INSTANT);
        }
        return TopCall.before(known, told.sent.environment.beneficiary, told.before.instant, told.nodes);
    }

    function judgeCount(Proof calldata told) private pure {
        Sent.openStep(told.sent, told.before);
        Claims.Transaction calldata transaction = told.sent.inBlock.transaction;
        if (told.before.index + 1 != transaction.steps.count) revert Claims.NotAmong(Claims.INSTANT);
        Proofs.check(Kinds.CLAIM_MESSAGE_COUNT, told.before.instant.messages, transaction.messages.count);
    }

    function judgeMessage(Proof calldata told, Sent.Known memory known, Instants.Now memory now_) private pure {
        uint256 count = told.sent.inBlock.transaction.messages.count;
        bool runs = isValid(told, known) && TopCall.runs(now_, known, told.code);
        if (runs != (count != 0)) Proofs.check(Kinds.TRANSACTION_MESSAGE, runs ? 1 : 0, count);
    }

    function judgeFields(Proof calldata told, Sent.Known memory known) private pure {
        Sent.openTop(told.sent, told.message);
        bytes calldata head = told.message.head;
        bool creates = known.body.creates;
        check(head, Claims.KIND, Kinds.TRANSACTION_KIND, creates ? CREATE : CALL);
        check(head, Claims.ORIGIN, Kinds.TRANSACTION_ORIGIN, uint160(known.sender));
        check(head, Claims.GAS_PRICE, Kinds.TRANSACTION_GAS_PRICE, known.gasPrice());
        check(head, Claims.CALLER, Kinds.TRANSACTION_CALLER, uint160(known.sender));
        uint256 to = uint160(known.body.to);
        // From Prague on the account called may have delegated its code.
        if (creates || known.fork < Rules.DELEGATION) check(head, Claims.TO, Kinds.TRANSACTION_TO, to);
        if (creates) to = uint160(Created.byNonce(known.sender, known.body.nonce));
        // A deposit's nonce stands in the state.
        if (!creates || !known.isDeposit()) check(head, Claims.CONTEXT, Kinds.TRANSACTION_CONTEXT, to);
        check(head, Claims.CALL_VALUE, Kinds.TRANSACTION_VALUE, known.body.value);
        bytes32 hash = keccak256(Sent.inputOf(known));
        check(head, Claims.CALL_DATA_HASH, Kinds.TRANSACTION_CALLDATA, uint256(hash));
        check(head, Claims.CALL_DATA_SIZE, Kinds.TRANSACTION_CALLDATA, known.body.inputLength);
        check(head, Claims.GAS_AVAILABLE, Kinds.TRANSACTION_GAS, Intrinsic.left(known.body, known.fork));
        check(head, Claims.IS_STATIC, Kinds.TRANSACTION_STATIC, 0);
        if (creates) checkCode(head, hash);
    }

    function judgeTarget(Proof calldata told, Sent.Known memory known, Instants.Now memory now_) private pure {
        Sent.openTop(told.sent, told.message);
        bytes calldata head = told.message.head;
        if (known.body.creates) {
            uint256 created = uint160(TopCall.newAddress(now_, known));
            return check(head, Claims.CONTEXT, Kinds.TRANSACTION_CONTEXT, created);
        }
        address to = known.body.to;
        if (known.fork >= Rules.DELEGATION) {
            bytes32 hash = now_.account(to).codeHash;
            address claimed = Places.addressIn(head, Claims.TO);
            // That it delegates to the one that is claimed shows without its code.
            if (hash == Delegations.hashOf(claimed)) to = claimed;
            else if (keccak256(told.code) == hash && Delegations.isOne(told.code)) to = Delegations.target(told.code);
        }
        check(head, Claims.TO, Kinds.TRANSACTION_TO, uint160(to));
    }

    function judgeCode(Proof calldata told, Sent.Known memory known, Instants.Now memory now_) private pure {
        Sent.openTop(told.sent, told.message);
        if (known.body.creates) revert Verdicts.NotJudged(CODE);
        bytes calldata head = told.message.head;
        checkCode(head, now_.account(Places.addressIn(head, Claims.TO)).codeHash);
    }

    function judgeEntry(Proof calldata told, Sent.Known memory known, Instants.Now memory now_) private pure {
        Sent.openTop(told.sent, told.message);
        bytes calldata head = told.message.head;
        address created = Places.addressIn(head, Claims.CONTEXT);
        TopCall.begin(now_, known, created, Places.addressIn(head, Claims.TO));
        now_.instant.messages++;
        TopCall.enter(now_, known, created);
        check(head, Claims.STATE_ROOT_ENTER, Kinds.TRANSACTION_STATE_ROOT_ENTER, uint256(now_.instant.stateRoot));
        uint256 entry = uint256(Claims.digestOf(now_.instant));
        Proofs.checkTop(Kinds.CLAIM_ENTRY, entry, uint256(told.message.message.entry));
    }

    function judgeTop(Proof calldata told, Sent.Known memory known, Instants.Now memory now_) private view {
        if (told.sent.inBlock.transaction.messages.count != 0) left(told, known, now_);
        else if (isValid(told, known)) TopCall.endWithout(now_, known, told.code);
        Sent.openStep(told.sent.inBlock.transaction, told.before.index + 1, told.behind, told.behindPath);
        Proofs.check(Kinds.CLAIM_STEP, Claims.digestOf(now_.instant), told.behind);
    }

    /// What message 0 leaves.
    function left(Proof calldata told, Sent.Known memory known, Instants.Now memory now_) private pure {
        Sent.openTop(told.sent, told.message);
        bytes calldata head = told.message.head;
        uint256 count = uint256(Claims.word(head, Claims.RECORD_COUNT));
        if (count == 0 || told.last.index != count - 1) revert Claims.NotAmong(Claims.INSTANT);
        Claims.openInstant(told.message, told.last);
        address created = Places.addressIn(head, Claims.CONTEXT);
        if (uint256(Claims.word(head, Claims.STATUS)) == 1) {
            uint256 depth = now_.instant.depth;
            now_.instant = told.last.instant;
            now_.instant.depth = depth;
            if (known.body.creates) {
                Accounts.Account memory account = now_.account(created);
                account.codeHash = Claims.word(head, Claims.RETURNDATA_HASH);
                now_.write(created, account);
            }
        } else {
            TopCall.begin(now_, known, created, Places.addressIn(head, Claims.TO));
            Claims.Instant memory inner = Instants.copy(now_.instant);
            now_.instant = told.last.instant;
            now_.undo(inner);
        }
    }

    function checkCode(bytes calldata head, bytes32 hash) private pure {
        bytes32 found = Claims.word(head, Claims.CODE_HASH);
        if (found != hash) Verdicts.end(Mismatch(Kinds.ACCESS_CODE_HASH, 0, 0, hash, found));
    }

    /// Ends the call with a mismatch if a word of the head is not what it must be.
    function check(bytes calldata head, uint256 position, uint256 kind, uint256 expected) private pure {
        Proofs.checkTop(kind, expected, uint256(Claims.word(head, position)));
    }
}
