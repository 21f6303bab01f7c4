//! What a proof concludes from what a client did. `tests/flows/friendly_name/proof` runs the real clients.

use super::clients::digest_in;
use super::proof::ProofStep;
use super::*;

fn step(action: &str, state: CheckState) -> ProofStep {
    ProofStep { action: action.to_owned(), command: String::new(), state, output: None }
}

#[test]
fn a_client_passes_only_with_equal_digests_and_without_a_bypass() {
    let registry = RegistryHost::parse("111122223333.dkr.ecr.eu-west-1.amazonaws.com").unwrap();
    let (one, other) = (Some("sha256:1"), Some("sha256:2"));
    let (name, ecr) =
        ("registry.example.com:443", "111122223333.dkr.ecr.eu-west-1.amazonaws.com:443");
    let s3 = "prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com:443";
    let all = CheckState::Passed;
    for (case, client, state, pushed, pulled, hosts, unusable, expected) in [
        ("good", ProofClient::Skopeo, all, one, one, vec![name, s3], None, CheckState::Passed),
        (
            "other digest",
            ProofClient::Skopeo,
            all,
            one,
            other,
            vec![name],
            None,
            CheckState::Failed,
        ),
        ("bypass", ProofClient::Podman, all, one, one, vec![name, ecr], None, CheckState::Failed),
        (
            "failed",
            ProofClient::Podman,
            CheckState::Failed,
            None,
            None,
            vec![name],
            None,
            CheckState::Failed,
        ),
        ("no digest", ProofClient::Containerd, all, one, None, vec![], None, CheckState::Warning),
        (
            "no engine",
            ProofClient::Docker,
            all,
            None,
            None,
            vec![],
            Some("No engine."),
            CheckState::NotChecked,
        ),
    ] {
        let outcome = ClientOutcome {
            steps: vec![step("Push", state)],
            pushed_digest: pushed.map(str::to_owned),
            pulled_digest: pulled.map(str::to_owned),
            unusable: unusable.map(str::to_owned),
        };
        let hosts = hosts.into_iter().map(str::to_owned).collect();
        let proof = judge(client, String::new(), outcome, hosts, &registry);
        assert_eq!(proof.state, expected, "{case}: {}", proof.message);
        assert!(client != ProofClient::Docker || proof.hosts.is_none(), "{case}");
    }
}

#[test]
fn digests_are_found_in_the_output_of_each_client() {
    let digest = format!("sha256:{}", "a1".repeat(32));
    for text in [
        digest.clone(),
        format!("name-test: digest: {digest} size: 527"),
        format!("Digest: {digest}\nStatus: Downloaded"),
        format!("REF TYPE DIGEST SIZE\nr/app:1 application/vnd {digest} 1.0 KiB"),
    ] {
        assert_eq!(digest_in(&text).as_deref(), Some(digest.as_str()), "{text}");
    }
    for text in ["", "sha256:", "sha256:zz", "digest: none"] {
        assert_eq!(digest_in(text), None, "{text}");
    }
}
