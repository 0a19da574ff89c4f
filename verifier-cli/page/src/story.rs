//! What a witness holds, told for a person: the story of `iso-verify explain`, for the page to draw, and its file.

use iso_evm_explain::{Artifacts, Within, page, story};
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{EngineKind, Options, Report, hash::CRYPTO, verify_opened};
use iso_evm_wire::Opened;
use serde_json::{Value, json};

use crate::{PageError, question::ArtifactFile};

/// The story of a `witness.bin`, with one of its messages from within: that at hand, or the one that is asked for.
pub(crate) fn told(
    bytes: &[u8],
    message: Option<usize>,
    artifacts: &[ArtifactFile],
) -> Result<Value, PageError> {
    let artifacts = read(artifacts)?;
    let opened = Opened::decode(&bytes.to_vec().into(), CRYPTO)?;
    let count = opened.messages.len();
    if let Some(index) = message.filter(|index| *index >= count) {
        return Err(PageError::NoMessage { index, count });
    }
    let (engine, report) = judged(&opened)?;
    let within = message.map_or(Within::AtHand, Within::Message);
    Ok(json!(story(&engine, &opened, &report, artifacts.as_ref(), within)))
}

/// The file that `iso-verify explain -o` writes of a `witness.bin`.
pub(crate) fn report(bytes: &[u8], artifacts: &[ArtifactFile]) -> Result<String, PageError> {
    let artifacts = read(artifacts)?;
    let opened = Opened::decode(&bytes.to_vec().into(), CRYPTO)?;
    let (engine, report) = judged(&opened)?;
    Ok(page::html(&engine, &opened, &report, artifacts.as_ref(), None))
}

/// How many contracts artifacts have, and which sources they name and do not have.
pub(crate) fn known(artifacts: &[ArtifactFile]) -> Result<Value, PageError> {
    let artifacts = read(artifacts)?.unwrap_or_default();
    let counts = artifacts.counts();
    Ok(json!({
        "contracts": counts.contracts,
        "withSourceMap": counts.with_source_map,
        "withStorageLayout": counts.with_storage_layout,
        "sourcesWanted": artifacts.sources_wanted(),
    }))
}

fn judged(opened: &Opened<'_>) -> Result<(Engine, Report), PageError> {
    let engine = Engine::new(opened.rules);
    // Both engines have agreed where the page verifies.
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let mut report = verify_opened(&engine, opened, &options)?;
    report.look_for_causes(&engine, opened, &options);
    Ok((engine, report))
}

/// What is known from files; none if there is none. A source, told by its name, is the text of what others name.
fn read(files: &[ArtifactFile]) -> Result<Option<Artifacts>, PageError> {
    if files.is_empty() {
        return Ok(None);
    }
    let is_source = |name: &str| [".sol", ".yul"].iter().any(|end| name.ends_with(end));
    let (sources, compiled): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| is_source(&file.name));
    let mut artifacts = Artifacts::new();
    for file in compiled {
        artifacts.add(&file.name, file.json.as_bytes())?;
    }
    for source in sources {
        // A browser tells a file's name, a compiler its path.
        let wanted: Vec<_> = artifacts.sources_wanted().into_iter().map(str::to_owned).collect();
        let named = |path: &&String| path.rsplit('/').next() == Some(&source.name);
        for path in wanted.iter().filter(named) {
            artifacts.add_source(path, source.json.as_str());
        }
    }
    Ok(Some(artifacts))
}
