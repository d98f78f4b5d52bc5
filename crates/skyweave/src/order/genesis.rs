//! A genesis: drawn up from a description, signed by every principal.

use crate::args::{LogDraft, LogSign};
use crate::say::say;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use serde::Deserialize;
use serde_json::Value;
use skyweave_control::order::Sources;
use skyweave_proof::document::{Document, identity, is_name};
use skyweave_proof::dsse::Envelope;
use skyweave_proof::hex;
use skyweave_proof::keys::{Authority, Genesis, Limits, Principal, Quorums, Rotation};
use skyweave_proof::order::{FailMode, Law};
use skyweave_proof::quorum::Quorum;
use skyweave_proof::signature::PublicKey;
use skyweave_server::log::{KeyFile, KeyRole};
use skyweave_server::orders::Lawful;
use skyweave_study::policies::{self, BorderFiles};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

/// Everybody is served everywhere.
const EVERYBODY: &str = "@id(\"everybody\")\npermit(principal, action == Action::\"serve\", resource);\n";

/// What a genesis is drawn up from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    fleet: String,
    /// Keys by the name of their principal.
    principals: BTreeMap<String, Vec<String>>,
    /// `cut`, `emergency`, `restore`, `rotate`: a name, or a threshold and members.
    quorums: BTreeMap<String, Value>,
    publisher: String,
    /// Lines of a policy (C2SP tlog-policy).
    witnesses: Vec<String>,
}

/// The law at the beginning, and the files of borders that it is cut from.
pub fn law(scenario: Option<&Path>) -> Result<(Lawful, BorderFiles)> {
    let (sources, borders) = match scenario {
        None => {
            let policies = BTreeMap::from([("everybody.cedar".to_owned(), EVERYBODY.to_owned())]);
            let plans = std::iter::once("standard".to_owned()).collect();
            (Sources { policies, plans, ..Sources::default() }, BTreeMap::new())
        }
        Some(path) => policies::sources(path)?,
    };
    Ok((compiled(sources, &borders)?, borders))
}

/// A law from its sources.
pub fn compiled(sources: Sources, borders: &BorderFiles) -> Result<Lawful> {
    let law = Lawful::compile(sources, FailMode::Stay, &|hash| borders.get(hash).cloned(), None);
    law.into_diagnostic()
}

/// Puts files of borders into the folder of a log.
pub fn keep_borders(folder: &Path, borders: &BorderFiles) -> Result<()> {
    for (hash, bytes) in borders {
        skyweave_server::log::folder::write_whole(&folder.join("borders").join(hash), bytes)
            .into_diagnostic()?;
    }
    Ok(())
}

/// Draws one up.
pub fn draft(options: &LogDraft) -> Result<ExitCode> {
    let shown = options.description.display().to_string();
    let text =
        std::fs::read_to_string(&options.description).into_diagnostic().wrap_err_with(|| shown.clone())?;
    let description: Description =
        serde_json::from_str(&text).into_diagnostic().wrap_err_with(|| shown.clone())?;
    let (law, borders) = law(options.scenario.as_deref())?;
    let genesis = Genesis {
        authority: authority(&description).wrap_err_with(|| shown.clone())?,
        fleet: description.fleet,
        law: Law::Open(law.rules.clone()),
    };
    if !is_name(&genesis.fleet) {
        return Err(miette!("{shown}: `{}` is no name of a fleet", genesis.fleet));
    }
    genesis.authority.check().into_diagnostic().wrap_err_with(|| shown.clone())?;
    std::fs::create_dir_all(&options.output).into_diagnostic()?;
    let write = |name: &str, bytes: &[u8]| {
        let path = options.output.join(name);
        if path.exists() {
            return Err(miette!(help = "choose another folder", "{} is there already", path.display()));
        }
        std::fs::write(&path, bytes).into_diagnostic().wrap_err_with(|| path.display().to_string())
    };
    write("genesis", &genesis.to_envelope().to_bytes())?;
    write("sources", &law.sources.to_bytes())?;
    keep_borders(&options.output, &borders)?;
    say!("genesis {}", hex(&identity(&genesis.to_bytes())));
    say!("Each principal signs it: skyweave log sign {}/genesis --key FILE", options.output.display());
    say!("The service's keys go beside it: log.key, publisher.key, point.key");
    Ok(ExitCode::SUCCESS)
}

