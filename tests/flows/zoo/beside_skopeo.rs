//! skopeo on the same registries: the same tags, the same manifests, the same bytes, or a difference that
//! is listed here with its reason. A listed difference that no longer exists fails too.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tempfile::TempDir;
use transload_migration::CopyOutcome;
use transload_tests::images::digest_of;
use transload_tests::process::Run;
use transload_tests::tools::system_tool;
use transload_tests::zoo::{LOGIN, PERSONALITIES, Personality, ZooRegistry};

use crate::copies::{copy, without_referrers};
use crate::zoo::content::{APP, fill, open, plain};

/// How many personalities are tried at the same time.
const MAX_CONCURRENT: usize = 6;
/// The tags that are copied: an image, an index with an attestation, an index entry without a platform.
const TAGS: &[&str] = &["first", "index", "bare"];
/// Copies with every platform, and fails rather than changing a manifest.
const COPY: [&str; 6] = [
    "copy",
    "--all",
    "--preserve-digests",
    "--insecure-policy",
    "--src-tls-verify=false",
    "--dest-tls-verify=false",
];

/// What both tools are asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    /// `skopeo list-tags`.
    ListTags,
    /// `skopeo inspect --raw`.
    InspectRaw,
    /// `skopeo copy --all` from the personality into a folder.
    CopyFrom,
    /// `skopeo copy --all` from a plain registry to the personality.
    CopyTo,
    /// The same with a layer of an ordinary type that names addresses elsewhere.
    CopyUrls,
}
use Operation::*;

/// An operation in which the tools differ, and why that is right.
struct Difference {
    personality: &'static str,
    operation: Operation,
    /// A part of what skopeo says.
    skopeo: &'static str,
    transload: &'static str,
    why: &'static str,
}

/// The differences, all of them.
const DIFFERENCES: &[Difference] = &[
    Difference {
        personality: "GitHub Packages",
        operation: CopyTo,
        skopeo: "405",
        transload: "uploads",
        why: "skopeo gives up when HEAD of a blob is refused; HEAD is optional",
    },
    Difference {
        personality: "registry.centos.org",
        operation: CopyTo,
        skopeo: "403",
        transload: "uploads",
        why: "skopeo gives up when HEAD of a blob is refused; HEAD is optional",
    },
    Difference {
        personality: "a token server that moved",
        operation: ListTags,
        skopeo: "expires_in",
        transload: "lists",
        why: EXPIRES_IN,
    },
    Difference {
        personality: "a token server that moved",
        operation: InspectRaw,
        skopeo: "expires_in",
        transload: "reads",
        why: EXPIRES_IN,
    },
    Difference {
        personality: "a token server that moved",
        operation: CopyFrom,
        skopeo: "expires_in",
        transload: "copies",
        why: EXPIRES_IN,
    },
    Difference {
        personality: "a token server that moved",
        operation: CopyTo,
        skopeo: "expires_in",
        transload: "copies",
        why: EXPIRES_IN,
    },
    Difference {
        personality: "distribution 2.8",
        operation: CopyUrls,
        skopeo: "blob unknown",
        transload: "copies the layer",
        why: "skopeo leaves every layer with urls behind; only foreign types may lie elsewhere",
    },
];
const EXPIRES_IN: &str =
    "skopeo refuses a token whose expires_in is a text; \"300\" cannot be misread";

/// What an operation found: names with digests, or the words of a failure.
type Answer = Result<BTreeMap<String, String>, String>;

struct Skopeo {
    folder: TempDir,
}

impl Skopeo {
    /// skopeo with a home of its own, logged in to these registries.
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
        let finished = Run::new(system_tool("skopeo")?)
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

    async fn tags(&self, host: &str) -> Result<Answer> {
        let reference = format!("docker://{host}/{APP}");
        let listed = match self.run(&["list-tags", "--tls-verify=false", &reference]).await? {
            Ok(listed) => serde_json::from_slice::<Value>(&listed)?,
            Err(words) => return Ok(Err(words)),
        };
        let tags = listed["Tags"].as_array().context("no tags")?.iter().filter_map(Value::as_str);
        Ok(Ok(tags.map(|tag| (tag.to_owned(), String::new())).collect()))
    }

    async fn manifests(&self, host: &str) -> Result<Answer> {
        let mut digests = BTreeMap::new();
        for tag in TAGS {
            let reference = format!("docker://{host}/{APP}:{tag}");
            match self.run(&["inspect", "--raw", "--tls-verify=false", &reference]).await? {
                Ok(bytes) => digests.insert((*tag).to_owned(), digest_of(&bytes)),
                Err(words) => return Ok(Err(words)),
            };
        }
        Ok(Ok(digests))
    }

    /// Copies the tags; the failure of the first that fails.
    async fn copy(
        &self,
        tags: &[&str],
        ends: impl Fn(&str) -> [String; 2],
    ) -> Result<Result<(), String>> {
        for tag in tags {
            let [from, to] = ends(tag);
            if let Err(words) =
                self.run(&[&COPY[..], &[from.as_str(), to.as_str()]].concat()).await?
            {
                return Ok(Err(words));
            }
        }
        Ok(Ok(()))
    }

