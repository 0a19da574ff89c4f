use iso_evm_wire::{
    layout as message,
    segment::{
        Section,
        checkpoint::CHECKPOINT_TAG,
        commitment::COMMITMENT_TAG,
        head::MESSAGE_TAG,
        layout::{self, CHECKPOINT_WORDS},
        pages::PAGE_SIZE,
    },
};

const SOURCE: &str = include_str!("../../../contracts/AuditRegister.sol");

/// The number of a constant in the source.
fn constant(name: &str) -> usize {
    let head = format!("uint256 private constant {name} = ");
    let rest = SOURCE.split(&head).nth(1).unwrap_or_else(|| panic!("{name}"));
    rest.split(';').next().unwrap().parse().unwrap()
}

#[test]
fn the_source_reads_words_where_inputs_have_them() {
    for (name, position) in [
        ("STATE_ROOT_ENTER", message::STATE_ROOT_ENTER),
        ("GAS_AVAILABLE", message::GAS_AVAILABLE),
        ("CALL_DATA_SIZE", layout::CALL_DATA_SIZE),
        ("CALL_DATA_HASH", layout::CALL_DATA_HASH),
        ("RECORD_COUNT", layout::RECORD_COUNT),
        ("RECORDS_ROOT", layout::RECORDS_ROOT),
        ("START", layout::START),
        ("GAS_USED_SO_FAR", layout::GAS_USED_SO_FAR),
        ("RECORD", layout::RECORD),
        ("STACK_HEIGHT", layout::STACK_HEIGHT),
        ("STACK_HASH", layout::STACK_HASH),
        ("MEMORY_HASH", layout::MEMORY_HASH),
        ("RETURN_DATA_SIZE", layout::RETURN_DATA_SIZE),
        ("RETURN_DATA_HASH", layout::RETURN_DATA_HASH),
        ("END", layout::END),
        ("RECORDS_END", layout::RECORDS_END),
        ("STACK_AT", layout::STACK_AT),
        ("CALL_DATA_AT", layout::CALL_DATA_AT),
        ("RETURN_DATA_AT", layout::RETURN_DATA_AT),
        ("CODE_AT", layout::CODE_AT),
        ("CODE_SIZE", layout::CODE_SIZE),
        ("PAGES_AT", layout::PAGES_AT),
        ("PAGE_DATA_AT", layout::PAGE_DATA_AT),
        ("WITHHELD_AT", layout::WITHHELD_AT),
        ("PAGES_FROM", layout::PAGES_FROM),
        ("RECORDS", layout::RECORDS),
        ("RECORD_HEAD", message::RECORD_HEAD),
        ("METADATA_OFFSET", message::METADATA_OFFSET),
        ("PAGE_SIZE", PAGE_SIZE),
        ("CHECKPOINT_SIZE", 32 * CHECKPOINT_WORDS),
        ("WORDS", Section::Words as usize),
        ("RECORD_SLICE", Section::Records as usize),
        ("STACK", Section::Stack as usize),
        ("CALL_DATA", Section::CallData as usize),
        ("RETURN_DATA", Section::ReturnData as usize),
        ("CODE", Section::Code as usize),
        ("PAGES", Section::Pages as usize),
        ("PAGE_DATA", Section::PageData as usize),
        ("WITHHELD", Section::Withheld as usize),
    ] {
        assert_eq!(constant(name), position, "{name}");
    }
}

#[test]
fn the_source_has_the_tags() {
    for (name, tag) in [
        ("MESSAGE_TAG", MESSAGE_TAG),
        ("CHECKPOINT_TAG", CHECKPOINT_TAG),
        ("COMMITMENT_TAG", COMMITMENT_TAG),
    ] {
        let text = String::from_utf8(tag.0.to_vec()).unwrap();
        let line =
            format!("bytes32 private constant {name} = \"{}\";", text.trim_end_matches('\0'));
        assert!(SOURCE.contains(&line), "{line}");
    }
}
