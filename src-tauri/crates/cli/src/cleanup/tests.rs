//! Tests of the clean-up command.

use super::*;

#[test]
fn a_proposal_that_lacks_manifests_is_an_error() {
    let proposal = |unread_manifests| CleanupProposal {
        class: CleanupClass::LooseImages,
        unread_manifests,
        images: Vec::new(),
        kept: Vec::new(),
        deleted: Vec::new(),
        freed: transload_contract::FreedBytes::default(),
    };
    assert!(known(proposal(0), "shop/api").is_ok());
    for (unread, words) in [(1, "1 manifest of shop/api"), (3, "3 manifests of shop/api")] {
        let error = known(proposal(unread), "shop/api").unwrap_err();
        assert_eq!(error.code, ErrorCode::ManifestsUnreadable);
        assert!(error.message.starts_with(words), "{}", error.message);
    }
}
