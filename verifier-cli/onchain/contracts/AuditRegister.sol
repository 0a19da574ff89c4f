// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// Where operators commit to message witnesses and anyone has them audited: the reference consumer
/// of the hypervisor. It trusts nobody: not who submits, not the address it is told to call.
///
/// A verdict is final, and there are two. Whatever is neither (an archive that is missing, too little
/// gas, an address that is no hypervisor) reverts and leaves the commitment open.
contract AuditRegister {
    enum Verdict { None, Open, Accepted, Fraud }

    struct Commitment {
        uint8 fork;
        Verdict verdict;
        uint64 blockNumber;
        uint64 blockTime;
    }

    /// Where a fork begins: with the first block of at least this number and this time.
    struct Activation {
        uint64 blockNumber;
        uint64 blockTime;
    }

    /// Code hash of the hypervisor of each fork, by the fork's number.
    bytes32[] public hypervisors;

    /// Commitments by operator and hash of the witness (its calldata).
    mapping(address operator => mapping(bytes32 witness => Commitment)) public commitments;

    /// The chain that the messages are of.
    uint256 private guestChain;

    /// Its schedule: where each fork begins, by the fork's number, as far as that is known.
    Activation[] private activations;

    event Committed(
        address indexed operator, bytes32 indexed witness, uint8 fork, uint64 blockNumber, uint64 blockTime
    );
    event Accepted(address indexed operator, bytes32 indexed witness);
    event Fraud(address indexed operator, bytes32 indexed witness, bytes reason);

    /// A fork of the schedule begins before the one before it.
    error Unordered();
    /// The block is from before the first fork of the schedule.
    error TooEarly(uint64 blockNumber, uint64 blockTime);
    /// The fork has no hypervisor here.
    error UnknownFork(uint8 fork);
    /// The operator has committed to this witness already.
    error AlreadyCommitted();
    /// The operator has not committed to this witness, or there is a verdict on it.
    error NotOpen();
    /// The address does not hold the code of the fork's hypervisor.
    error NotTheHypervisor(bytes32 expected, bytes32 found);
    /// The audit came to no end: this is what the hypervisor answered.
    error Inconclusive(bytes answer);

    /// The hypervisor's errors that convict.
    error Mismatch(uint256 kind, uint256 pc, uint256 record, bytes32 expected, bytes32 found);
    error Malformed(uint256 position);

    constructor(bytes32[] memory codeHashes, uint256 chainId, Activation[] memory forks) {
        hypervisors = codeHashes;
        guestChain = chainId;
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

    /// The chain that the messages are of, and where each of its forks begins.
    function schedule() external view returns (uint256 chainId, Activation[] memory forks) {
        return (guestChain, activations);
    }

    /// The fork of a block, by the schedule.
    function forkAt(uint64 blockNumber, uint64 blockTime) public view returns (uint8) {
        for (uint256 next = activations.length; next > 0; next--) {
            Activation memory fork = activations[next - 1];
            if (blockNumber >= fork.blockNumber && blockTime >= fork.blockTime) return uint8(next - 1);
        }
        revert TooEarly(blockNumber, blockTime);
    }

    /// The caller stands by a witness of a message that ran in a block of this number and time. Its
    /// fork is what the schedule says.
    function commit(bytes32 witness, uint64 blockNumber, uint64 blockTime) external {
        uint8 fork = forkAt(blockNumber, blockTime);
        if (fork >= hypervisors.length || hypervisors[fork] == 0) revert UnknownFork(fork);
        Commitment storage commitment = commitments[msg.sender][witness];
        if (commitment.verdict != Verdict.None) revert AlreadyCommitted();
        commitment.fork = fork;
        commitment.verdict = Verdict.Open;
        commitment.blockNumber = blockNumber;
        commitment.blockTime = blockTime;
        emit Committed(msg.sender, witness, fork, blockNumber, blockTime);
    }

    /// Has a witness audited, and writes the verdict down.
    function audit(address operator, address hypervisor, bytes calldata witness) external returns (Verdict) {
        bytes32 hash = keccak256(witness);
        Commitment storage commitment = commitments[operator][hash];
        if (commitment.verdict != Verdict.Open) revert NotOpen();
        bytes32 expected = hypervisors[commitment.fork];
        if (hypervisor.codehash != expected) revert NotTheHypervisor(expected, hypervisor.codehash);

        (bool success, bytes memory answer) = hypervisor.staticcall(witness);
        if (success && answer.length == 32 && uint256(bytes32(answer)) == 1) {
            commitment.verdict = Verdict.Accepted;
            emit Accepted(operator, hash);
        } else if (!success && convicts(answer)) {
            commitment.verdict = Verdict.Fraud;
            emit Fraud(operator, hash, answer);
        } else {
            revert Inconclusive(answer);
        }
        return commitment.verdict;
    }

    /// Whether an answer is exactly one of the two errors that convict.
    function convicts(bytes memory answer) private pure returns (bool) {
        bytes4 selector = bytes4(answer);
        return (selector == Mismatch.selector && answer.length == 4 + 5 * 32)
            || (selector == Malformed.selector && answer.length == 4 + 32);
    }
}
