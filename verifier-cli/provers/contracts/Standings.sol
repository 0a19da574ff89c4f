// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Mismatch} from "./Claims.sol";

/// What has become of commitments, and what each may withdraw: what all of `AuditDispute` goes by.
abstract contract Standings {
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
        /// State root that what has no parent begins with; zero: any, and then who reads a standing follows the line
        /// of parents back to a state that he knows.
        bytes32 anchor;
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

    /// The only terms under which this works.
    error BadTerms();
    /// The bond or the deposit is this.
    error WrongValue(uint256 expected);
    /// The commitment is not open.
    error NotOpen();
    /// There is nothing to withdraw, or the sender does not take it.
    error NothingSent();

    /// Someone has shown what is false. Kind 0: the item at the place `expected` was asked for, and not shown.
    event Convicted(bytes32 indexed id, address indexed challenger, Mismatch mismatch);

    /// No number of items, and no number of seconds, is so large.
    uint256 internal constant MOST = 2 ** 32;
    /// Questions that hang on each other: a transaction, a message, a record. And time for the first of them.
    uint256 private constant ROUNDS = 4;
    /// The part of a bond that who convicts gets. The rest is gone, or lying would cost nothing that convicts itself.
    uint256 private constant SHARE = 2;

    /// What does not change.
    Terms internal agreed;

    mapping(bytes32 id => Commitment) public commitments;
    /// Who has convicted it.
    mapping(bytes32 id => address) public convictedBy;
    /// What each may withdraw.
    mapping(address => uint256) public owed;

    constructor(Terms memory terms_) {
        if (
            terms_.answerPeriod == 0 || terms_.window / ROUNDS < terms_.answerPeriod || terms_.window > MOST
                || terms_.knownRules == 0 || uint256(terms_.firstRules) + terms_.knownRules > type(uint8).max
        ) revert BadTerms();
        agreed = terms_;
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

    /// Sends the sender what is owed.
    function withdraw() external {
        uint256 sum = owed[msg.sender];
        if (sum == 0) revert NothingSent();
        owed[msg.sender] = 0;
        (bool sent,) = msg.sender.call{value: sum}("");
        if (!sent) revert NothingSent();
    }

    function opened(bytes32 id) internal view returns (Commitment storage made) {
        made = commitments[id];
        if (made.standing != Standing.Open) revert NotOpen();
    }

    function convict(bytes32 id, Mismatch memory mismatch, address challenger) internal {
        fall(id, challenger);
        emit Convicted(id, challenger, mismatch);
    }

    function fall(bytes32 id, address challenger) internal {
        commitments[id].standing = Standing.Convicted;
        convictedBy[id] = challenger;
        owed[challenger] += agreed.bond / SHARE;
    }
}
