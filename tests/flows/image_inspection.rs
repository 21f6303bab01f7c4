//! `transload-cli inspect`, `layers`, `files` and `diff`, compared with skopeo.

use std::path::Path;

use anyhow::{Context, Result};
use bytes::Bytes;
use serde_json::{Value, json};
use transload_model::is_hidden;
use transload_tests::images::{
    Image, Index, Layer, LayerCompression, Manifest, Recipe, TestRepository, digest_of,
};
use transload_tests::program::{Program, ProgramOutput};
use transload_tests::servers::TestRegistry;
use transload_tests::tools::{command_line, system_tool};

async fn run(arguments: &[&str]) -> Result<ProgramOutput> {
    run_in(tempfile::tempdir()?.path(), arguments).await
}

/// Runs the command line with its data, such as manifests that it read before, in a folder.
async fn run_in(data: &Path, arguments: &[&str]) -> Result<ProgramOutput> {
    let program = Program::new(command_line()?).arguments(arguments);
    program.variable("XDG_DATA_HOME", data).finish().await
}

async fn json_of(arguments: &[&str]) -> Result<Value> {
    let finished = run(&[arguments, &["--json"]].concat()).await?;
    serde_json::from_str(&finished.text())
        .with_context(|| format!("{} {}", finished.text(), finished.stderr))
}

/// What skopeo says about an image, with these options.
async fn skopeo(options: &[&str], reference: &str) -> Result<Value> {
    let finished = Program::new(system_tool("skopeo")?)
        .arguments(["inspect", "--tls-verify=false"])
        .arguments(options)
        .arguments([format!("docker://{reference}")])
        .succeed()
        .await?;
    Ok(serde_json::from_slice(&finished.stdout)?)
}

#[tokio::test]
async fn an_image_is_inspected_as_skopeo_does() -> Result<()> {
    let registry = TestRegistry::start().await?;
    let target = TestRepository::new(&registry.url(), "team/app")?;
    let index = Index::with_attestation(811, &["linux/arm64", "linux/amd64"])?;
    target.push_index(&index, "1").await?;
    let reference = format!("{}/team/app:1", registry.host());
    for (platform, architecture) in [(None, "amd64"), (Some("linux/arm64"), "arm64")] {
        let options: Vec<&str> =
            platform.map_or_else(Vec::new, |platform| vec!["--platform", platform]);
        let found = json_of(&[&["inspect", reference.as_str()], &options[..]].concat()).await?;
        assert_eq!(found["digest"], index.manifest.digest.as_str());
        assert_eq!(found["kind"], "index");
        assert_eq!(found["platforms"].as_array().map(Vec::len), Some(2));
        assert_eq!(found["attestations"], 1);
        let image = &found["image"];
        let digest = image["digest"].as_str().context("a digest")?;
        let pinned = format!("{}/team/app@{digest}", registry.host());
        let architecture = ["--override-os=linux", &format!("--override-arch={architecture}")];

        let config: Value =
            serde_json::from_str(image["config_json"].as_str().context("a configuration")?)?;
        let shown =
            skopeo(&["--config", "--raw", architecture[0], architecture[1]], &pinned).await?;
        assert_eq!(config, shown, "the configuration, byte for byte");
        let shown = skopeo(&architecture, &pinned).await?;
        let layers = image["layers"].as_array().context("layers")?;
        let digests: Vec<_> = layers.iter().map(|layer| layer["digest"].clone()).collect();
        assert_eq!(shown["Layers"], Value::from(digests));
        let manifest = skopeo(&["--raw"], &pinned).await?;
        let stored = manifest["layers"].as_array().context("layers")?;
        for (layer, other) in layers.iter().zip(stored) {
            assert_eq!(layer["size_bytes"], other["size"]);
            assert_eq!(layer["media_type"], other["mediaType"]);
        }
        assert_eq!(image["config"]["architecture"], shown["Architecture"]);
        let listed = json_of(&[&["layers", reference.as_str()], &options[..]].concat()).await?;
        assert_eq!(&listed, &image["layers"]);
    }
    let text = run(&["inspect", &reference]).await?.text();
    assert!(text.contains("linux/arm64, linux/amd64") && text.contains("/data"), "{text}");

    let missing = run(&["inspect", &reference, "--platform", "windows/amd64"]).await?;
    assert_eq!(missing.status.code(), Some(3));
    assert!(missing.stderr.contains("platform_missing"), "{}", missing.stderr);
    assert!(missing.stderr.contains("it has linux/arm64, linux/amd64"), "{}", missing.stderr);
    let unknown = run(&["layers", &format!("{}/team/app:none", registry.host())]).await?;
    assert!(unknown.stderr.contains("image_missing"), "{}", unknown.stderr);
    Ok(())
}

