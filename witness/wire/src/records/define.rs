//! What the lines of the [table](super::table) are made into: the record types, [`Record`] with its
//! codec, [`SHAPES`](super::SHAPES), and the [`offsets`](super::offsets) of the fields.
//!
//! [`Record`]: super::Record

/// Makes everything of the lines: see the module.
macro_rules! define_records {
    ($(
        $(#[doc = $doc:tt])*
        $($opcode:literal $mnemonic:ident $(| $other:ident)*),+
        => $variant:ident $([$number:ident : $byte:ident])? ($how:ident $record:ident) {
            $($(#[doc = $meaning:tt])* $field:ident : $kind:ident = $rule:expr;)+
        }
    )+) => {
        $(define_record! { $how $record [$($doc)*] $([$($meaning)*] $kind $field)+ })+

        /// A record by its type: what [`AccessWitness`](crate::message::AccessWitness) is once
        /// decoded. A number before the record is the opcode.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Record {
            $($(#[doc = $doc])* $variant($($byte,)? $record),)+
        }

        $(define_opcodes! { $variant $($number)? [$($opcode $mnemonic),+] })+

        /// The shapes of all records, in the order of the table.
        pub const SHAPES: &[$crate::records::shape::RecordShape] = {
            #[allow(unused_imports, reason = "lines may do without some of these words")]
            use $crate::{
                protocol::Change::*,
                records::{kinds::{FrameKind, Outcome}, shape::{*, rules::*}},
            };
            &[$(RecordShape {
                name: stringify!($record),
                opcodes: &[$(RecordedOpcode {
                    byte: $opcode,
                    mnemonic: stringify!($mnemonic),
                    other_names: &[$(stringify!($other)),*],
                }),+],
                fields: &[$(FieldShape {
                    name: stringify!($field),
                    kind: FieldType::of(stringify!($kind)).expect("a type of the table"),
                    rule: $rule,
                    doc: concat!($($meaning),*).trim_ascii(),
                }),+],
            }),+]
        };

        impl Record {
            /// The opcode that this record belongs to.
            pub fn opcode(&self) -> u8 {
                match self {
                    $(Self::$variant($($number,)? record) => {
                        record_opcode!(record [$($opcode),+] $($number)?)
                    })+
                }
            }

            /// The record on the wire.
            pub fn encode(&self) -> $crate::message::AccessWitness {
                use $crate::records::codec::Metadata;
                let metadata = match self {
                    $(Self::$variant($($number,)? record) => {
                        $(let _ = $number;)?
                        record.to_metadata()
                    })+
                };
                $crate::message::AccessWitness { opcode: self.opcode(), metadata: metadata.into() }
            }

            /// The record that these bytes are, if they are its canonical encoding.
            ///
            /// # Errors
            ///
            /// [`RecordError`](crate::records::RecordError) if the opcode has no record, or if
            /// [`encode`](Self::encode) would write another byte.
            #[expect(clippy::manual_range_patterns, reason = "a line has its opcodes one by one")]
            pub fn decode(
                access: &$crate::message::AccessWitness,
            ) -> Result<Self, $crate::records::RecordError> {
                use $crate::records::{RecordError, codec::Metadata, shape::RecordShape};
                const PLACES: [u8; 256] = RecordShape::places(SHAPES);
                let (opcode, metadata) = (access.opcode, &access.metadata[..]);
                tracing::trace!(opcode, "record decoded");
                let shape = SHAPES.get(usize::from(PLACES[usize::from(opcode)]));
                let shape = shape.ok_or(RecordError::UnknownOpcode(opcode))?;
                let not_canonical = RecordError::NotCanonical(opcode);
                if !shape.is_canonical(opcode, metadata) {
                    return Err(not_canonical);
                }
                match opcode {
                    $($($opcode)|+ => {
                        let record = $record::from_metadata(metadata).ok_or(not_canonical)?;
                        Ok(Self::$variant($($byte::from(opcode),)? record))
                    })+
                    _ => Err(RecordError::UnknownOpcode(opcode)),
                }
            }
        }

        /// The fields alone, by their names.
        impl serde::Serialize for Record {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant($($number,)? record) => {
                        $(let _ = $number;)?
                        record.serialize(serializer)
                    })+
                }
            }
        }

        impl $crate::records::codec::ByName for Record {
            const SHAPES: &[$crate::records::shape::RecordShape] = SHAPES;

            fn encode(&self) -> $crate::message::AccessWitness {
                self.encode()
            }

            fn topics(&self) -> usize {
                use $crate::records::codec::Metadata;
                match self {
                    $(Self::$variant($($number,)? record) => {
                        $(let _ = $number;)?
                        record.topics()
                    })+
                }
            }

            #[expect(clippy::manual_range_patterns, reason = "a line has its opcodes one by one")]
            fn from_fields<'de, D: serde::Deserializer<'de>>(
                opcode: u8,
                fields: D,
            ) -> Result<Option<Self>, D::Error> {
                Ok(match opcode {
                    $($($opcode)|+ => {
                        let record = serde::Deserialize::deserialize(fields)?;
                        Some(Self::$variant($($byte::from(opcode),)? record))
                    })+
                    _ => None,
                })
            }
        }

        /// Where each field of a record stands in its metadata, in bytes. Where a record's last
        /// field is of many words, its own offset is where these, or the word that points to them,
        /// stand.
        pub mod offsets {
            paste::paste! {
                $(
                    $(#[doc = $doc])*
                    pub mod [<$variant:snake>] {
                        define_offsets! { 0; $($field)+ }
                    }
                )+
            }
        }
    };
}

/// The opcodes of a line whose record does not tell them apart, so that a `match` can name all of
/// them.
macro_rules! define_opcodes {
    ($variant:ident $number:ident [$($opcode:literal $mnemonic:ident),+]) => {
        paste::paste! {
            #[doc = concat!("An opcode whose record is a [`Record::", stringify!($variant), "`].")]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            #[repr(u8)]
            pub enum [<$variant Opcode>] {
                $(
                    #[doc = concat!("`", stringify!($mnemonic), "`.")]
                    [<$mnemonic:lower:camel>] = $opcode,
                )+
            }

            impl [<$variant Opcode>] {
                /// The opcode of a byte; `None` if its record is another.
                pub const fn of(byte: u8) -> Option<Self> {
                    match byte {
                        $($opcode => Some(Self::[<$mnemonic:lower:camel>]),)+
                        _ => None,
                    }
                }
            }
        }
    };
    ($variant:ident [$($rest:tt)*]) => {};
}

/// Makes the type of a line, as it says: a `struct`, or one that is there already.
macro_rules! define_record {
    (struct $record:ident [$($doc:tt)*] $([$($meaning:tt)*] $kind:ident $field:ident)+) => {
        alloy_sol_types::sol! {
            $(#[doc = $doc])*
            #[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
            #[serde(rename_all = "camelCase")]
            struct $record {
                $($(#[doc = $meaning])* $kind $field;)+
            }
        }

        impl $crate::records::codec::Metadata for $record {
            fn to_metadata(&self) -> Vec<u8> {
                alloy_sol_types::SolValue::abi_encode_params(self)
            }

            fn from_metadata(metadata: &[u8]) -> Option<Self> {
                <Self as alloy_sol_types::SolValue>::abi_decode_params(metadata).ok()
            }
        }
    };
    (same $($rest:tt)*) => {};
    (topics $($rest:tt)*) => {};
}

/// The opcode of a record: the number beside it, or the first of its line and as many more as it has
/// topics.
macro_rules! record_opcode {
    ($record:ident [$($opcode:literal),+] $number:ident) => {{
        let _ = $record;
        *$number
    }};
    ($record:ident [$first:literal $(, $other:literal)*]) => {
        $crate::records::codec::opcode($first, $record)
    };
}

/// One constant a field, and where the words of all end.
macro_rules! define_offsets {
    ($at:expr; $field:ident $($more:ident)*) => {
        paste::paste! {
            #[doc = concat!("Where `", stringify!($field), "` stands.")]
            pub const [<$field:snake:upper>]: usize = $at;
        }
        define_offsets! { $at + 32; $($more)* }
    };
    ($at:expr;) => {
        /// Where the words of all fields end.
        pub const LENGTH: usize = $at;
    };
}
