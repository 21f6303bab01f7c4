//! Permissions, account and region are checked before anything is written.

use anyhow::{Result, ensure};
use serde_json::Value;
use transload_contract::{
    AwsConnection, MigrationPlan, PermissionBasis, PermissionDenial, PermissionStanding,
    PlanPermissions,
};
use transload_errors::ErrorCode;
use transload_tests::aws::{Iam, check_shapes};
use transload_tests::aws_home::AwsHome;
use transload_tests::computer::{Computer, api_error, registry_source, request};
use transload_tests::ecr::{Ecr, PROFILE, SECRET_KEY};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::secrets::SecretSearch;

const ACCOUNT: &str = "123456789012";

/// A computer whose profile is the role of an IAM, with ECR's calls led to an ECR of the story.
struct Story {
    iam: Iam,
    ecr: Ecr,
    registry: RegistryLab,
    computer: Computer,
}

impl Story {
    async fn begin() -> Result<Self> {
        let iam = Iam::start(ACCOUNT).await?;
        let ecr = Ecr::practice().await?;
        let registry = RegistryLab::start().await?;
        let image = Recipe::small(91).build()?;
        Target::new(&registry.url(), "team/app")?.push(&image, "1").await?;
        let url = iam.url();
        let settings = [("region", ecr.region()), ("endpoint_url", url.as_str())];
        let home = AwsHome::new()?.profile_with_key(PROFILE, ecr.key(), &settings)?;
        let computer = Computer::new(home, None)?;
        Ok(Self { iam, ecr, registry, computer })
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
        self.computer.plan(request(&connection, &source, &[("team/app", "1", "app")])).await
    }

    async fn permissions(&self) -> Result<PlanPermissions> {
        let plan = self.plan(self.ecr.api_url()).await?;
        self.computer.api.migration_permissions(plan.plan).await.map_err(api_error)
    }
}

fn standing<'a>(permissions: &'a PlanPermissions, action: &str) -> &'a PermissionStanding {
    let found = permissions.permissions.iter().find(|one| one.action == action);
    &found.unwrap_or_else(|| panic!("{action} is not asked about: {permissions:#?}")).standing
}

#[tokio::test]
async fn what_a_plan_may_not_do_is_known_before_it_starts() -> Result<()> {
    let story = Story::begin().await?;
    let all = story.permissions().await?;
    ensure!(all.basis == PermissionBasis::Simulation, "{all:#?}");
    ensure!(
        all.permissions.iter().all(|one| one.standing == PermissionStanding::Allowed),
        "{all:#?}"
    );

    story.iam.take_away(&["ecr:CreateRepository", "ecr:PutImage"]);
    let some = story.permissions().await?;
    let missing = PermissionStanding::Missing { denial: PermissionDenial::NotGranted };
    assert_eq!(*standing(&some, "ecr:CreateRepository"), missing);
    assert_eq!(*standing(&some, "ecr:PutImage"), missing);
    assert_eq!(*standing(&some, "ecr:InitiateLayerUpload"), PermissionStanding::Allowed);
    let create = some.permissions.iter().find(|one| one.action == "ecr:CreateRepository");
    let region = story.ecr.region();
    let arn = format!("arn:aws:ecr:{region}:{ACCOUNT}:repository/app");
    assert_eq!(create.map(|one| one.resources.clone()), Some(vec![arn.clone()]));

    // The policy allows each action, on the one repository and nothing else.
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

    // Nothing was written to find this out.
    assert!(story.ecr.api().await?.repositories().await?.is_empty());
    check_shapes("iam", &story.iam.exchanges()).await
}

