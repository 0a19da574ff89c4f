use super::*;

#[test]
fn a_fork_decides_the_fields() {
    let block = |fork| BlockFields::default().into_block(fork, BlobParams::cancun()).unwrap();
    assert_eq!(block(Fork::Istanbul).base_fee_per_gas, None);
    assert_eq!(block(Fork::London).difficulty, Some(U256::ZERO));
    assert_eq!(block(Fork::Paris).difficulty, None);
    assert_eq!(block(Fork::Paris).prev_randao, Some(B256::ZERO));
    assert_eq!(block(Fork::Cancun).blob_base_fee, Some(1));
    let fields = BlockFields::from(&block(Fork::Osaka));
    assert_eq!(fields.into_block(Fork::Osaka, BlobParams::osaka()), Ok(block(Fork::Osaka)));
}

/// A header of a fork, no two of its fields alike.
fn header(fork: Fork) -> Header {
    Header {
        parent_hash: B256::repeat_byte(1),
        state_root: B256::repeat_byte(2),
        beneficiary: Address::repeat_byte(3),
        difficulty: U256::from(4),
        number: 5,
        gas_limit: 6,
        gas_used: 7,
        timestamp: 8,
        extra_data: vec![9].into(),
        mix_hash: B256::repeat_byte(10),
        nonce: alloy_primitives::B64::repeat_byte(11),
        base_fee_per_gas: (fork >= Fork::London).then_some(12),
        withdrawals_root: (fork >= Fork::Shanghai).then_some(B256::repeat_byte(13)),
        blob_gas_used: (fork >= Fork::Cancun).then_some(14),
        excess_blob_gas: (fork >= Fork::Cancun).then_some(15),
        parent_beacon_block_root: (fork >= Fork::Cancun).then_some(B256::repeat_byte(16)),
        requests_hash: (fork >= Fork::Prague).then_some(B256::repeat_byte(17)),
        ..Header::default()
    }
}

#[test]
fn a_whole_header_is_kept() {
    for fork in Fork::ALL {
        let fields = BlockFields::from(&header(fork));
        let block = fields.clone().into_block(fork, BlobParams::cancun()).unwrap();
        assert_eq!(block.header.as_deref(), Some(&header(fork)), "{fork}");
        assert_eq!(block.prev_randao.is_some(), fork >= Fork::Paris);
        assert_eq!(block.difficulty.is_some(), fork < Fork::Paris);
        assert_eq!(block.blob_base_fee.is_some(), fork >= Fork::Cancun);
        // Through JSON, as a node writes it.
        let json = serde_json::to_string(&BlockFields::from(&block)).unwrap();
        let read: BlockFields = serde_json::from_str(&json).unwrap();
        assert_eq!(read.into_block(fork, BlobParams::osaka()), Ok(block));
        assert_eq!(fields.into_header(), Ok(header(fork)));
    }
}

#[test]
fn a_header_of_another_fork_is_none() {
    let blobs = BlobParams::cancun();
    let fields = || BlockFields::from(&header(Fork::Cancun));
    for fork in Fork::ALL {
        let block = fields().into_block(fork, blobs).unwrap();
        assert_eq!(block.header.is_some(), fork == Fork::Cancun, "{fork}");
        assert_eq!(block.number, 5);
    }
    let part = BlockFields { parent_hash: None, ..fields() };
    assert_eq!(part.clone().into_block(Fork::Cancun, blobs).unwrap().header, None);
    assert_eq!(part.into_header(), Err(BlockError::NoHeader));
    let hole = BlockFields { withdrawals_root: None, ..fields() };
    assert_eq!(hole.into_header(), Err(BlockError::NoHeader));
}

#[test]
fn the_hash_is_the_headers() {
    let (expected, found) = (header(Fork::London).hash_slow(), B256::repeat_byte(9));
    let fields = BlockFields { hash: Some(found), ..BlockFields::from(&header(Fork::London)) };
    let error = Err(BlockError::Hash { expected, found });
    assert_eq!(fields.clone().into_block(Fork::London, BlobParams::cancun()), error);
    assert_eq!(fields.clone().into_header(), Err(BlockError::Hash { expected, found }));
    // Without a whole header nothing says what the hash is of.
    let part = BlockFields { nonce: None, ..fields };
    assert_eq!(part.into_block(Fork::London, BlobParams::cancun()).unwrap().header, None);
}

#[test]
fn the_blob_base_fee_follows_from_the_excess() {
    let blobs = BlobParams::cancun();
    let fields = BlockFields { blob_base_fee: Some(7), ..BlockFields::from(&header(Fork::Cancun)) };
    let block = fields.clone().into_block(Fork::Cancun, blobs).unwrap();
    let error = BlockError::BlobBaseFee { expected: 1, found: 7 };
    assert_eq!(block.check_blob_base_fee(blobs), Err(error));
    let part = BlockFields { nonce: None, ..fields };
    let block = part.into_block(Fork::Cancun, blobs).unwrap();
    assert_eq!((block.blob_base_fee, block.check_blob_base_fee(blobs)), (Some(7), Ok(())));
}

#[test]
fn recent_blocks_are_256() {
    let block = Block { number: 300, ..Block::default() };
    let recent: Vec<u64> = (0..400).filter(|number| block.is_recent(*number)).collect();
    assert_eq!(recent, (44..300).collect::<Vec<_>>());
}

/// Headers as the chains' nodes make them: extra data of no bytes, of Holocene's form, of Jovian's.
#[test]
fn an_upgrades_extra_data_tells_what_its_fields_do_not() {
    use crate::optimism::Upgrade::*;
    let holocene = [0, 0, 0, 0, 250, 0, 0, 0, 6];
    let jovian = [1, 0, 0, 0, 250, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0];
    let cases: [(Fork, &[u8], &[_]); 8] = [
        (Fork::Paris, b"", &[Bedrock, Regolith]),
        (Fork::Paris, b"BEDROCK", &[Bedrock, Regolith]),
        (Fork::Shanghai, b"", &[Canyon]),
        (Fork::Cancun, b"", &[Ecotone, Fjord, Granite]),
        (Fork::Cancun, &holocene, &[Holocene]),
        (Fork::Prague, &holocene, &[Isthmus]),
        (Fork::Prague, &jovian, &[Jovian]),
        // Of neither: its fields alone are left.
        (Fork::Prague, b"", &[Isthmus, Jovian]),
    ];
    for (fork, extra_data, expected) in cases {
        let extra_data = extra_data.to_vec().into();
        let header = Header { difficulty: U256::ZERO, extra_data, ..header(fork) };
        let expected: Vec<Rules> = expected.iter().copied().map(Rules::from).collect();
        assert_eq!(likely_rules(&header, Family::Optimism), expected, "{fork}");
        // Osaka has the fields of Prague.
        assert_eq!(likely_rules(&header, Family::Ethereum)[0], Rules::from(fork));
    }
}
