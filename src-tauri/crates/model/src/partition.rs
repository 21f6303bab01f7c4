//! AWS partitions: which one a region, an ARN or a host name belongs to, and its endpoints.

use std::fmt;

use crate::account::AccountId;
use crate::region::Region;

/// A group of AWS regions with its own accounts, endpoints and ARNs. Credentials of one partition
/// are not valid in another.
///
/// Source: `partitions.json` of botocore 1.43; a test compares this table with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Partition {
    /// The commercial regions.
    Commercial,
    /// The China regions.
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

    /// Returns the partition of a region, by its name. An unknown prefix means commercial, as in
    /// the AWS SDKs.
    pub fn of_region(region: &Region) -> Self {
        let name = region.as_str();
        Self::ALL
            .into_iter()
            .find(|partition| {
                partition.region_prefixes().iter().any(|prefix| name.starts_with(prefix))
            })
            .unwrap_or(Self::Commercial)
    }

    /// Returns the ID in ARNs, such as `aws-cn`.
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

    /// Returns the suffix of the dual-stack host names of its ECR registries, or `None` if it has
    /// no dual-stack endpoints. Sources: Amazon ECR user guide, "Making requests over dual-stack
    /// endpoints", and the host pattern of amazon-ecr-credential-helper.
    pub fn registry_dual_stack_suffix(self) -> Option<&'static str> {
        match self {
            Self::Commercial | Self::GovCloud => Some("on.aws"),
            Self::China => Some("on.amazonwebservices.com.cn"),
            _ => None,
        }
    }

    /// Returns the region of the partition's global services. Every account of the partition can
    /// use it.
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

    /// Returns the ARN of an ECR repository, as IAM policies name it.
    pub fn repository_arn(self, region: &Region, account: &AccountId, name: &str) -> String {
        format!("arn:{self}:ecr:{region}:{account}:repository/{name}")
    }

    /// Returns the prefixes of its region names. The commercial partition has none: it is the
    /// default.
    fn region_prefixes(self) -> &'static [&'static str] {
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
    fn the_region_name_determines_the_partition() {
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
}