#[tokio::test]
async fn who_may_not_ask_iam_learns_what_calls_that_read_can_tell() -> Result<()> {
    let story = Story::begin().await?;
    story.iam.forbid_asking();
    let denied = "User: arn:aws:sts::123456789012:assumed-role/push/story is not authorized to \
                  perform: ecr:BatchCheckLayerAvailability";
    let fault = Fault::aws_error(400, "AccessDeniedException", denied);
    let rule = Rule::ecr("BatchCheckLayerAvailability", fault)?;
    let proxy = FaultProxy::start(&story.ecr.api_url(), [rule]).await?;
    let plan = story.plan(proxy.url()).await?;
    let known = story.computer.api.migration_permissions(plan.plan).await.map_err(api_error)?;
    ensure!(known.basis == PermissionBasis::Calls, "{known:#?}");
    let error = known.simulation_error.as_ref().map(|error| error.code);
    assert_eq!(error, Some(ErrorCode::AccessDenied));
    for action in ["ecr:DescribeRepositories", "ecr:DescribeImages", "ecr:BatchGetImage"] {
        assert_eq!(*standing(&known, action), PermissionStanding::Allowed, "{action}");
    }
    assert_eq!(
        *standing(&known, "ecr:BatchCheckLayerAvailability"),
        PermissionStanding::Missing { denial: PermissionDenial::CallRefused }
    );
    for action in ["ecr:CreateRepository", "ecr:PutImage", "ecr:UploadLayerPart"] {
        assert!(
            matches!(standing(&known, action), PermissionStanding::Unknown { .. }),
            "{action}: {known:#?}"
        );
    }
    assert!(story.ecr.api().await?.repositories().await?.is_empty());
    story.computer.check_no_secrets(&SecretSearch::new().secret("the key", story.ecr.key().1)?)
}

#[tokio::test]
async fn an_account_is_called_by_its_alias() -> Result<()> {
    let story = Story::begin().await?;
    let connection = story.connection(story.ecr.api_url());
    let alias = async || story.computer.api.aws_account_alias(connection.clone()).await;
    assert_eq!(alias().await.map_err(api_error)?, None);
    story.iam.call_it("my-company");
    assert_eq!(alias().await.map_err(api_error)?.as_deref(), Some("my-company"));
    let identity = story.computer.api.aws_identity(connection.clone()).await.map_err(api_error)?;
    assert_eq!(identity.account_id, ACCOUNT);
    assert_eq!(identity.partition, "aws");
    assert_eq!(identity.endpoints.registry, Some(story.ecr.registry_host()));
    Ok(())
}

#[tokio::test]
async fn a_refusal_comes_with_the_policy_that_lifts_it() -> Result<()> {
    let story = Story::begin().await?;
    let arn = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    let denied = format!(
        "User: arn:aws:sts::123456789012:assumed-role/push/story is not authorized to perform: \
         ecr:CreateRepository on resource: {arn} because no identity-based policy allows the \
         ecr:CreateRepository action"
    );
    let fault = Fault::aws_error(400, "AccessDeniedException", &denied);
    let rule = Rule::ecr("CreateRepository", fault)?;
    let proxy = FaultProxy::start(&story.ecr.api_url(), [rule]).await?;
    let plan = story.plan(proxy.url()).await?;
    let job = story.computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let report = story.computer.follow(job, plan).await?.report;
    let transload_contract::ImageResult::Failed { error } = &report.images[0].result else {
        anyhow::bail!("it did not fail: {report:#?}");
    };
    assert_eq!(error.code, ErrorCode::AccessDenied);
    let policy: Value = serde_json::from_str(error.policy.as_deref().unwrap_or_default())?;
    assert_eq!(policy["Statement"][0]["Action"], serde_json::json!(["ecr:CreateRepository"]));
    assert_eq!(policy["Statement"][0]["Resource"], serde_json::json!([arn]));
    Ok(())
}

#[tokio::test]
async fn a_region_that_is_not_enabled_or_is_of_other_accounts_is_told_from_a_wrong_key()
-> Result<()> {
    let story = Story::begin().await?;
    let in_region = |region: &str| AwsConnection::Profile {
        profile: PROFILE.to_owned(),
        region: Some(region.to_owned()),
        ecr_endpoint: Some(story.ecr.api_url()),
        registry_endpoint: None,
    };
    story.iam.enable_only(&["us-east-1", story.ecr.region()]);
    for (region, code) in
        [("ap-east-1", ErrorCode::RegionNotEnabled), ("cn-north-1", ErrorCode::RegionElsewhere)]
    {
        let refused = story.computer.api.aws_identity(in_region(region)).await;
        let error = refused.expect_err("the region is not refused");
        assert_eq!(error.code, code, "{error:?}");
        assert_eq!(error.subject.as_deref(), Some(region));
        ensure!(error.next_steps().next().is_some() && error.message.contains(region), "{error:?}");
    }
    story.iam.enable_only(&[]);
    let refused = story.computer.api.aws_identity(in_region("ap-east-1")).await;
    assert_eq!(refused.expect_err("no key is known").code, ErrorCode::CredentialsInvalid);
    story.computer.check_no_secrets(&SecretSearch::new().secret("the key", SECRET_KEY)?)
}
