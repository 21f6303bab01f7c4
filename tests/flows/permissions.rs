//! Permissions, account and region are checked before anything is written.

use anyhow::{Result, ensure};
use serde_json::Value;
use transload_contract::{
    AwsConnection, MigrationPlan, PermissionBasis, PermissionDenialReason, PermissionStatus,
    PlanPermissions,
};
use transload_errors::ErrorCode;
use transload_tests::aws::{Iam, check_shapes};
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::{Ecr, PROFILE, SECRET_KEY};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;

const ACCOUNT: &str = "123456789012";

/// A profile with a role of a scripted IAM, while ECR calls go to the ECR of the story.
struct Fixture {
    iam: Iam,
    ecr: Ecr,
    registry: TestRegistry,
    app: HeadlessApp,
}

impl Fixture {
    async fn new() -> Result<Self> {
        let iam = Iam::start(ACCOUNT).await?;
        let ecr = Ecr::practice().await?;
        let registry = TestRegistry::start().await?;
        let image = Recipe::small(91).build()?;
        TestRepository::new(&registry.url(), "team/app")?.push(&image, "1").await?;
        let url = iam.url();
        let settings = [("region", ecr.region()), ("endpoint_url", url.as_str())];
        let home = AwsHome::new()?.profile_with_key(PROFILE, ecr.key(), &settings)?;
        let app = HeadlessApp::new(home, None)?;
        Ok(Self { iam, ecr, registry, app })
    }

    fn connection(&self, ecr_endpoint: String) -> AwsConnection {
        AwsConnection::Profile {
            profile: PROFILE.to_owned(),
            region: None,
            ecr_endpoint: Some(ecr_endpoint),
            registry_endpoint: None,
        }
    }

    async fn plan(&self, ecr_endpoint: String) -> Result<MigrationPlan> {
        let source = registry_source(&self.registry.host());
        let connection = self.connection(ecr_endpoint);
        self.app.plan(request(&connection, &source, &[("team/app", "1", "app")])).await
    }

    async fn permissions(&self) -> Result<PlanPermissions> {
        let plan = self.plan(self.ecr.api_url()).await?;
        self.app.api.migration_permissions(plan.plan).await.map_err(api_error)
    }
}

fn status<'a>(permissions: &'a PlanPermissions, action: &str) -> &'a PermissionStatus {
    let found = permissions.permissions.iter().find(|one| one.action == action);
    &found.unwrap_or_else(|| panic!("{action} is not checked: {permissions:#?}")).status
}

#[tokio::test]
async fn missing_permissions_are_known_before_the_start() -> Result<()> {
    let fixture = Fixture::new().await?;
    let all = fixture.permissions().await?;
    ensure!(all.basis == PermissionBasis::Simulation, "{all:#?}");
    ensure!(all.permissions.iter().all(|one| one.status == PermissionStatus::Allowed), "{all:#?}");

    fixture.iam.deny_actions(&["ecr:CreateRepository", "ecr:PutImage"]);
    let some = fixture.permissions().await?;
    let missing = PermissionStatus::Missing { denial: PermissionDenialReason::NotGranted };
    assert_eq!(*status(&some, "ecr:CreateRepository"), missing);
    assert_eq!(*status(&some, "ecr:PutImage"), missing);
    assert_eq!(*status(&some, "ecr:InitiateLayerUpload"), PermissionStatus::Allowed);
    let create = some.permissions.iter().find(|one| one.action == "ecr:CreateRepository");
    let region = fixture.ecr.region();
    let arn = format!("arn:aws:ecr:{region}:{ACCOUNT}:repository/app");
    assert_eq!(create.map(|one| one.resources.clone()), Some(vec![arn.clone()]));

    // The policy allows each action, only on the one repository.
    let policy: Value = serde_json::from_str(&some.policy.text)?;
    let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
    for permission in &some.permissions {
        let allows = statements.iter().any(|statement| {
            statement["Action"]
                .as_array()
                .is_some_and(|actions| actions.iter().any(|one| *one == permission.action))
        });
        ensure!(allows, "{} is not in {}", permission.action, some.policy.text);
    }
    let resources: Vec<_> = statements.iter().map(|statement| &statement["Resource"]).collect();
    assert_eq!(resources, [&serde_json::json!(["*"]), &serde_json::json!([arn])]);

    // The check wrote nothing.
    assert!(fixture.ecr.api().await?.repositories().await?.is_empty());
    check_shapes("iam", &fixture.iam.exchanges()).await
}

