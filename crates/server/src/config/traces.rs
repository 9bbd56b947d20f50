//! OpenTelemetry's standard variables, as far as Bellhop decides by them. Headers, time-outs, batches and resource
//! attributes are read by OpenTelemetry's own crates.

use super::{SettingsError, environment};

/// Where traces go at all: without one of these nothing is traced.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// Traces are wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceSettings {
    /// Of all traces, by their id: 0 is none, 1 is all.
    pub ratio: f64,
    /// The environment names the service, else it is `bellhop`.
    pub service_is_named: bool,
}

impl TraceSettings {
    /// `None`: nobody asked for traces.
    pub fn of_environment() -> Result<Option<Self>, SettingsError> {
        Self::of(environment)
    }

    fn of(variable: impl Fn(&'static str) -> Option<String>) -> Result<Option<Self>, SettingsError> {
        let is = |name, value: &str| variable(name).is_some_and(|set| set.eq_ignore_ascii_case(value));
        if is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none") {
            return Ok(None);
        }
        if !ENDPOINTS.into_iter().any(|name| variable(name).is_some()) {
            return Ok(None);
        }
        let sampler = variable("OTEL_TRACES_SAMPLER");
        // Every trace begins here, so a sampler that asks the parent first decides like the one that it falls back to.
        let ratio = match sampler.as_deref().map(|name| name.strip_prefix("parentbased_").unwrap_or(name)) {
            None | Some("always_on") => 1.0,
            Some("always_off") => 0.0,
            Some("traceidratio") => ratio(variable("OTEL_TRACES_SAMPLER_ARG").as_deref())?,
            Some(_) => {
                let problem =
                    "must be `always_on`, `always_off` or `traceidratio`, or one of them after `parentbased_`";
                return Err(SettingsError::Value { key: "OTEL_TRACES_SAMPLER", problem: problem.to_owned() });
            }
        };
        let attributes = variable("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
        let service_is_named = variable("OTEL_SERVICE_NAME").is_some() || attributes.contains("service.name=");
        Ok(Some(Self { ratio, service_is_named }))
    }
}

/// The specification's default is all.
fn ratio(argument: Option<&str>) -> Result<f64, SettingsError> {
    let Some(text) = argument else {
        return Ok(1.0);
    };
    text.trim().parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio)).ok_or_else(|| SettingsError::Value {
        key: "OTEL_TRACES_SAMPLER_ARG",
        problem: "must be between 0.0 and 1.0".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<f64>, String> {
        let look = |name| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        let settings = TraceSettings::of(look).map_err(|error| error.to_string())?;
        Ok(settings.map(|settings| settings.ratio))
    }

    #[test]
    fn an_endpoint_turns_traces_on_and_the_standard_switches_off_again() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318");
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&[endpoint]), Ok(Some(1.0)));
        assert_eq!(of(&[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://localhost/v1/traces")]), Ok(Some(1.0)));
        assert_eq!(of(&[endpoint, ("OTEL_SDK_DISABLED", "TRUE")]), Ok(None));
        assert_eq!(of(&[endpoint, ("OTEL_TRACES_EXPORTER", "none")]), Ok(None));
    }

    #[test]
    fn samplers_are_those_that_decide_by_the_trace_alone() {
        let with = |sampler, argument| {
            let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318");
            of(&[endpoint, ("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", argument)])
        };
        assert_eq!(with("parentbased_traceidratio", "0.25"), Ok(Some(0.25)));
        assert_eq!(with("traceidratio", "0"), Ok(Some(0.0)));
        assert_eq!(with("always_off", ""), Ok(Some(0.0)));
        assert!(with("traceidratio", "2").unwrap_err().contains("OTEL_TRACES_SAMPLER_ARG"));
        assert!(with("jaeger_remote", "").unwrap_err().contains("`traceidratio`"));
    }
}
