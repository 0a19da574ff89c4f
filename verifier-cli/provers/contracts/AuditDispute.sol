// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Asks} from "./Asks.sol";
import {IProver, Mismatch} from "./Claims.sol";
import {Commits} from "./Commits.sol";
import {Parts} from "./Parts.sol";
import {Schedules} from "./Schedules.sol";
import {ISegments, Step} from "./SegmentProver.sol";
import {Standings} from "./Standings.sol";

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
contract AuditDispute is Commits, Asks {
    /// The address does not hold the prover's code.
    error NotTheProver(bytes32 expected, bytes32 found);
    /// The prover has answered something else than a prover does.
    error NotAnAnswer();
    /// Where there is a bond, the hash of a challenge is told a block before.
    error NotAnnounced(bytes32 hash);
    /// No segment starts from this digest.
    error NotReached(bytes32 digest);

    event Held(bytes32 indexed id, bytes32 indexed key);
    event Advanced(bytes32 indexed id, bytes32 indexed key, uint256 gasUsed, bytes32 digest);
    event Announced(bytes32 indexed hash);

    uint256 private constant ADVANCED = 1;
    uint256 private constant FALSE = 2;

    /// Code hashes of the provers.
    bytes32[] public provers;
    /// The place of the prover of segments among them.
    uint256 public immutable SEGMENTS;

    /// Digests that a machine came to, by machine, message and segment.
    mapping(bytes32 key => mapping(bytes32 digest => bool)) public reached;
    /// The block in which a challenge was announced.
    mapping(bytes32 hash => uint256) public announced;

    constructor(Terms memory terms_, Activation[] memory forks, bytes32[] memory codeHashes, uint256 segments)
        Schedules(forks)
        Standings(terms_)
    {
        if (segments >= codeHashes.length) revert BadTerms();
        for (uint256 index = 0; index < codeHashes.length; index++) {
            if (codeHashes[index] == 0 || codeHashes[index] == keccak256("")) revert BadTerms();
        }
        provers = codeHashes;
        SEGMENTS = segments;
    }

    /// Tells of a challenge without saying what it is: keccak of the challenger, the commitment and keccak of the
    /// proof. Who sees the proof then is too late to call it his own.
    function announce(bytes32 hash) external {
        if (announced[hash] == 0) announced[hash] = block.number;
        emit Announced(hash);
    }

    /// Shows by a prover what is false in a commitment. The proof comes in parts, so that one about what is too large
    /// for a transaction's calldata can be archived before.
    function challenge(bytes32 id, uint256 prover, address at_, Parts.Part[] calldata proof)
        external
        returns (Mismatch memory found)
    {
        (bytes memory said, bytes32 hash) = asked(id, prover, at_, IProver.prove.selector, proof);
        if (said.length != 5 * 32) revert NotAnAnswer();
        found = abi.decode(said, (Mismatch));
        heard(id, hash);
        convict(id, found, msg.sender);
    }

    /// Has a segment of a message run, from a checkpoint of the operator's or from where a machine came to. So a message
    /// without checkpoints is audited in as many transactions as it takes. Only true digests are reached, from whomever.
    function advance(bytes32 id, address at_, Parts.Part[] calldata proof) external returns (Step memory made) {
        (bytes memory said, bytes32 hash) = asked(id, SEGMENTS, at_, ISegments.step.selector, proof);
        if (said.length != 11 * 32) revert NotAnAnswer();
        made = abi.decode(said, (Step));
        if (made.based == 0 && !reached[made.key][made.start]) revert NotReached(made.start);
        if (made.outcome == FALSE) {
            heard(id, hash);
            convict(id, made.mismatch, msg.sender);
        } else if (made.outcome == ADVANCED) {
            reached[made.key][made.digest] = true;
            emit Advanced(id, made.key, made.gasUsed, made.digest);
        } else {
            emit Held(id, made.key);
        }
    }

    /// What a prover says of a commitment that is open, and the proof's hash. If it fails, all fails, with what it
    /// failed with.
    function asked(bytes32 id, uint256 prover, address at_, bytes4 selector, Parts.Part[] calldata proof)
        private
        view
        returns (bytes memory, bytes32)
    {
        bytes32 root = opened(id).root;
        bytes32 expected = provers[prover];
        if (at_.codehash != expected) revert NotTheProver(expected, at_.codehash);
        (bytes memory question, bytes32 hash) = Parts.called(selector, root, proof);
        (bool success, bytes memory said) = at_.staticcall(question);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(said, 32), mload(said))
            }
        }
        return (said, hash);
    }

    /// Where something is to be won, a challenge has been announced before this block.
    function heard(bytes32 id, bytes32 proof) private view {
        if (agreed.bond == 0) return;
        bytes32 hash = keccak256(abi.encode(msg.sender, id, proof));
        if (announced[hash] == 0 || announced[hash] >= block.number) revert NotAnnounced(hash);
    }
}
