//! The types of the words of a code. The table with the words is in `word_table`.

use serde::Serialize;
use ts_rs::TS;

/// The words of a code: one entry of the table in `word_table.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "errors.ts")]
pub struct ErrorWords {
    pub severity: ErrorSeverity,
    /// What failed, as a heading.
    pub title: &'static str,
    /// What to do next, most likely first. True of every failure with the code.
    #[ts(type = "readonly string[]")]
    pub next: &'static [&'static str],
    /// What the window can do about the failure, most likely first.
    #[ts(as = "Vec<ErrorAction>")]
    pub actions: &'static [ErrorAction],
}

/// How the window highlights a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "errors.ts")]
pub enum ErrorSeverity {
    Error,
    Warning,
    Info,
}

/// What the window can do about a failure. A page that shows an error offers the actions it supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "errors.ts")]
pub enum ErrorAction {
    Retry,
    ChooseProfile,
    ChooseRegion,
    ChooseImages,
    SignIn,
    SignInSource,
    EnterMfaCode,
    ContinueWithoutSaving,
    EditName,
    EditRepository,
    KeepExisting,
    NewTag,
    ReviewPlan,
    RunAgain,
    SaveDocument,
    StartPractice,
    OpenSettings,
    OpenLog,
}
