//! Layers over one base, an index, and another repository.

use super::*;
use crate::testing::{TestRepository, digest};

fn repository() -> TestRepository {
    let mut repository = TestRepository::default();
    repository.image("base", &["base-1"], &[("rootfs", 30)]);
    repository.image("runtime", &["runtime-1"], &[("rootfs", 30), ("node", 20)]);
    repository.image("amd64", &[], &[("rootfs", 30), ("node", 20), ("app", 5)]);
    repository.image("arm64", &[], &[("armroot", 28), ("app", 5)]);
    repository.index("v2", &["v2"], &[("amd64", "linux/amd64"), ("arm64", "linux/arm64")]);
    repository.image("alone", &[], &[("other", 1)]);
    repository
}

#[test]
fn tags_and_repositories_that_share_each_layer_are_listed() {
    let mut repository = repository();
    let all = ["base", "runtime", "amd64", "arm64", "v2", "alone"];
    let facts = repository.read(&all);
    let elsewhere = TestRepository::read_all(&{
        let mut other = TestRepository::default();
        other.image("elsewhere", &["1"], &[("node", 20)]);
        other
    });
    let elsewhere: Vec<_> = elsewhere
        .into_values()
        .map(|facts| OtherRepositoryManifest { repository: "shop/web".to_owned(), facts })
        .collect();
    let found = layer_sharing(&digest("amd64"), &repository.images, &facts, &elsewhere);
    let shown: Vec<_> = found
        .layers
        .iter()
        .map(|layer| (layer.digest.clone(), layer.images.join(" "), layer.repositories.join(" ")))
        .collect();
    assert_eq!(
        shown,
        [
            (digest("rootfs"), "base-1 runtime-1".to_owned(), String::new()),
            (digest("node"), "runtime-1".to_owned(), "shop/web".to_owned()),
            // The other platform has the name of the same tag.
            (digest("app"), String::new(), String::new()),
        ]
    );
    let guess = BaseGuess { name: "runtime-1".to_owned(), layers: 2 };
    assert_eq!((found.base_guess, found.unread), (Some(guess), 0));

    repository.image("new", &["new"], &[("rootfs", 30)]);
    let found = layer_sharing(&digest("alone"), &repository.images, &facts, &[]);
    assert_eq!((found.layers[0].image_count, found.base_guess, found.unread), (0, None, 1));
    let unread = layer_sharing(&digest("new"), &repository.images, &facts, &[]);
    assert_eq!(unread, LayerSharing::default());
}

#[test]
fn an_image_with_the_same_layers_is_no_base_and_many_names_are_cut() {
    let mut repository = TestRepository::default();
    let layers = [("rootfs", 30), ("app", 5)];
    repository.image("own", &["own"], &layers);
    for number in 0..30 {
        repository.image(&format!("other-{number}"), &[&format!("t{number}")], &layers);
    }
    let facts = repository.read_all();
    let found = layer_sharing(&digest("own"), &repository.images, &facts, &[]);
    assert_eq!(found.base_guess, None);
    assert_eq!((found.layers[0].images.len(), found.layers[0].image_count), (NAMES_LIMIT, 30));
}
