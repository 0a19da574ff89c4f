// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "../Claims.sol";
import {Standings} from "../Standings.sol";
import {IAuditDispute} from "./IAuditDispute.sol";
import {Included} from "./Included.sol";

/// @title What a contract inherits that acts on what another chain did
/// @notice It follows one operator's chain of final commitments, from a state root that who deploys it has looked at. What
/// is final is a true account of *some* blocks: anyone may commit to a block that begins in a state of his making, and an
/// operator to two blocks that begin where one ends. So that a commitment is final is not enough: it must go on from the
/// last one that was followed. All that is proved here is proved of what was followed.
abstract contract Audited {
    /// The commitment is not final: it is none, open or convicted.
    error NotFinal(bytes32 id);
    /// The commitment is not the operator's, or does not go on from the last that was followed.
    error NotNext(bytes32 id);
    /// The commitment is not among those that were followed.
    error NotFollowed(bytes32 id);
    /// The contract for disputes is about another chain, or leaves less time.
    error WrongDispute();

    /// The chain goes on with this commitment.
    event Followed(bytes32 indexed id, bytes32 stateRoot);

    /// Where operators are convicted.
    IAuditDispute public immutable DISPUTE;
    /// Whose commitments are followed.
    address public immutable OPERATOR;

    /// The last commitment that was followed; 0 at first.
    bytes32 public last;
    /// The state that it ends in; at first, the state that the chain begins in.
    bytes32 public stateRoot;
    /// Roots of the commitments that were followed; 0 of all others.
    mapping(bytes32 id => bytes32) public followed;

    /// @param dispute a contract whose code and provers who deploys this has checked
    /// @param chainId the chain that it must be about
    /// @param window the least seconds in which a commitment must be open to challenge
    /// @param operator whose commitments are followed
    /// @param start the state root before the first block that is followed
    constructor(IAuditDispute dispute, uint256 chainId, uint64 window, address operator, bytes32 start) {
        Standings.Terms memory terms = dispute.terms();
        if (terms.chainId != chainId || terms.window < window) revert WrongDispute();
        DISPUTE = dispute;
        OPERATOR = operator;
        stateRoot = start;
    }

    /// @notice Follows the chain by one commitment. Anyone may call it, of any two that go on from the last the first that
    /// is followed counts.
    /// @param block_ what the commitment is to: see the event `Committed`
    function follow(bytes32 id, Claims.Block calldata block_) external {
        Standings.Commitment memory made = requireFinal(id);
        Claims.openBlock(made.root, block_);
        bool next = last == 0 || made.parent == last;
        if (made.operator != OPERATOR || block_.enter != stateRoot || !next) revert NotNext(id);
        followed[id] = made.root;
        last = id;
        stateRoot = block_.leave;
        emit Followed(id, block_.leave);
    }

    /// What is kept of a commitment that is final. It may be anybody's, of any state: see above.
    function requireFinal(bytes32 id) internal view returns (Standings.Commitment memory made) {
        made = DISPUTE.commitments(id);
        if (made.standing != Standings.Standing.Final) revert NotFinal(id);
    }

    /// The root of a commitment that was followed.
    function requireFollowed(bytes32 id) internal view returns (bytes32 root) {
        root = followed[id];
        if (root == 0) revert NotFollowed(id);
    }

    /// State roots before and after a commitment that was followed.
    function rootsOf(bytes32 id, Claims.Block calldata block_) internal view returns (bytes32 before, bytes32 behind) {
        Claims.openBlock(requireFollowed(id), block_);
        return (block_.enter, block_.leave);
    }

    /// Number and time of the block of a commitment that was followed. They are the operator's choice, as far as the
    /// chain's rules and the commitment before it leave him one.
    function whenOf(bytes32 id) internal view returns (uint64 number, uint64 time) {
        requireFollowed(id);
        Standings.Commitment memory made = DISPUTE.commitments(id);
        return (made.number, made.time);
    }

    /// A message of a commitment that was followed, which has succeeded and was not undone; and a key that no other
    /// message has.
    function messageOf(bytes32 id, Included.MessageProof calldata proof)
        internal
        view
        returns (Included.Message memory message, bytes32 key)
    {
        message = Included.effective(requireFollowed(id), proof);
        key = keccak256(abi.encode("message", id, proof.transaction.index, proof.message.index));
    }

    /// Shows that a commitment that was followed has a log; and gives a key that no other log has.
    function logOf(bytes32 id, Included.LogProof calldata proof) internal view returns (bytes32 key) {
        Included.logged(requireFollowed(id), proof);
        // Counted from the last, which no proof can choose.
        key = keccak256(abi.encode("log", id, proof.transaction.index, proof.behind.length));
    }
}
