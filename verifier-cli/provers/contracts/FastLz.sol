// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// How long bytes are once FastLZ has compressed them (level 1). Every bit of the search for repetitions is
/// consensus on the OP Stack.
library FastLz {
    /// Length of some of calldata compressed.
    function compressedLength(bytes calldata data) internal pure returns (uint256 length) {
        assembly ("memory-safe") {
            // So many bytes that repeat nothing: each run of 32 has one byte before it.
            function literals(count) -> made {
                made := add(count, div(add(count, 31), 32))
            }
            // Three bytes' place in the table, from the word that they are the first of.
            function placeOf(word) -> place {
                let three := or(or(byte(0, word), shl(8, byte(1, word))), shl(16, byte(2, word)))
                place := and(shr(19, mul(three, 0x9e3779b9)), 0x1fff)
            }
            // Four bytes for each of 2^13 places.
            let table := mload(0x40)
            mstore(0x40, add(table, 0x8020))
            calldatacopy(table, calldatasize(), 0x8020)
            let size := data.length
            let base := data.offset
            let last := mul(gt(size, 14), sub(size, 14))
            let written := 0
            for { let here := 2 } lt(here, last) {} {
                let word := calldataload(add(base, here))
                let entry := add(table, shl(2, placeOf(word)))
                let held := mload(entry)
                let earlier := shr(224, held)
                mstore(entry, or(shl(224, here), and(held, sub(shl(224, 1), 1))))
                if or(
                    iszero(lt(sub(here, earlier), 0x2000)),
                    shr(232, xor(word, calldataload(add(base, earlier))))
                ) {
                    here := add(here, 1)
                    continue
                }
                // No repetition reaches into the last five bytes.
                let left := sub(sub(size, 8), here)
                let same := 0
                let one := add(base, add(here, 3))
                let other := add(base, add(earlier, 3))
                for {} lt(same, left) {} {
                    let differ := xor(calldataload(add(one, same)), calldataload(add(other, same)))
                    if differ {
                        for {} iszero(byte(0, differ)) { differ := shl(8, differ) } { same := add(same, 1) }
                        break
                    }
                    same := add(same, 32)
                }
                if gt(same, left) { same := left }
                // Three bytes, or two for less than six more than the shortest, and as often as there are 262, three.
                length := add(length, literals(sub(here, written)))
                length := add(length, add(mul(3, div(same, 262)), sub(3, lt(mod(same, 262), 6))))
                here := add(here, add(3, same))
                for { let behind := sub(here, 2) } lt(behind, here) { behind := add(behind, 1) } {
                    entry := add(table, shl(2, placeOf(calldataload(add(base, behind)))))
                    mstore(entry, or(shl(224, behind), and(mload(entry), sub(shl(224, 1), 1))))
                }
                written := here
            }
            length := add(length, literals(sub(size, written)))
        }
    }
}
