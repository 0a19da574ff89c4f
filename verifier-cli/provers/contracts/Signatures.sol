// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// Who signed a hash.
library Signatures {
    /// Half the curve's order: the greatest `s` that the chain takes (EIP-2).
    uint256 private constant MOST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// The signer; zero if the signature is nobody's, or none that the chain takes. `odd` is the parity of the
    /// point's `y`.
    function signer(bytes32 hash, uint256 odd, uint256 r, uint256 s) internal pure returns (address) {
        if (s > MOST_S || odd > 1) return address(0);
        // Without enough gas for it the call reverts.
        return ecrecover(hash, uint8(27 + odd), bytes32(r), bytes32(s));
    }
}