#[tokio::test]
async fn a_difference_exits_with_5_and_equality_with_0() -> Result<()> {
    let (one, other) = (TestRegistry::start().await?, TestRegistry::start().await?);
    let image = Recipe::small(812).build()?;
    TestRepository::new(&one.url(), "team/app")?.push(&image, "1").await?;
    let copies = TestRepository::new(&other.url(), "mirror/app")?;
    copies.push(&image, "1").await?;
    copies.push(&Recipe::small(813).build()?, "2").await?;
    let left = format!("{}/team/app:1", one.host());
    let (same, changed) =
        (format!("{}/mirror/app:1", other.host()), format!("{}/mirror/app:2", other.host()));

    let equal = run(&["diff", &left, &same]).await?;
    assert_eq!(equal.status.code(), Some(0), "{}", equal.stderr);
    assert!(equal.text().contains("Both have the same digest."), "{}", equal.text());
    let different = run(&["diff", &left, &changed]).await?;
    assert_eq!(different.status.code(), Some(5), "{}", different.stderr);
    assert!(different.text().contains("\n+ layer "), "{}", different.text());
    let found = json_of(&["diff", &left, &changed]).await?;
    assert_eq!((&found["identical"], &found["layers"]["common"]), (&false.into(), &0.into()));
    let refused = run(&["diff", &left, &format!("{}/none:1", other.host())]).await?;
    assert_eq!(refused.status.code(), Some(3));
    Ok(())
}

#[tokio::test]
async fn the_files_of_a_layer_are_listed_once() -> Result<()> {
    let registry = TestRegistry::start().await?;
    let image = Recipe::small(814).build()?;
    TestRepository::new(&registry.url(), "team/app")?.push(&image, "1").await?;
    let reference = format!("{}/team/app:1", registry.host());
    let data = tempfile::tempdir()?;
    let list = async |number: &str| -> Result<Value> {
        let arguments = ["files", &reference, "--layer", number, "--json"];
        let finished = run_in(data.path(), &arguments).await?;
        serde_json::from_str(&finished.text()).with_context(|| finished.stderr.clone())
    };
    for (number, from_cache) in [("2", false), ("2", true), ("1", false), ("2", true)] {
        let found = list(number).await?;
        assert_eq!(found["from_cache"], from_cache, "{number}");
        let entries = found["files"]["entries"].as_array().context("entries")?;
        let bytes = image.layers[number.parse::<usize>()? - 1].tar.len();
        assert_eq!(entries.len(), 1);
        let size = entries[0]["size_bytes"].as_u64().context("a size")?;
        assert!(size > 0 && size < bytes as u64, "{size} of {bytes}");
    }
    // The layer below is known now.
    assert_eq!(list("2").await?["files"]["entries"][0]["change"], "added");
    let text = run_in(data.path(), &["files", &reference, "--layer", "2"]).await?;
    assert!(
        text.text().contains("-rw-r--r--") && text.text().contains("data/814001"),
        "{}",
        text.text()
    );
    let missing = run_in(data.path(), &["files", &reference, "--layer", "4"]).await?;
    assert_eq!(missing.status.code(), Some(3));
    assert!(missing.stderr.contains("layers 1 to 3"), "{}", missing.stderr);
    Ok(())
}

