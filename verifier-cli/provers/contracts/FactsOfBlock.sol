// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, Mismatch} from "./Claims.sol";
import {Kinds} from "./Kinds.sol";
import {Places} from "./Places.sol";
import {Records} from "./Records.sol";
import {RecordTable as R} from "./RecordTable.sol";
import {Rlp} from "./Rlp.sol";
import {Rules} from "./Rules.sol";
import {TransactionBytes} from "./TransactionBytes.sol";
import {Verdicts} from "./Verdicts.sol";

/// Facts of the records about block and chain: words that the commitment has.
library FactsOfBlock {
    using Rlp for Rlp.Cursor;
    using Verdicts for Verdicts.Subject;

    /// The opcodes that push one word of the block's.
    function value(
        Verdicts.Subject memory subject,
        Claims.Environment calldata environment,
        uint256 opcode,
        bytes calldata record
    ) internal pure {
        uint256 word;
        if (opcode == R.COINBASE) word = uint256(environment.beneficiary);
        else if (opcode == R.TIMESTAMP) word = environment.timestamp;
        else if (opcode == R.NUMBER) word = environment.number;
        else if (opcode == R.PREVRANDAO) word = uint256(environment.randomness);
        else if (opcode == R.GASLIMIT) word = environment.gasLimit;
        else if (opcode == R.CHAINID) word = environment.chainId;
        else if (opcode == R.BASEFEE) word = environment.baseFee;
        else if (opcode == R.BLOBBASEFEE) word = environment.blobBaseFee;
        else revert Verdicts.NotJudged(opcode);
        subject.check(Kinds.ACCESS_BLOCK, word, Records.word(record, R.VALUE_VALUE));
    }

    /// `BLOCKHASH`: zero but for the blocks before this one that it knows, which are among the ancestors. Who claims
    /// a hash claims the ancestor too: no block's hash is zero, which stands for one that is not claimed.
    function blockhash_(
        Verdicts.Subject memory subject,
        Places.Place calldata place,
        bytes calldata record,
        bytes32 ancestor,
        bytes32[] calldata path
    ) internal pure {
        uint256 current = place.environment.number;
        uint256 number = Records.word(record, R.BLOCKHASH_NUMBER);
        bytes32 hash = 0;
        if (number < current && current - number <= Rules.BLOCK_HASHES) {
            Claims.Tree memory tree = place.transaction.block_.ancestors;
            uint256 back = current - number - 1;
            if (back < tree.count) {
                if (!Claims.stands(tree, back, Claims.leaf(ancestor), path)) revert Claims.NotAmong(Claims.BLOCK);
                hash = ancestor;
            }
            if (hash == 0) {
                bytes32 found = Records.hash(record, R.BLOCKHASH_HASH);
                Verdicts.end(Mismatch(Kinds.ACCESS_BLOCK_HASH, subject.message, subject.record, 0, found));
            }
        }
        subject.check(Kinds.ACCESS_BLOCK_HASH, hash, Records.hash(record, R.BLOCKHASH_HASH));
    }

    /// `BLOBHASH`: the transaction's versioned hash at the index, zero past the last.
    function blobhash_(
        Verdicts.Subject memory subject,
        Places.Place calldata place,
        bytes calldata record,
        bytes calldata transaction
    ) internal pure {
        bytes32 claimed = place.transaction.transaction.hash;
        if (keccak256(transaction) != claimed) revert Verdicts.CodeMissing(claimed);
        TransactionBytes.Read memory body = TransactionBytes.read(transaction);
        uint256 index = Records.word(record, R.BLOBHASH_INDEX);
        bytes32 expected = 0;
        if (index < body.blobCount) {
            for (uint256 next = 0; next <= index; next++) {
                expected = body.blobs.hash();
            }
        }
        subject.check(Kinds.ACCESS_BLOCK, expected, Records.hash(record, R.BLOBHASH_HASH));
    }
}
