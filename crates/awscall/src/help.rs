//! Help texts as data, from the models: of a service, of an operation. The server's answers render them; no prose of AWS's is in it.

use crate::catalog::catalog;
use crate::command_line::{Parameter, example_line, is_offered, parameters, synopsis};
use crate::model::Service;
use crate::read_only::is_read_only;

/// Of a service's operations on one page.
pub const OPERATIONS_MAX: usize = 40;

/// A service: what it can be asked, those that only read first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceHelp {
    /// `lambda`.
    pub name: &'static str,
    /// `AWS Lambda`.
    pub full_name: &'static str,
    pub operations: Vec<OperationLine>,
    /// From 1.
    pub page: usize,
    pub pages: usize,
    /// Of all pages.
    pub operation_count: usize,
    pub read_only_count: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationLine {
    pub command: &'static str,
    pub read_only: bool,
    pub deprecated: bool,
}

/// An operation: what it takes, and a line that would be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationHelp {
    pub service: &'static str,
    pub full_name: &'static str,
    pub command: &'static str,
    /// The API's name, as policies of IAM write it after the colon.
    pub operation: &'static str,
    pub read_only: bool,
    pub deprecated: bool,
    /// Its answer comes in pages, so that `--max-items` and `--starting-token` are taken.
    pub paginated: bool,
    pub synopsis: String,
    /// The required first.
    pub parameters: Vec<Parameter>,
    pub example: String,
}

/// One page of a service's operations; the last one for a page that is beyond it. `name` is the AWS CLI's word.
pub fn service(name: &str, page: usize) -> Option<ServiceHelp> {
    let service = catalog().service(name)?;
    let lines = lines(service);
    let pages = lines.len().div_ceil(OPERATIONS_MAX).max(1);
    let page = page.clamp(1, pages);
    Some(ServiceHelp {
        name: service.name,
        full_name: service.full_name,
        operation_count: lines.len(),
        read_only_count: lines.iter().filter(|line| line.read_only).count(),
        operations: lines.into_iter().skip((page - 1) * OPERATIONS_MAX).take(OPERATIONS_MAX).collect(),
        page,
        pages,
    })
}

fn lines(service: &Service) -> Vec<OperationLine> {
    let mut lines: Vec<_> = service
        .operations
        .iter()
        .filter(|operation| is_offered(service, operation))
        .map(|operation| OperationLine {
            command: operation.command,
            read_only: is_read_only(service, operation),
            deprecated: operation.deprecated,
        })
        .collect();
    lines.sort_by_key(|line| (!line.read_only, line.deprecated, line.command));
    lines
}

/// By the AWS CLI's words for the service and the operation.
pub fn operation(service: &str, command: &str) -> Option<OperationHelp> {
    let service = catalog().service(service)?;
    let operation = service.command(command)?;
    Some(OperationHelp {
        service: service.name,
        full_name: service.full_name,
        command: operation.command,
        operation: operation.name,
        read_only: is_read_only(service, operation),
        deprecated: operation.deprecated,
        paginated: operation.paginator.is_some(),
        synopsis: synopsis(service, operation),
        parameters: parameters(service, operation),
        example: example_line(service, operation),
    })
}

#[cfg(test)]
mod tests {
    use super::{OPERATIONS_MAX, operation, service};
    use crate::command_line::ParameterKind;

    #[test]
    fn a_service_is_shown_by_the_page_and_what_reads_comes_first() {
        let first = service("ec2", 1).unwrap();
        assert_eq!((first.operations.len(), first.page), (OPERATIONS_MAX, 1));
        assert!(first.operations.iter().all(|line| line.read_only), "{first:?}");
        assert!(first.read_only_count > 100 && first.operation_count > 500, "{first:?}");
        let last = service("ec2", 10_000).unwrap();
        assert_eq!(last.page, last.pages);
        let shown: usize = (1..=last.pages).map(|page| service("ec2", page).unwrap().operations.len()).sum();
        assert_eq!(shown, last.operation_count);
        assert_eq!(service("lamda", 1), None);
    }

    #[test]
    fn an_operation_is_shown_with_what_it_takes() {
        let invoke = operation("lambda", "invoke").unwrap();
        assert!(invoke.synopsis.starts_with("lambda invoke --function-name VALUE ["), "{}", invoke.synopsis);
        assert_eq!(invoke.example, "lambda invoke --function-name my-function");
        assert!(!invoke.read_only && !invoke.paginated);
        let kinds: Vec<_> =
            invoke.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.required)).collect();
        assert_eq!(kinds[0], ("function-name", true));
        let kind = invoke
            .parameters
            .iter()
            .find(|parameter| parameter.name == "invocation-type")
            .map(|parameter| &parameter.kind);
        assert_eq!(kind, Some(&ParameterKind::Text(vec!["Event", "RequestResponse", "DryRun"])));
        assert_eq!(operation("lambda", "invok"), None);
    }
}
