//! Selecting by rules reads only the pages that the rules need. The practice Docker Hub counts them.

use std::sync::Mutex;

use transload_contract::{
    ChooseProgress, ImageSource, Selection, SourceLogin, TagExclusion, TagPattern, TagPatternKind,
    TagRules,
};

use crate::{Api, ApiOptions};

/// The requests that list the 301 repositories: 100 on a page.
const REPOSITORY_PAGES: usize = 4;

#[tokio::test]
async fn rules_read_only_the_pages_that_they_need() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::new(ApiOptions::from_process(folder.path().to_owned()));
    api.practice_large_set(true);
    let source = ImageSource::PracticeAccount { namespace: Some("warehouse".to_owned()) };
    // Only members see all 301 repositories.
    let practice = api.practice_start().await.unwrap();
    let login = SourceLogin {
        source: source.clone(),
        username: practice.hub_account,
        secret: practice.hub_access_token,
        keep: false,
    };
    api.source_login(login).await.unwrap();
    let all = TagRules::default;
    let glob = |text: &str| vec![TagPattern { kind: TagPatternKind::Glob, text: text.to_owned() }];
    let (names, _) = api.all_repositories(&source, |_| ()).await.unwrap();
    let some = ["warehouse/service-001", "warehouse/builds"].map(str::to_owned);
    // Each of 300 repositories has 20 tags on one page, and `builds` has 10,000 on 100 pages.
    for (what, repositories, rules, requests, images, out) in [
        (
            "newest 5 of all repositories",
            vec![],
            TagRules { newest: Some(5), ..all() },
            REPOSITORY_PAGES + 301,
            1505,
            vec![(TagExclusion::Older, 14_495)],
        ),
        (
            "newest 250: three pages of `builds`",
            some.to_vec(),
            TagRules { newest: Some(250), ..all() },
            4,
            270,
            vec![(TagExclusion::Older, 9750)],
        ),
        (
            "pushed today: one page of each",
            some.to_vec(),
            TagRules { pushed_within_days: Some(1), ..all() },
            2,
            0,
            vec![(TagExclusion::PushedBefore, 10_020)],
        ),
        (
            "a pattern that the second page matches first",
            vec!["warehouse/builds".to_owned()],
            TagRules { newest: Some(1), include: glob("build-09800"), ..all() },
            2,
            1,
            vec![(TagExclusion::NotIncluded, 199), (TagExclusion::Older, 9800)],
        ),
    ] {
        api.with_practice(|practice| practice.clear_requests()).await.unwrap();
        let seen = Mutex::new(Vec::<ChooseProgress>::new());
        let report = |progress| seen.lock().unwrap().push(progress);
        let number = if repositories.is_empty() { names.len() } else { repositories.len() };
        let selection = Selection { repositories: repositories.clone(), rules };
        let chosen =
            api.source_choose_with_progress(source.clone(), selection, report).await.unwrap();
        assert!(chosen.unread.is_empty(), "{what}: {:?}", chosen.unread);
        let log = api.with_practice(|practice| practice.requests()).await.unwrap();
        let lists = log.iter().filter(|request| request.path.starts_with("/v2/namespaces/"));
        assert_eq!(lists.count(), requests, "{what}");
        assert_eq!(chosen.images.len(), images, "{what}");
        let found: Vec<_> =
            chosen.excluded.iter().map(|out| (out.reason, out.tags as usize)).collect();
        assert_eq!(found, out, "{what}");
        let mut chosen: Vec<_> =
            chosen.images.iter().map(|image| image.repository.as_str()).collect();
        chosen.dedup();
        let order = if repositories.is_empty() { &names } else { &repositories };
        let order = order.iter().map(String::as_str).filter(|name| chosen.contains(name));
        assert_eq!(chosen, order.collect::<Vec<_>>(), "{what}: the order of the source");

        let seen = seen.into_inner().unwrap();
        let tags = |progress: &ChooseProgress| (progress.tags, progress.repositories_read);
        assert!(seen.is_sorted_by_key(tags), "{what}: progress went back");
        let pages = seen.windows(2).filter(|pair| pair[0].tags < pair[1].tags).count();
        let tag_pages = if number == names.len() { requests - REPOSITORY_PAGES } else { requests };
        assert_eq!(pages, tag_pages, "{what}: progress for each page");
        let last = seen.last().unwrap();
        let read = usize::try_from(last.repositories_read).unwrap();
        assert_eq!((last.repositories, read), (last.repositories_read, number), "{what}");
    }
    api.shutdown().await;
}
