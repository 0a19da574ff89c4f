// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// Where operators commit to messages, and anyone has one audited, segment by segment: the reference
/// consumer of the segment machines. It trusts nobody: not who submits, not the address it is told to
/// call, not the archives it reads.
///
/// It knows fraud alone, and fraud is final. What is held against an operator and turns out true is
/// logged and decides nothing: a lie may stand elsewhere. What comes to no end (an archive that is
/// missing, too little gas, a page that is not given) reverts and leaves everything as it was.
contract AuditRegister {
    enum Standing { None, Open, Fraud }

    /// What `advance` came to.
    enum Outcome { Held, Advanced, Fraud }

    struct Commitment {
        uint8 fork;
        Standing standing;
        uint64 blockNumber;
        uint64 blockTime;
    }

    /// Where a fork begins: with the first block of at least this number and this time.
    struct Activation {
        uint64 blockNumber;
        uint64 blockTime;
    }

    /// A part of a segment's input: these bytes, or what an archive holds behind its first byte.
    struct Part {
        address archive;
        bytes data;
    }

    /// A checkpoint of the operator's, and what shows that it is one.
    struct Leaf {
        uint256 record;
        uint256 gasUsed;
        bytes32 digest;
        bytes32[] path;
    }

    /// What the operator committed to, as far as it is of interest: the checkpoints that the segment
    /// lies between, and what shows that the records are the message's. `claimed` are the words of the
    /// checkpoint at its end, if they are known: only for a reason that says more.
    struct Claim {
        uint256 checkpoints;
        bytes32 checkpointsRoot;
        uint256 segment;
        Leaf from;
        Leaf to;
        bytes32[] records;
        bytes claimed;
    }

    /// A segment's input, in memory.
    struct Input {
        uint256 start;
        uint256 size;
    }

    /// What a segment is judged by.
    struct Judged {
        address operator;
        bytes32 commitment;
        bytes32 codeHash;
        bytes32 key;
        uint256 segment;
        /// Whether the operator has a checkpoint at its end, and whether it is this that is asked for.
        bool bounded;
        bool target;
    }

    /// Code hash of the segment machine of each fork, by the fork's number.
    bytes32[] public machines;

    /// Commitments by operator and hash.
    mapping(address operator => mapping(bytes32 commitment => Commitment)) public commitments;

    /// The chain that the messages are of.
    uint256 private guestChain;

    /// Its schedule: where each fork begins, by the fork's number, as far as that is known.
    Activation[] private activations;

    /// Digests that a machine came to, by what it ran: its code hash, the commitment, the segment.
    mapping(bytes32 key => mapping(bytes32 digest => bool)) public reached;

    event Committed(
        address indexed operator, bytes32 indexed commitment, uint8 fork, uint64 blockNumber, uint64 blockTime
    );
    event Held(address indexed operator, bytes32 indexed commitment, uint256 segment);
    event Advanced(
        address indexed operator, bytes32 indexed commitment, uint256 segment, uint256 gasUsed, bytes32 digest
    );
    event Fraud(address indexed operator, bytes32 indexed commitment, uint256 segment, bytes reason);

    /// A fork of the schedule begins before the one before it.
    error Unordered();
    /// The block is from before the first fork of the schedule.
    error TooEarly(uint64 blockNumber, uint64 blockTime);
    /// The fork has no machine here.
    error UnknownFork(uint8 fork);
    /// The operator has committed to this already.
    error AlreadyCommitted();
    /// The operator has not committed to this, or it is fraud already.
    error NotOpen();
    /// The address does not hold the code of the fork's machine.
    error NotTheMachine(bytes32 expected, bytes32 found);
    /// There is no archive at this address.
    error NoArchive(address archive);
    /// A section of the input is not what the hashes say.
    error NotBound(uint256 section);
    /// The operator has no such item at this place.
    error NotAmong(uint256 place);
    /// No segment starts from this digest.
    error NotReached(bytes32 digest);
    /// The segment does not end at this gas.
    error NotNext(uint256 gasUsed);
    /// The segment came to no end: this is what the machine answered.
    error NotProven(bytes answer);
    /// The record is canonical.
    error Canonical();

    /// The machine's errors that convict, and the register's own reasons.
    error Mismatch(uint256 kind, uint256 pc, uint256 record, bytes32 expected, bytes32 found);
    error Malformed(uint256 position);

    bytes32 private constant MESSAGE_TAG = "iso-evm message 1";
    bytes32 private constant CHECKPOINT_TAG = "iso-evm checkpoint 1";
    bytes32 private constant COMMITMENT_TAG = "iso-evm commitment 1";
    bytes32 private constant EMPTY = keccak256("");

    // Positions in a segment's input.
    uint256 private constant STATE_ROOT_ENTER = 32;
    uint256 private constant GAS_AVAILABLE = 320;
    uint256 private constant CALL_DATA_SIZE = 512;
    uint256 private constant CALL_DATA_HASH = 544;
    uint256 private constant RECORD_COUNT = 576;
    uint256 private constant RECORDS_ROOT = 608;
    uint256 private constant START = 640;
    uint256 private constant GAS_USED_SO_FAR = 704;
    uint256 private constant RECORD = 736;
    uint256 private constant STACK_HEIGHT = 768;
    uint256 private constant STACK_HASH = 800;
    uint256 private constant MEMORY_HASH = 864;
    uint256 private constant RETURN_DATA_SIZE = 896;
    uint256 private constant RETURN_DATA_HASH = 928;
    uint256 private constant END = 992;
    uint256 private constant RECORDS_END = 1024;
    uint256 private constant STACK_AT = 1056;
    uint256 private constant CALL_DATA_AT = 1088;
    uint256 private constant RETURN_DATA_AT = 1120;
    uint256 private constant CODE_AT = 1152;
    uint256 private constant CODE_SIZE = 1184;
    uint256 private constant PAGES_AT = 1216;
    uint256 private constant PAGE_DATA_AT = 1248;
    uint256 private constant WITHHELD_AT = 1280;
    uint256 private constant PAGES_FROM = 1312;
    uint256 private constant RECORDS = 1344;

    // What a record has before its metadata, and where that is said to stand.
    uint256 private constant RECORD_HEAD = 96;
    uint256 private constant METADATA_OFFSET = 64;

    uint256 private constant PAGE_SIZE = 4096;
    uint256 private constant STACK_LIMIT = 1024;
    /// Every byte 1.
    uint256 private constant FLAGS = type(uint256).max / 255;
    uint256 private constant CHECKPOINT_SIZE = 352;

    // Sections, as `NotBound` names them.
    uint256 private constant WORDS = 0;
    uint256 private constant RECORD_SLICE = 1;
    uint256 private constant STACK = 2;
    uint256 private constant CALL_DATA = 3;
    uint256 private constant RETURN_DATA = 4;
    uint256 private constant CODE = 5;
    uint256 private constant PAGES = 6;
    uint256 private constant PAGE_DATA = 7;
    uint256 private constant WITHHELD = 8;

    // Kinds of mismatch: those of the machine that are told apart here, and those of the register.
    uint256 private constant CHECKPOINT_ABSENT = 9;
    uint256 private constant CHECKPOINT = 10;
    uint256 private constant CHECKPOINT_FIELDS = 32;
    uint256 private constant CHECKPOINT_GAS_USED = 33;
    uint256 private constant CHECKPOINT_RECORD = 34;

    /// What stands for a number that there is none of.
    uint256 private constant NONE = type(uint256).max;

    constructor(bytes32[] memory codeHashes, uint256 chainId, Activation[] memory forks) {
        machines = codeHashes;
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

    /// What `reached` is asked by.
    function keyOf(bytes32 codeHash, bytes32 commitment, uint256 segment) public pure returns (bytes32) {
        return keccak256(abi.encode(codeHash, commitment, segment));
    }

    /// Number of digests up to the last that was reached: 0 if none was.
    function furthest(bytes32 key, bytes32[] calldata digests) external view returns (uint256) {
        for (uint256 count = digests.length; count > 0; count--) {
            if (reached[key][digests[count - 1]]) return count;
        }
        return 0;
    }

    /// The caller stands by a message that ran in a block of this number and time, and by its
    /// checkpoints. Its fork is what the schedule says.
    function commit(bytes32 commitment, uint64 blockNumber, uint64 blockTime) external {
        uint8 fork = forkAt(blockNumber, blockTime);
        if (fork >= machines.length || machines[fork] == 0) revert UnknownFork(fork);
        Commitment storage made = commitments[msg.sender][commitment];
        if (made.standing != Standing.None) revert AlreadyCommitted();
        made.fork = fork;
        made.standing = Standing.Open;
        made.blockNumber = blockNumber;
        made.blockTime = blockTime;
        emit Committed(msg.sender, commitment, fork, blockNumber, blockTime);
    }

    /// Has a segment run, from a checkpoint of the operator's or from where a machine came to, to the
    /// next checkpoint of the operator's, to a place before it, or to the message's end. `said` is the
    /// digest that was reached, or why it is fraud.
    function advance(address operator, address machine, Claim calldata claim, Part[] calldata input)
        external
        returns (Outcome outcome, bytes memory said)
    {
        Input memory given = assembled(input);
        if (given.size < RECORDS || word(given, 0) != MESSAGE_TAG || word(given, START) != CHECKPOINT_TAG) {
            revert NotBound(WORDS);
        }
        Judged memory judged;
        judged.operator = operator;
        judged.segment = claim.segment;
        judged.commitment = opened(operator, hashed(given, 0, START, WORDS), claim.checkpoints, claim.checkpointsRoot);
        judged.codeHash = machines[commitments[operator][judged.commitment].fork];
        if (machine.codehash != judged.codeHash) revert NotTheMachine(judged.codeHash, machine.codehash);
        judged.key = keyOf(judged.codeHash, judged.commitment, claim.segment);

        bool based = starts(given, judged, claim);
        if (claim.segment > claim.checkpoints) revert NotAmong(claim.segment);
        judged.bounded = claim.segment < claim.checkpoints;
        uint256 used = number(given, GAS_USED_SO_FAR);
        uint256 most = number(given, GAS_AVAILABLE);
        if (judged.bounded) {
            if (!among(claim, claim.to, claim.segment)) revert NotAmong(claim.segment);
            uint256 next = claim.to.gasUsed;
            // Between two checkpoints gas is used, and no more than there is.
            if (based && next <= used) return convict(judged, gasUsedReason(used, next));
            if (next > most) return convict(judged, gasUsedReason(most, next));
            most = next;
        }
        uint256 end = number(given, END);
        if (end == 0 ? judged.bounded : (end <= used || end > most)) revert NotNext(end);
        judged.target = judged.bounded && end == most;

        bind(given, claim.records);
        (bool success, bytes memory answer) = run(machine, given);
        if (success && end == 0 && answer.length == 32 && uint256(bytes32(answer)) == 1) {
            return held(judged);
        }
        if (success && end != 0 && answer.length == CHECKPOINT_SIZE && bytes32(answer) == CHECKPOINT_TAG) {
            if (!judged.target) return advanced(judged, answer);
            said = difference(claim, answer);
            return said.length == 0 ? held(judged) : convict(judged, said);
        }
        if (!success && convicts(answer, judged.target)) return convict(judged, answer);
        revert NotProven(answer);
    }

    /// A record of a message that is no canonical one: nobody could run the message on it. A message
    /// that does not begin with its tag is none.
    function malformed(
        address operator,
        bytes calldata head,
        uint256 checkpoints,
        bytes32 checkpointsRoot,
        uint256 index,
        bytes calldata record,
        bytes32[] calldata path
    ) external {
        if (head.length != START) revert NotBound(WORDS);
        Judged memory judged;
        judged.operator = operator;
        judged.segment = NONE;
        judged.commitment = opened(operator, keccak256(head), checkpoints, checkpointsRoot);
        if (bytes32(head[:32]) != MESSAGE_TAG) {
            convict(judged, abi.encodeWithSelector(Malformed.selector, 0));
            return;
        }
        uint256 count = uint256(bytes32(head[RECORD_COUNT:RECORD_COUNT + 32]));
        bytes32[] memory level = new bytes32[](1);
        level[0] = leafOf(keccak256(record));
        if (
            index == 0 || count == 0
                || !proven(bytes32(head[RECORDS_ROOT:RECORDS_ROOT + 32]), count - 1, index - 1, level, 1, path)
        ) revert NotAmong(index);
        if (canonical(record)) revert Canonical();
        convict(judged, abi.encodeWithSelector(Malformed.selector, RECORDS));
    }

    /// `callData` whose hash the head has, and whose length it has not: no message has such a head, and
    /// no segment that reads it can be run.
    function missized(
        address operator,
        bytes calldata head,
        uint256 checkpoints,
        bytes32 checkpointsRoot,
        Part[] calldata callData
    ) external {
        if (head.length != START) revert NotBound(WORDS);
        Judged memory judged;
        judged.operator = operator;
        judged.segment = NONE;
        judged.commitment = opened(operator, keccak256(head), checkpoints, checkpointsRoot);
        Input memory given = assembled(callData);
        if (
            hashed(given, 0, given.size, CALL_DATA) != bytes32(head[CALL_DATA_HASH:CALL_DATA_HASH + 32])
                || bytes32(given.size) == bytes32(head[CALL_DATA_SIZE:CALL_DATA_SIZE + 32])
        ) revert NotBound(CALL_DATA);
        convict(judged, abi.encodeWithSelector(Malformed.selector, CALL_DATA_SIZE));
    }

    /// The input in one piece. An archive is believed nothing: what it holds is held against hashes.
    function assembled(Part[] calldata parts) private view returns (Input memory input) {
        uint256 offset;
        assembly ("memory-safe") { offset := mload(0x40) }
        uint256 end = offset;
        for (uint256 index = 0; index < parts.length; index++) {
            address archive = parts[index].archive;
            uint256 size;
            if (archive == address(0)) {
                bytes calldata data = parts[index].data;
                size = data.length;
                assembly ("memory-safe") {
                    calldatacopy(end, data.offset, size)
                    mstore(0x40, and(add(add(end, size), 31), not(31)))
                }
            } else {
                size = archive.code.length;
                if (size == 0) revert NoArchive(archive);
                size -= 1;
                assembly ("memory-safe") {
                    extcodecopy(archive, end, 1, size)
                    mstore(0x40, and(add(add(end, size), 31), not(31)))
                }
            }
            end += size;
        }
        input.start = offset;
        input.size = end - offset;
    }

    /// The word at a position that is known to be inside.
    function word(Input memory input, uint256 position) private pure returns (bytes32 found) {
        assembly ("memory-safe") { found := mload(add(mload(input), position)) }
    }

    function number(Input memory input, uint256 position) private pure returns (uint256) {
        return uint256(word(input, position));
    }

    /// The hash of a range, which must be inside.
    function hashed(Input memory input, uint256 from, uint256 size, uint256 section)
        private
        pure
        returns (bytes32 hash)
    {
        if (from > input.size || size > input.size - from) revert NotBound(section);
        assembly ("memory-safe") { hash := keccak256(add(mload(input), from), size) }
    }

    /// The hash of an operator's commitment, which must be open.
    function opened(address operator, bytes32 message, uint256 checkpoints, bytes32 root)
        private
        view
        returns (bytes32 commitment)
    {
        commitment = keccak256(abi.encode(COMMITMENT_TAG, message, checkpoints, root));
        if (commitments[operator][commitment].standing != Standing.Open) revert NotOpen();
    }

    /// Whether the segment starts from the operator's checkpoint: else it must start from where a
    /// machine came to.
    function starts(Input memory input, Judged memory judged, Claim calldata claim) private view returns (bool) {
        bytes32 base;
        if (claim.segment == 0) {
            base = keccak256(
                bytes.concat(
                    abi.encode(CHECKPOINT_TAG, 0, 0, 1, 0, EMPTY),
                    abi.encode(0, EMPTY, 0, EMPTY, word(input, STATE_ROOT_ENTER))
                )
            );
        } else {
            if (!among(claim, claim.from, claim.segment - 1)) revert NotAmong(claim.segment - 1);
            base = claim.from.digest;
        }
        bytes32 start = hashed(input, START, END - START, WORDS);
        if (start == base) return true;
        if (!reached[judged.key][start]) revert NotReached(start);
        return false;
    }

    /// Whether a checkpoint stands at a place among the operator's.
    function among(Claim calldata claim, Leaf calldata leaf, uint256 place) private pure returns (bool) {
        bytes32[] memory level = new bytes32[](1);
        level[0] = keccak256(abi.encodePacked(uint8(0), leaf.record, leaf.gasUsed, leaf.digest));
        return proven(claim.checkpointsRoot, claim.checkpoints, place, level, 1, leaf.path);
    }

    /// Whether leaves stand in a tree of `count` of them, from a place on: their hashes are the first
    /// `left` words of `level`, which is overwritten.
    function proven(
        bytes32 root,
        uint256 count,
        uint256 start,
        bytes32[] memory level,
        uint256 left,
        bytes32[] calldata proof
    ) private pure returns (bool) {
        if (left == 0 || start >= count || left > count - start) return false;
        uint256 used = 0;
        for (uint256 width = count; width > 1; width = width / 2 + width % 2) {
            uint256 from = 0;
            uint256 to = 0;
            if (start % 2 == 1) {
                if (used == proof.length) return false;
                level[0] = node(proof[used++], level[0]);
                (from, to) = (1, 1);
            }
            for (; from + 1 < left; from += 2) level[to++] = node(level[from], level[from + 1]);
            if (from < left) {
                if (used == proof.length) return false;
                level[to++] = node(level[from], proof[used++]);
            }
            (start, left) = (start / 2, to);
        }
        return used == proof.length && level[0] == root;
    }

    function node(bytes32 left, bytes32 right) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let offset := mload(0x40)
            mstore8(offset, 1)
            mstore(add(offset, 1), left)
            mstore(add(offset, 33), right)
            hash := keccak256(offset, 65)
        }
    }

    /// The leaf of a record with this hash.
    function leafOf(bytes32 record) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore8(0, 0)
            mstore(1, record)
            hash := keccak256(0, 33)
        }
    }

    /// Checks that the sections are what head and checkpoint have the hashes of. The code's hash the
    /// machine checks.
    function bind(Input memory input, bytes32[] calldata proof) private pure {
        uint256 size = number(input, STACK_HEIGHT);
        uint256 offset = number(input, STACK_AT);
        if (size > STACK_LIMIT || hashed(input, offset, 32 * size, STACK) != word(input, STACK_HASH)) {
            revert NotBound(STACK);
        }
        offset = number(input, CALL_DATA_AT);
        if (offset != 0) {
            size = number(input, CALL_DATA_SIZE);
            if (hashed(input, offset, size, CALL_DATA) != word(input, CALL_DATA_HASH)) revert NotBound(CALL_DATA);
            // Whoever reads over its end reads zeros.
            if (input.size - offset - size < 32 || word(input, offset + size) != 0) revert NotBound(CALL_DATA);
        }
        offset = number(input, RETURN_DATA_AT);
        if (offset != 0) {
            bytes32 hash = hashed(input, offset, number(input, RETURN_DATA_SIZE), RETURN_DATA);
            if (hash != word(input, RETURN_DATA_HASH)) revert NotBound(RETURN_DATA);
        }
        offset = number(input, CODE_AT);
        if (offset != 0) hashed(input, offset, number(input, CODE_SIZE), CODE);
        bindPages(input);
        bindRecords(input, proof);
    }

    /// The list of pages, and the bytes of each that is given.
    function bindPages(Input memory input) private pure {
        uint256 size = input.size;
        uint256 start = number(input, PAGES_AT);
        uint256 data = number(input, PAGE_DATA_AT);
        uint256 flags = number(input, WITHHELD_AT);
        uint256 from = number(input, PAGES_FROM);
        if (data > size) revert NotBound(PAGE_DATA);
        // The machine believes a flag: one of a page that is not listed would make up a page.
        uint256 withheld = flagged(input, flags);
        uint256 offset = start;
        while (true) {
            if (offset > size || size - offset < 32) revert NotBound(PAGES);
            uint256 index = number(input, offset);
            if (index == NONE) break;
            if (size - offset < 64) revert NotBound(PAGES);
            // Behind the end of the input flags are zero.
            uint256 flag = 0;
            if (index < size - flags) {
                assembly ("memory-safe") {
                    let place := add(add(mload(input), flags), index)
                    flag := byte(0, mload(place))
                }
            }
            if (flag == 0) {
                // For pages before the first there is no room, and they are not given.
                if (index >= from && hashed(input, data, PAGE_SIZE, PAGE_DATA) != word(input, offset + 32)) revert NotBound(PAGE_DATA);
                if (index >= from) data += PAGE_SIZE;
            } else {
                if (withheld == 0) revert NotBound(WITHHELD);
                withheld -= 1;
            }
            offset += 64;
        }
        if (withheld != 0) revert NotBound(WITHHELD);
        if (hashed(input, start, offset - start, PAGES) != word(input, MEMORY_HASH)) revert NotBound(PAGES);
    }

    /// Number of flags that are set, from a place to the input's end. A flag is 0 or 1.
    function flagged(Input memory input, uint256 from) private pure returns (uint256 count) {
        uint256 size = input.size;
        if (from > size) revert NotBound(WITHHELD);
        for (; from < size; from += 32) {
            uint256 flags = number(input, from);
            if (size - from < 32) flags >>= 8 * (32 - (size - from));
            if (flags & ~FLAGS != 0) revert NotBound(WITHHELD);
            // The sum of the bytes.
            unchecked { count += (flags * FLAGS) >> 248; }
        }
    }

    /// The slice of records: the message's, from the start's next on.
    function bindRecords(Input memory input, bytes32[] calldata proof) private pure {
        uint256 end = number(input, RECORDS_END);
        if (end < RECORDS || end > input.size) revert NotBound(RECORD_SLICE);
        bytes32[] memory level = new bytes32[]((end - RECORDS) / RECORD_HEAD);
        uint256 count = 0;
        uint256 offset = RECORDS;
        while (offset < end) {
            if (end - offset < RECORD_HEAD) revert NotBound(RECORD_SLICE);
            uint256 length = number(input, offset + 64);
            if (length > end - offset - RECORD_HEAD) revert NotBound(RECORD_SLICE);
            uint256 size = RECORD_HEAD + (length + 31) / 32 * 32;
            if (size > end - offset) revert NotBound(RECORD_SLICE);
            level[count++] = leafOf(hashed(input, offset, size, RECORD_SLICE));
            offset += size;
        }
        if (count == 0) return;
        uint256 all = number(input, RECORD_COUNT);
        uint256 first = number(input, RECORD);
        if (
            all == 0 || first == 0
                || !proven(word(input, RECORDS_ROOT), all - 1, first - 1, level, count, proof)
        ) revert NotBound(RECORD_SLICE);
    }

    /// Whether bytes are as long as a record says that it is, and say where its metadata is.
    function canonical(bytes calldata record) private pure returns (bool) {
        if (record.length < RECORD_HEAD || uint256(bytes32(record[32:64])) != METADATA_OFFSET) return false;
        uint256 length = uint256(bytes32(record[64:96]));
        return length <= record.length && record.length == RECORD_HEAD + (length + 31) / 32 * 32;
    }

    /// Calls the machine, with all gas that can be given.
    function run(address machine, Input memory input) private view returns (bool success, bytes memory answer) {
        assembly ("memory-safe") {
            success := staticcall(gas(), machine, mload(input), mload(add(input, 32)), 0, 0)
            answer := mload(0x40)
            let size := returndatasize()
            mstore(answer, size)
            returndatacopy(add(answer, 32), 0, size)
            mstore(0x40, add(answer, and(add(size, 63), not(31))))
        }
    }

    /// Why the operator's checkpoint is not the one that the machine came to; nothing if it is.
    function difference(Claim calldata claim, bytes memory answer) private pure returns (bytes memory) {
        Leaf calldata leaf = claim.to;
        bytes32 digest = keccak256(answer);
        uint256 kind;
        bytes32 expected = digest;
        bytes32 found = leaf.digest;
        if (digest != leaf.digest) {
            kind = CHECKPOINT;
            if (claim.claimed.length == CHECKPOINT_SIZE && keccak256(claim.claimed) == leaf.digest) {
                for (uint256 offset = 32; offset < CHECKPOINT_SIZE; offset += 32) {
                    bytes32 other = bytes32(claim.claimed[offset:offset + 32]);
                    if (other == wordOf(answer, offset)) continue;
                    kind = CHECKPOINT_FIELDS + offset / 32 - 1;
                    (expected, found) = (wordOf(answer, offset), other);
                    break;
                }
            }
        } else if (uint256(wordOf(answer, GAS_USED_SO_FAR - START)) != leaf.gasUsed) {
            kind = CHECKPOINT_GAS_USED;
            (expected, found) = (wordOf(answer, GAS_USED_SO_FAR - START), bytes32(leaf.gasUsed));
        } else if (uint256(wordOf(answer, RECORD - START)) != leaf.record) {
            kind = CHECKPOINT_RECORD;
            (expected, found) = (wordOf(answer, RECORD - START), bytes32(leaf.record));
        } else {
            return "";
        }
        return abi.encodeWithSelector(Mismatch.selector, kind, wordOf(answer, 32), NONE, expected, found);
    }

    function wordOf(bytes memory data, uint256 offset) private pure returns (bytes32 found) {
        assembly ("memory-safe") { found := mload(add(add(data, 32), offset)) }
    }

    function gasUsedReason(uint256 expected, uint256 found) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Mismatch.selector, CHECKPOINT_GAS_USED, NONE, NONE, expected, found);
    }

    /// Whether an answer is exactly one of the two errors that convict. That the message ends before
    /// a gas that the caller chose says nothing of the operator.
    function convicts(bytes memory answer, bool target) private pure returns (bool) {
        bytes4 selector = bytes4(answer);
        if (selector == Mismatch.selector && answer.length == 4 + 5 * 32) {
            return target || uint256(wordOf(answer, 4)) != CHECKPOINT_ABSENT;
        }
        return selector == Malformed.selector && answer.length == 4 + 32;
    }

    function held(Judged memory judged) private returns (Outcome, bytes memory) {
        emit Held(judged.operator, judged.commitment, judged.segment);
        return (Outcome.Held, "");
    }

    function advanced(Judged memory judged, bytes memory answer) private returns (Outcome, bytes memory) {
        bytes32 digest = keccak256(answer);
        reached[judged.key][digest] = true;
        uint256 used = uint256(wordOf(answer, GAS_USED_SO_FAR - START));
        emit Advanced(judged.operator, judged.commitment, judged.segment, used, digest);
        return (Outcome.Advanced, abi.encode(digest));
    }

    function convict(Judged memory judged, bytes memory reason) private returns (Outcome, bytes memory) {
        commitments[judged.operator][judged.commitment].standing = Standing.Fraud;
        emit Fraud(judged.operator, judged.commitment, judged.segment, reason);
        return (Outcome.Fraud, reason);
    }
}
