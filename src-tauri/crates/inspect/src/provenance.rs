//! Parses SLSA provenance: who built the image, from which source, on which base. Called by `attestation`.
//!
//! Sources: SLSA provenance v0.2 and v1; BuildKit's additions (`docs/attestations/slsa-definitions.md`).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::config::{date, text, value};
use crate::inspection::ConfigValue;
use crate::secret_values::hide_in_text;
use transload_model::visible;

/// How many materials and arguments are kept.
const LIST_LIMIT: usize = 2_000;
/// The extension of BuildKit in the metadata of v0.2.
const BUILDKIT_METADATA: &str = "https://mobyproject.org/buildkit@v1#metadata";

/// How an image was built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct Provenance {
    /// Who built it, such as the URL of a workflow run.
    pub builder: Option<String>,
    pub build_type: Option<String>,
    pub source: Option<String>,
    pub revision: Option<String>,
    /// The file that started the build, such as `Dockerfile` or a workflow.
    pub entry_point: Option<String>,
    /// Build arguments and other parameters. Values that look like secrets are hidden.
    pub arguments: Vec<ConfigValue>,
    /// Images and other content that the build used.
    pub materials: Vec<Material>,
    pub started_at_ms: Option<u64>,
    pub finished_at_ms: Option<u64>,
    /// Whether the builder says that the build is reproducible.
    pub reproducible: Option<bool>,
}

/// Something that a build used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct Material {
    pub uri: String,
    /// The digest with its algorithm, such as `sha256:…`.
    pub digest: Option<String>,
    /// Whether it is an image, such as the base.
    pub image: bool,
}

/// Parses the predicate of a provenance. Unknown fields and wrong types are ignored.
pub(crate) fn read_provenance(predicate: &Value) -> Provenance {
    let at = |path: &str| predicate.pointer(path);
    let text = |json: Option<&Value>| text(json).map(|text| hide_in_text(&text, &[]));
    let first = |paths: &[&str]| paths.iter().find_map(|path| text(at(path)));
    let metadata = at("/metadata").and_then(|metadata| metadata.get(BUILDKIT_METADATA));
    let vcs = |name: &str| {
        let old = metadata.and_then(|metadata| metadata.pointer(&format!("/vcs/{name}")));
        text(old)
            .or_else(|| text(at(&format!("/runDetails/metadata/buildkit_metadata/vcs/{name}"))))
    };
    let times = |paths: [&str; 2]| paths.iter().find_map(|path| date(at(path)).0);
    let (source, ref_of_source) = split_revision(
        vcs("source")
            .or_else(|| {
                first(&[
                    "/invocation/configSource/uri",
                    "/buildDefinition/externalParameters/configSource/uri",
                    "/buildDefinition/externalParameters/workflow/repository",
                ])
            })
            .unwrap_or_default(),
    );
    let materials =
        materials(at("/materials").or_else(|| at("/buildDefinition/resolvedDependencies")));
    let revision = vcs("revision")
        .or_else(|| first(&["/invocation/configSource/digest/sha1"]))
        .or_else(|| {
            let of_source = materials.iter().find(|one| {
                source.as_ref().is_some_and(|source| one.uri.contains(source.as_str()))
                    && !one.image
            });
            of_source.and_then(|one| {
                one.digest.as_deref()?.split_once(':').map(|(_, hex)| hex.to_owned())
            })
        })
        .or(ref_of_source);
    Provenance {
        builder: first(&["/builder/id", "/runDetails/builder/id"]).filter(|id| !id.is_empty()),
        build_type: first(&["/buildType", "/buildDefinition/buildType"]),
        source,
        revision,
        entry_point: first(&[
            "/invocation/configSource/entryPoint",
            "/buildDefinition/externalParameters/configSource/path",
            "/buildDefinition/externalParameters/workflow/path",
        ]),
        arguments: arguments(predicate),
        materials,
        started_at_ms: times(["/metadata/buildStartedOn", "/runDetails/metadata/startedOn"]),
        finished_at_ms: times(["/metadata/buildFinishedOn", "/runDetails/metadata/finishedOn"]),
        reproducible: at("/metadata/reproducible").and_then(Value::as_bool),
    }
}

/// Splits `git+https://host/repository@refs/heads/main` and `https://host/repository.git#commit`.
fn split_revision(uri: String) -> (Option<String>, Option<String>) {
    let plain = uri.strip_prefix("git+").unwrap_or(&uri);
    let (source, revision) = match plain.split_once('#') {
        Some((source, revision)) => (source, Some(revision)),
        None => match plain.rsplit_once('@') {
            // `git@host:repository` has no revision.
            Some((source, revision)) if source.contains("://") => (source, Some(revision)),
            _ => (plain, None),
        },
    };
    let found = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    (found(source), revision.and_then(found))
}

fn arguments(predicate: &Value) -> Vec<ConfigValue> {
    let paths = [
        "/invocation/parameters/args",
        "/buildDefinition/externalParameters/request/args",
        "/buildDefinition/externalParameters/inputs",
    ];
    let mut found: Vec<ConfigValue> = Vec::new();
    for members in paths.iter().filter_map(|path| predicate.pointer(path)?.as_object()) {
        for (name, json) in members.iter().take(LIST_LIMIT) {
            let plain = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
            // BuildKit writes `build-arg:NAME` and `label:NAME`.
            let bare = name.rsplit_once(':').map_or(name.as_str(), |(_, bare)| bare);
            let mut argument = value(bare, &plain);
            argument.name = visible(name);
            if argument.secret {
                argument.value = None;
            }
            found.push(argument);
        }
    }
    found
}

