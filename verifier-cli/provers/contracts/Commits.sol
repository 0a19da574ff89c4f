// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "./Claims.sol";
import {Schedules} from "./Schedules.sol";
import {Standings} from "./Standings.sol";

/// How a commitment begins, and how it ends but for a conviction by proof.
abstract contract Commits is Schedules, Standings {
    /// The environment cannot be that of a block of this chain.
    error WrongEnvironment();
    /// The rules of a block of this number and time are others.
    error WrongRules(uint256 expected);
    /// The number of items is too large, or there is a root without items, or the state changes without a transaction.
    error WrongBlock();
    /// No commitment of the sender's that is open, or of anybody that is final, and ends where this one begins;
    /// or none, and this does not begin with the anchor.
    error WrongParent();
    /// The operator has committed to this already.
    error AlreadyCommitted();
    /// The parent is not convicted.
    error ParentStands();
    /// The window is not over, something is not answered, or the parent is not final.
    error NotYet();

    event Committed(
        bytes32 indexed id,
        address indexed operator,
        bytes32 indexed parent,
        bytes32 root,
        uint64 deadline,
        Claims.Block block_,
        Claims.Environment environment
    );
    /// The commitment is convicted with its parent.
    event Fallen(bytes32 indexed id, bytes32 indexed parent);
    event Finalised(bytes32 indexed id);

    /// An operator's commitment to a root: nobody else's is the same.
    function idOf(address operator, bytes32 root) public pure returns (bytes32) {
        return keccak256(abi.encode(operator, root));
    }

    /// The sender stands by what is claimed of a block, from where `parent` ends on; zero: from the anchor.
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
        } else if (agreed.anchor != 0 && block_.enter != agreed.anchor) {
            revert WrongParent();
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

    /// A commitment falls with its parent. Each call does one, so nobody has to pay for a chain of them; and none of them
    /// can become final meanwhile, since its parent does not. Its bond goes to who convicted the first.
    function convictSuccessor(bytes32 id) external {
        bytes32 parent = opened(id).parent;
        if (commitments[parent].standing != Standing.Convicted) revert ParentStands();
        fall(id, convictedBy[parent]);
        emit Fallen(id, parent);
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
}
