// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Parts} from "./Parts.sol";
import {Questions} from "./Questions.sol";
import {Schedules} from "./Schedules.sol";
import {ISegments, Step} from "./SegmentProver.sol";

/// Where operators commit to what blocks did, and anyone convicts who lied, with one proof, until a window closes.
///
/// It trusts nobody: not who sends, not the address that it is told to ask, which must hold a prover's code. A prover
/// has no storage, so its code says all that it does. What must be remembered between two calls is remembered here:
/// whoever deploys code that is known by its hash may have written its storage first.
///
/// What holds, whatever is called by whomever and when:
///
/// 1. *Only what is false is convicted.* A commitment becomes convicted by a prover's answer about its own root, by
///    silence about an item that it claims and somebody has paid to ask for, or because its parent is convicted.
/// 2. *A prover that fails convicts nobody*: lack of gas, of a node, of an archive ends the call as if it had not been
///    made.
/// 3. *Convicted and final are ends.* Nothing leads out of either, and nothing is both.
/// 4. *What is open can be convicted*, at any time until somebody makes it final; and that nobody can before the
///    window is over, all that was asked for is answered, and the parent is final.
/// 5. *A window ends*: what can be asked for once is asked within it, and no answer moves its end beyond the last
///    answer's and one more period.
/// 6. *What is owed is there*: bonds of what is open, deposits of what is asked for, and what each may withdraw are
///    never more than the balance. A bond goes back to who gave it, unless there is a conviction.
///
/// There is no bound on how many items are asked for at a time: an operator could reach it himself, and so be asked
/// nothing. Each question pays for its answer instead.
contract AuditDispute is Schedules {
    enum Standing { None, Open, Final, Convicted }

    /// What does not change.
    struct Terms {
        /// Id of the chain that the blocks are of.
        uint256 chainId;
        /// The number of the first rules of its family, and how many of them the provers know.
        uint8 firstRules;
        uint8 knownRules;
        /// Seconds in which a commitment can be asked about, and at least be convicted.
        uint64 window;
        /// Seconds in which a question must be answered, and that there are at least behind an answer.
        uint64 answerPeriod;
        /// Wei that an operator gives for each commitment; may be 0.
        uint256 bond;
        /// Wei that a question costs; who answers gets it.
        uint256 deposit;
    }

    struct Commitment {
        address operator;
        Standing standing;
        /// Before this it does not become final.
        uint64 deadline;
        uint64 asksUntil;
        uint64 number;
        uint64 time;
        /// Questions that are not answered.
        uint64 asked;
        bytes32 root;
        bytes32 parent;
        bytes32 environment;
        bytes32 leave_;
    }

    /// A question. None has an asker of zero.
    struct Asked {
        address asker;
        uint64 until;
        bool closed;
    }

    /// The only terms under which this works.
    error BadTerms();
    /// The bond or the deposit is this.
    error WrongValue(uint256 expected);
    /// The environment cannot be that of a block of this chain.
    error WrongEnvironment();
    /// The rules of a block of this number and time are others.
    error WrongRules(uint256 expected);
    /// The number of items is too large, or there is a root without items, or the state changes without a transaction.
    error WrongBlock();
    /// No commitment of the sender's that is open, or of anybody that is final, and ends where this one begins.
    error WrongParent();
    /// The operator has committed to this already.
    error AlreadyCommitted();
    /// The commitment is not open.
    error NotOpen();
    /// The address does not hold the prover's code.
    error NotTheProver(bytes32 expected, bytes32 found);
    /// The prover has answered something else than a prover does.
    error NotAnAnswer();
    /// Where there is a bond, the hash of a challenge is told a block before.
    error NotAnnounced(bytes32 hash);
    /// No segment starts from this digest.
    error NotReached(bytes32 digest);
    /// This has been asked for already, or the time for it is over.
    error NotToBeAsked();
    /// This is not asked for, or the time for it is over, or not yet over.
    error NotAsked();
    /// The parent is not convicted.
    error ParentStands();
    /// The window is not over, something is not answered, or the parent is not final.
    error NotYet();
    /// There is nothing to withdraw, or the sender does not take it.
    error NothingSent();

    event Committed(
        bytes32 indexed id,
        address indexed operator,
        bytes32 indexed parent,
        bytes32 root,
        uint64 deadline,
        Claims.Block block_,
        Claims.Environment environment
    );
    /// Someone has shown what is false. Kind 0: the item at the place `expected` was asked for, and not shown.
    event Convicted(bytes32 indexed id, address indexed challenger, Mismatch mismatch);
    /// The commitment is convicted with its parent.
    event Fallen(bytes32 indexed id, bytes32 indexed parent);
    event Finalised(bytes32 indexed id);
    event Held(bytes32 indexed id, bytes32 indexed key);
    event Advanced(bytes32 indexed id, bytes32 indexed key, uint256 gasUsed, bytes32 digest);
    event Announced(bytes32 indexed hash);
    event AskedFor(
        bytes32 indexed id,
        bytes32 indexed place,
        uint256 level,
        uint256 transaction,
        uint256 message,
        uint256 index,
        uint64 until
    );
    event Answered(bytes32 indexed id, bytes32 indexed place, address answerer, uint64 deadline);

    /// No number of items is so large.
    uint256 private constant MOST = 2 ** 32;
    /// Questions that hang on each other: a transaction, a message, a record. And time for the first of them.
    uint256 private constant ROUNDS = 4;
    /// The part of a bond that who convicts gets. The rest is gone, or lying would cost nothing that convicts itself.
    uint256 private constant SHARE = 2;
    uint256 private constant ADVANCED = 1;
    uint256 private constant FALSE = 2;

    /// What does not change.
    Terms private agreed;
    /// Code hashes of the provers.
    bytes32[] public provers;
    /// The place of the prover of segments among them.
    uint256 public immutable SEGMENTS;

    mapping(bytes32 id => Commitment) public commitments;
    /// Who has convicted it.
    mapping(bytes32 id => address) public convictedBy;
    /// Questions, by the hash of commitment and place.
    mapping(bytes32 key => Asked) public questions;
    /// Digests that a machine came to, by machine, message and segment.
    mapping(bytes32 key => mapping(bytes32 digest => bool)) public reached;
    /// The block in which a challenge was announced.
    mapping(bytes32 hash => uint256) public announced;
    /// What each may withdraw.
    mapping(address => uint256) public owed;

    constructor(Terms memory terms_, Activation[] memory forks, bytes32[] memory codeHashes, uint256 segments)
        Schedules(forks)
    {
        if (
            terms_.answerPeriod == 0 || terms_.window / ROUNDS < terms_.answerPeriod || terms_.window > MOST
                || terms_.knownRules == 0 || uint256(terms_.firstRules) + terms_.knownRules > type(uint8).max
                || segments >= codeHashes.length
        ) revert BadTerms();
        for (uint256 index = 0; index < codeHashes.length; index++) {
            if (codeHashes[index] == 0 || codeHashes[index] == keccak256("")) revert BadTerms();
        }
        agreed = terms_;
        provers = codeHashes;
        SEGMENTS = segments;
    }

    /// What does not change.
    function terms() external view returns (Terms memory) {
        return agreed;
    }

    /// What has become of a commitment. One whose ancestor is convicted is open until somebody says so of each
    /// between them, and never final.
    function standing(bytes32 id) external view returns (Standing) {
        return commitments[id].standing;
    }

    /// An operator's commitment to a root: nobody else's is the same.
    function idOf(address operator, bytes32 root) public pure returns (bytes32) {
        return keccak256(abi.encode(operator, root));
    }

    /// The sender stands by what is claimed of a block, from where `parent` ends on; zero: from anywhere.
    function commit(bytes32 parent, Claims.Block calldata block_, Claims.Environment calldata environment)
        external
        payable
        returns (bytes32 id)
    {
        if (msg.value != agreed.bond) revert WrongValue(agreed.bond);
        (uint64 number, uint64 time) = checked(block_, environment);
        if (parent != 0) {
            Commitment storage before = commitments[parent];
            bool own = before.standing == Standing.Open && before.operator == msg.sender;
            if (
                !(own || before.standing == Standing.Final) || before.leave_ != block_.enter || number < before.number
                    || time < before.time || (number == before.number && before.environment != block_.environment)
            ) revert WrongParent();
        }
        bytes32 root = keccak256(abi.encode(Claims.BLOCK_TAG, block_));
        id = idOf(msg.sender, root);
        Commitment storage made = commitments[id];
        if (made.standing != Standing.None) revert AlreadyCommitted();
        made.operator = msg.sender;
        made.standing = Standing.Open;
        made.asksUntil = uint64(block.timestamp) + agreed.window;
        made.deadline = made.asksUntil;
        (made.number, made.time) = (number, time);
        made.root = root;
        made.parent = parent;
        made.environment = block_.environment;
        made.leave_ = block_.leave;
        emit Committed(id, msg.sender, parent, root, made.deadline, block_, environment);
    }

    /// What needs no proof: the block's words are such as a block's are, and the environment is one of this chain.
    function checked(Claims.Block calldata block_, Claims.Environment calldata environment)
        private
        view
        returns (uint64 number, uint64 time)
    {
        Claims.openEnvironment(block_, environment);
        uint256 most = type(uint64).max;
        if (
            environment.chainId != agreed.chainId || environment.number > most || environment.timestamp > most
                || environment.gasLimit > most || environment.baseFee > most
                || uint256(environment.beneficiary) >> 160 != 0
        ) revert WrongEnvironment();
        (number, time) = (uint64(environment.number), uint64(environment.timestamp));
        uint256 position = forkAt(number, time);
        if (position >= agreed.knownRules || environment.rules != agreed.firstRules + position) {
            revert WrongRules(agreed.firstRules + position);
        }
        if (
            misgrown(block_.ancestors) || misgrown(block_.transactions)
                || (block_.transactions.count == 0 && block_.enter != block_.leave)
        ) revert WrongBlock();
    }

    function misgrown(Claims.Tree calldata tree) private pure returns (bool) {
        return tree.count >= MOST || (tree.count == 0) != (tree.root == 0);
    }

    /// Tells of a challenge without saying what it is: keccak of the challenger, the commitment and keccak of the
    /// proof. Who sees the proof then is too late to call it his own.
    function announce(bytes32 hash) external {
        if (announced[hash] == 0) announced[hash] = block.number;
        emit Announced(hash);
    }

    /// Shows by a prover what is false in a commitment.
    function challenge(bytes32 id, uint256 prover, address at_, bytes calldata proof)
        external
        returns (Mismatch memory found)
    {
        bytes32 root = opened(id).root;
        bytes memory said = asked(prover, at_, abi.encodeCall(IProver.prove, (root, proof)));
        if (said.length != 5 * 32) revert NotAnAnswer();
        found = abi.decode(said, (Mismatch));
        heard(id, proof);
        convict(id, found, msg.sender);
    }

    /// Has a segment of a message run, from a checkpoint of the operator's or from where a machine came to. So a message
    /// without checkpoints is audited in as many transactions as it takes. Only true digests are reached, from whomever.
    function advance(bytes32 id, address at_, bytes calldata proof) external returns (Step memory made) {
        bytes32 root = opened(id).root;
        bytes memory said = asked(SEGMENTS, at_, abi.encodeCall(ISegments.step, (root, proof)));
        if (said.length != 11 * 32) revert NotAnAnswer();
        made = abi.decode(said, (Step));
        if (made.based == 0 && !reached[made.key][made.start]) revert NotReached(made.start);
        if (made.outcome == FALSE) {
            heard(id, proof);
            convict(id, made.mismatch, msg.sender);
        } else if (made.outcome == ADVANCED) {
            reached[made.key][made.digest] = true;
            emit Advanced(id, made.key, made.gasUsed, made.digest);
        } else {
            emit Held(id, made.key);
        }
    }

    /// A commitment falls with its parent. Each call does one, so nobody has to pay for a chain of them; and none of them
    /// can become final meanwhile, since its parent does not. Its bond goes to who convicted the first.
    function convictSuccessor(bytes32 id) external {
        bytes32 parent = opened(id).parent;
        if (commitments[parent].standing != Standing.Convicted) revert ParentStands();
        fall(id, convictedBy[parent]);
        emit Fallen(id, parent);
    }

    /// Asks for an item that the operator claims and somebody lacks. Each is asked for once.
    function ask(bytes32 id, Questions.Question calldata question) external payable returns (bytes32 place) {
        if (msg.value != agreed.deposit) revert WrongValue(agreed.deposit);
        Commitment storage made = opened(id);
        place = Questions.placeOf(made.root, question);
        Asked storage item = questions[keyOf(id, place)];
        if (block.timestamp >= made.asksUntil || item.asker != address(0)) revert NotToBeAsked();
        item.asker = msg.sender;
        item.until = uint64(block.timestamp) + agreed.answerPeriod;
        made.asked += 1;
        emit AskedFor(
            id,
            place,
            question.level,
            question.transaction.index,
            question.message.index,
            question.index,
            item.until
        );
    }

    /// Shows what was asked for: its bytes, in parts, and its path. Who does gets the deposit. What was shown stays in the
    /// chain's history, and there is time to make something of it.
    function answer(
        bytes32 id,
        Questions.Question calldata question,
        Parts.Part[] calldata parts,
        bytes32[] calldata path
    ) external {
        Commitment storage made = opened(id);
        bytes32 place = Questions.placeOf(made.root, question);
        Asked storage item = questions[keyOf(id, place)];
        if (item.asker == address(0) || item.closed || block.timestamp > item.until) revert NotAsked();
        Questions.check(question, Parts.assembled(parts), path);
        item.closed = true;
        made.asked -= 1;
        uint64 least = uint64(block.timestamp) + agreed.answerPeriod;
        if (least > made.deadline) made.deadline = least;
        owed[msg.sender] += agreed.deposit;
        emit Answered(id, place, msg.sender, made.deadline);
    }

    /// An item was asked for and not shown in time. Who asked gets what a conviction gives, and the deposit back.
    function convictSilent(bytes32 id, bytes32 place) external {
        opened(id);
        Asked storage item = questions[keyOf(id, place)];
        if (item.asker == address(0) || item.closed || block.timestamp <= item.until) revert NotAsked();
        item.closed = true;
        owed[item.asker] += agreed.deposit;
        convict(id, Mismatch(0, Claims.NONE, Claims.NONE, place, 0), item.asker);
    }

    /// The deposit of a question goes back where nobody needs an answer any more.
    function reclaim(bytes32 id, bytes32 place) external {
        Asked storage item = questions[keyOf(id, place)];
        if (commitments[id].standing != Standing.Convicted || item.asker == address(0) || item.closed) {
            revert NotAsked();
        }
        item.closed = true;
        owed[item.asker] += agreed.deposit;
    }

    /// Nobody has convicted the commitment in time: it stands, and the bond goes back. Done twice it changes nothing.
    function finalise(bytes32 id) external {
        Commitment storage made = commitments[id];
        if (made.standing == Standing.Final) return;
        if (made.standing != Standing.Open) revert NotOpen();
        bool based = made.parent == 0 || commitments[made.parent].standing == Standing.Final;
        if (block.timestamp < made.deadline || made.asked != 0 || !based) revert NotYet();
        made.standing = Standing.Final;
        owed[made.operator] += agreed.bond;
        emit Finalised(id);
    }

    /// Sends the sender what is owed.
    function withdraw() external {
        uint256 sum = owed[msg.sender];
        if (sum == 0) revert NothingSent();
        owed[msg.sender] = 0;
        (bool sent,) = msg.sender.call{value: sum}("");
        if (!sent) revert NothingSent();
    }

    /// What a question is kept by.
    function keyOf(bytes32 id, bytes32 place) public pure returns (bytes32) {
        return keccak256(abi.encode(id, place));
    }

    function opened(bytes32 id) private view returns (Commitment storage made) {
        made = commitments[id];
        if (made.standing != Standing.Open) revert NotOpen();
    }

    /// What a prover says. If it fails, all fails, with what it failed with.
    function asked(uint256 prover, address at_, bytes memory question) private view returns (bytes memory) {
        bytes32 expected = provers[prover];
        if (at_.codehash != expected) revert NotTheProver(expected, at_.codehash);
        (bool success, bytes memory said) = at_.staticcall(question);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(said, 32), mload(said))
            }
        }
        return said;
    }

    /// Where something is to be won, a challenge has been announced before this block.
    function heard(bytes32 id, bytes calldata proof) private view {
        if (agreed.bond == 0) return;
        bytes32 hash = keccak256(abi.encode(msg.sender, id, keccak256(proof)));
        if (announced[hash] == 0 || announced[hash] >= block.number) revert NotAnnounced(hash);
    }

    function convict(bytes32 id, Mismatch memory mismatch, address challenger) private {
        fall(id, challenger);
        emit Convicted(id, challenger, mismatch);
    }

    function fall(bytes32 id, address challenger) private {
        commitments[id].standing = Standing.Convicted;
        convictedBy[id] = challenger;
        owed[challenger] += agreed.bond / SHARE;
    }
}
