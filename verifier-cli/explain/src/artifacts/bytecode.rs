//! Code as a compiler puts it out, and whether a code on a chain is that: but for what nobody knew when it was
//! compiled (addresses of libraries, immutable variables), and for the hash of the metadata, which changes with
//! a comment.

use std::{collections::BTreeMap, ops::Range};

use super::{
    json::Fields,
    source_map::{Generated, SourceMap},
};

/// How a code is that of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Match {
    /// The code is byte by byte what the compiler put out, but for immutable variables and addresses of libraries.
    Exact,
    /// The code does the same, and its metadata are others: the source was not the same to the last comment.
    WithoutMetadata,
}

/// Creation or runtime code of a contract; empty where it has none.
#[derive(Debug, Clone, Default)]
pub(super) struct Bytecode {
    code: Vec<u8>,
    /// What is filled in later, ascending.
    unknown: Vec<Range<usize>>,
    /// Hashes of metadata: its own, and those of code that it creates.
    hashes: Vec<Range<usize>>,
    pub(super) map: Option<SourceMap>,
    pub(super) generated: Generated,
}

/// Bytes of an address, and characters of a name that stands for a library's in hexadecimal code.
const ADDRESS: usize = 20;

impl Bytecode {
    /// An object with code and map, as solc and Foundry write it.
    pub(super) fn read(fields: &Fields<'_>) -> Self {
        let mut bytecode = Self::from_hex(&fields.text("object").unwrap_or_default());
        bytecode.fill_later(fields);
        bytecode.map = fields.text("sourceMap").and_then(|map| SourceMap::parse(&map));
        bytecode.generated = Generated::read(fields);
        bytecode
    }

    /// The code alone; none of it if it is not hexadecimal.
    pub(super) fn from_hex(text: &str) -> Self {
        let mut digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
        let (mut code, mut unknown) = (Vec::with_capacity(digits.len() / 2), Vec::new());
        while let [first, second, rest @ ..] = digits {
            if *first == b'_' {
                // `__$…$__`, or the library's name: an address, as long as it.
                let Some(rest) = digits.get(2 * ADDRESS..) else { return Self::default() };
                unknown.push(code.len()..code.len() + ADDRESS);
                code.extend([0; ADDRESS]);
                digits = rest;
                continue;
            }
            let nibble = |digit: u8| char::from(digit).to_digit(16);
            let Some((high, low)) = nibble(*first).zip(nibble(*second)) else {
                return Self::default();
            };
            code.push((high * 16 + low) as u8);
            digits = rest;
        }
        if !digits.is_empty() {
            return Self::default();
        }
        // A library's code begins with its own address, so that it knows when it is called directly.
        if matches!(&code[..], [0x73, address @ .., _, _] if address.len() >= ADDRESS)
            && code[1..=ADDRESS].iter().all(|byte| *byte == 0)
            && code[ADDRESS + 1..].starts_with(&[0x30, 0x14])
        {
            unknown.push(1..1 + ADDRESS);
        }
        let hashes = metadata_hashes(&code);
        let mut bytecode = Self { code, unknown, hashes, ..Self::default() };
        bytecode.put_in_order();
        bytecode
    }

    /// Notes what an artifact says is filled in later.
    pub(super) fn fill_later(&mut self, fields: &Fields<'_>) {
        #[derive(serde::Deserialize)]
        struct Piece {
            start: usize,
            length: usize,
        }
        type Pieces = BTreeMap<String, Vec<Piece>>;
        let immutable: Pieces = fields.get("immutableReferences").unwrap_or_default();
        let linked: BTreeMap<String, Pieces> = fields.get("linkReferences").unwrap_or_default();
        let pieces = immutable.values().chain(linked.values().flat_map(BTreeMap::values)).flatten();
        self.unknown.extend(
            pieces.filter_map(|piece| Some(piece.start..piece.start.checked_add(piece.length)?)),
        );
        self.put_in_order();
    }

    fn put_in_order(&mut self) {
        let length = self.code.len();
        self.unknown.retain(|range| range.start < range.end && range.end <= length);
        self.unknown.sort_by_key(|range| range.start);
        self.unknown.dedup();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.code.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.code.len()
    }

    /// Whether two artifacts have the same code.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.code == other.code
    }

    /// Takes what this one lacks from the same code in another artifact.
    pub(super) fn complete(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
        } else if self.map.is_none() {
            (self.map, self.generated) = (other.map, other.generated);
            self.unknown.extend(other.unknown);
            self.put_in_order();
        }
    }

    /// Whether a code is this.
    pub(super) fn matches(&self, code: &[u8]) -> Option<Match> {
        if self.is_empty() {
            return None;
        }
        if code.len() == self.code.len() {
            return if self.same(&self.code, code, &[]) {
                Some(Match::Exact)
            } else if self.same(&self.code, code, &self.hashes) {
                Some(Match::WithoutMetadata)
            } else {
                None
            };
        }
        let (ours, theirs) = (before_metadata(&self.code), before_metadata(code));
        (!ours.is_empty() && self.same(ours, theirs, &self.hashes))
            .then_some(Match::WithoutMetadata)
    }

    /// Whether a code begins with this: behind code that creates come the constructor's arguments.
    pub(super) fn begins(&self, code: &[u8]) -> Option<Match> {
        self.matches(code.get(..self.code.len())?)
    }

    /// Whether two codes are the same outside of what is filled in later, and of more.
    fn same(&self, ours: &[u8], theirs: &[u8], more: &[Range<usize>]) -> bool {
        if ours.len() != theirs.len() {
            return false;
        }
        let mut ranges: Vec<_> = self.unknown.iter().chain(more).collect();
        ranges.sort_by_key(|range| range.start);
        let mut at = 0;
        for range in ranges {
            let end = range.start.min(ours.len()).max(at);
            if ours[at..end] != theirs[at..end] {
                return false;
            }
            at = range.end.min(ours.len()).max(at);
        }
        ours[at..] == theirs[at..]
    }
}

