// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, Mismatch} from "../Claims.sol";
import {Parts} from "../Parts.sol";
import {Questions} from "../Questions.sol";
import {Schedules} from "../Schedules.sol";
import {Step} from "../SegmentProver.sol";
import {Standings} from "../Standings.sol";

/// @title Where operators commit to what blocks did, and anyone convicts who lied
/// @notice All of `AuditDispute` that can be called. A commitment is named by `id`, which is keccak of its operator and
/// its root. Times are seconds, sums are wei, an index counts from 0. Who only consumes reads `commitments`, `standing`
/// and `terms`, best through `Audited`.
interface IAuditDispute {
    /// @notice An operator stands by a block. All that a proof needs to begin with is in this event.
    event Committed(
        bytes32 indexed id,
        address indexed operator,
        bytes32 indexed parent,
        bytes32 root,
        uint64 deadline,
        Claims.Block block_,
        Claims.Environment environment
    );
    /// @notice Somebody has shown what is false, or that an item was not shown (kind 0).
    event Convicted(bytes32 indexed id, address indexed challenger, Mismatch mismatch);
    /// @notice A commitment is convicted with its parent.
    event Fallen(bytes32 indexed id, bytes32 indexed parent);
    /// @notice A commitment stands for good.
    event Finalised(bytes32 indexed id);
    /// @notice Somebody lacks an item, which must be shown up to and at the time `until`.
    event AskedFor(
        bytes32 indexed id,
        bytes32 indexed place,
        uint256 level,
        uint256 transaction,
        uint256 message,
        uint256 index,
        uint64 until
    );
    /// @notice An item was shown; `deadline` is that of the commitment now.
    event Answered(bytes32 indexed id, bytes32 indexed place, address answerer, uint64 deadline);
    /// @notice A challenge is coming.
    event Announced(bytes32 indexed hash);
    /// @notice A segment machine came to a checkpoint that nobody had claimed.
    event Advanced(bytes32 indexed id, bytes32 indexed key, uint256 gasUsed, bytes32 digest);
    /// @notice A segment is as the operator says.
    event Held(bytes32 indexed id, bytes32 indexed key);

    /// @notice Errors of the deployment: terms or schedule under which nothing works.
    error BadTerms();
    error Unordered();
    /// @notice The value sent must be this many wei.
    error WrongValue(uint256 expected);
    /// @notice The commitment is none, is final or is convicted.
    error NotOpen();
    /// @notice Nothing is owed to the sender, or he does not take it.
    error NothingSent();
    /// @notice What is committed to cannot be a block of this chain.
    error WrongEnvironment();
    error WrongRules(uint256 expected);
    error WrongBlock();
    error TooEarly(uint64 blockNumber, uint64 blockTime);
    /// @notice The parent does not end where the commitment begins, or is not the sender's to build on.
    error WrongParent();
    error AlreadyCommitted();
    /// @notice The parent is not convicted.
    error ParentStands();
    /// @notice The window is not over, a question is open, or the parent is not final.
    error NotYet();
    /// @notice A question that cannot be asked, an answer to none, or one at the wrong time.
    error NotToBeAsked();
    error NotAsked();
    error NoItem();
    error NotTheItem();
    error NoArchive(address archive);
    /// @notice An item does not stand where a proof says; levels are those of `Claims`.
    error NotAmong(uint256 level);
    /// @notice A challenge that cannot be heard.
    error NotTheProver(bytes32 expected, bytes32 found);
    error NotAnAnswer();
    error NotAnnounced(bytes32 hash);
    error NotReached(bytes32 digest);

    /// @notice Commits to a block, which begins where `parent` ends; with parent 0 it begins with the anchor, or anywhere
    /// if there is none. Costs the bond.
    /// @param parent an open commitment of the sender's, a final one of anybody's, or 0
    /// @param block_ the words that the root is of
    /// @param environment the words that `block_.environment` is of
    /// @return id the commitment's name
    function commit(bytes32 parent, Claims.Block calldata block_, Claims.Environment calldata environment)
        external
        payable
        returns (bytes32 id);

    /// @notice Makes a commitment final: its deadline is over, nothing asked for is missing, its parent is final.
    function finalise(bytes32 id) external;

    /// @notice Convicts a commitment whose parent is convicted.
    function convictSuccessor(bytes32 id) external;

    /// @notice Announces a challenge, a block before it. Needed where there is a bond.
    /// @param hash keccak of `abi.encode(challenger, id, keccak256(proof))`
    function announce(bytes32 hash) external;

    /// @notice Convicts by a proof, or reverts.
    /// @param prover place of the prover in `provers`
    /// @param at_ where a contract with its code is
    /// @param proof its bytes, in parts, some of them in archives
    function challenge(bytes32 id, uint256 prover, address at_, Parts.Part[] calldata proof)
        external
        returns (Mismatch memory found);

    /// @notice Runs one segment of a message; convicts if it is false.
    function advance(bytes32 id, address at_, Parts.Part[] calldata proof) external returns (Step memory made);

    /// @notice Asks for an item of a commitment. Costs the deposit, which goes to who answers.
    /// @return place the item's name
    function ask(bytes32 id, Questions.Question calldata question) external payable returns (bytes32 place);

    /// @notice Shows an item that was asked for.
    function answer(
        bytes32 id,
        Questions.Question calldata question,
        Parts.Part[] calldata parts,
        bytes32[] calldata path
    ) external;

    /// @notice Convicts a commitment one of whose items was asked for and not shown in time.
    function convictSilent(bytes32 id, bytes32 place) external;

    /// @notice Gives back the deposit of a question about a commitment that is convicted.
    function reclaim(bytes32 id, bytes32 place) external;

    /// @notice Sends the sender all that is owed to him.
    function withdraw() external;

    /// @notice What has become of a commitment: 0 there is none, 1 open, 2 final, 3 convicted. 2 and 3 are ends.
    function standing(bytes32 id) external view returns (Standings.Standing);

    /// @notice All that is kept of a commitment.
    function commitments(bytes32 id) external view returns (Standings.Commitment memory);

    /// @notice What does not change: the chain's id, its rules, windows in seconds, bond and deposit in wei.
    function terms() external view returns (Standings.Terms memory);

    /// @notice Where each fork of the chain begins.
    function schedule() external view returns (Schedules.Activation[] memory);

    /// @notice The position of a block's fork.
    function forkAt(uint64 blockNumber, uint64 blockTime) external view returns (uint8);

    /// @notice The name of an operator's commitment to a root.
    function idOf(address operator, bytes32 root) external pure returns (bytes32);

    /// @notice The key in `questions` of an item of a commitment.
    function keyOf(bytes32 id, bytes32 place) external pure returns (bytes32);

    /// @notice Who has convicted a commitment.
    function convictedBy(bytes32 id) external view returns (address);

    /// @notice Wei that somebody may withdraw.
    function owed(address who) external view returns (uint256);

    /// @notice A question, by its key.
    function questions(bytes32 key) external view returns (address asker, uint64 until, bool closed);

    /// @notice The block in which a challenge was announced; 0 if it was not.
    function announced(bytes32 hash) external view returns (uint256);

    /// @notice Whether a segment machine came to a digest.
    function reached(bytes32 key, bytes32 digest) external view returns (bool);

    /// @notice The code hash of a prover.
    function provers(uint256 place) external view returns (bytes32);

    /// @notice The place of the prover of segments.
    function SEGMENTS() external view returns (uint256);
}
