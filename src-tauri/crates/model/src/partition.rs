use std::fmt;

use crate::account::AccountId;
use crate::region::Region;

/// AWS regions that are run together, with accounts, endpoints and ARNs of their own. Credentials of
/// one partition mean nothing in another.
///
/// Source: `partitions.json` of botocore 1.43; a test holds this table to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Partition {
    /// The public regions.
    Commercial,
    /// China.
    China,
    /// AWS GovCloud (US).
    GovCloud,
    /// The AWS European Sovereign Cloud.
    EuropeanSovereign,
    /// AWS ISO (US), Top Secret.
    Iso,
    /// AWS ISOB (US), Secret.
    IsoB,
    /// AWS ISOE (Europe).
    IsoE,
    /// AWS ISOF.
    IsoF,
}

impl Partition {
    /// Every partition.
    pub const ALL: [Self; 8] = [
        Self::Commercial,
        Self::China,
        Self::GovCloud,
        Self::EuropeanSovereign,
        Self::Iso,
        Self::IsoB,
        Self::IsoE,
        Self::IsoF,
    ];

    /// The partition that a region belongs to, by its name. A name of no known form counts as
    /// commercial, as in the SDKs.
    pub fn of_region(region: &Region) -> Self {
        let name = region.as_str();
        Self::ALL
            .into_iter()
            .find(|partition| partition.starts().iter().any(|start| name.starts_with(start)))
            .unwrap_or(Self::Commercial)
    }

    /// The partition that an ARN names: `arn:PARTITION:…`.
    pub fn of_arn(arn: &str) -> Option<Self> {
        let id = arn.strip_prefix("arn:")?.split(':').next()?;
        Self::ALL.into_iter().find(|partition| partition.id() == id)
    }

    /// As ARNs write it, such as `aws-cn`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Commercial => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
            Self::EuropeanSovereign => "aws-eusc",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
        }
    }

    /// What its host names end with.
    pub fn dns_suffix(self) -> &'static str {
        match self {
            Self::Commercial | Self::GovCloud => "amazonaws.com",
            Self::China => "amazonaws.com.cn",
            Self::EuropeanSovereign => "amazonaws.eu",
            Self::Iso => "c2s.ic.gov",
            Self::IsoB => "sc2s.sgov.gov",
            Self::IsoE => "cloud.adc-e.uk",
            Self::IsoF => "csp.hci.ic.gov",
        }
    }

    /// What the dual-stack names of its ECR registries end with, where they have such. Source: Amazon
    /// ECR user guide, "Making requests over dual-stack endpoints", and the host pattern of
    /// amazon-ecr-credential-helper.
    pub fn registry_dual_stack_suffix(self) -> Option<&'static str> {
        match self {
            Self::Commercial | Self::GovCloud => Some("on.aws"),
            Self::China => Some("on.amazonwebservices.com.cn"),
            _ => None,
        }
    }

    /// The region that every account of the partition can use: the one that stands for the
    /// partition's global services.
    pub fn home_region(self) -> &'static str {
        match self {
            Self::Commercial => "us-east-1",
            Self::China => "cn-northwest-1",
            Self::GovCloud => "us-gov-west-1",
            Self::EuropeanSovereign => "eusc-de-east-1",
            Self::Iso => "us-iso-east-1",
            Self::IsoB => "us-isob-east-1",
            Self::IsoE => "eu-isoe-west-1",
            Self::IsoF => "us-isof-south-1",
        }
    }

    /// The ARN of a repository's resource in IAM policies.
    pub fn repository_arn(self, region: &Region, account: &AccountId, name: &str) -> String {
        format!("arn:{self}:ecr:{region}:{account}:repository/{name}")
    }

    /// What the names of its regions begin with; nothing for the partition of all others.
    fn starts(self) -> &'static [&'static str] {
        match self {
            Self::Commercial => &[],
            Self::China => &["cn-"],
            Self::GovCloud => &["us-gov-"],
            Self::EuropeanSovereign => &["eusc-"],
            Self::Iso => &["us-iso-"],
            Self::IsoB => &["us-isob-"],
            Self::IsoE => &["eu-isoe-"],
            Self::IsoF => &["us-isof-"],
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_s_name_tells_its_partition() {
        for (region, partition) in [
            ("eu-west-1", Partition::Commercial),
            ("xx-newest-9", Partition::Commercial),
            ("us-gov-east-1", Partition::GovCloud),
            ("cn-north-1", Partition::China),
            ("eusc-de-east-1", Partition::EuropeanSovereign),
            ("us-iso-east-1", Partition::Iso),
            ("us-isob-east-1", Partition::IsoB),
            ("us-isof-south-1", Partition::IsoF),
            ("eu-isoe-west-1", Partition::IsoE),
        ] {
            assert_eq!(
                Partition::of_region(&Region::parse(region).unwrap()),
                partition,
                "{region}"
            );
        }
        for partition in Partition::ALL {
            let home = Region::parse(partition.home_region()).unwrap();
            assert_eq!(Partition::of_region(&home), partition);
        }
    }

    #[test]
    fn an_arn_tells_its_partition() {
        for partition in Partition::ALL {
            let arn = format!("arn:{partition}:iam::123456789012:user/ada");
            assert_eq!(Partition::of_arn(&arn), Some(partition));
        }
        assert_eq!(Partition::of_arn("arn:aws-moon:iam::1:user/ada"), None);
        assert_eq!(Partition::of_arn("ada"), None);
    }
}
