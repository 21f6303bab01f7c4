//! `transload-cli tag`: adds a tag, asks before it moves one, and says why it doesn't. The AWS CLI reads the result.

use anyhow::Result;
use serde_json::{Value, json};
use transload_tests::ecr::PROFILE;
use transload_tests::images::Recipe;
use transload_tests::program::Program;
use transload_tests::tools::command_line;

use crate::explorer::{NAME, Shop, aws};

#[tokio::test]
async fn the_command_line_adds_a_tag_and_asks_before_it_moves_one() -> Result<()> {
    let shop = Shop::open().await?;
    let (old, new) = (Recipe::small(3).build()?, Recipe::small(4).build()?);
    shop.repository.push(&old, "1.0").await?;
    shop.repository.push(&new, "1.1").await?;
    let (old, new) = (old.manifest.digest.as_str(), new.manifest.digest.as_str());
    let home = shop.ecr.home()?;
    let run = async |line: &str| {
        home.transload_cli(format!("tag {NAME} {line} --aws-profile {PROFILE}").split(' '))?
            .variable("TRANSLOAD_DATA_DIR", shop.app.data_folder())
            .finish()
            .await
    };
    let digest = async |tag: &str| -> Result<_> {
        let id = format!("imageTag={tag}");
        let arguments = ["describe-images", "--repository-name", NAME, "--image-ids", &id];
        Ok(aws(&shop.ecr, &arguments).await?["imageDetails"][0]["imageDigest"].clone())
    };
    for (line, code, words, expected) in [
        ("1.0 prod", 0, "", old),
        // Already there.
        ("1.0 prod", 0, "already points", old),
        // Nobody can confirm it.
        ("1.1 prod", 3, "moves from", old),
        ("1.1 prod --yes", 0, "moves from", new),
        ("1.2 prod", 3, "has no image 1.2", new),
        ("1.0 a:b", 3, "isn't a tag", new),
    ] {
        let ran = run(line).await?;
        assert_eq!(ran.status.code(), Some(code), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{line}: {}", ran.stderr);
        assert_eq!(digest("prod").await?, json!(expected), "{line}");
    }
    let listed = Program::new(command_line()?)
        .arguments(["deletions", "--changes"])
        .variable("TRANSLOAD_DATA_DIR", shop.app.data_folder())
        .succeed()
        .await?
        .text();
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].contains(&format!("tag prod moved from {old} to {new}")), "{listed}");
    assert!(lines[1].contains(&format!("tag prod added to {old}")), "{listed}");
    assert_eq!(lines.len(), 2, "{listed}");
    for (line, key, value) in [
        ("1.0 prod --dry-run --json", "from", json!(new)),
        ("1.1 prod --dry-run --json", "kind", json!("unchanged")),
        ("1.1 prod --json", "undo", json!(null)),
    ] {
        let printed: Value = serde_json::from_str(&run(line).await?.text())?;
        assert_eq!(printed.get(key), Some(&value), "{line}: {printed}");
    }
    let immutable = ["--image-tag-mutability", "IMMUTABLE"];
    let arguments =
        [["put-image-tag-mutability", "--repository-name", NAME].as_slice(), &immutable];
    aws(&shop.ecr, &arguments.concat()).await?;
    let refused = run("1.0 prod --yes").await?;
    assert_eq!(refused.status.code(), Some(3), "{}", refused.stderr);
    assert!(refused.stderr.contains("tags are immutable"), "{}", refused.stderr);
    assert_eq!(digest("prod").await?, json!(new));
    Ok(())
}
