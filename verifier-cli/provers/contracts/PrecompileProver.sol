// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Callees} from "./Callees.sol";
import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Kinds} from "./Kinds.sol";
import {Prices} from "./Prices.sol";
import {Rules} from "./Rules.sol";

/// The prover of what precompiles give: a record of outcome *precompile* is held against what the precompile does by
/// the block's rules. What it costs is computed here; what it gives, the host's own precompile at the same address says.
///
/// That a precompile of the host failed says something only if it had gas enough: that is looked at before it is
/// called. Where the host has none, or one that takes less, nothing is said. `specs/12-audits.md`, Inputs of
/// precompiles.
contract PrecompileProver is IProver {
    /// A proof: `abi.encode` of this.
    struct Precompile {
        Claims.InBlock transaction;
        Claims.Environment environment;
        Claims.InTransaction message;
        Claims.InMessage record;
        /// What the record's hash of the input is of.
        bytes input;
    }

    /// How a precompile ends.
    struct Ended {
        uint256 status;
        uint256 gasUsed;
        bytes32 output;
    }

    /// The record's outcome is another, its account no precompile of the rules, or its gas no number.
    error NoPrecompile();
    /// The record has the hash of another input.
    error NotTheInput(bytes32 expected, bytes32 found);
    /// There is too little gas left to say that a precompile failed.
    error TooLittleGas(uint256 needed);
    /// The host has no such precompile, or one that is another on this input.
    error HostDiffers(uint256 number);

    /// Gas that is left for the answer, whatever the precompile takes.
    uint256 private constant RESERVE = 50_000;
    /// What a precompile is given above twice what it costs.
    uint256 private constant MARGIN = 10_000;

    // A signature that holds, for hosts that may not have `P256VERIFY`: of the hash 1, by the key 7.
    bytes private constant SIGNED = hex"0000000000000000000000000000000000000000000000000000000000000001"
        hex"3ed113b7883b4c590638379db0c21cda16742ed0255048bf433391d374bc21d1"
        hex"9c5680e8b3c8a4f349c6af0741efe3d07b6d1b5f069aeab6252f732502d35507"
        hex"8e533b6fa0bf7b4625bb30667c01fb607ef9f8b8a80fef5b300628703187b2a3"
        hex"73eb1dbde03318366d069f83a6f5900053c73633cb041b21c55e1a86c1f400b4";

    /// What is false of a record of a precompile.
    function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory) {
        Precompile calldata claim;
        if (uint256(bytes32(proof)) != 32) revert Claims.Holds();
        assembly ("memory-safe") {
            claim := add(proof.offset, 32)
        }
        Claims.openTransaction(root, claim.transaction);
        Claims.openEnvironment(claim.transaction.block_, claim.environment);
        Claims.openMessage(claim.transaction.transaction, claim.message);
        Claims.openRecord(claim.message.head, claim.record);
        Callees.Callee memory callee = Callees.read(claim.record.bytes_, claim.message.head);
        Ended memory ended = run(claim, callee);

        Mismatch memory found = Mismatch(0, claim.message.index, claim.record.index, 0, 0);
        if (bytes32(ended.status) != callee.status) {
            (found.kind, found.expected, found.found) =
                (Kinds.TREE_PRECOMPILE_STATUS, bytes32(ended.status), callee.status);
        } else if (bytes32(ended.gasUsed) != callee.gasUsed) {
            (found.kind, found.expected, found.found) =
                (Kinds.TREE_PRECOMPILE_GAS, bytes32(ended.gasUsed), callee.gasUsed);
        } else if (ended.output != callee.returndata) {
            (found.kind, found.expected, found.found) =
                (Kinds.TREE_PRECOMPILE_OUTPUT, ended.output, callee.returndata);
        } else {
            revert Claims.Holds();
        }
        return found;
    }

    /// How the precompile of a record ends on its input and gas.
    function run(Precompile calldata claim, Callees.Callee memory callee) private view returns (Ended memory) {
        uint256 rules = claim.environment.rules;
        uint256 number = uint256(callee.account);
        uint256 gas_ = uint256(callee.gas);
        if (callee.outcome != Callees.PRECOMPILE || !Prices.exists(rules, number) || gas_ >> 64 != 0) {
            revert NoPrecompile();
        }
        bytes32 hash = keccak256(claim.input);
        if (hash != callee.input) revert NotTheInput(callee.input, hash);
        (bool fails, uint256 cost) = Prices.of_(rules, number, claim.input);
        if (fails || cost > gas_) return Ended(0, gas_, keccak256(""));
        (bool success, bytes32 output) = called(number, cost, claim.input);
        return success ? Ended(1, cost, output) : Ended(0, gas_, keccak256(""));
    }

    /// What the host's precompile gives: whether it succeeds, and the hash of what it returns.
    function called(uint256 number, uint256 cost, bytes calldata input)
        private
        view
        returns (bool success, bytes32 output)
    {
        bool limited = false;
        uint256 least = 1;
        if (number == Prices.MODEXP) {
            (uint256 base, uint256 exponent, uint256 modulus) = Prices.lengths(input);
            // The exponent is not looked at.
            if (base == 0 && modulus == 0) return (true, keccak256(""));
            // The host may take no longer numbers, or may ask more for shorter ones.
            limited = base > Prices.MODEXP_LIMIT || exponent > Prices.MODEXP_LIMIT || modulus > Prices.MODEXP_LIMIT;
            least = modulus;
            cost = limited ? cost : dearest(input);
        } else if (number == Prices.P256VERIFY) {
            cost = Prices.P256_GAS;
            least = 0;
            bytes memory signed = SIGNED;
            (bool held, bytes memory answer) = call(number, cost, signed);
            if (!held || answer.length != 32 || uint256(bytes32(answer)) != 1) revert HostDiffers(number);
        } else if (number == Prices.ECRECOVER || number == Prices.IDENTITY) {
            least = 0;
        }
        bytes memory returned;
        (success, returned) = call(number, cost, input);
        // An account that is no precompile there gives nothing, and takes nothing.
        if (success ? returned.length < least : limited) revert HostDiffers(number);
        output = keccak256(returned);
    }

    /// What `MODEXP` costs at most by the rules that a host may have.
    function dearest(bytes calldata input) private pure returns (uint256) {
        (, uint256 before) = Prices.modexp(Rules.BERLIN, input);
        (, uint256 since) = Prices.modexp(Rules.OSAKA, input);
        return before > since ? before : since;
    }

    /// Calls a precompile of the host with gas enough, and some to spare. One that fails takes all of it: a call that
    /// failed and did not has not been made.
    function call(uint256 account, uint256 cost, bytes memory input)
        private
        view
        returns (bool success, bytes memory returned)
    {
        uint256 given = 2 * cost + MARGIN;
        uint256 left = gasleft();
        if (left - left / 64 < given + RESERVE) revert TooLittleGas(given + RESERVE);
        assembly ("memory-safe") {
            success := staticcall(given, account, add(input, 32), mload(input), 0, 0)
            returned := mload(0x40)
            let size := returndatasize()
            mstore(returned, size)
            returndatacopy(add(returned, 32), 0, size)
            mstore(0x40, add(returned, and(add(size, 63), not(31))))
        }
        if (!success && left - gasleft() < given) revert TooLittleGas(given + RESERVE);
    }
}
