// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Instants} from "./Instants.sol";
import {Sent} from "./Sent.sol";
import {SettleEffects} from "./SettleEffects.sol";
import {StepProofs} from "./StepProofs.sol";
import {Steps} from "./Steps.sol";
import {TopCall} from "./TopCall.sol";
import {Verdicts} from "./Verdicts.sol";

/// Proves that a step of a transaction behind its top call or creation does not follow from the one before it: who
/// is paid, and who goes.
contract SettleProver is IProver {
    /// What is false of the step (`step`). The question is `StepProofs.STEP`.
    function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory) {
        StepProofs.Proof calldata told = StepProofs.read(proof);
        if (told.question != StepProofs.STEP) revert Verdicts.NotJudged(told.question);
        Sent.open(root, told.sent);
        Sent.Known memory known = Sent.read(told.sent);
        (Instants.Now memory now_, uint256 step, uint256 place) = StepProofs.open(told, known);
        if (step <= Steps.TOP) revert Verdicts.NotJudged(told.step);
        if (step == Steps.REMOVAL) {
            SettleEffects.removeNext(now_);
        } else {
            (, uint256 gas) = TopCall.end(known, told.sent, told.message);
            SettleEffects.settle(now_, known, step, place, gas, told.sent.bytes_);
        }
        StepProofs.check(told, now_);
        revert Claims.Holds();
    }
}
