//! Compares Transload with skopeo on the same registries: the same tags, manifests and bytes, or a difference
//! that is listed here with its reason. A listed difference that does not occur also fails.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tempfile::TempDir;
use transload_migration::CopyOutcome;
use transload_tests::images::digest_of;
use transload_tests::program::Program;
use transload_tests::scripted_registry::{LOGIN, REAL_REGISTRIES, RegistryKind, ScriptedRegistry};
use transload_tests::skopeo::COPY;
use transload_tests::tools::system_tool;

use crate::registry_compatibility::content::{APP, fill, open, plain};
use crate::registry_copy::{copy, without_referrers};

/// How many kinds of registries are tested at a time.
const MAX_CONCURRENT: usize = 6;
/// The tags to copy: an image, an index with an attestation, an index entry without a platform.
const TAGS: &[&str] = &["first", "index", "bare"];

/// The operations that both tools run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    ListTags,
    InspectRaw,
    /// `skopeo copy --all` from the registry into a folder.
    CopyFrom,
    /// `skopeo copy --all` from a registry without quirks to the registry.
    CopyTo,
    /// The same with a layer of an ordinary type that has URLs.
    CopyUrls,
}
use Operation::*;

/// An operation with different results, and why the result of Transload is correct.
struct Difference {
    kind: &'static str,
    operation: Operation,
    /// A part of skopeo's error.
    skopeo: &'static str,
    transload: &'static str,
    why: &'static str,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        kind: "GitHub Packages",
        operation: CopyTo,
        skopeo: "405",
        transload: "uploads",
        why: "skopeo fails if HEAD of a blob is rejected; HEAD is optional",
    },
    Difference {
        kind: "registry.centos.org",
        operation: CopyTo,
        skopeo: "403",
        transload: "uploads",
        why: "skopeo fails if HEAD of a blob is rejected; HEAD is optional",
    },
    Difference {
        kind: "a token server that moved",
        operation: ListTags,
        skopeo: "expires_in",
        transload: "lists",
        why: EXPIRES_IN,
    },
    Difference {
        kind: "a token server that moved",
        operation: InspectRaw,
        skopeo: "expires_in",
        transload: "reads",
        why: EXPIRES_IN,
    },
    Difference {
        kind: "a token server that moved",
        operation: CopyFrom,
        skopeo: "expires_in",
        transload: "copies",
        why: EXPIRES_IN,
    },
    Difference {
        kind: "a token server that moved",
        operation: CopyTo,
        skopeo: "expires_in",
        transload: "copies",
        why: EXPIRES_IN,
    },
    Difference {
        kind: "distribution 2.8",
        operation: CopyUrls,
        skopeo: "blob unknown",
        transload: "copies the layer",
        why: "skopeo leaves every layer with urls behind; only foreign types can be elsewhere",
    },
];
const EXPIRES_IN: &str =
    "skopeo rejects a token whose expires_in is a string; \"300\" is unambiguous";

/// The result of an operation: names with digests, or an error text.
type Outcome = Result<BTreeMap<String, String>, String>;

struct Skopeo {
    folder: TempDir,
}

impl Skopeo {
    /// skopeo with a temporary home folder, logged in to these registries.
    fn new(hosts: &[String]) -> Result<Self> {
        let (user, password) = LOGIN;
        let auth = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        let auths: BTreeMap<_, _> =
            hosts.iter().map(|host| (host.clone(), json!({ "auth": auth }))).collect();
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("auth.json"), json!({ "auths": auths }).to_string())?;
        std::fs::write(folder.path().join("registries.conf"), "")?;
        Ok(Self { folder })
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    async fn run(&self, arguments: &[&str]) -> Result<Result<Vec<u8>, String>> {
        let finished = Program::new(system_tool("skopeo")?)
            .arguments(arguments)
            .variable("HOME", self.folder.path())
            .variable("XDG_RUNTIME_DIR", self.folder.path())
            .variable("REGISTRY_AUTH_FILE", self.path("auth.json"))
            .variable("CONTAINERS_REGISTRIES_CONF", self.path("registries.conf"))
            .finish()
            .await?;
        Ok(match finished.status.success() {
            true => Ok(finished.stdout),
            false => Err(finished.stderr.trim().to_owned()),
        })
    }