fn materials(json: Option<&Value>) -> Vec<Material> {
    let list = json.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let material = |json: &Value| {
        let uri = hide_in_text(&text(json.get("uri"))?, &[]);
        let digests = json.get("digest").and_then(Value::as_object);
        let digest = digests.and_then(|digests| {
            let (algorithm, hex) = digests.iter().find(|(_, hex)| hex.is_string())?;
            Some(visible(&format!("{algorithm}:{}", hex.as_str()?)))
        });
        let image = uri.starts_with("pkg:docker/") || uri.starts_with("pkg:oci/");
        Some(Material { uri, digest, image })
    };
    list.iter().take(LIST_LIMIT).filter_map(material).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn builder_source_and_base_of_both_versions_are_read() {
        let old = read_provenance(&json!({
            "builder": {"id": "https://github.com/team/app/actions/runs/1"},
            "buildType": "https://mobyproject.org/buildkit@v1",
            "invocation": {
                "configSource": {"entryPoint": "Dockerfile"},
                "parameters": {"args": {"build-arg:VERSION": "1", "build-arg:NPM_TOKEN": "abc", "label:team": "x"}},
            },
            "materials": [
                {"uri": "pkg:docker/alpine@3.22?platform=linux%2Famd64", "digest": {"sha256": "aa"}},
                {"uri": "https://me:hunter2@github.com/team/app.git", "digest": {"sha1": "bb"}},
            ],
            "metadata": {
                "buildStartedOn": "2026-01-02T03:04:05Z", "reproducible": false,
                "https://mobyproject.org/buildkit@v1#metadata": {
                    "vcs": {"source": "https://github.com/team/app.git", "revision": "cafe"},
                },
            },
        }));
        assert_eq!(old.builder.as_deref(), Some("https://github.com/team/app/actions/runs/1"));
        assert_eq!(old.source.as_deref(), Some("https://github.com/team/app.git"));
        assert_eq!(old.revision.as_deref(), Some("cafe"));
        assert_eq!(old.entry_point.as_deref(), Some("Dockerfile"));
        assert_eq!(old.reproducible, Some(false));
        assert!(old.materials[0].image && !old.materials[1].image);
        assert_eq!(old.materials[1].uri, "https://me:***@github.com/team/app.git");
        let arguments: Vec<_> =
            old.arguments.iter().map(|one| (one.name.as_str(), one.value.as_deref())).collect();
        assert_eq!(
            arguments,
            [
                ("build-arg:NPM_TOKEN", None),
                ("build-arg:VERSION", Some("1")),
                ("label:team", Some("x"))
            ]
        );

        let new = read_provenance(&json!({
            "buildDefinition": {
                "buildType": "https://actions.github.io/buildtypes/workflow/v1",
                "externalParameters": {"workflow": {
                    "ref": "refs/heads/main", "repository": "https://github.com/team/app", "path": ".github/workflows/x.yml",
                }},
                "resolvedDependencies": [
                    {"uri": "git+https://github.com/team/app@refs/heads/main", "digest": {"gitCommit": "cafe"}},
                ],
            },
            "runDetails": {"builder": {"id": "b"}, "metadata": {"finishedOn": "2026-01-02T03:04:05Z"}},
        }));
        assert_eq!(new.source.as_deref(), Some("https://github.com/team/app"));
        assert_eq!(new.revision.as_deref(), Some("cafe"));
        assert_eq!(new.entry_point.as_deref(), Some(".github/workflows/x.yml"));
        assert_eq!(
            (new.builder.as_deref(), new.finished_at_ms),
            (Some("b"), Some(1_767_323_045_000))
        );
    }

    #[test]
    fn hostile_predicates_are_empty() {
        for predicate in [
            json!(null),
            json!([]),
            json!("x"),
            json!({"builder": 1, "materials": {"uri": 1}, "metadata": []}),
        ] {
            assert_eq!(read_provenance(&predicate), Provenance::default(), "{predicate}");
        }
        assert_eq!(
            split_revision("git@host:a/b".to_owned()),
            (Some("git@host:a/b".to_owned()), None)
        );
        assert_eq!(
            split_revision("https://h/a.git#x".to_owned()),
            (Some("https://h/a.git".to_owned()), Some("x".to_owned()))
        );
    }

    #[test]
    fn the_revision_is_the_one_of_the_source_and_not_of_an_image() {
        let found = read_provenance(&json!({"buildDefinition": {
            "externalParameters": {"workflow": {"repository": "https://h.example/app"}},
            "resolvedDependencies": [
                {"uri": "pkg:oci/base?from=https://h.example/app", "digest": {"sha256": "aa"}},
                {"uri": "git+https://h.example/app@refs/heads/main", "digest": {"gitCommit": "cafe"}},
            ],
        }}));
        assert_eq!(found.revision.as_deref(), Some("cafe"));
    }
}
