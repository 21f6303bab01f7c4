//! Measures a search in the lists of 300 repositories with 10,000 images each, beside a scan of all rows in the same run.
//! Fills the file directly, without listing a registry.
//!
//! ```sh
//! cargo xtask bench --search
//! cargo run --release -p transload-manifest-cache --example search_speed -- 30   # with 30 repositories
//! ```
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it prints measurements")]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use transload_manifest_cache::{ImageLists, ListedImage, RegistryScope};
use transload_model::{AccountId, Digest, Region, Tag};

const REPOSITORIES: usize = 300;
const IMAGES: usize = 10_000;
/// The maximum of images that Find asks for.
const LIMIT: usize = 500;
/// How long the window may wait for an answer.
const BAR: Duration = Duration::from_millis(100);

fn main() {
    let repositories = std::env::args().nth(1).map_or(REPOSITORIES, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lists.sqlite");
    let account = AccountId::parse("111122223333").unwrap();
    let registry = RegistryScope::new(&account, &Region::parse("eu-central-1").unwrap());
    let lists = ImageLists::open(&path);
    let mut written = Duration::ZERO;
    for number in 0..repositories {
        let images = images(number);
        let began = Instant::now();
        lists.put(&registry, &name(number), &images, "", 1);
        written += began.elapsed();
    }
    let bytes: u64 = folder
        .path()
        .read_dir()
        .unwrap()
        .flatten()
        .map(|file| file.metadata().unwrap().len())
        .sum();
    let count = (repositories * IMAGES) as u64;
    println!("{count} images written in {:.1} s", written.as_secs_f64());
    println!("on disk: {} MB, {} bytes an image", bytes / 1_000_000, bytes / count);
    println!("bar: {BAR:.0?}");

    let one = Digest::of(image_name(7, 7).as_bytes()).to_string();
    let commit = commit(8, 8);
    let texts = [
        "b",
        "build-9999",
        "build-*99",
        "build-*zz",
        "v3.1",
        "no-such-tag",
        &commit,
        &commit[..7],
        &one,
        &one[..14],
        "app-007:build-12",
    ];
    for text in texts {
        let (found, ours) = search(&lists, &registry, text);
        let (rows, scan) = scan(&path, text);
        println!(
            "{text:.20}: {found} images in {ours:.1?}; a scan of {rows} rows takes {scan:.0?}, {:.0} times as long",
            scan.as_secs_f64() / ours.as_secs_f64()
        );
    }

    // While lists are written again, as *List all images* does.
    let is_done = AtomicBool::new(false);
    let mut slowest = Duration::ZERO;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..repositories.min(60) {
                lists.put(&registry, &name(number), &images(number), "", 2);
            }
            is_done.store(true, Ordering::Relaxed);
        });
        while !is_done.load(Ordering::Relaxed) {
            for text in ["build-9999", "no-such-tag", &one[..14]] {
                slowest = slowest.max(search(&lists, &registry, text).1);
            }
        }
    });
    println!("slowest search while lists are written: {slowest:.0?}");
}

fn name(repository: usize) -> String {
    format!("warehouse/app-{repository:03}")
}

fn image_name(repository: usize, image: usize) -> String {
    format!("{repository} {image}")
}

/// A tag like those that continuous integration names after commits.
fn commit(repository: usize, image: usize) -> String {
    Digest::of(format!("commit {repository} {image}").as_bytes()).to_string()[7..47].to_owned()
}

/// One image in eight has no tag, one in eight a version, one in eight a commit; the others have build numbers.
fn images(repository: usize) -> Vec<ListedImage> {
    let image = |number: usize| {
        let tags = match number % 8 {
            0 => vec![commit(repository, number)],
            1 => {
                vec![format!("v{}.{}.{number}", number % 5, number % 11), format!("build-{number}")]
            }
            2 => Vec::new(),
            _ => vec![format!("build-{number}")],
        };
        ListedImage {
            digest: Digest::of(image_name(repository, number).as_bytes()),
            tags: tags.iter().map(|tag| Tag::parse(tag).unwrap()).collect(),
            size_bytes: Some(123_456_789),
            pushed_at_ms: Some(1_700_000_000_000),
            pulled_at_ms: None,
            is_archived: false,
        }
    };
    (0..IMAGES).map(image).collect()
}

/// The fastest of three searches.
fn search(lists: &ImageLists, registry: &RegistryScope, text: &str) -> (usize, Duration) {
    let once = || {
        let began = Instant::now();
        let found = lists.find(registry, text, LIMIT, |_| ControlFlow::Continue(())).unwrap();
        (found.images.len(), began.elapsed())
    };
    (0..3).map(|_| once()).min_by_key(|(_, time)| *time).unwrap()
}

/// What a search of the rows does without the lines of tags.
fn scan(path: &Path, text: &str) -> (i64, Duration) {
    let connection = Connection::open(path).unwrap();
    let began = Instant::now();
    let (rows, _): (i64, i64) = connection
        .query_row(
            "SELECT count(*), sum(tags LIKE ?1 OR digest LIKE ?2) FROM image",
            [format!("%{}%", text.replace('*', "%")), format!("{text}%")],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    (rows, began.elapsed())
}
