// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Claims} from "./Claims.sol";
import {Mpt} from "./Mpt.sol";
import {Places} from "./Places.sol";
import {Rules} from "./Rules.sol";

/// What holds at an instant, and what changes it: over the tries that it names, as far as a proof has
/// their nodes.
library Instants {
    /// An instant, the nodes of its tries, and what does not change between records.
    struct Now {
        Claims.Instant instant;
        Mpt.Nodes nodes;
        uint256 rules;
        uint256 fork;
        /// Who gets the block's fees, as a word.
        bytes32 beneficiary;
        /// The account that the message runs as.
        address context;
    }

    /// The precompile that stays touched when what touched it is undone.
    address internal constant STAYS_TOUCHED = address(3);
    /// The word of a member of a set.
    bytes32 internal constant MEMBER = bytes32(uint256(1));

    /// The instant before a record that was opened, with these nodes.
    function before(Places.Place calldata place, bytes calldata nodes) internal pure returns (Now memory now_) {
        now_.instant = place.before.instant;
        now_.nodes = Mpt.load(nodes);
        now_.rules = place.environment.rules;
        now_.fork = Rules.forkOf(now_.rules);
        now_.beneficiary = place.environment.beneficiary;
        now_.context = Places.addressIn(place.message.head, Claims.CONTEXT);
    }

    /// Whether the rules have a change of Ethereum's, named by the first fork that has it.
    function has(Now memory now_, uint256 change) internal pure returns (bool) {
        return now_.fork >= change;
    }

    // What holds.

    /// The account at an address; one that is absent has nothing.
    function account(Now memory now_, address who) internal pure returns (Accounts.Account memory found) {
        (, found) = Accounts.read(now_.nodes, now_.instant.stateRoot, who);
    }

    /// What a slot of an account holds.
    function slot(Now memory now_, address who, bytes32 key) internal pure returns (bytes32) {
        return Accounts.slot(now_.nodes, account(now_, who).storageRoot, key);
    }

    /// What the slot held when the transaction started; zero of an account that it has created.
    function original(Now memory now_, address who, bytes32 key) internal pure returns (bytes32) {
        if (isIn(now_, now_.instant.created, pathOf(who))) return 0;
        (, Accounts.Account memory then_) = Accounts.read(now_.nodes, now_.instant.entryRoot, who);
        return Accounts.slot(now_.nodes, then_.storageRoot, key);
    }

    /// What a slot of transient storage holds.
    function transient_(Now memory now_, address who, bytes32 key) internal pure returns (bytes32) {
        return Accounts.item(now_.nodes, now_.instant.transient_, pathOf(who, key));
    }

    /// Whether an account has not been accessed (EIP-2929); not before Berlin.
    function isCold(Now memory now_, address who) internal pure returns (bool) {
        return has(now_, Rules.COLD_ACCESS) && !isWarmByItself(now_, who)
            && !isIn(now_, now_.instant.accessed, pathOf(who));
    }

    /// Whether a slot has not been accessed; not before Berlin.
    function isSlotCold(Now memory now_, address who, bytes32 key) internal pure returns (bool) {
        return has(now_, Rules.COLD_ACCESS) && !isIn(now_, now_.instant.accessed, pathOf(who, key));
    }

    /// Whether a set has a member.
    function isIn(Now memory now_, bytes32 set, bytes32 path) internal pure returns (bool) {
        return Accounts.item(now_.nodes, set, path) != 0;
    }

    function isWarmByItself(Now memory now_, address who) private pure returns (bool) {
        return Rules.isPrecompile(now_.rules, now_.fork, who)
            || (has(now_, Rules.WARM_COINBASE) && now_.beneficiary == bytes32(uint256(uint160(who))));
    }

    // What changes it.

    /// An account is accessed.
    function warm(Now memory now_, address who) internal pure {
        if (has(now_, Rules.COLD_ACCESS) && !isWarmByItself(now_, who)) {
            now_.instant.accessed = withMember(now_, now_.instant.accessed, pathOf(who));
        }
    }

    /// A slot is accessed.
    function warmSlot(Now memory now_, address who, bytes32 key) internal pure {
        if (has(now_, Rules.COLD_ACCESS)) {
            now_.instant.accessed = withMember(now_, now_.instant.accessed, pathOf(who, key));
        }
    }

    /// The root of a set with a member.
    function withMember(Now memory now_, bytes32 set, bytes32 path) internal pure returns (bytes32) {
        return Accounts.setItem(now_.nodes, set, path, MEMBER);
    }

    /// An account is touched (EIP-161): if it is there and empty, it is there no more.
    function touch(Now memory now_, address who) internal pure {
        (bool exists, Accounts.Account memory found) = Accounts.read(now_.nodes, now_.instant.stateRoot, who);
        if (exists && Accounts.isEmpty(found)) {
            if (who == STAYS_TOUCHED) now_.instant.ripemdTouched = 1;
            now_.instant.stateRoot = Accounts.remove(now_.nodes, now_.instant.stateRoot, who);
        }
    }

    /// An account gets these fields, which touches it.
    function write(Now memory now_, address who, Accounts.Account memory made) internal pure {
        bytes32 root = now_.instant.stateRoot;
        if (who == STAYS_TOUCHED) {
            (bool exists, Accounts.Account memory found) = Accounts.read(now_.nodes, root, who);
            if (exists && Accounts.isEmpty(found)) now_.instant.ripemdTouched = 1;
        }
        now_.instant.stateRoot = Accounts.isEmpty(made)
            ? Accounts.remove(now_.nodes, root, who)
            : Accounts.write(now_.nodes, root, who, made);
    }

    /// Value moves from one account to another; none if the balance does not suffice, or the other's
    /// would exceed a word.
    function move(Now memory now_, address from, address to, uint256 value) internal pure {
        if (from == to) return;
        if (value == 0) return touch(now_, to);
        Accounts.Account memory payer = account(now_, from);
        Accounts.Account memory payee = account(now_, to);
        unchecked {
            if (payer.balance < value || payee.balance + value < value) return;
            payer.balance -= value;
            payee.balance += value;
        }
        write(now_, from, payer);
        write(now_, to, payee);
    }

    /// The creator's nonce grows by one, if it can.
    function growNonce(Now memory now_, address who) internal pure {
        Accounts.Account memory creator = account(now_, who);
        if (creator.nonce < type(uint64).max) creator.nonce++;
        write(now_, who, creator);
    }

    /// All goes back to another instant, but for what nothing takes back.
    function undo(Now memory now_, Claims.Instant memory to) internal pure {
        uint256 messages = now_.instant.messages;
        uint256 touched = now_.instant.ripemdTouched;
        now_.instant = copy(to);
        now_.instant.messages = messages;
        now_.instant.ripemdTouched = touched;
        if (touched == 1) touch(now_, STAYS_TOUCHED);
    }

    /// The same words at another place in memory.
    function copy(Claims.Instant memory instant) internal pure returns (Claims.Instant memory made) {
        assembly ("memory-safe") {
            mcopy(made, instant, mul(32, 11))
        }
    }

    /// Where a set has an account.
    function pathOf(address who) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(who));
    }

    /// Where a set has a slot of an account.
    function pathOf(address who, bytes32 key) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(who, key));
    }
}
