//! A whole block of one chain, committed to on another: an honest operator is never convicted, and one that lies
//! about any transaction of it is, beside the challenger's own witnesses.

use std::{fs, path::Path};

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_onchain::dispute::Disputes;
use iso_evm_verifier::claim::ClaimedBlock;
use iso_evm_wire::{MessageWitness, Witness, encoding::encode, records::Record};
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, address},
    claims::{self, disputes, publish, stands_by_claim},
};
use crate::common::{Ran, run};

/// The chain whose blocks are committed to, by its id and rules.
const GUEST: &str = "--guest-chain 31338 --schedule osaka=0";
/// Transactions of the block.
const COUNT: usize = 4;

/// Increments slot 0 and logs it.
const COUNTER: &[u8] =
    &[0x5f, 0x54, 0x60, 1, 0x01, 0x80, 0x5f, 0x55, 0x5f, 0x52, 0x60, 32, 0x5f, 0xa0, 0x00];

/// Two chains: the one that is claimed about, with a block of several transactions, and the one where it is disputed.
struct Chains {
    guest: Anvil,
    host: Anvil,
    deployed: Value,
    block: B256,
    folder: tempfile::TempDir,
}

impl Chains {
    fn start() -> Option<Self> {
        let guest = Anvil::of(&["--hardfork", "osaka", "--chain-id", "31338"])?;
        let host = Anvil::start()?;
        // PUSH1 size, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN.
        let initcode =
            [&[0x60, COUNTER.len() as u8, 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3], COUNTER];
        let counter = guest.create(initcode.concat().into());
        guest.method("evm_setAutomine", json!([false]));
        for account in 0..COUNT - 1 {
            guest.queue(account, Some(counter), &Bytes::new(), 100_000);
        }
        let last = guest.queue(COUNT - 1, Some(guest.accounts[7]), &Bytes::new(), 21_000);
        guest.method("evm_mine", json!([]));
        let block = guest.chain.receipt(last).unwrap().block.unwrap();
        let deployed = host.deploy(GUEST);
        let folder = tempfile::tempdir().unwrap();
        Some(Self { guest, host, deployed, block, folder })
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `iso-verify commit` of the block, on the other chain where `more` says so.
    fn commit(&self, more: &str) -> Ran {
        let (guest, block) = (&self.guest.url, self.block);
        let line = format!("iso-verify commit --rpc-url {guest} --block {block} {more}");
        run(self.folder(), &line)
    }

    fn posted(&self) -> String {
        let (host, operator) = (&self.host.url, self.host.accounts[0]);
        let dispute = address(&self.deployed, "dispute");
        format!("--l1-rpc-url {host} --unlocked {operator} --dispute {dispute} {GUEST} --json")
    }

    /// The block's witnesses, in a folder.
    fn recorded(&self) -> Vec<Witness> {
        let (guest, block) = (&self.guest.url, self.block);
        let line = format!("iso-witness record --rpc-url {guest} --block {block} -o block");
        let ran = run(self.folder(), &line);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let files = fs::read_dir(self.folder().join("block")).unwrap();
        let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| Witness::decode(&fs::read(file).unwrap()).unwrap()).collect()
    }

    /// The claim of the block, as it is written.
    fn claimed(&self) -> ClaimedBlock {
        let ran = self.commit("-o true.json");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let claimed = ClaimedBlock::parse(&fs::read(self.folder().join("true.json")).unwrap());
        let claimed = claimed.unwrap();
        assert_eq!(ran.text().trim(), claimed.root().to_string());
        claimed
    }

    fn disputes(&self, witness: &Witness) -> Disputes {
        disputes(&self.deployed, witness, GUEST)
    }

    /// Challenges a claim of the first account's beside one's own witnesses.
    fn challenged(&self, claim: &str, code: i32) -> Value {
        let dispute = address(&self.deployed, "dispute");
        let line = format!("challenge {claim} --witness block --dispute {dispute} {GUEST}");
        self.host.json(self.folder(), &line, code)
    }
}

#[test]
fn a_block_cannot_be_committed_to_or_its_honest_operator_is_convicted() {
    let Some(chains) = Chains::start() else { return };
    let witnesses = chains.recorded();
    assert_eq!(witnesses.len(), COUNT);
    let claimed = chains.claimed();
    assert_eq!(claimed.transactions.len(), COUNT);
    // The folder of its witnesses is the same block.
    let ran = run(chains.folder(), "iso-verify commit block -o again.json");
    assert_eq!(
        (ran.code, ran.text().trim()),
        (Some(0), &*claimed.root().to_string()),
        "{}",
        ran.stderr
    );

    let ran = chains.commit(&chains.posted());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.json();
    assert_eq!(
        (&document["standing"], &document["root"]),
        (&"open".into(), &claimed.root().to_string().into())
    );
    assert_eq!(address(&document, "operator"), chains.host.accounts[0]);
    // Once is enough.
    let again = chains.commit(&chains.posted()).json();
    assert_eq!(again["transactions"], json!([]));
    let document = chains.challenged("true.json", 3);
    let said = document["said"].as_str().unwrap();
    assert!(
        said.starts_with("nothing false was found in it") || said.starts_with("nothing is false"),
        "{said}"
    );
    assert_eq!(document["standing"], "open");
}

