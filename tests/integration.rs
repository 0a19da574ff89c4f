//! Tests across the crates, as one binary: what is recorded is audited by the emitted hypervisor.

// What the others stand on: guests, audits, files.
mod harness;

// The inputs in `fixtures/`: recorded, compared with the committed bytes, audited.
mod replay;
// The same without roots: all else is equal.
mod trace;
// go-ethereum's tracer tests.
mod geth_tracetest;
// Mainnet transactions, Istanbul to Cancun.
mod mainnet;
// Official state tests, a sample of every folder.
mod statetests;
// Small programs on which earlier hypervisors went wrong, and whole ones with their host gas.
mod guests;

// The frames that people get wrong.
mod frames;
// What calls pass, and how much of it has a hash.
mod passed;
// The access, tree and transaction audits.
mod audits;
// The native engine: it says what the hypervisor says.
mod native;
// Every field of every record and of the message, changed one at a time.
mod tamper;
// Parents and children that do not agree.
mod tree;
// Whole witnesses changed everywhere: nothing survives.
mod mutation;
// Bytes that are no canonical witness.
mod malformed;
// Code that stands beside a message.
mod beside;
// Offsets, lengths and destinations at their extremes.
mod attacks;
// The guest's stack at its bounds.
mod stack;
// Too little host gas is never a verdict.
mod host_gas_limit;
// Random programs and random code.
mod random;
// The fuzzer's targets, without a fuzzer.
mod fuzzing;
// What each opcode costs on the host.
mod host_gas;
// What the audits do for each gas that a guest pays.
mod work;
// Messages in parts.
mod segments;
// What grows, and how fast.
mod growth;
// Archives that are missing, foreign or half there.
mod archives;
// The live machine: bytecode by delegation, without deploying it.
mod live;
// One verifier and a cluster, where one is built.
mod cluster;
// No fork is named in a comparison outside the protocol's table.
mod forks;
// Pages, emitted contracts and golden vectors in `specs/`, made again and compared.
mod specs;
