//! A [`Packing`]: what bytes are packed in, or written in, that are no text in UTF-8. It is told by their
//! first bytes, which nothing else that is read begins with.
//!
//! In the data's way this stands in front of [`document`](super::document).

use std::fmt;

/// What bytes are packed in, or written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packing {
    /// gzip (RFC 1952).
    Gzip,
    /// Zstandard (RFC 8878).
    Zstandard,
    /// xz.
    Xz,
    /// bzip2.
    Bzip2,
    /// A zip archive.
    Zip,
    /// Text in UTF-16, with a mark in front that tells in which order its bytes stand.
    Utf16,
    /// Text in UTF-16, the lower byte first.
    Utf16Little,
    /// Text in UTF-16, the higher byte first.
    Utf16Big,
}

/// What each begins with. JSON in UTF-16 without a mark begins with a bracket and a zero.
const BEGINS: [(&[u8], Packing); 11] = [
    (&[0x1f, 0x8b], Packing::Gzip),
    (&[0x28, 0xb5, 0x2f, 0xfd], Packing::Zstandard),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], Packing::Xz),
    (b"BZh", Packing::Bzip2),
    (b"PK\x03\x04", Packing::Zip),
    (&[0xff, 0xfe], Packing::Utf16),
    (&[0xfe, 0xff], Packing::Utf16),
    (b"{\0", Packing::Utf16Little),
    (b"[\0", Packing::Utf16Little),
    (b"\0{", Packing::Utf16Big),
    (b"\0[", Packing::Utf16Big),
];

impl Packing {
    /// What bytes are packed in, if in anything that is known.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let begins = BEGINS.iter().find(|(begin, _)| bytes.starts_with(begin));
        begins.map(|(_, packing)| *packing)
    }
}

impl fmt::Display for Packing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "compressed by gzip",
            Self::Zstandard => "compressed by Zstandard",
            Self::Xz => "compressed by xz",
            Self::Bzip2 => "compressed by bzip2",
            Self::Zip => "a zip archive",
            Self::Utf16 | Self::Utf16Little | Self::Utf16Big => {
                "text in UTF-16, where UTF-8 is expected"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bytes_are_packed_in_is_told_by_the_first_of_them() {
        for (bytes, expected) in [
            (&[0x1f, 0x8b, 8, 0][..], Some(Packing::Gzip)),
            (&[0x28, 0xb5, 0x2f, 0xfd, 0x24], Some(Packing::Zstandard)),
            (b"PK\x03\x04..", Some(Packing::Zip)),
            (b"\xff\xfe{\0", Some(Packing::Utf16)),
            (b"\xfe\xff\0{", Some(Packing::Utf16)),
            (b"{\0\"\0", Some(Packing::Utf16Little)),
            (b"\0[\0", Some(Packing::Utf16Big)),
            (b"", None),
            (b"{\"a\": 1}", None),
            (b"ISOW\x05", None),
            (b"0x1f8b", None),
            (b"PK", None),
        ] {
            assert_eq!(Packing::of(bytes), expected, "{bytes:x?}");
        }
    }
}
