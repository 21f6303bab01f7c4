//! Which images of a repository run, as Amazon Inspector last reported it. On disk, in the file of `image_lists`, so
//! that a clean-up after a restart of the program still keeps them.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use transload_model::Digest;

use crate::image_lists::{ImageLists, RegistryScope};
use crate::sqlite_file::{integer, number};

/// How an image is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageUse {
    /// In how many places it runs. At least 1.
    pub count: u64,
    /// When it last ran, in milliseconds since 1970.
    pub last_in_use_at_ms: Option<u64>,
}

/// The images of a repository that run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownUse {
    /// When it was read, in milliseconds since 1970. `None` if it never was.
    pub read_at_ms: Option<u64>,
    pub images: BTreeMap<Digest, ImageUse>,
}

impl ImageLists {
    /// Replaces what is known of the images of a repository that run.
    pub fn put_use(
        &self,
        registry: &RegistryScope,
        repository: &str,
        images: &BTreeMap<Digest, ImageUse>,
        now_ms: u64,
    ) {
        let by_digest: BTreeMap<&str, &ImageUse> =
            images.iter().map(|(digest, image)| (digest.as_str(), image)).collect();
        let Ok(text) = serde_json::to_string(&by_digest) else { return };
        let put_in = |lists: &Self| {
            let put = lists.file.connection().execute(
                "INSERT OR REPLACE INTO image_use (registry, repository, read_at_ms, images)
                 VALUES (?1, ?2, ?3, ?4)",
                params![registry.0, repository, integer(now_ms), text],
            );
            lists.file.usable(put).map(|_| ())
        };
        if put_in(self).is_none() {
            self.keep_unwritten(put_in);
        }
    }

    /// Returns the images of a repository that run, as it was last read.
    pub fn use_of(&self, registry: &RegistryScope, repository: &str) -> KnownUse {
        let written = self.written_use(registry, repository);
        let unwritten = self.unwritten().map(|memory| memory.use_of(registry, repository));
        [written, unwritten.unwrap_or_default()]
            .into_iter()
            .max_by_key(|known| known.read_at_ms)
            .unwrap_or_default()
    }

    fn written_use(&self, registry: &RegistryScope, repository: &str) -> KnownUse {
        let connection = self.file.reader();
        let found = connection
            .query_row(
                "SELECT read_at_ms, images FROM image_use WHERE registry = ?1 AND repository = ?2",
                params![registry.0, repository],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
            )
            .optional();
        let Some((read_at_ms, text)) = self.file.usable(found).flatten() else {
            return KnownUse::default();
        };
        let by_digest: BTreeMap<String, ImageUse> = serde_json::from_str(&text).unwrap_or_default();
        KnownUse {
            read_at_ms: Some(number(read_at_ms)),
            images: by_digest
                .into_iter()
                .filter_map(|(digest, image)| Some((Digest::parse(&digest).ok()?, image)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use transload_model::{AccountId, Region};

    use super::*;

    #[test]
    fn the_last_reading_is_kept_by_repository_across_starts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lists");
        let registry = |region: &str| {
            let account = AccountId::parse("111122223333").unwrap();
            RegistryScope::new(&account, &Region::parse(region).unwrap())
        };
        let (here, there) = (registry("eu-west-1"), registry("us-east-1"));
        let used = BTreeMap::from([(
            Digest::of(b"image"),
            ImageUse { count: 2, last_in_use_at_ms: Some(5) },
        )]);
        let lists = ImageLists::open(&file);
        assert_eq!(lists.use_of(&here, "shop/api"), KnownUse::default());
        lists.put_use(&here, "shop/api", &used, 7);
        lists.put(&here, "shop/api", &[], "", 7);
        drop(lists);

        let lists = ImageLists::open(&file);
        let kept = KnownUse { read_at_ms: Some(7), images: used };
        assert_eq!(lists.use_of(&here, "shop/api"), kept);
        for (registry, repository) in [(&here, "shop/web"), (&there, "shop/api")] {
            assert_eq!(lists.use_of(registry, repository), KnownUse::default());
        }
        lists.put_use(&here, "shop/api", &BTreeMap::new(), 9);
        let empty = KnownUse { read_at_ms: Some(9), images: BTreeMap::new() };
        assert_eq!(lists.use_of(&here, "shop/api"), empty);
        lists.retain(&here, |_| false);
        assert_eq!(lists.use_of(&here, "shop/api"), KnownUse::default());
    }
}
