// Hardhat 3. Where no native compiler can be had, ISO_SOLC names what is called instead, e.g. ./solcjs.mjs.
const path = process.env.ISO_SOLC;

export default {
  paths: { sources: "./consumer", tests: { solidity: "./consumer/test" } },
  solidity: {
    version: "0.8.37",
    ...(path && { path }),
    settings: {
      evmVersion: "cancun",
      viaIR: true,
      optimizer: { enabled: true, runs: 1000 },
      metadata: { appendCBOR: false, bytecodeHash: "none" },
    },
  },
};
