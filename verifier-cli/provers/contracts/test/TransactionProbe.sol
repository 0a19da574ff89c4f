// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {FastLz} from "../FastLz.sol";
import {Intrinsic} from "../Intrinsic.sol";
import {TransactionBytes} from "../TransactionBytes.sol";

/// What the libraries say of a transaction's bytes, for tests.
contract TransactionProbe {
    /// Length compressed, and bytes that are not zero.
    function measured(bytes calldata data) external pure returns (uint256 compressed, uint256 nonZeros) {
        uint256 start;
        assembly ("memory-safe") {
            start := data.offset
        }
        return (FastLz.compressedLength(data), Intrinsic.nonZeros(start, data.length));
    }

    /// Words of a transaction: type, chain id, nonce, tip, price, limit, `to`, value, hash of the input, accounts
    /// and keys of the access list, blobs, authorisations, hash that is signed, and what it costs.
    function told(bytes calldata data, uint256 fork) external pure returns (uint256[16] memory words) {
        TransactionBytes.Read memory read = TransactionBytes.read(data);
        words[0] = read.kind;
        words[1] = read.hasChainId ? read.chainId : type(uint256).max;
        words[2] = read.nonce;
        words[3] = read.tip;
        words[4] = read.price;
        words[5] = read.gasLimit;
        words[6] = read.creates ? type(uint256).max : uint160(read.to);
        words[7] = read.value;
        words[8] = uint256(keccak256(TransactionBytes.inputOf(read)));
        words[9] = read.accounts;
        words[10] = read.keys;
        words[11] = read.blobCount;
        words[12] = read.authorizationCount;
        words[13] = uint256(TransactionBytes.signingHash(read));
        (words[14], words[15]) = Intrinsic.gasOf(read, fork);
    }
}