/// Texts that control a terminal, hide or reorder what is around them, leave a folder, or look like a page.
const HOSTILE: [&str; 6] =
    ["\u{1b}]0;x\u{7}", "\u{9b}2J\u{7f}", "exe.\u{202e}gnp", "a\u{200b}b", "../../etc", "<script>"];

/// A layer with a file of each hostile name. NUL ends a name in an archive.
fn hostile_layer() -> Result<Layer> {
    let mut archive = tar::Builder::new(Vec::new());
    for name in HOSTILE {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(1);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_cksum();
        archive.append(&header, &b"x"[..])?;
    }
    let tar: Bytes = archive.into_inner()?.into();
    let digest = digest_of(&tar);
    Ok(Layer {
        compressed: tar.clone(),
        compressed_digest: digest.clone(),
        tar,
        tar_digest: digest,
        compression: LayerCompression::Tar,
    })
}

/// An image with hostile texts in every place that a command prints.
fn hostile_image(end: &str) -> Result<Image> {
    let mut image = Recipe::small(815).layers([]).build()?;
    let layer = hostile_layer()?;
    let all = HOSTILE.concat() + "\0" + end;
    let config = json!({
        "created": all, "author": all, "os": "linux", "architecture": "amd64",
        "config": {
            "Env": [format!("A{all}={all}")], "Cmd": [&all], "Entrypoint": [&all], "User": &all,
            "WorkingDir": &all, "Labels": { &all: &all }, "ExposedPorts": { &all: {} },
            "Volumes": { &all: {} }, "StopSignal": &all, "Healthcheck": { "Test": ["CMD", &all] }, &all: &all,
        },
        "rootfs": { "type": "layers", "diff_ids": [&layer.tar_digest] },
        "history": [{ "created_by": &all, "comment": &all, "author": &all }],
    });
    image.config = serde_json::to_vec(&config)?.into();
    image.config_digest = digest_of(&image.config);
    let mut manifest: Value = serde_json::from_slice(&image.manifest.bytes)?;
    manifest["config"]["digest"] = image.config_digest.as_str().into();
    manifest["config"]["size"] = image.config.len().into();
    manifest["annotations"] = json!({ &all: &all });
    manifest["layers"] = json!([{
        "mediaType": "application/vnd.oci.image.layer.v1.tar",
        "digest": &layer.compressed_digest,
        "size": layer.compressed.len(),
        "annotations": { &all: &all },
    }]);
    image.manifest = Manifest::new(serde_json::to_vec(&manifest)?, &image.manifest.media_type);
    image.layers = vec![layer];
    Ok(image)
}

#[tokio::test]
async fn hostile_text_reaches_no_terminal_and_no_parser() -> Result<()> {
    let registry = TestRegistry::start().await?;
    let target = TestRepository::new(&registry.url(), "team/app")?;
    target.push(&hostile_image("1")?, "1").await?;
    target.push(&hostile_image("2")?, "2").await?;
    let [one, two] = ["1", "2"].map(|tag| format!("{}/team/app:{tag}", registry.host()));
    for (arguments, code) in [
        (vec!["inspect", one.as_str()], 0),
        (vec!["layers", &one], 0),
        (vec!["files", &one, "--layer", "1"], 0),
        (vec!["diff", &one, &two], 5),
    ] {
        for more in [&[][..], &["--json"]] {
            let finished = run(&[&arguments, more].concat()).await?;
            assert_eq!(finished.status.code(), Some(code), "{arguments:?}: {}", finished.stderr);
            let text = finished.text();
            let hidden =
                |character: &char| !"\n\t".contains(*character) && is_hidden(*character, None);
            let found: Vec<char> = text.chars().filter(hidden).collect();
            assert!(found.is_empty(), "{arguments:?} {more:?}: {found:?} in {text}");
            assert!(text.contains("../../etc") && text.contains("<script>"), "{text}");
            if more.is_empty() {
                assert!(text.contains("\\x1b]0;x\\x07"), "{arguments:?}: {text}");
            } else {
                serde_json::from_str::<Value>(&text).with_context(|| format!("{arguments:?}"))?;
            }
        }
    }
    Ok(())
}