/// What stands before a hash of metadata in CBOR: the key, and how long the hash is.
const HASHES: [(&[u8], usize); 3] =
    [(b"\x64ipfs\x58\x22", 0x22), (b"\x65bzzr0\x58\x20", 0x20), (b"\x65bzzr1\x58\x20", 0x20)];

/// Where hashes of metadata are in a code.
fn metadata_hashes(code: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (key, length) in HASHES {
        let places = code.windows(key.len()).enumerate().filter(|(_, window)| *window == key);
        found.extend(places.map(|(at, _)| at + key.len()..at + key.len() + length));
    }
    found
}

/// The code without its metadata: a map in CBOR at its end, with its length in the last two bytes.
fn before_metadata(code: &[u8]) -> &[u8] {
    let Some((rest, length)) = code.split_last_chunk::<2>() else { return code };
    let length = usize::from(u16::from_be_bytes(*length));
    let Some(start) = rest.len().checked_sub(length) else { return code };
    let names: [&[u8]; 4] = [b"ipfs", b"bzzr", b"solc", b"experimental"];
    let map = &rest[start..];
    // A map of a few entries, each a name of these first.
    let is_map = matches!(map, [0xa1..=0xa8, 0x60..=0x77, name @ ..]
        if names.iter().any(|known| name.starts_with(known)));
    if is_map { &code[..start] } else { code }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = "a164736f6c6343000825000a";

    fn code(hex: &str) -> Vec<u8> {
        Bytecode::from_hex(hex).code
    }

    #[test]
    fn a_library_that_is_linked_does_not_change_the_contract() {
        let name = format!("__${}$__", "ab".repeat(17));
        let bytecode = Bytecode::from_hex(&format!("0x6001{name}6002"));
        assert_eq!(bytecode.unknown.first(), Some(&(2..22)));
        assert_eq!(bytecode.unknown.len(), 1);
        let linked = |address: &str| code(&format!("6001{address}6002"));
        assert_eq!(bytecode.matches(&linked(&"77".repeat(20))), Some(Match::Exact));
        assert_eq!(bytecode.matches(&linked(&"77".repeat(21))), None);
        let mut other = linked(&"77".repeat(20));
        other[23] = 3;
        assert_eq!(bytecode.matches(&other), None);
    }

    #[test]
    fn a_librarys_own_address_does_not_change_it() {
        let bytecode = Bytecode::from_hex(&format!("73{}3014608060", "00".repeat(20)));
        let code = code(&format!("73{}3014608060", "4d".repeat(20)));
        assert_eq!(bytecode.matches(&code), Some(Match::Exact));
    }

    #[test]
    fn immutable_variables_do_not_change_the_contract() {
        let json = r#"{"object": "6000000000", "immutableReferences": {"4": [{"start": 1, "length": 3}],
            "5": [{"start": 4, "length": 99}, {"start": 18446744073709551615, "length": 2}]}}"#;
        let raw = serde_json::from_str(json).unwrap();
        let bytecode = Bytecode::read(&Fields::of(raw).unwrap());
        assert_eq!(bytecode.matches(&[0x60, 1, 2, 3, 0]), Some(Match::Exact));
        assert_eq!(bytecode.matches(&[0x60, 1, 2, 3, 4]), None);
    }

    #[test]
    fn other_metadata_are_told_and_other_code_is_not_taken() {
        let bytecode = Bytecode::from_hex(&format!("600160025b{METADATA}"));
        assert_eq!(bytecode.matches(&bytecode.code), Some(Match::Exact));
        assert_eq!(bytecode.matches(&code("600160025b")), Some(Match::WithoutMetadata));
        assert_eq!(bytecode.matches(&code("600160025c")), None);
        assert_eq!(bytecode.matches(&code(METADATA)), None);
        let ipfs = |hash: &str| {
            format!("6001a2646970667358221220{}64736f6c63430008250033", hash.repeat(32))
        };
        let bytecode = Bytecode::from_hex(&ipfs("11"));
        assert_eq!(bytecode.matches(&code(&ipfs("22"))), Some(Match::WithoutMetadata));
        assert_eq!(bytecode.matches(&code(&ipfs("11").replace("6001", "6002"))), None);
    }

    #[test]
    fn nothing_is_made_of_what_is_not_hexadecimal() {
        for text in ["0x6", "60zz", "__$abc", "6001 ", "é0", "0x"] {
            let bytecode = Bytecode::from_hex(text);
            assert!(bytecode.is_empty() && bytecode.matches(&[]).is_none(), "{text}");
        }
    }
}