#[test]
fn a_lie_about_some_transaction_of_a_block_is_not_convicted() {
    let Some(chains) = Chains::start() else { return };
    let witnesses = chains.recorded();
    let truth = chains.claimed();
    let disputes = chains.disputes(&witnesses[0]);
    // What the witness of a transaction would be claimed of, if it said something else.
    let with_message = |at: usize, change: fn(&mut MessageWitness)| {
        let mut lying = witnesses[at].clone();
        let mut message = lying.message(0).unwrap();
        change(&mut message);
        lying.messages[0] = encode(&message).into();
        let mut claimed = truth.clone();
        claimed.transactions[at] = claims::claimed(&lying).transactions.remove(0);
        claimed
    };
    let changed = |change: fn(&mut ClaimedBlock)| {
        let mut claimed = truth.clone();
        change(&mut claimed);
        claimed
    };
    let lies = [
        (
            "another sender of the last",
            None,
            changed(|claim| {
                claim.transactions[COUNT - 1].claim.sender = B256::with_last_byte(7);
            }),
        ),
        (
            "more gas of the second's message",
            Some(1),
            with_message(1, |message| message.gasUsed += U256::from(1)),
        ),
        (
            "another value that the third's message reads",
            Some(2),
            with_message(2, |message| {
                let Ok(Record::Sload(mut sload)) = Record::decode(&message.stateAccessList[1])
                else {
                    panic!("the counter begins with a read")
                };
                assert_eq!(sload.value, B256::with_last_byte(2));
                sload.value = B256::with_last_byte(9);
                message.stateAccessList[1] = Record::Sload(sload).encode();
            }),
        ),
        (
            "another root behind the block",
            None,
            changed(|claim| claim.claim.leave = B256::repeat_byte(7)),
        ),
    ];
    for (name, transaction, lie) in lies {
        let claimed = lie.rebuilt();
        assert_ne!(claimed.root(), truth.root(), "{name}");
        stands_by_claim(&chains.host, &disputes, &claimed);
        publish(chains.folder(), &claimed);
        let document = chains.challenged("claim.json", 1);
        assert_eq!(document["standing"], "convicted", "{name}: {}", document["said"]);
        // It may be told as well by how the block's transactions follow each other.
        let (said, told) = (document["said"].as_str().unwrap(), &document["conviction"]);
        if told["kind"] == "chain" {
            assert_eq!(told["transaction"], json!(null), "{name}: {said}");
        } else if let Some(transaction) = transaction {
            assert_eq!(told["transaction"], json!(transaction), "{name}: {said}");
            assert!(said.contains(&format!(": transaction {transaction}: ")), "{said}");
        }
    }
}

#[test]
fn what_is_no_block_to_commit_to_is_told_as_something_else() {
    let Some(chains) = Chains::start() else { return };
    let witnesses = chains.recorded();
    let folder = chains.folder();
    // The second transaction is missing.
    fs::create_dir(folder.join("gap")).unwrap();
    for index in [0, 2] {
        fs::write(folder.join(format!("gap/{index}.bin")), witnesses[index].encode()).unwrap();
    }
    fs::create_dir(folder.join("empty")).unwrap();
    let host = &chains.host.url;
    for (line, words) in [
        (
            "commit gap".to_owned(),
            "gap: nobody can commit to it as one block: transaction 1 begins with",
        ),
        (
            "commit empty".to_owned(),
            "empty: nobody can commit to it as one block: there is no transaction",
        ),
        ("commit".to_owned(), "<FILE>"),
        (format!("commit block --l1-rpc-url {host}"), "--block"),
        (format!("commit --block 1..2 --rpc-url {}", chains.guest.url), "which is to one block"),
        (
            format!(
                "commit --block {} --rpc-url {} --unlocked {}",
                chains.block,
                chains.guest.url,
                Address::ZERO
            ),
            "--l1-rpc-url",
        ),
    ] {
        let ran = run(folder, &format!("iso-verify {line}"));
        assert_eq!(ran.code, Some(2), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{line}: {}", ran.stderr);
    }
}
