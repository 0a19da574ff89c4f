//! Encoding there and back, and what the decoder refuses.

use alloy_primitives::hex;

use super::*;

fn message() -> MessageWitness {
    MessageWitness {
        stateRootEnter: B256::repeat_byte(0x11),
        stateRootLeave: B256::repeat_byte(0x22),
        isStatic: true,
        origin: Address::repeat_byte(0x33),
        caller: Address::repeat_byte(0x44),
        to: Address::repeat_byte(0x55),
        context: Address::repeat_byte(0x66),
        callvalue: U256::MAX,
        gasPrice: U256::from(7),
        gasAvailable: U256::from(u64::MAX),
        gasUsed: U256::from(8),
        stateAccessList: vec![
            AccessWitness { opcode: 0x00, metadata: vec![9; 64].into() },
            AccessWitness { opcode: 0xa0, metadata: vec![10; 33].into() },
            AccessWitness { opcode: 0xff, metadata: Bytes::new() },
        ],
        status: U256::ONE,
        returndataHash: B256::repeat_byte(0x77),
        callData: vec![11; 5].into(),
    }
}

#[test]
fn decodes_what_it_encodes() {
    for message in [message(), MessageWitness::default()] {
        assert_eq!(decode(&encode(&message)), Ok(message));
    }
}

#[test]
fn lengths_are_known_before() {
    for message in [message(), MessageWitness::default()] {
        let records: usize = message.stateAccessList.iter().map(record_length).sum();
        assert_eq!(message_length(message.callData.len()) + records, encode(&message).len());
    }
}

#[test]
fn every_prefix_and_every_suffix_is_refused() {
    let bytes = encode(&message());
    for length in 0..bytes.len() {
        assert!(decode(&bytes[..length]).is_err(), "{length} bytes");
    }
    let longer = [&bytes[..], &[0]].concat();
    let position = bytes.len();
    assert_eq!(decode(&longer), Err(EncodingError::Trailing { position, found: 1 }));
}

/// What any encoder of contract arguments writes.
#[test]
fn code_beside_a_message_is_the_second_argument() {
    for code in [vec![], vec![1; 31], vec![2; 32], vec![3; 33], vec![4; 4_096]] {
        let expected = (message(), Bytes::from(code.clone())).abi_encode_params();
        assert_eq!(hex::encode(with_code(&encode(&message()), &code)), hex::encode(expected));
    }
}

/// The rule itself, on every bit: bytes decode only to what encodes to them.
#[test]
fn every_flipped_bit_is_refused_or_another_message() {
    let bytes = encode(&message());
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(decoded) = decode(&changed) {
            assert_eq!(hex::encode(encode(&decoded)), hex::encode(&changed), "bit {bit}");
            assert_ne!(decoded, message(), "bit {bit}");
        }
    }
}

#[test]
fn errors_say_where() {
    let bytes = encode(&message());
    let with = |position: usize, word: U256| {
        let mut changed = bytes.clone();
        changed[position..position + WORD].copy_from_slice(&word.to_be_bytes::<32>());
        decode(&changed)
    };
    let two = U256::from(2);
    let range = |position, kind, found| Err(EncodingError::Range { position, kind, found });
    assert_eq!(with(3 * WORD, two), range(3 * WORD, "a bool", two));
    let wide = U256::ONE << 160;
    assert_eq!(with(4 * WORD, wide), range(4 * WORD, "an address", wide));
    let much = U256::ONE << 64;
    assert_eq!(with(10 * WORD, much), range(10 * WORD, "gas below 2^64", much));
    assert_eq!(
        with(12 * WORD, U256::MAX),
        Err(EncodingError::Offset { position: 12 * WORD, expected: 15 * WORD, found: U256::MAX })
    );
    // The list's length; behind it stand all bytes but 17 words.
    assert_eq!(
        with(16 * WORD, U256::MAX),
        Err(EncodingError::Length {
            position: 16 * WORD,
            left: bytes.len() - 17 * WORD,
            found: U256::MAX
        })
    );
    // Two records that share one body.
    let head = with(18 * WORD, U256::from(3 * WORD));
    assert!(matches!(head, Err(EncodingError::Offset { position, .. }) if position == 18 * WORD));
    let mut padded = bytes.clone();
    *padded.last_mut().expect("bytes") = 1;
    let position = bytes.len() - 1;
    assert_eq!(decode(&padded), Err(EncodingError::Padding { position, found: 1 }));
}