/// Shows a genesis or a rotation, and adds a signature.
pub fn sign(options: &LogSign) -> Result<ExitCode> {
    let shown = options.file.display().to_string();
    let bytes = std::fs::read(&options.file).into_diagnostic().wrap_err_with(|| shown.clone())?;
    let envelope = Envelope::parse(&bytes).into_diagnostic().wrap_err_with(|| shown.clone())?;
    let key = KeyFile::read(&options.key).into_diagnostic()?;
    let authority = match Genesis::parse(&envelope.payload) {
        Ok(genesis) => genesis.authority,
        Err(_) => {
            Rotation::parse(&envelope.payload).into_diagnostic().wrap_err_with(|| shown.clone())?.authority
        }
    };
    say!("{} {}", envelope.payload_type, hex(&identity(&envelope.payload)));
    say!("  cut {}; emergency {}", authority.quorums.cut, authority.quorums.emergency);
    say!("  restore {}; rotate {}", authority.quorums.restore, authority.quorums.rotate);
    for line in authority.witnesses.lines() {
        say!("  {line}");
    }
    let is_principal = authority.holder(&key.public()).is_some_and(|(name, _)| name == key.name);
    if key.role != KeyRole::Principal || !is_principal {
        return Err(miette!("{} is the key of no principal in it", options.key.display()));
    }
    let signed = envelope.signed(&key.secret());
    skyweave_server::log::folder::write_whole(&options.file, &signed.to_bytes()).into_diagnostic()?;
    let missing: Vec<&str> = authority
        .principals
        .iter()
        .filter(|one| {
            one.keys.iter().all(|key| signed.signatures.iter().all(|other| other.key != key.to_text()))
        })
        .map(|one| one.name.as_str())
        .collect();
    say!(
        "signed by {}; still to sign: {}",
        key.name,
        if missing.is_empty() { "nobody".to_owned() } else { missing.join(", ") }
    );
    Ok(ExitCode::SUCCESS)
}

fn authority(description: &Description) -> Result<Authority> {
    let key = |text: &String| PublicKey::parse(text).map_err(|error| miette!("`{text}`: {error}"));
    let principal = |(name, keys): (&String, &Vec<String>)| {
        let mut keys = keys.iter().map(key).collect::<Result<Vec<_>>>()?;
        keys.sort_unstable();
        Ok(Principal { name: name.clone(), keys })
    };
    let of = |name: &str| {
        let help =
            "accepted: cut, emergency, restore, rotate, each a name or {\"threshold\":2,\"members\":[...]}";
        let value = description.quorums.get(name);
        quorum(value.ok_or_else(|| miette!(help = help, "no quorum `{name}`"))?)
            .ok_or_else(|| miette!(help = help, "the quorum `{name}` is none"))
    };
    Ok(Authority {
        version: 1,
        principals: description.principals.iter().map(principal).collect::<Result<_>>()?,
        quorums: Quorums {
            cut: of("cut")?,
            emergency: of("emergency")?,
            restore: of("restore")?,
            rotate: of("rotate")?,
        },
        publisher: key(&description.publisher)?,
        witnesses: description.witnesses.iter().flat_map(|line| [line.as_str(), "\n"]).collect(),
        limits: Limits::USUAL,
    })
}

fn quorum(value: &Value) -> Option<Quorum> {
    if let Some(name) = value.as_str() {
        return Some(Quorum::Name(name.to_owned()));
    }
    let members = value["members"].as_array()?.iter().map(quorum).collect::<Option<Vec<_>>>()?;
    let threshold = usize::try_from(value["threshold"].as_u64()?).ok()?;
    (1..=members.len()).contains(&threshold).then_some(Quorum::Of { threshold, members })
}
