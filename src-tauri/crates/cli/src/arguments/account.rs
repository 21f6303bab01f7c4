//! The options that select an AWS account.

use clap::Args;

#[derive(Debug, Args)]
pub struct AccountArguments {
    /// The AWS profile.
    ///
    /// Default: what the AWS CLI uses without --profile, which is the keys in environment variables,
    /// the profile that AWS_DEFAULT_PROFILE or AWS_PROFILE names, web identity, the profile
    /// `default`, or the role of the container or instance.
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// The AWS region. Default: the region of the profile, AWS_REGION or AWS_DEFAULT_REGION.
    #[arg(long)]
    pub region: Option<String>,
    /// Another endpoint for the ECR API, such as a VPC endpoint.
    #[arg(long, value_name = "URL")]
    pub ecr_endpoint: Option<String>,
    /// Another endpoint for the registry.
    #[arg(long, value_name = "URL")]
    pub registry_endpoint: Option<String>,
    /// Use the built-in practice ECR, which needs no AWS account.
    #[arg(long, conflicts_with_all = ["aws_profile", "region", "ecr_endpoint", "registry_endpoint"])]
    pub practice: bool,
}
