//! Errors as the journal and plan files record them.

use serde_json::json;
use transload_migration::RecordedError;

use crate::api_error::ApiError;
use crate::code::ErrorCode;

impl ApiError {
    pub fn recorded(&self) -> RecordedError {
        let code = json!(self.code).as_str().unwrap_or(RecordedError::UNKNOWN).to_owned();
        let mut record = RecordedError::new(code, self.message.clone());
        record.hints = self.hints.clone();
        record.causes = self.causes.clone();
        record.retryable = self.retryable;
        record.subject = self.subject.clone();
        record.policy = self.policy.as_deref().map(str::to_owned);
        record
    }

    /// The error of a record. A code that this version does not know becomes `internal`; its sentence
    /// is kept.
    pub fn of_record(record: &RecordedError) -> Self {
        if record.message.is_empty() && record.code == RecordedError::UNKNOWN {
            return Self::not_recorded();
        }
        let code = serde_json::from_value(json!(record.code)).unwrap_or(ErrorCode::Internal);
        let message = match record.message.as_str() {
            "" => "The history doesn't record the reason.",
            message => message,
        };
        Self {
            code,
            message: message.to_owned(),
            hints: record.hints.clone(),
            causes: record.causes.clone(),
            retryable: record.retryable,
            subject: record.subject.clone(),
            policy: record.policy.as_deref().map(Into::into),
        }
    }

    /// The error of something that failed without a record of the reason.
    pub fn not_recorded() -> Self {
        Self::internal("the journal contains no reason")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_its_record() {
        let mut error = ApiError::new(ErrorCode::AccessDenied, "You are not allowed.")
            .hint("Ask an administrator.")
            .about("app")
            .retryable();
        error.causes = vec!["403".to_owned()];
        error.policy = Some("{}".into());
        let text = error.recorded().text();
        assert_eq!(ApiError::of_record(&RecordedError::read(&text)), error);
    }

    #[test]
    fn what_other_versions_recorded_is_shown() {
        for (text, code, message) in [
            // The window's own error, as it was recorded before records had a version.
            (
                r#"{"code":"image_missing","message":"Gone.","hints":[],"causes":[],"retryable":false,"subject":null}"#,
                ErrorCode::ImageMissing,
                "Gone.",
            ),
            (
                r#"{"code":"image_missing"}"#,
                ErrorCode::ImageMissing,
                "The history doesn't record the reason.",
            ),
            (r#"{"version":9,"code":"later","message":"Later."}"#, ErrorCode::Internal, "Later."),
            ("text", ErrorCode::Internal, "text"),
        ] {
            let error = ApiError::of_record(&RecordedError::read(text));
            assert_eq!((error.code, error.message.as_str()), (code, message), "{text}");
        }
        assert_eq!(ApiError::of_record(&RecordedError::read("")), ApiError::not_recorded());
    }
}
