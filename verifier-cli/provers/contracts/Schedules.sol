// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// When each fork of a chain begins. `specs/14-chain.md`, section Schedule.
abstract contract Schedules {
    /// Where a fork begins: with the first block of at least this number and this time.
    struct Activation {
        uint64 blockNumber;
        uint64 blockTime;
    }

    /// A fork of the schedule begins before the one before it, or there is none.
    error Unordered();
    /// The block is from before the first fork of the schedule.
    error TooEarly(uint64 blockNumber, uint64 blockTime);

    /// Where each fork begins, by its position in the family, as far as that is known.
    Activation[] private activations;

    constructor(Activation[] memory forks) {
        if (forks.length == 0 || forks.length > type(uint8).max) revert Unordered();
        for (uint256 fork = 0; fork < forks.length; fork++) {
            if (fork > 0) {
                Activation memory before = forks[fork - 1];
                if (forks[fork].blockNumber < before.blockNumber || forks[fork].blockTime < before.blockTime) {
                    revert Unordered();
                }
            }
            activations.push(forks[fork]);
        }
    }

    /// Where each fork begins.
    function schedule() external view returns (Activation[] memory) {
        return activations;
    }

    /// The position of a block's fork.
    function forkAt(uint64 blockNumber, uint64 blockTime) public view returns (uint8) {
        for (uint256 next = activations.length; next > 0; next--) {
            Activation memory fork = activations[next - 1];
            if (blockNumber >= fork.blockNumber && blockTime >= fork.blockTime) return uint8(next - 1);
        }
        revert TooEarly(blockNumber, blockTime);
    }
}