    /// Every manifest and blob that a copy into folders holds, by digest of the bytes.
    async fn copied_from(&self, host: &str) -> Result<Answer> {
        let folder = |tag: &str| self.path(&format!("copied-{tag}"));
        let ends =
            |tag: &str| [format!("docker://{host}/{APP}:{tag}"), format!("dir:{}", folder(tag))];
        if let Err(words) = self.copy(TAGS, ends).await? {
            return Ok(Err(words));
        }
        let mut digests = BTreeMap::new();
        for tag in TAGS {
            for file in std::fs::read_dir(folder(tag))? {
                let file = file?;
                // The version of the folder's own format.
                if file.file_name() != "version" {
                    digests.insert(digest_of(&std::fs::read(file.path())?), String::new());
                }
            }
        }
        Ok(Ok(digests))
    }

    async fn copied_to(&self, from: &str, to: &ZooRegistry, tags: &[&str]) -> Result<Answer> {
        let ends =
            |tag: &str| [from, &to.host()].map(|host| format!("docker://{host}/{APP}:{tag}"));
        Ok(self.copy(tags, ends).await?.map(|()| held(to)))
    }
}

/// The digests of the bytes of every manifest and blob.
fn held(zoo: &ZooRegistry) -> BTreeMap<String, String> {
    let holds = zoo.holds();
    let lines = holds.iter().filter(|line| !line.starts_with("tag "));
    let digests = lines.filter_map(|line| line.rsplit(' ').next());
    digests.map(|digest| (digest.to_owned(), String::new())).collect()
}

/// Copies the same tags with Transload, without what skopeo does not copy: referrers.
async fn transload_copies(from: &ZooRegistry, to: &ZooRegistry, tags: &[&str]) -> Result<Answer> {
    let (reader, writer) = (open(from)?, open(to)?);
    let names: Vec<String> = tags.iter().map(|tag| format!("{APP}:{tag}")).collect();
    for outcome in copy(&reader, &writer, &names, without_referrers()).await? {
        match outcome {
            CopyOutcome::Copied { .. } | CopyOutcome::AlreadyThere { .. } => {}
            other => return Ok(Err(format!("{other:?}"))),
        }
    }
    Ok(Ok(held(to)))
}

/// The tags and the manifests that Transload reads.
async fn transload_reads(zoo: &ZooRegistry) -> Result<(Answer, Answer)> {
    let reader = open(zoo)?;
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

/// What skopeo and Transload answer to each operation with a personality.
async fn both(personality: &Personality) -> Result<Vec<(Operation, Answer, Answer)>> {
    let (zoo, source) =
        (ZooRegistry::start(personality).await?, ZooRegistry::start(plain()).await?);
    fill(&zoo, &source)?;
    fill(&source, &zoo)?;
    let (by_transload, to_by_skopeo, to_by_transload) = (
        ZooRegistry::start(plain()).await?,
        ZooRegistry::start(personality).await?,
        ZooRegistry::start(personality).await?,
    );
    let skopeo = Skopeo::new(&[zoo.host(), to_by_skopeo.host()])?;
    let (tags, manifests) = transload_reads(&zoo).await?;
    let mut answers = vec![
        (ListTags, skopeo.tags(&zoo.host()).await?, tags),
        (InspectRaw, skopeo.manifests(&zoo.host()).await?, manifests),
        (
            CopyFrom,
            skopeo.copied_from(&zoo.host()).await?,
            transload_copies(&zoo, &by_transload, TAGS).await?,
        ),
        (
            CopyTo,
            skopeo.copied_to(&source.host(), &to_by_skopeo, TAGS).await?,
            transload_copies(&source, &to_by_transload, TAGS).await?,
        ),
    ];
    if personality.name == plain().name {
        answers.push((
            CopyUrls,
            skopeo.copied_to(&source.host(), &to_by_skopeo, &["urls"]).await?,
            transload_copies(&source, &to_by_transload, &["urls"]).await?,
        ));
    }
    Ok(answers)
}

fn shown(answer: &Answer) -> String {
    match answer {
        Ok(found) => format!("found {}: {:?}", found.len(), found.keys().collect::<Vec<_>>()),
        Err(words) => format!("failed: {words}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn skopeo_finds_and_copies_the_same_from_and_to_every_personality() -> Result<()> {
    let answers: Vec<_> = stream::iter(PERSONALITIES)
        .map(|personality| async move { (personality.name, both(personality).await) })
        .buffer_unordered(MAX_CONCURRENT)
        .collect()
        .await;
    let (mut failed, mut met) = (Vec::new(), BTreeSet::new());
    for (name, answers) in answers {
        for (operation, skopeo, transload) in answers.with_context(|| name.to_owned())? {
            let listed = DIFFERENCES.iter().position(|listed| {
                listed.personality == name
                    && listed.operation == operation
                    && skopeo.as_ref().is_err_and(|words| words.contains(listed.skopeo))
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
        let Difference { personality, operation, skopeo, transload, why } = listed;
        if !met.contains(&number) {
            failed.push(format!(
                "{personality}, {operation:?} is listed and did not occur: skopeo says {skopeo:?}, \
                 Transload {transload}: {why}"
            ));
        }
    }
    ensure!(failed.is_empty(), "{} differences:\n{}", failed.len(), failed.join("\n"));
    Ok(())
}
