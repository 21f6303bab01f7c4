//! Destinations of migrations: as shown, as read from a file, and as a connection names them.

use url::Url;

use transload_contract::{AwsConnection, DestinationIdentity as ShownDestination};
use transload_errors::{ApiError, ErrorCode};
use transload_migration::{DestinationEndpoint, DestinationIdentity};
use transload_model::{AccountId, Partition, Region, RegistryHost};
use transload_registry::RegistryEndpoint;

/// Converts a destination for the window and for plan files.
pub fn shown_destination(from: &DestinationIdentity) -> ShownDestination {
    let replacement = |endpoint: &DestinationEndpoint| {
        endpoint.replacement().map(|url| url.as_str().trim_end_matches('/').to_owned())
    };
    ShownDestination {
        account_id: from.account.to_string(),
        partition: from.partition.to_string(),
        region: from.region.to_string(),
        registry: from.registry.to_string(),
        ecr_endpoint: replacement(&from.ecr_endpoint),
        registry_endpoint: replacement(&from.registry_endpoint),
    }
}

/// The destination of a plan file.
///
/// # Errors
/// If a part can't be read, or two parts contradict each other.
pub fn planned_destination(
    from: &ShownDestination,
) -> Result<DestinationIdentity, Box<dyn std::error::Error>> {
    let endpoint = |text: &Option<String>| match text {
        Some(text) => Url::parse(text).map(DestinationEndpoint::At),
        None => Ok(DestinationEndpoint::Aws),
    };
    let partition = Partition::ALL.into_iter().find(|known| known.id() == from.partition);
    let read = DestinationIdentity {
        account: AccountId::parse(&from.account_id)?,
        partition: partition.ok_or_else(|| format!("{:?} is no partition", from.partition))?,
        region: Region::parse(&from.region)?,
        registry: RegistryHost::parse(&from.registry)?,
        ecr_endpoint: endpoint(&from.ecr_endpoint)?,
        registry_endpoint: endpoint(&from.registry_endpoint)?,
    };
    read.ensure_consistent()?;
    Ok(read)
}

/// Returns a planned destination with the region and endpoints that a connection names.
pub fn named_destination(
    connection: &AwsConnection,
    planned: &DestinationIdentity,
) -> Result<DestinationIdentity, ApiError> {
    let invalid = |error: &(dyn std::error::Error + 'static)| ApiError::invalid_input(error);
    let (region, ecr_endpoint, registry_endpoint) = match connection {
        AwsConnection::Practice => return Ok(planned.clone()),
        AwsConnection::Machine { region, ecr_endpoint, registry_endpoint }
        | AwsConnection::Profile { region, ecr_endpoint, registry_endpoint, .. } => {
            (region, ecr_endpoint, registry_endpoint)
        }
    };
    let mut named = planned.clone();
    if let Some(region) = entered_text(region) {
        named.region = Region::parse(region).map_err(|error| invalid(&error))?;
        named.partition = Partition::of_region(&named.region);
    }
    if let Some(registry) = entered_text(registry_endpoint) {
        let registry = RegistryEndpoint::parse(registry).map_err(|error| invalid(&error))?;
        let (account, region) = (named.account.clone(), named.region.clone());
        let of_endpoint = DestinationIdentity::new(account, region, &registry, None);
        named.registry = of_endpoint.registry;
        named.registry_endpoint = of_endpoint.registry_endpoint;
    }
    if let Some(ecr) = entered_text(ecr_endpoint) {
        let url = endpoint_address(ecr)?;
        // One that AWS itself has is no replacement; opening the connection tells.
        if planned.ecr_endpoint != DestinationEndpoint::Aws || !is_of_aws(&url, &named) {
            named.ecr_endpoint = DestinationEndpoint::At(url);
        }
    }
    Ok(named)
}

fn is_of_aws(url: &Url, named: &DestinationIdentity) -> bool {
    let suffix = format!(".{}", named.partition.dns_suffix());
    url.scheme() == "https" && url.host_str().is_some_and(|host| host.ends_with(&suffix))
}

/// Returns a text that the user entered, unless it is empty.
pub fn entered_text(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Parses the endpoint of the ECR API that a user entered.
///
/// # Errors
/// If it isn't a URL, or contains a login.
pub fn endpoint_address(text: &str) -> Result<Url, ApiError> {
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    match Url::parse(&full) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            let message = "The ECR endpoint must not contain a user name or a password.";
            Err(ApiError::new(ErrorCode::InputInvalid, message)
                .hint("Remove the part before @. AWS credentials come from the profile."))
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(ApiError::new(ErrorCode::InputInvalid, "The ECR endpoint isn't a valid URL.")
            .hint(
                "Enter a URL, for example https://vpce-1234.api.ecr.eu-west-1.vpce.amazonaws.com.",
            )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_with_a_login_is_refused_and_the_login_is_not_shown() {
        for text in ["https://ada:hunter2@ecr.example", "hunter2@ecr.example", "https://:hunter2@e"]
        {
            let error = endpoint_address(text).unwrap_err();
            assert_eq!(error.code, ErrorCode::InputInvalid);
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        assert!(endpoint_address("ecr.example").is_ok());
    }

    #[test]
    fn what_a_connection_names_of_its_destination_is_compared_before_it_is_opened() {
        let planned = |ecr: Option<&str>| {
            DestinationIdentity::new(
                AccountId::parse("111122223333").unwrap(),
                Region::parse("eu-west-1").unwrap(),
                &RegistryEndpoint::parse("111122223333.dkr.ecr.eu-west-1.amazonaws.com").unwrap(),
                ecr.map(|url| Url::parse(url).unwrap()),
            )
        };
        let own = "https://vpce-1.api.ecr.eu-west-1.vpce.amazonaws.com";
        for (planned_ecr, region, ecr, registry, same) in [
            (None, None, None, None, true),
            (None, Some("eu-west-1"), None, None, true),
            (None, Some("eu-west-2"), None, None, false),
            (None, None, Some("https://evil.example"), None, false),
            (None, None, Some("https://api.ecr.eu-west-1.amazonaws.com"), None, true),
            (None, None, None, Some("https://evil.example"), false),
            (Some(own), None, Some(own), None, true),
            (Some(own), None, Some("https://evil.example"), None, false),
        ] {
            let connection = AwsConnection::Profile {
                profile: "prod".to_owned(),
                region: region.map(str::to_owned),
                ecr_endpoint: ecr.map(str::to_owned),
                registry_endpoint: registry.map(str::to_owned),
            };
            let planned = planned(planned_ecr);
            let named = named_destination(&connection, &planned).unwrap();
            assert_eq!(planned.ensure_same(&named).is_ok(), same, "{connection:?}");
        }
    }
}
