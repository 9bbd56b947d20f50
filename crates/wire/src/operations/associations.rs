//! `AssociateToConfiguration`, `DisassociateFromConfiguration`, `ListAssociations`: which custom actions show in which
//! chat configurations.

use super::members::{input, output};
use crate::ids::{AsciiPaginationToken, ChatConfigurationArn, CustomActionArn, MaxResults};

input! {
    AssociateToConfigurationRequest {
        resource: CustomActionArn = "Resource",
        chat_configuration: ChatConfigurationArn = "ChatConfiguration",
    }
}

output! { AssociateToConfigurationResult {} }

input! {
    DisassociateFromConfigurationRequest {
        resource: CustomActionArn = "Resource",
        chat_configuration: ChatConfigurationArn = "ChatConfiguration",
    }
}

output! { DisassociateFromConfigurationResult {} }

input! {
    ListAssociationsRequest {
        chat_configuration: ChatConfigurationArn = "ChatConfiguration",
        max_results: Option<MaxResults> = "MaxResults",
        next_token: Option<AsciiPaginationToken> = "NextToken",
    }
}

output! {
    ListAssociationsResult {
        associations: Vec<AssociationListing> = "Associations",
        next_token: Option<AsciiPaginationToken> = "NextToken",
    }
}

output! {
    AssociationListing {
        /// The model says an ARN of any service; what can be associated is a custom action.
        resource: CustomActionArn = "Resource",
    }
}
