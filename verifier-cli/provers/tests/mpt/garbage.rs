//! Nodes that are none, at roots of liars and at true ones.

use alloy_primitives::{B256, Bytes, keccak256};

use super::{
    cases::{Case, value},
    model::{self, list},
    probe::{Answer, Step, reads, run, writes},
    random::{Random, seeds},
};

/// What a transaction has, which no proof of this size may use up.
const GAS: u64 = 30_000_000;

/// What a call came to, comparable.
fn run_(packed: Vec<u8>, root: B256, steps: &[Step]) -> Answer<(Vec<B256>, Vec<Bytes>)> {
    run(packed, root, steps, GAS).map(|answer| (answer.roots, answer.found))
}

/// Bytes with something wrong.
fn mutated(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + random.below(3) {
        let at = random.below(bytes.len() + 1);
        // What begins things.
        let edge = [0, 0x10, 0x20, 0x3f, 0x7f, 0x80, 0x81, 0xa0, 0xa1, 0xb7, 0xb8, 0xbf, 0xc0];
        let edge = random.pick(&[&edge[..], &[0xc1, 0xde, 0xdf, 0xf7, 0xf8, 0xf9, 0xff]].concat());
        match random.below(5) {
            0 if at < bytes.len() => bytes[at] = edge,
            1 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            2 => bytes.insert(at, edge),
            3 if at < bytes.len() => {
                bytes.remove(at);
            }
            _ => {
                let length = random.below(40);
                let more = random.bytes(length);
                bytes.splice(at..at, more);
            }
        }
    }
    bytes
}

/// What is in a list.
fn payload(rlp: &[u8]) -> &[u8] {
    let head = rlp[0].saturating_sub(0xf7);
    &rlp[usize::from(1 + head)..]
}

fn any_steps(random: &mut Random, keys: &[B256]) -> Vec<Step> {
    let mut step = |root| match random.below(3) {
        0 => reads(root, random.pick(keys)),
        1 => writes(root, random.pick(keys), value(random)),
        _ => writes(root, random.pick(keys), vec![]),
    };
    (0..2).map(&mut step).collect()
}

/// A liar's trie: a list that holds anything stands for one of the nodes, and all above it know it by
/// its hash.
fn lie(random: &mut Random, case: &Case) -> (B256, Vec<Vec<u8>>) {
    let (mut root, nodes) = model::whole(&case.held);
    let mut nodes: Vec<_> = nodes.iter().map(|rlp| rlp.to_vec()).collect();
    if nodes.is_empty() {
        nodes.push(list(&random.bytes(80)));
        root = keccak256(&nodes[0]);
    }
    let mut at = random.below(nodes.len());
    let made = match random.below(4) {
        0 => {
            let length = random.below(100);
            random.bytes(length)
        }
        _ => mutated(random, payload(&nodes[at])),
    };
    let mut made = list(&made);
    loop {
        let (was, is) = (keccak256(&nodes[at]), keccak256(&made));
        nodes[at] = made;
        if was == root {
            root = is;
        }
        let above = nodes.iter().position(|rlp| rlp.windows(32).any(|hash| hash == was));
        let Some(above) = above.filter(|above| *above != at) else { break };
        made = nodes[above].clone();
        let place = made.windows(32).position(|hash| hash == was).unwrap();
        made[place..place + 32].copy_from_slice(is.as_slice());
        at = above;
    }
    (root, nodes)
}

/// Whatever stands around a node in memory, it comes to the same.
#[test]
fn nodes_say_nothing_of_what_is_not_in_them() {
    let mut read = 0;
    for seed in seeds(6_000) {
        let mut random = Random::new(seed);
        let case = Case::new(&mut random, 8);
        let (root, nodes) = lie(&mut random, &case);
        let steps = any_steps(&mut random, &case.keys);
        let mut around = || {
            let mut packed = Vec::new();
            for rlp in &nodes {
                let length = random.below(70);
                packed.extend(list(&random.bytes(length)));
                packed.extend(rlp);
            }
            let length = random.below(70);
            let fill = random.pick(&[0, 0x80, 0xa0, 0xff]);
            packed.extend(list(&vec![fill; length]));
            run_(packed, root, &steps)
        };
        let (one, other) = (around(), around());
        assert_eq!(one, other, "seed {seed}");
        read += usize::from(one.is_ok());
    }
    // Else the lies are too coarse to come anywhere.
    assert!(read > 1_000, "{read}");
}

/// Of a true root nothing is said that is not true, whatever the proof.
#[test]
fn a_true_root_gives_the_truth_or_nothing() {
    let mut read = 0;
    for seed in seeds(3_000) {
        let mut random = Random::new(seed);
        let case = Case::new(&mut random, 12);
        let (root, nodes) = model::whole(&case.held);
        let steps = any_steps(&mut random, &case.keys);
        let truth = run_(nodes.concat(), root, &steps).unwrap();
        let mut packed = mutated(&mut random, &nodes.concat());
        if random.once_in(3) {
            // Lies beside the truth.
            let (_, lies) = lie(&mut random, &case);
            packed = [lies.concat(), nodes.concat()].concat();
        }
        if let Ok(answer) = run_(packed, root, &steps) {
            assert_eq!(answer, truth, "seed {seed}");
            read += 1;
        }
    }
    assert!(read > 500, "{read}");
}

/// Bytes without any sense, as nodes: the call ends.
#[test]
fn anything_as_nodes_ends() {
    for seed in seeds(3_000) {
        let mut random = Random::new(seed);
        let length = random.below(300);
        let mut packed = random.bytes(length);
        if random.once_in(2) {
            // Heads of long lists and strings.
            packed.iter_mut().step_by(3).for_each(|byte| *byte |= 0xb8);
        }
        let keys = [random.word()];
        let root = keccak256(&packed);
        let steps = any_steps(&mut random, &keys);
        let (one, two) = (run_(packed.clone(), root, &steps), run_(list(&packed), root, &steps));
        assert!(one.is_err() || packed.is_empty(), "seed {seed}");
        drop(two);
        let packed = list(&packed);
        let root = keccak256(&packed);
        drop(run_(packed, root, &steps));
    }
}
