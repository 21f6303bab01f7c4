//! An open connection to ECR. `connections` opens it.

use transload_aws::AwsSession;
use transload_contract::AwsIdentity;
use transload_migration::Destination;
use transload_migration::commands::AwsCommands;
use transload_network::Network;

/// An open connection.
pub(crate) struct Connected {
    pub identity: AwsIdentity,
    pub session: AwsSession,
    pub destination: Destination,
    /// The `aws` commands with the same connection.
    pub aws_commands: AwsCommands,
    /// The network with which it was opened.
    pub network: Network,
}
