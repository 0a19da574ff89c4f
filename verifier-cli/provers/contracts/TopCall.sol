// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Claims} from "./Claims.sol";
import {Created} from "./Created.sol";
import {Delegations} from "./Delegations.sol";
import {Instants} from "./Instants.sol";
import {Intrinsic} from "./Intrinsic.sol";
import {Mpt} from "./Mpt.sol";
import {Precompiles} from "./Precompiles.sol";
import {Rules} from "./Rules.sol";
import {Sent} from "./Sent.sol";
import {Verdicts} from "./Verdicts.sol";

/// The top call or creation of a transaction: what it does before its first opcode, and what it comes to where
/// it runs no code.
library TopCall {
    using Instants for Instants.Now;
    using Sent for Sent.Known;

    /// The instant before it, with these nodes.
    function before(
        Sent.Known memory known,
        bytes32 beneficiary,
        Claims.Instant memory instant,
        bytes calldata nodes
    ) internal pure returns (Instants.Now memory) {
        Mpt.Nodes memory loaded = Mpt.load(nodes);
        return Instants.Now(instant, loaded, known.rules, known.fork, beneficiary, known.sender);
    }

    /// The address of a creation's new account. A deposit has no nonce of its own: it is the sender's before.
    function newAddress(Instants.Now memory now_, Sent.Known memory known) internal pure returns (address) {
        uint256 nonce = known.body.nonce;
        if (known.isDeposit()) {
            (, Accounts.Account memory then_) =
                Accounts.read(now_.nodes, now_.instant.entryRoot, known.sender);
            nonce = then_.nonce;
        }
        return Created.byNonce(known.sender, nonce);
    }

    /// Whether code runs. `code` is that of the account called, where that matters.
    function runs(Instants.Now memory now_, Sent.Known memory known, bytes calldata code)
        internal
        pure
        returns (bool)
    {
        if (known.body.creates) {
            Accounts.Account memory found = now_.account(newAddress(now_, known));
            bool isTaken =
                found.nonce != 0 || found.codeHash != Accounts.NO_CODE || found.storageRoot != Mpt.EMPTY_ROOT;
            return !isTaken;
        }
        address to = known.body.to;
        if (Rules.isPrecompile(known.rules, known.fork, to)) return false;
        (bool delegates, address target) = delegate(now_, known, code);
        return now_.account(delegates ? target : to).codeHash != Accounts.NO_CODE;
    }

    /// Whose code the account called delegates to, if it does.
    function delegate(Instants.Now memory now_, Sent.Known memory known, bytes calldata code)
        internal
        pure
        returns (bool delegates, address target)
    {
        bytes32 hash = now_.account(known.body.to).codeHash;
        if (hash == Accounts.NO_CODE || known.fork < Rules.DELEGATION) return (false, address(0));
        if (keccak256(code) != hash) revert Verdicts.CodeMissing(hash);
        if (Delegations.isOne(code)) return (true, Delegations.target(code));
    }

    /// What is done before value moves: the new account is accessed, or whose code runs.
    function begin(Instants.Now memory now_, Sent.Known memory known, address created, address runsAs)
        internal
        pure
    {
        if (known.body.creates) now_.warm(created);
        else if (runsAs != known.body.to) now_.warm(runsAs);
    }

    /// What is done between that and the first opcode.
    function enter(Instants.Now memory now_, Sent.Known memory known, address created) internal pure {
        address to = known.body.to;
        if (known.body.creates) {
            to = created;
            now_.instant.created = now_.withMember(now_.instant.created, Instants.pathOf(to));
            now_.write(to, Accounts.Account(1, now_.account(to).balance, Mpt.EMPTY_ROOT, Accounts.NO_CODE));
        }
        now_.move(known.sender, to, known.body.value);
    }

    /// What it does where it runs no code.
    function endWithout(Instants.Now memory now_, Sent.Known memory known, bytes calldata code) internal view {
        if (known.body.creates) {
            now_.warm(newAddress(now_, known));
            return;
        }
        address to = known.body.to;
        if (!Rules.isPrecompile(known.rules, known.fork, to)) {
            (bool delegates, address target) = delegate(now_, known, code);
            if (delegates) now_.warm(target);
            now_.move(known.sender, to, known.body.value);
            return;
        }
        Claims.Instant memory inner = Instants.copy(now_.instant);
        (uint256 status,) = endOfPrecompile(known);
        now_.move(known.sender, to, known.body.value);
        // It may have touched what stays touched.
        if (status != 1) now_.undo(inner);
    }

    /// What became of it and how much gas it used, if it runs. Message 0 has that, if there is one.
    function end(Sent.Known memory known, Sent.Told calldata sent, Claims.InTransaction calldata message)
        internal
        view
        returns (uint256 status, uint256 gas)
    {
        if (sent.inBlock.transaction.messages.count != 0) {
            Sent.openTop(sent, message);
            status = uint256(Claims.word(message.head, Claims.STATUS));
            return (status, uint256(Claims.word(message.head, Claims.GAS_USED)));
        }
        // Without a message a creation found its address taken.
        if (known.body.creates) return (0, Intrinsic.left(known.body, known.fork));
        if (Rules.isPrecompile(known.rules, known.fork, known.body.to)) return endOfPrecompile(known);
        return (1, 0);
    }

    function endOfPrecompile(Sent.Known memory known) private view returns (uint256 status, uint256 gas) {
        uint256 given = Intrinsic.left(known.body, known.fork);
        uint256 number = uint256(uint160(known.body.to));
        uint256 price;
        (status, price) = Precompiles.run(known.rules, number, Sent.inputOf(known), given);
        return (status, status == 1 ? price : given);
    }
}
