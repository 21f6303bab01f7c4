//! The regions that AWS has published, for menus and searches. A region that isn't listed can be entered
//! as well.
//!
//! Source: `partitions.json` of botocore 1.43, which a flow compares with this table. Which regions an
//! account has to enable first: AWS Account Management reference guide, "Considerations before enabling
//! and disabling Regions".

use serde::Serialize;

/// A published region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct KnownRegion {
    /// The region code, such as `eu-west-1`.
    pub id: &'static str,
    pub name: &'static str,
    pub group: RegionGroup,
    /// Whether an account has to enable it before it can use it.
    pub is_opt_in: bool,
}

/// A part of the region menu: a continent, or a partition with accounts of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum RegionGroup {
    #[serde(rename = "Americas")]
    Americas,
    #[serde(rename = "Europe")]
    Europe,
    #[serde(rename = "Asia Pacific")]
    AsiaPacific,
    #[serde(rename = "Africa and Middle East")]
    AfricaAndMiddleEast,
    #[serde(rename = "AWS GovCloud (separate accounts)")]
    GovCloud,
    #[serde(rename = "China (separate accounts)")]
    China,
    #[serde(rename = "AWS European Sovereign Cloud (separate accounts)")]
    EuropeanSovereign,
}

const OPT_IN: bool = true;
const ENABLED: bool = false;

/// Every published region, in the order of the menu.
pub const KNOWN_REGIONS: [KnownRegion; 39] = [
    region("us-east-1", "US East (N. Virginia)", RegionGroup::Americas, ENABLED),
    region("us-east-2", "US East (Ohio)", RegionGroup::Americas, ENABLED),
    region("us-west-1", "US West (N. California)", RegionGroup::Americas, ENABLED),
    region("us-west-2", "US West (Oregon)", RegionGroup::Americas, ENABLED),
    region("ca-central-1", "Canada (Central)", RegionGroup::Americas, ENABLED),
    region("ca-west-1", "Canada West (Calgary)", RegionGroup::Americas, OPT_IN),
    region("mx-central-1", "Mexico (Central)", RegionGroup::Americas, OPT_IN),
    region("sa-east-1", "South America (São Paulo)", RegionGroup::Americas, ENABLED),
    region("eu-central-1", "Europe (Frankfurt)", RegionGroup::Europe, ENABLED),
    region("eu-central-2", "Europe (Zurich)", RegionGroup::Europe, OPT_IN),
    region("eu-north-1", "Europe (Stockholm)", RegionGroup::Europe, ENABLED),
    region("eu-south-1", "Europe (Milan)", RegionGroup::Europe, OPT_IN),
    region("eu-south-2", "Europe (Spain)", RegionGroup::Europe, OPT_IN),
    region("eu-west-1", "Europe (Ireland)", RegionGroup::Europe, ENABLED),
    region("eu-west-2", "Europe (London)", RegionGroup::Europe, ENABLED),
    region("eu-west-3", "Europe (Paris)", RegionGroup::Europe, ENABLED),
    region("ap-east-1", "Asia Pacific (Hong Kong)", RegionGroup::AsiaPacific, OPT_IN),
    region("ap-east-2", "Asia Pacific (Taipei)", RegionGroup::AsiaPacific, OPT_IN),
    region("ap-northeast-1", "Asia Pacific (Tokyo)", RegionGroup::AsiaPacific, ENABLED),
    region("ap-northeast-2", "Asia Pacific (Seoul)", RegionGroup::AsiaPacific, ENABLED),
    region("ap-northeast-3", "Asia Pacific (Osaka)", RegionGroup::AsiaPacific, ENABLED),
    region("ap-south-1", "Asia Pacific (Mumbai)", RegionGroup::AsiaPacific, ENABLED),
    region("ap-south-2", "Asia Pacific (Hyderabad)", RegionGroup::AsiaPacific, OPT_IN),
    region("ap-southeast-1", "Asia Pacific (Singapore)", RegionGroup::AsiaPacific, ENABLED),
    region("ap-southeast-2", "Asia Pacific (Sydney)", RegionGroup::AsiaPacific, ENABLED),
    region("ap-southeast-3", "Asia Pacific (Jakarta)", RegionGroup::AsiaPacific, OPT_IN),
    region("ap-southeast-4", "Asia Pacific (Melbourne)", RegionGroup::AsiaPacific, OPT_IN),
    region("ap-southeast-5", "Asia Pacific (Malaysia)", RegionGroup::AsiaPacific, OPT_IN),
    region("ap-southeast-6", "Asia Pacific (New Zealand)", RegionGroup::AsiaPacific, OPT_IN),
    region("ap-southeast-7", "Asia Pacific (Thailand)", RegionGroup::AsiaPacific, OPT_IN),
    region("af-south-1", "Africa (Cape Town)", RegionGroup::AfricaAndMiddleEast, OPT_IN),
    region("il-central-1", "Israel (Tel Aviv)", RegionGroup::AfricaAndMiddleEast, OPT_IN),
    region("me-central-1", "Middle East (UAE)", RegionGroup::AfricaAndMiddleEast, OPT_IN),
    region("me-south-1", "Middle East (Bahrain)", RegionGroup::AfricaAndMiddleEast, OPT_IN),
    region("us-gov-east-1", "AWS GovCloud (US-East)", RegionGroup::GovCloud, ENABLED),
    region("us-gov-west-1", "AWS GovCloud (US-West)", RegionGroup::GovCloud, ENABLED),
    region("cn-north-1", "China (Beijing)", RegionGroup::China, ENABLED),
    region("cn-northwest-1", "China (Ningxia)", RegionGroup::China, ENABLED),
    region(
        "eusc-de-east-1",
        "AWS European Sovereign Cloud (Germany)",
        RegionGroup::EuropeanSovereign,
        ENABLED,
    ),
];

const fn region(
    id: &'static str,
    name: &'static str,
    group: RegionGroup,
    is_opt_in: bool,
) -> KnownRegion {
    KnownRegion { id, name, group, is_opt_in }
}
