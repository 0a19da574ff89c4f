// Hardhat 3. Where it cannot fetch a compiler, ISO_SOLC names one: npm has node_modules/solc/soljson.js.
const path = process.env.ISO_SOLC;

export default {
  paths: {
    sources: "./consumer",
    tests: { solidity: "./consumer/test" },
    // What the provers are compiled to stays as it is.
    artifacts: "./out/hardhat",
  },
  solidity: {
    version: "0.8.37",
    ...(path && { path }),
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 1000 },
      metadata: { appendCBOR: false, bytecodeHash: "none" },
    },
  },
};