    async fn tags(&self, host: &str) -> Result<Outcome> {
        let reference = format!("docker://{host}/{APP}");
        let listed = match self.run(&["list-tags", "--tls-verify=false", &reference]).await? {
            Ok(listed) => serde_json::from_slice::<Value>(&listed)?,
            Err(error) => return Ok(Err(error)),
        };
        let tags = listed["Tags"].as_array().context("no tags")?.iter().filter_map(Value::as_str);
        Ok(Ok(tags.map(|tag| (tag.to_owned(), String::new())).collect()))
    }

    async fn manifests(&self, host: &str) -> Result<Outcome> {
        let mut digests = BTreeMap::new();
        for tag in TAGS {
            let reference = format!("docker://{host}/{APP}:{tag}");
            match self.run(&["inspect", "--raw", "--tls-verify=false", &reference]).await? {
                Ok(bytes) => digests.insert((*tag).to_owned(), digest_of(&bytes)),
                Err(error) => return Ok(Err(error)),
            };
        }
        Ok(Ok(digests))
    }

    /// Copies the tags. Returns the first error.
    async fn copy(
        &self,
        tags: &[&str],
        endpoints: impl Fn(&str) -> [String; 2],
    ) -> Result<Result<(), String>> {
        for tag in tags {
            let [from, to] = endpoints(tag);
            if let Err(error) =
                self.run(&[&COPY[..], &[from.as_str(), to.as_str()]].concat()).await?
            {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    /// The digests of all manifests and blobs that a copy into folders contains.
    async fn copied_from(&self, host: &str) -> Result<Outcome> {
        let folder = |tag: &str| self.path(&format!("copied-{tag}"));
        let endpoints =
            |tag: &str| [format!("docker://{host}/{APP}:{tag}"), format!("dir:{}", folder(tag))];
        if let Err(error) = self.copy(TAGS, endpoints).await? {
            return Ok(Err(error));
        }
        let mut digests = BTreeMap::new();
        for tag in TAGS {
            for file in std::fs::read_dir(folder(tag))? {
                let file = file?;
                // Skips the version of the folder format.
                if file.file_name() != "version" {
                    digests.insert(digest_of(&std::fs::read(file.path())?), String::new());
                }
            }
        }
        Ok(Ok(digests))
    }

    async fn copied_to(&self, from: &str, to: &ScriptedRegistry, tags: &[&str]) -> Result<Outcome> {
        let endpoints =
            |tag: &str| [from, &to.host()].map(|host| format!("docker://{host}/{APP}:{tag}"));
        Ok(self.copy(tags, endpoints).await?.map(|()| digests_in(to)))
    }
}

/// The digests of the bytes of all manifests and blobs.
fn digests_in(registry: &ScriptedRegistry) -> BTreeMap<String, String> {
    let holds = registry.content_lines();
    let lines = holds.iter().filter(|line| !line.starts_with("tag "));
    let digests = lines.filter_map(|line| line.rsplit(' ').next());
    digests.map(|digest| (digest.to_owned(), String::new())).collect()
}

/// Copies the same tags with Transload, without referrers, which skopeo does not copy.
async fn transload_copies(
    from: &ScriptedRegistry,
    to: &ScriptedRegistry,
    tags: &[&str],
) -> Result<Outcome> {
    let (reader, writer) = (open(from)?, open(to)?);
    let names: Vec<String> = tags.iter().map(|tag| format!("{APP}:{tag}")).collect();
    for outcome in copy(&reader, &writer, &names, without_referrers()).await? {
        match outcome {
            CopyOutcome::Copied { .. } | CopyOutcome::AlreadyThere { .. } => {}
            other => return Ok(Err(format!("{other:?}"))),
        }
    }
    Ok(Ok(digests_in(to)))
}

/// The tags and manifests that Transload reads.
async fn transload_reads(registry: &ScriptedRegistry) -> Result<(Outcome, Outcome)> {
    let reader = open(registry)?;
    let tags = reader.tags(APP).await.map_err(|error| error.to_string());
    let tags = tags.map(|tags| tags.iter().map(|tag| (tag.to_string(), String::new())).collect());
    let mut digests = BTreeMap::new();
    for tag in TAGS {
        match reader.manifest(APP, tag).await {
            Ok(manifest) => digests.insert((*tag).to_owned(), digest_of(manifest.bytes())),
            Err(error) => return Ok((tags, Err(error.to_string()))),
        };
    }
    Ok((tags, Ok(digests)))
}

/// The results of skopeo and Transload for each operation with a kind of registry.
async fn both(kind: &RegistryKind) -> Result<Vec<(Operation, Outcome, Outcome)>> {
    let (registry, source) =
        (ScriptedRegistry::start(kind).await?, ScriptedRegistry::start(plain()).await?);
    fill(&registry, &source)?;
    fill(&source, &registry)?;
    let (by_transload, to_by_skopeo, to_by_transload) = (
        ScriptedRegistry::start(plain()).await?,
        ScriptedRegistry::start(kind).await?,
        ScriptedRegistry::start(kind).await?,
    );
    let skopeo = Skopeo::new(&[registry.host(), to_by_skopeo.host()])?;
    let (tags, manifests) = transload_reads(&registry).await?;
    let mut answers = vec![
        (ListTags, skopeo.tags(&registry.host()).await?, tags),
        (InspectRaw, skopeo.manifests(&registry.host()).await?, manifests),
        (
            CopyFrom,
            skopeo.copied_from(&registry.host()).await?,
            transload_copies(&registry, &by_transload, TAGS).await?,
        ),
        (
            CopyTo,
            skopeo.copied_to(&source.host(), &to_by_skopeo, TAGS).await?,
            transload_copies(&source, &to_by_transload, TAGS).await?,
        ),
    ];
    if kind.name == plain().name {
        answers.push((
            CopyUrls,
            skopeo.copied_to(&source.host(), &to_by_skopeo, &["urls"]).await?,
            transload_copies(&source, &to_by_transload, &["urls"]).await?,
        ));
    }
    Ok(answers)
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Ok(found) => format!("found {}: {:?}", found.len(), found.keys().collect::<Vec<_>>()),
        Err(error) => format!("failed: {error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn skopeo_lists_and_copies_the_same_with_every_registry() -> Result<()> {
    let answers: Vec<_> = stream::iter(REAL_REGISTRIES)
        .map(|kind| async move { (kind.name, both(kind).await) })
        .buffer_unordered(MAX_CONCURRENT)
        .collect()
        .await;
    let (mut failed, mut met) = (Vec::new(), BTreeSet::new());
    for (name, answers) in answers {
        for (operation, skopeo, transload) in answers.with_context(|| name.to_owned())? {
            let listed = DIFFERENCES.iter().position(|listed| {
                listed.kind == name
                    && listed.operation == operation
                    && skopeo.as_ref().is_err_and(|error| error.contains(listed.skopeo))
            });
            match listed {
                Some(listed) if transload.is_ok() => {
                    met.insert(listed);
                }
                _ if skopeo.is_ok() && skopeo == transload => {}
                _ => failed.push(format!(
                    "{name}, {operation:?}:\n  skopeo {}\n  transload {}",
                    shown(&skopeo),
                    shown(&transload)
                )),
            }
        }
    }
    for (number, listed) in DIFFERENCES.iter().enumerate() {
        let Difference { kind, operation, skopeo, transload, why } = listed;
        if !met.contains(&number) {
            failed.push(format!(
                "{kind}, {operation:?} is listed and did not occur: skopeo says {skopeo:?}, \
                 Transload {transload}: {why}"
            ));
        }
    }
    ensure!(failed.is_empty(), "{} differences:\n{}", failed.len(), failed.join("\n"));
    Ok(())
}
