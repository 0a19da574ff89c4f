// Programs to start from.

export const programs = [
  {
    name: "3 + 4",
    fork: "osaka",
    input: "",
    program: `; 3 + 4, returned: the first program of many
PUSH 3
PUSH 4
ADD
PUSH 0
MSTORE
PUSH 32
PUSH 0
RETURN`,
  },
  {
    name: "A loop: the sum of 1 to 10",
    fork: "osaka",
    input: "",
    program: `PUSH 0            ; sum
PUSH 10           ; n
loop: JUMPDEST
  DUP1            ; n n sum
  SWAP2 ADD       ; sum+n n
  SWAP1           ; n sum
  PUSH 1 SWAP1 SUB
  DUP1 PUSH loop JUMPI
POP
PUSH 0 MSTORE
PUSH 32 PUSH 0 RETURN`,
  },
  {
    name: "Fibonacci of the calldata",
    fork: "osaka",
    input: "000000000000000000000000000000000000000000000000000000000000002a",
    program: `PUSH 1 PUSH 0     ; a=0 b=1
PUSH 0 CALLDATALOAD
loop: JUMPDEST    ; n a b
  DUP1 ISZERO PUSH done JUMPI
  SWAP2           ; b a n
  DUP1 SWAP2 ADD  ; a+b b n
  SWAP1           ; b a+b n
  SWAP2           ; n a+b b
  PUSH 1 SWAP1 SUB
  SWAP2 SWAP1 SWAP2
  PUSH loop JUMP
done: JUMPDEST
POP
PUSH 0 MSTORE
PUSH 32 PUSH 0 RETURN`,
  },
  {
    name: "A slot, and a log",
    fork: "osaka",
    input: "",
    program: `; count up a slot, and tell it
PUSH 7 SLOAD
PUSH 1 ADD
DUP1 PUSH 7 SSTORE
PUSH 0 MSTORE
PUSH 0xc0ffee
PUSH 32 PUSH 0 LOG1
STOP`,
  },
  {
    name: "keccak256 of the calldata",
    fork: "osaka",
    input: "68656c6c6f",
    program: `CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY
CALLDATASIZE PUSH 0 KECCAK256
PUSH 0 MSTORE
PUSH 32 PUSH 0 RETURN`,
  },
  {
    name: "1,006 words of stack",
    fork: "osaka",
    input: "",
    program: `; more than the machine has room for: it spills words to memory, and brings them back
PUSH 67
fill: JUMPDEST
  DUP1 DUP1 DUP1 DUP1 DUP1
  DUP1 DUP1 DUP1 DUP1 DUP1
  DUP1 DUP1 DUP1 DUP1 DUP1
  PUSH 1 SWAP1 SUB
  DUP1 PUSH fill JUMPI
PUSH 66
drop: JUMPDEST
  SWAP15
  POP POP POP POP POP
  POP POP POP POP POP
  POP POP POP POP POP
  PUSH 1 SWAP1 SUB
  DUP1 PUSH drop JUMPI
POP
PUSH 0 MSTORE
PUSH 32 PUSH 0 RETURN`,
  },
  {
    name: "A revert with data",
    fork: "osaka",
    input: "",
    program: `PUSH 0x6e6f PUSH 0 MSTORE
PUSH 2 PUSH 30 REVERT`,
  },
  {
    name: "A jump to nowhere",
    fork: "osaka",
    input: "",
    program: `PUSH 5 JUMP
PUSH 0x5b5b5b  ; not destinations: data of a PUSH`,
  },
];