#[tokio::test]
async fn without_access_to_iam_permissions_are_checked_with_read_calls() -> Result<()> {
    let fixture = Fixture::new().await?;
    fixture.iam.deny_iam_reads();
    let denied = "User: arn:aws:sts::123456789012:assumed-role/push/story is not authorized to \
                  perform: ecr:BatchCheckLayerAvailability";
    let fault = Fault::aws_error(400, "AccessDeniedException", denied);
    let rule = Rule::ecr("BatchCheckLayerAvailability", fault)?;
    let proxy = FaultProxy::start(&fixture.ecr.api_url(), [rule]).await?;
    let plan = fixture.plan(proxy.url()).await?;
    let known = fixture.app.api.migration_permissions(plan.plan).await.map_err(api_error)?;
    ensure!(known.basis == PermissionBasis::Calls, "{known:#?}");
    let error = known.simulation_error.as_ref().map(|error| error.code);
    assert_eq!(error, Some(ErrorCode::AccessDenied));
    for action in ["ecr:DescribeRepositories", "ecr:DescribeImages", "ecr:BatchGetImage"] {
        assert_eq!(*status(&known, action), PermissionStatus::Allowed, "{action}");
    }
    assert_eq!(
        *status(&known, "ecr:BatchCheckLayerAvailability"),
        PermissionStatus::Missing { denial: PermissionDenialReason::CallRefused }
    );
    for action in ["ecr:CreateRepository", "ecr:PutImage", "ecr:UploadLayerPart"] {
        assert!(
            matches!(status(&known, action), PermissionStatus::Unknown { .. }),
            "{action}: {known:#?}"
        );
    }
    assert!(fixture.ecr.api().await?.repositories().await?.is_empty());
    fixture.app.check_no_secrets(&SecretSearch::new().secret("the key", fixture.ecr.key().1)?)
}

#[tokio::test]
async fn an_account_is_shown_with_its_alias() -> Result<()> {
    let fixture = Fixture::new().await?;
    let connection = fixture.connection(fixture.ecr.api_url());
    let alias = async || fixture.app.api.aws_account_alias(connection.clone()).await;
    assert_eq!(alias().await.map_err(api_error)?, None);
    fixture.iam.set_alias("my-company");
    assert_eq!(alias().await.map_err(api_error)?.as_deref(), Some("my-company"));
    let identity = fixture.app.api.aws_identity(connection.clone()).await.map_err(api_error)?;
    assert_eq!(identity.account_id, ACCOUNT);
    assert_eq!(identity.partition, "aws");
    assert_eq!(identity.endpoints.registry, Some(fixture.ecr.registry_host()));
    Ok(())
}

#[tokio::test]
async fn an_access_denied_error_contains_the_policy_that_fixes_it() -> Result<()> {
    let fixture = Fixture::new().await?;
    let arn = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    let denied = format!(
        "User: arn:aws:sts::123456789012:assumed-role/push/story is not authorized to perform: \
         ecr:CreateRepository on resource: {arn} because no identity-based policy allows the \
         ecr:CreateRepository action"
    );
    let fault = Fault::aws_error(400, "AccessDeniedException", &denied);
    let rule = Rule::ecr("CreateRepository", fault)?;
    let proxy = FaultProxy::start(&fixture.ecr.api_url(), [rule]).await?;
    let plan = fixture.plan(proxy.url()).await?;
    let job = fixture.app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let report = fixture.app.follow(job, plan).await?.report;
    let transload_contract::ImageResult::Failed { error } = &report.images[0].result else {
        anyhow::bail!("the migration did not fail: {report:#?}");
    };
    assert_eq!(error.code, ErrorCode::AccessDenied);
    let policy: Value = serde_json::from_str(error.policy.as_deref().unwrap_or_default())?;
    assert_eq!(policy["Statement"][0]["Action"], serde_json::json!(["ecr:CreateRepository"]));
    assert_eq!(policy["Statement"][0]["Resource"], serde_json::json!([arn]));
    Ok(())
}

#[tokio::test]
async fn a_disabled_region_and_another_partition_are_distinguished_from_a_wrong_key() -> Result<()>
{
    let fixture = Fixture::new().await?;
    let in_region = |region: &str| AwsConnection::Profile {
        profile: PROFILE.to_owned(),
        region: Some(region.to_owned()),
        ecr_endpoint: Some(fixture.ecr.api_url()),
        registry_endpoint: None,
    };
    fixture.iam.enable_only_regions(&["us-east-1", fixture.ecr.region()]);
    for (region, code) in
        [("ap-east-1", ErrorCode::RegionNotEnabled), ("cn-north-1", ErrorCode::RegionElsewhere)]
    {
        let refused = fixture.app.api.aws_identity(in_region(region)).await;
        let error = refused.expect_err("the region is not refused");
        assert_eq!(error.code, code, "{error:?}");
        assert_eq!(error.subject.as_deref(), Some(region));
        ensure!(error.next_steps().next().is_some() && error.message.contains(region), "{error:?}");
    }
    fixture.iam.enable_only_regions(&[]);
    let refused = fixture.app.api.aws_identity(in_region("ap-east-1")).await;
    assert_eq!(refused.expect_err("no key is known").code, ErrorCode::CredentialsInvalid);
    fixture.app.check_no_secrets(&SecretSearch::new().secret("the key", SECRET_KEY)?)
}
